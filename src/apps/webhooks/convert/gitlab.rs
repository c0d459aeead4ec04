//! GitLab's events, by their `object_kind`.

use super::{
    event::Event,
    forge::{AMBER, BLUE, Commit, GREEN, PURPLE, RED, Scene, body, reference},
};
use crate::apps::webhooks::embed::Embed;

/// The card of an event.
pub(super) fn card(event: Event<'_>) -> Option<Embed> {
    match event.text("object_kind") {
        "push" => push(event),
        "tag_push" => Some(tag(event)),
        "issue" | "work_item" => issue(event),
        "merge_request" => merge_request(event),
        "note" => note(event),
        "pipeline" => pipeline(event),
        "release" => release(event),
        _ => None,
    }
}

/// The scene of events that name their `user`.
fn scene(event: Event<'_>) -> Scene {
    let actor = ["user.name", "", "user.avatar_url"];
    Scene::new(event, "project.path_with_namespace", actor)
}

/// The scene of pushes.
fn pushed(event: Event<'_>) -> Scene {
    let actor = ["user_name", "", "user_avatar"];
    Scene::new(event, "project.path_with_namespace", actor)
}

/// Whether a commit's id stands for no commit.
fn is_none(id: &str) -> bool {
    id.chars().all(|c| c == '0')
}

fn push(event: Event<'_>) -> Option<Embed> {
    let (branch, _) = reference(event.text("ref"));
    let (before, after) = (event.text("before"), event.text("after"));
    let scene = pushed(event);
    if is_none(after) {
        return Some(scene.reference("Branch", branch, false));
    }
    let commits = event.list("commits");
    if commits.len() == 0 {
        return is_none(before).then(|| scene.reference("Branch", branch, true));
    }
    let listed = commits.len();
    let total = event
        .number("total_commits_count")
        .and_then(|total| usize::try_from(total).ok());
    let commits = commits.map(|commit| Commit {
        id: commit.text("id"),
        message: commit.text("message"),
        url: commit.text("url"),
        author: commit.text("author.name"),
    });
    let project = event.text("project.web_url");
    let url = if is_none(before) {
        format!("{project}/-/commits/{branch}")
    } else {
        format!("{project}/-/compare/{before}...{after}")
    };
    Some(scene.push(branch, &url, total.unwrap_or(listed).max(listed), commits))
}

fn tag(event: Event<'_>) -> Embed {
    let (tag, _) = reference(event.text("ref"));
    pushed(event).reference("Tag", tag, !is_none(event.text("after")))
}

fn issue(event: Event<'_>) -> Option<Embed> {
    let issue = event.at("object_attributes");
    let (done, color) = match issue.text("action") {
        "open" => ("opened", AMBER),
        "reopen" => ("reopened", AMBER),
        "close" => ("closed", GREEN),
        _ => return None,
    };
    let mut card = scene(event).card(&titled("Issue", '#', issue, done), issue.text("url"), color);
    if issue.text("action") == "open" {
        card.description = body(issue.text("description"));
    }
    Some(card)
}

fn merge_request(event: Event<'_>) -> Option<Embed> {
    let request = event.at("object_attributes");
    let (done, color) = match request.text("action") {
        "open" => ("opened", GREEN),
        "reopen" => ("reopened", GREEN),
        "close" => ("closed", RED),
        "merge" => ("merged", PURPLE),
        "approved" => ("approved", GREEN),
        "unapproved" => ("approval withdrawn", AMBER),
        _ => return None,
    };
    let title = titled("Merge request", '!', request, done);
    let mut card = scene(event).card(&title, request.text("url"), color);
    if request.text("action") == "open" {
        card.description = body(request.text("description"));
    }
    Some(card)
}

fn note(event: Event<'_>) -> Option<Embed> {
    let note = event.at("object_attributes");
    // Older versions say nothing of the action and tell new notes only.
    if note.is("system") || !matches!(note.text("action"), "" | "create") {
        return None;
    }
    let on = match note.text("noteable_type") {
        "Issue" => titled("issue", '#', event.at("issue"), ""),
        "MergeRequest" => titled("merge request", '!', event.at("merge_request"), ""),
        "Snippet" => format!("snippet {}", event.text("snippet.title")),
        "Commit" => {
            let id: String = event.text("commit.id").chars().take(7).collect();
            format!("commit {id}")
        }
        _ => return None,
    };
    Some(Embed {
        description: body(note.text("note")),
        ..scene(event).card(&format!("New comment on {on}"), note.text("url"), BLUE)
    })
}

/// A pipeline that came to an end.
fn pipeline(event: Event<'_>) -> Option<Embed> {
    let pipeline = event.at("object_attributes");
    let status = pipeline.text("status");
    if !matches!(status, "success" | "failed" | "canceled") {
        return None;
    }
    let id = pipeline.number("id").unwrap_or_default();
    let name = match pipeline.text("name") {
        "" => format!("Pipeline #{id}"),
        name => format!("{name} #{id}"),
    };
    let url = match pipeline.text("url") {
        "" => format!("{}/-/pipelines/{id}", event.text("project.web_url")),
        url => url.to_owned(),
    };
    Some(scene(event).run(&name, status, pipeline.text("ref"), &url))
}

fn release(event: Event<'_>) -> Option<Embed> {
    let name = event.first_text(&["name", "tag"]);
    (event.text("action") == "create")
        .then(|| scene(event).release(name, event.text("description"), event.text("url")))
}

/// `Issue opened: #7 Title`, or without `done` `issue #7 Title`.
fn titled(kind: &str, sign: char, ticket: Event<'_>, done: &str) -> String {
    let number = ticket.number("iid").unwrap_or_default();
    let title = ticket.text("title");
    if done.is_empty() {
        format!("{kind} {sign}{number} {title}")
    } else {
        format!("{kind} {done}: {sign}{number} {title}")
    }
}
