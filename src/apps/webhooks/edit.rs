//! What a webhook wants to change about a message of its own.

use super::{
    embed::Embed,
    mentions::Mentions,
    payload::Payload,
    post::{Post, Rules, Shape},
    warnings::Warnings,
};
use crate::kernel::{Error, Result};

/// What only a new post can say.
const OF_NEW_POSTS: [&str; 6] = [
    "username",
    "avatar_url",
    "icon_url",
    "icon_emoji",
    "reply_to",
    "flags",
];

/// A change to a message. What is not there stays as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// Its new text, Markdown.
    pub content: Option<String>,
    /// Its new cards.
    pub embeds: Option<Vec<Embed>>,
    /// Whom it may notify.
    pub mentions: Mentions,
    /// What was ignored of it.
    pub warnings: Warnings,
}

impl Edit {
    /// Reads a payload by the rules for posts. `null` empties what it is given for.
    ///
    /// # Errors
    /// `content_required` when nothing is to be changed; those of a post.
    pub fn read(mut payload: Payload, rules: &Rules<'_>) -> Result<Self> {
        for name in OF_NEW_POSTS {
            if payload.object.remove(name).is_some() {
                let why = "ignored, a message keeps what it was posted with";
                payload.warnings.add(&format!("/{name}"), why);
            }
        }
        let names_any = |names: &[&str]| names.iter().any(|n| payload.object.contains_key(*n));
        let (text, cards) = (
            names_any(&["content", "text"]),
            names_any(&["embeds", "attachments", "blocks"]),
        );
        if !text && !cards {
            let why = "A change needs content or embeds.";
            return Err(Error::invalid("content_required", why).at("/content"));
        }
        let rules = Rules {
            // What is left of the message is looked at when it is known.
            has_files: true,
            ..*rules
        };
        let post = Post::read(payload, false, &rules)?;
        // In Slack's shape text and cards are one: a card can put text before itself.
        let is_slacks = post.shape == Shape::Slack;
        Ok(Self {
            content: (text || is_slacks).then_some(post.content),
            embeds: (cards || is_slacks).then_some(post.embeds),
            mentions: post.mentions,
            warnings: post.warnings,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Edit;
    use crate::{
        apps::webhooks::{
            payload::{Envelope, object},
            post::Rules,
        },
        kernel::Result,
    };

    fn read(body: &Value) -> Result<Edit> {
        let payload = object(body.to_string().as_bytes(), Envelope::Body).expect("JSON");
        let rules = Rules {
            max_content: 10,
            is_reserved: &|name| name == "alice",
            may_mention_everyone: false,
            has_files: false,
        };
        Edit::read(payload, &rules)
    }

    #[test]
    fn what_is_not_named_stays() {
        let edit = read(&json!({"content": " new "})).expect("valid");
        assert_eq!(edit.content.as_deref(), Some("new"));
        assert_eq!(edit.embeds, None);
        let edit = read(&json!({"embeds": [{"title": "T"}]})).expect("valid");
        assert_eq!(edit.content, None);
        assert_eq!(edit.embeds.map(|embeds| embeds.len()), Some(1));
    }

    #[test]
    fn null_empties() {
        let edit = read(&json!({"content": null, "embeds": null})).expect("valid");
        assert_eq!(edit.content.as_deref(), Some(""));
        assert_eq!(edit.embeds, Some(Vec::new()));
    }

    #[test]
    fn slacks_text_and_cards_change_together() {
        let edit = read(&json!({"attachments": [{"pretext": "a", "text": "b"}]}));
        let edit = edit.expect("valid");
        assert_eq!(edit.content.as_deref(), Some("a"));
        assert_eq!(edit.embeds.map(|embeds| embeds.len()), Some(1));
    }

    #[test]
    fn an_author_does_not_change() {
        let edit = read(&json!({"content": "x", "username": "alice", "flags": 4}));
        let edit = edit.expect("valid");
        assert_eq!(edit.warnings.list().len(), 2);
    }

    #[test]
    fn the_rules_are_those_of_posts() {
        for (body, code) in [
            (json!({}), "content_required"),
            (json!({"username": "x"}), "content_required"),
            (json!({"content": "12345678901"}), "content_too_long"),
            (json!({"content": "a", "text": "b"}), "content_ambiguous"),
            (json!({"embeds": [{}]}), "embed_0:empty"),
            (
                json!({"content": "a", "allowed_mentions": {"parse": ["everyone"]}}),
                "mention_not_allowed",
            ),
        ] {
            assert_eq!(read(&body).expect_err("refused").code(), code, "{body}");
        }
    }
}
