//! GitHub's events, by `X-GitHub-Event`.

use super::{
    event::Event,
    forge::{AMBER, BLUE, Commit, GREEN, GREY, PURPLE, RED, Scene, body, reference},
};
use crate::apps::webhooks::embed::Embed;

/// How checks end that nobody has to know of.
const FINE: [&str; 4] = ["success", "neutral", "skipped", "stale"];

/// The card of an event.
pub(super) fn card(kind: &str, event: Event<'_>) -> Option<Embed> {
    let scene = scene(event);
    match kind {
        "push" => push(&scene, event),
        "pull_request" => pull_request(&scene, event),
        "pull_request_review" => review(&scene, event),
        "issues" => issue(&scene, event),
        "issue_comment" | "pull_request_review_comment" | "commit_comment" => {
            comment(&scene, event)
        }
        "release" => release(&scene, event),
        "workflow_run" => workflow_run(&scene, event),
        "check_run" => check_run(&scene, event),
        "star" => star(&scene, event),
        "fork" => Some(fork(&scene, event, "forkee")),
        "create" | "delete" => created_or_deleted(&scene, event, kind == "create"),
        "ping" => Some(ping(&scene, event)),
        _ => None,
    }
}

/// The scene of GitHub's and Gitea's events.
pub(super) fn scene(event: Event<'_>) -> Scene {
    let repository = if event.has("repository") {
        "repository.full_name"
    } else {
        "organization.login"
    };
    Scene::new(
        event,
        repository,
        ["sender.login", "sender.html_url", "sender.avatar_url"],
    )
}

/// A push with commits. Branches and tags that come or go have events of their own.
pub(super) fn push(scene: &Scene, event: Event<'_>) -> Option<Embed> {
    let (name, is_branch) = reference(event.text("ref"));
    let commits = event.list("commits");
    if !is_branch || commits.len() == 0 {
        return None;
    }
    let listed = commits.len();
    let total = event
        .number("total_commits")
        .and_then(|total| usize::try_from(total).ok());
    let commits = commits.map(|commit| Commit {
        id: commit.text("id"),
        message: commit.text("message"),
        url: commit.text("url"),
        author: commit.first_text(&["author.username", "author.name"]),
    });
    let url = event.first_text(&["compare", "compare_url"]);
    let mut card = scene.push(name, url, total.unwrap_or(listed).max(listed), commits);
    if event.is("forced") {
        card.title = card.title.map(|title| format!("{title} (forced)"));
    }
    Some(card)
}

/// A pull request that was opened, closed, merged or made ready.
pub(super) fn pull_request(scene: &Scene, event: Event<'_>) -> Option<Embed> {
    let pull = event.at("pull_request");
    let (done, color) = match event.text("action") {
        "opened" if pull.is("draft") => ("opened as a draft", GREY),
        "opened" => ("opened", GREEN),
        "reopened" => ("reopened", GREEN),
        "ready_for_review" => ("ready for review", GREEN),
        "closed" if pull.is("merged") => ("merged", PURPLE),
        "closed" => ("closed", RED),
        _ => return None,
    };
    let mut card = scene.card(
        &titled("Pull request", pull, done),
        pull.text("html_url"),
        color,
    );
    if event.text("action") == "opened" {
        card.description = body(pull.text("body"));
    }
    Some(card)
}

fn review(scene: &Scene, event: Event<'_>) -> Option<Embed> {
    if event.text("action") != "submitted" {
        return None;
    }
    let review = event.at("review");
    let (done, color) = match review.text("state") {
        "approved" => ("approved", GREEN),
        "changes_requested" => ("changes requested", RED),
        "commented" if !review.text("body").is_empty() => ("reviewed", BLUE),
        _ => return None,
    };
    let title = titled("Pull request", event.at("pull_request"), done);
    Some(Embed {
        description: body(review.text("body")),
        ..scene.card(&title, review.text("html_url"), color)
    })
}

/// An issue that was opened, closed or opened again.
pub(super) fn issue(scene: &Scene, event: Event<'_>) -> Option<Embed> {
    let issue = event.at("issue");
    let (done, color) = match event.text("action") {
        "opened" => ("opened", AMBER),
        "reopened" => ("reopened", AMBER),
        "closed" if issue.text("state_reason") == "not_planned" => ("closed as not planned", GREY),
        "closed" => ("closed", GREEN),
        _ => return None,
    };
    let mut card = scene.card(&titled("Issue", issue, done), issue.text("html_url"), color);
    if event.text("action") == "opened" {
        card.description = body(issue.text("body"));
    }
    Some(card)
}

/// A comment on an issue, a pull request or a commit.
pub(super) fn comment(scene: &Scene, event: Event<'_>) -> Option<Embed> {
    if event.text("action") != "created" {
        return None;
    }
    let comment = event.at("comment");
    let title = if event.has("pull_request") {
        titled("pull request", event.at("pull_request"), "")
    } else if !event.has("issue") {
        let id: String = comment.text("commit_id").chars().take(7).collect();
        format!("commit {id}")
    } else if event.has("issue.pull_request") || event.is("is_pull") {
        titled("pull request", event.at("issue"), "")
    } else {
        titled("issue", event.at("issue"), "")
    };
    Some(Embed {
        description: body(comment.text("body")),
        ..scene.card(
            &format!("New comment on {title}"),
            comment.text("html_url"),
            BLUE,
        )
    })
}

/// A release that can be had now.
pub(super) fn release(scene: &Scene, event: Event<'_>) -> Option<Embed> {
    let release = event.at("release");
    (event.text("action") == "published").then(|| {
        let name = release.first_text(&["name", "tag_name"]);
        scene.release(name, release.text("body"), release.text("html_url"))
    })
}

fn workflow_run(scene: &Scene, event: Event<'_>) -> Option<Embed> {
    let run = event.at("workflow_run");
    (event.text("action") == "completed").then(|| {
        let number = run.number("run_number").unwrap_or_default();
        let name = format!("{} #{number}", run.first_text(&["name", "display_title"]));
        let branch = run.text("head_branch");
        scene.run(&name, run.text("conclusion"), branch, run.text("html_url"))
    })
}

/// A check that went wrong. Those of Actions are told by their workflow.
fn check_run(scene: &Scene, event: Event<'_>) -> Option<Embed> {
    let run = event.at("check_run");
    let conclusion = run.text("conclusion");
    let is_news = event.text("action") == "completed"
        && run.text("app.slug") != "github-actions"
        && !FINE.contains(&conclusion);
    is_news.then(|| {
        let branch = run.text("check_suite.head_branch");
        scene.run(run.text("name"), conclusion, branch, run.text("html_url"))
    })
}

fn star(scene: &Scene, event: Event<'_>) -> Option<Embed> {
    let stars = event
        .number("repository.stargazers_count")
        .unwrap_or_default();
    let url = event.text("repository.html_url");
    (event.text("action") == "created")
        .then(|| scene.card(&format!("New star, {stars} now"), url, AMBER))
}

/// A fork; `copy` is where the new repository is in the event.
pub(super) fn fork(scene: &Scene, event: Event<'_>, copy: &str) -> Embed {
    let copy = event.at(copy);
    let title = format!("Forked to {}", copy.text("full_name"));
    scene.card(&title, copy.text("html_url"), BLUE)
}

/// A branch or tag that came or went.
pub(super) fn created_or_deleted(scene: &Scene, event: Event<'_>, is_there: bool) -> Option<Embed> {
    let kind = match event.text("ref_type") {
        "branch" => "Branch",
        "tag" => "Tag",
        _ => return None,
    };
    Some(scene.reference(kind, reference(event.text("ref")).0, is_there))
}

fn ping(scene: &Scene, event: Event<'_>) -> Embed {
    let url = event.first_text(&["repository.html_url", "organization.html_url"]);
    Embed {
        description: body(event.text("zen")),
        ..scene.card("This webhook is connected", url, GREEN)
    }
}

/// `Issue opened: #7 Title`, or without `done` `issue #7 Title`.
fn titled(kind: &str, ticket: Event<'_>, done: &str) -> String {
    let number = ticket.number("number").unwrap_or_default();
    let title = ticket.text("title");
    if done.is_empty() {
        format!("{kind} #{number} {title}")
    } else {
        format!("{kind} {done}: #{number} {title}")
    }
}
