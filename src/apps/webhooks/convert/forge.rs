//! What happens in a repository, as cards: the forges' events differ in names, not in kind.

use super::event::Event;
use crate::apps::webhooks::{
    embed::{Author, Embed, Field, MAX_TITLE},
    markdown::{clip, code, escape, first_line, link, one_line, web_address},
    post::summary,
};

/// The most commits of a push that are listed.
const MAX_COMMITS: usize = 10;
/// The longest first line of a commit message, in characters.
const MAX_COMMIT: usize = 100;
/// The longest part of a body that is shown, in characters.
const MAX_BODY: usize = 500;
/// The longest name of a branch, in characters.
const MAX_REF: usize = 100;

/// Good news.
pub(super) const GREEN: u32 = 0x2d_a4_4e;
/// Bad news.
pub(super) const RED: u32 = 0xcf_22_2e;
/// Something was merged.
pub(super) const PURPLE: u32 = 0x82_50_df;
/// Neither.
pub(super) const GREY: u32 = 0x6e_77_81;
/// Something new to read.
pub(super) const BLUE: u32 = 0x09_69_da;
/// Something to look after.
pub(super) const AMBER: u32 = 0xbf_87_00;

/// Where something happened and who did it.
pub(super) struct Scene {
    /// The repository's full name.
    pub(super) repository: String,
    /// Who did it.
    pub(super) actor: Option<Author>,
}

/// A commit of a push.
pub(super) struct Commit<'a> {
    pub(super) id: &'a str,
    pub(super) message: &'a str,
    pub(super) url: &'a str,
    pub(super) author: &'a str,
}

impl Scene {
    /// The scene of an event; `actor` has the paths of a name, a page and a picture.
    pub(super) fn new(event: Event<'_>, repository: &str, actor: [&str; 3]) -> Self {
        let name = clip(&one_line(event.text(actor[0])), MAX_TITLE);
        Self {
            repository: clip(&one_line(event.text(repository)), 100),
            actor: (!name.is_empty()).then(|| Author {
                name,
                url: web_address(event.text(actor[1])),
                icon_url: event.picture(actor[2]),
            }),
        }
    }

    /// A card titled `[repository] <title>`.
    pub(super) fn card(&self, title: &str, url: &str, color: u32) -> Embed {
        let title = clip(
            &format!("[{}] {}", self.repository, one_line(title)),
            MAX_TITLE,
        );
        let actor = self.actor.as_ref().map(|actor| actor.name.as_str());
        Embed {
            fallback: summary(&format!("{}: {title}", actor.unwrap_or("Somebody"))),
            title: Some(title),
            url: web_address(url),
            color: Some(color),
            author: self.actor.clone(),
            ..Embed::default()
        }
    }

    /// A push of commits to a branch. `total` may be more than are listed.
    pub(super) fn push<'a>(
        &self,
        branch: &str,
        url: &str,
        total: usize,
        commits: impl Iterator<Item = Commit<'a>>,
    ) -> Embed {
        let branch = clip(branch, MAX_REF);
        let mut lines: Vec<_> = commits
            .take(MAX_COMMITS)
            .map(|commit| commit.line())
            .collect();
        let left = total.saturating_sub(lines.len());
        if left > 0 {
            lines.push(format!("and {left} more"));
        }
        let plural = if total == 1 { "" } else { "s" };
        Embed {
            description: Some(lines.join("\n")),
            ..self.card(
                &format!("{total} new commit{plural} on {branch}"),
                url,
                BLUE,
            )
        }
    }

    /// A branch or tag that came or went.
    pub(super) fn reference(&self, kind: &str, name: &str, is_there: bool) -> Embed {
        let (done, color) = if is_there {
            ("created", GREEN)
        } else {
            ("deleted", RED)
        };
        self.card(
            &format!("{kind} {done}: {}", clip(name, MAX_REF)),
            "",
            color,
        )
    }

    /// A release with its notes.
    pub(super) fn release(&self, name: &str, notes: &str, url: &str) -> Embed {
        Embed {
            description: body(notes),
            ..self.card(&format!("Release published: {name}"), url, GREEN)
        }
    }

    /// A run of checks that ended as the forge calls `outcome`.
    pub(super) fn run(&self, name: &str, outcome: &str, branch: &str, url: &str) -> Embed {
        let color = match outcome {
            "success" => GREEN,
            "failure" | "failed" | "timed_out" | "startup_failure" => RED,
            "action_required" => AMBER,
            _ => GREY,
        };
        let outcome = outcome.replace('_', " ");
        let mut card = self.card(&format!("{name}: {outcome}"), url, color);
        let branch = code(&clip(branch, MAX_REF));
        if !branch.is_empty() {
            card.fields.push(Field {
                name: "Branch".to_owned(),
                value: branch,
                inline: true,
            });
        }
        card
    }
}

impl Commit<'_> {
    fn line(&self) -> String {
        let id: String = self.id.chars().take(7).collect();
        let message = escape(&clip(first_line(self.message), MAX_COMMIT));
        let author = escape(&clip(&one_line(self.author), 50));
        let id = link(&id, self.url);
        if author.is_empty() {
            format!("{id} {message}")
        } else {
            format!("{id} {message} – {author}")
        }
    }
}

/// The beginning of what somebody wrote at length; none when it is empty.
pub(super) fn body(text: &str) -> Option<String> {
    let text = escape(&clip(text, MAX_BODY));
    (!text.trim().is_empty()).then_some(text)
}

/// The name of a branch or tag, and whether it is a branch: `refs/heads/main`.
pub(super) fn reference(name: &str) -> (&str, bool) {
    match name.strip_prefix("refs/tags/") {
        Some(tag) => (tag, false),
        None => (name.strip_prefix("refs/heads/").unwrap_or(name), true),
    }
}
