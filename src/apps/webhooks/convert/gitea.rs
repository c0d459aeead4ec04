//! Gitea's and Forgejo's events, by `X-Gitea-Event`: GitHub's, with a few differences.

use super::{
    event::Event,
    forge::{BLUE, GREEN, RED, Scene, body},
    github,
};
use crate::apps::webhooks::embed::Embed;

/// The card of an event.
pub(super) fn card(kind: &str, event: Event<'_>) -> Option<Embed> {
    match kind {
        "push" => github::push(&github::scene(event), event),
        "pull_request" => github::pull_request(&github::scene(event), event),
        "pull_request_approved" => Some(review(event, "approved", GREEN)),
        "pull_request_rejected" => Some(review(event, "changes requested", RED)),
        "pull_request_comment" if !event.has("comment") => Some(review(event, "reviewed", BLUE)),
        "issues" => github::issue(&github::scene(event), event),
        "issue_comment" | "pull_request_comment" => github::comment(&github::scene(event), event),
        "release" => github::release(&github::scene(event), event),
        "create" | "delete" => {
            github::created_or_deleted(&github::scene(event), event, kind == "create")
        }
        // Here `forkee` is what was forked and `repository` is the copy.
        "fork" => Some(github::fork(&forked(event), event, "repository")),
        _ => None,
    }
}

fn forked(event: Event<'_>) -> Scene {
    let actor = ["sender.login", "sender.html_url", "sender.avatar_url"];
    Scene::new(event, "forkee.full_name", actor)
}

/// A review, whose text stands in `review.content`.
fn review(event: Event<'_>, done: &str, color: u32) -> Embed {
    let pull = event.at("pull_request");
    let number = pull.number("number").unwrap_or_default();
    let title = format!("Pull request {done}: #{number} {}", pull.text("title"));
    Embed {
        description: body(event.text("review.content")),
        ..github::scene(event).card(&title, pull.text("html_url"), color)
    }
}
