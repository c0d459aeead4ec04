//! A post: what a webhook wants to say, read from one payload and within every limit.
//!
//! Owns: our own shape of a payload and what all shapes share - who seems to speak, whom it may
//! notify, what it answers. Discord's embeds and Slack's attachments and blocks have files of their
//! own. Invariant: a [`Post`] has something to be shown.

use serde_json::Value;

use super::{
    discord,
    embed::{Budget, Embed},
    markdown,
    mentions::Mentions,
    payload::{Envelope, Payload},
    reader::{Fields, id},
    slack,
    warnings::Warnings,
};
use crate::kernel::{Error, Result};

/// The longest name that a post may be signed with.
const MAX_USERNAME: usize = 80;
/// How many times the limit is read of a text that gets shorter, as Slack's `&amp;` does.
const ROOM_FOR_MARKUP: usize = 8;
/// The longest key of a post.
const MAX_NONCE: usize = 64;
/// The bit of `flags` for a post without its cards.
const SUPPRESS_EMBEDS: u64 = 1 << 2;
/// The bit of `flags` for a post that notifies nobody by sound.
const SILENT: u64 = 1 << 12;

/// Members of a payload that have a meaning here.
const KNOWN: [&str; 13] = [
    "content",
    "text",
    "username",
    "avatar_url",
    "icon_url",
    "icon_emoji",
    "embeds",
    "attachments",
    "blocks",
    "allowed_mentions",
    "reply_to",
    "nonce",
    "flags",
];

/// Members that other servers know, and why they have no effect.
const IGNORED: [(&str, &str); 6] = [
    ("channel", "ignored, a webhook posts to its one channel"),
    ("tts", "ignored, nothing is read aloud"),
    ("link_names", "ignored, see allowed_mentions"),
    ("components", "ignored, there are no components"),
    ("poll", "ignored, there are no polls"),
    (
        "mrkdwn",
        "only taken with attachments or blocks, or at /slack",
    ),
];

/// What the picture beside a post is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Avatar {
    /// A picture elsewhere, by https.
    Url(String),
    /// An emoji.
    Emoji(String),
}

/// Whose shape a payload had, which decides how it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Our own, or Discord's.
    Native,
    /// Slack's: answered in plain text.
    Slack,
}

/// What a webhook wants to say.
#[derive(Clone, Debug, PartialEq)]
pub struct Post {
    /// Its text, Markdown; empty if there are cards or files.
    pub content: String,
    /// Who seems to speak, instead of the webhook's own name.
    pub username: Option<String>,
    /// The picture beside it, instead of the webhook's own.
    pub avatar: Option<Avatar>,
    /// Its cards.
    pub embeds: Vec<Embed>,
    /// Whom it may notify.
    pub mentions: Mentions,
    /// The message it answers.
    pub reply_to: Option<i64>,
    /// The sender's key for it.
    pub nonce: Option<String>,
    /// Whether it notifies without a sound.
    pub is_silent: bool,
    /// Whose shape it had.
    pub shape: Shape,
    /// What was ignored of it.
    pub warnings: Warnings,
}

/// What may be in a post of this webhook.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// The most characters of a text.
    pub max_content: usize,
    /// Whether a name is somebody's, or looks like it.
    pub is_reserved: &'a dyn Fn(&str) -> bool,
    /// Whether roles and everybody may be mentioned.
    pub may_mention_everyone: bool,
    /// Whether files come along, so that no text is needed.
    pub has_files: bool,
}

impl Post {
    /// A post of one card, which notifies nobody: what a converter made of a service's event.
    pub fn of_card(card: Embed) -> Self {
        Self {
            content: String::new(),
            username: None,
            avatar: None,
            embeds: vec![card],
            mentions: Mentions::none(),
            reply_to: None,
            nonce: None,
            is_silent: false,
            shape: Shape::Native,
            warnings: Warnings::default(),
        }
    }

    /// The sender's key of a payload that has not been read yet.
    ///
    /// # Errors
    /// `idempotency_key_invalid`.
    pub fn nonce_of(payload: &Payload) -> Result<Option<String>> {
        nonce(&Fields::of_payload(&payload.object))
    }

    /// Reads a payload. One that came to Slack's address or looks like Slack's is of that shape.
    ///
    /// # Errors
    /// The code of the first rule broken; nothing of the payload is kept then.
    pub fn read(payload: Payload, to_slack: bool, rules: &Rules<'_>) -> Result<Self> {
        let Payload {
            object,
            envelope,
            mut warnings,
            // Whoever says it keeps them first.
            files: _,
        } = payload;
        let fields = Fields::of_payload(&object);
        let shape = if to_slack || envelope == Envelope::Form || is_slacks(&fields) {
            Shape::Slack
        } else {
            Shape::Native
        };
        warn_of_ignored(&fields, shape, &mut warnings);
        let typed = content(&fields, shape, rules, &mut warnings)?;
        let mut budget = Budget::default();
        let mut embeds = discord::embeds(&fields, &mut budget, &mut warnings)?;
        let content = if shape == Shape::Slack {
            let cards = slack::cards(&fields, typed, &mut budget, &mut warnings)?;
            embeds.extend(cards.embeds);
            bounded_content(&fields, &cards.content, rules)?
        } else {
            typed
        };
        let flags = flags(&fields, &mut warnings)?;
        if flags & SUPPRESS_EMBEDS != 0 {
            embeds.clear();
        }
        if content.is_empty() && embeds.is_empty() && !rules.has_files {
            let text = "A post needs content, embeds or files.";
            return Err(Error::invalid("content_required", text).at("/content"));
        }
        Ok(Self {
            content,
            username: username(&fields, rules)?,
            avatar: avatar(&fields, &mut warnings)?,
            embeds,
            mentions: Mentions::read(&fields, rules.may_mention_everyone, &mut warnings)?,
            reply_to: reply_to(&fields)?,
            nonce: nonce(&fields)?,
            is_silent: flags & SILENT != 0,
            shape,
            warnings,
        })
    }
}

/// Whether a payload has cards as only Slack has them.
fn is_slacks(payload: &Fields<'_>) -> bool {
    let attachments = payload.get("attachments").and_then(Value::as_array);
    payload.get("blocks").is_some()
        || attachments.is_some_and(|list| !list.iter().all(discord::describes_file))
}

fn warn_of_ignored(payload: &Fields<'_>, shape: Shape, warnings: &mut Warnings) {
    for name in payload.names() {
        if KNOWN.contains(&name) || (name == "mrkdwn" && shape == Shape::Slack) {
            continue;
        }
        let known = IGNORED.iter().find(|(ignored, _)| *ignored == name);
        let why = known.map_or("ignored, there is no such field", |(_, why)| *why);
        warnings.add(&format!("/{name}"), why);
    }
}

/// The text of a post in our Markdown, not yet measured if it is Slack's.
fn content(
    payload: &Fields<'_>,
    shape: Shape,
    rules: &Rules<'_>,
    warnings: &mut Warnings,
) -> Result<String> {
    let max = match shape {
        Shape::Native => rules.max_content,
        Shape::Slack => rules.max_content.saturating_mul(ROOM_FOR_MARKUP),
    };
    let of = |name: &'static str| -> Result<Option<String>> {
        let text = payload.text(name, usize::MAX)?.unwrap_or_default();
        if text.chars().nth(max).is_some() {
            return Err(too_long(payload, name, text.chars().count(), rules));
        }
        Ok((!text.is_empty()).then_some(text))
    };
    let (content, text) = (of("content")?, of("text")?);
    match (content, text) {
        (Some(content), Some(text)) if content != text => {
            let why = "content and text are two names of one field and differ.";
            Err(payload.refuse("text", "content_ambiguous", why))
        }
        (Some(content), _) => Ok(content),
        (None, Some(text)) if shape == Shape::Slack => {
            Ok(slack::markdown_of(payload, &text, warnings))
        }
        (None, text) => Ok(text.unwrap_or_default()),
    }
}

fn bounded_content(payload: &Fields<'_>, content: &str, rules: &Rules<'_>) -> Result<String> {
    let content = content.trim();
    let length = content.chars().count();
    if length > rules.max_content {
        return Err(too_long(payload, "text", length, rules));
    }
    Ok(content.to_owned())
}

fn too_long(payload: &Fields<'_>, name: &str, length: usize, rules: &Rules<'_>) -> Error {
    let max = rules.max_content;
    let text = format!("{name} has {length} characters; at most {max} are allowed.");
    payload.refuse(name, "content_too_long", text)
}

fn username(payload: &Fields<'_>, rules: &Rules<'_>) -> Result<Option<String>> {
    let name = payload.line("username", MAX_USERNAME)?;
    match name {
        Some(name) if (rules.is_reserved)(&name) => {
            let text = "This is the name of somebody here, or looks like it.";
            Err(payload.refuse("username", "username_reserved", text))
        }
        name => Ok(name),
    }
}

fn avatar(payload: &Fields<'_>, warnings: &mut Warnings) -> Result<Option<Avatar>> {
    for name in ["avatar_url", "icon_url"] {
        let url = payload.https(name).map_err(|refused| {
            let text = refused.text().to_owned();
            payload.refuse(name, "avatar_url_invalid", text)
        })?;
        if let Some(url) = url {
            return Ok(Some(Avatar::Url(url)));
        }
    }
    let Some(shortcode) = payload.line("icon_emoji", MAX_USERNAME)? else {
        return Ok(None);
    };
    let emoji = emoji(&shortcode);
    if emoji.is_none() {
        warnings.add("/icon_emoji", "ignored, no such emoji is known");
    }
    Ok(emoji.map(Avatar::Emoji))
}

/// The emoji that `:tada:`, `tada` or the emoji itself stands for.
fn emoji(text: &str) -> Option<String> {
    let emoji = emojis::get(text).or_else(|| emojis::get_by_shortcode(text.trim_matches(':')));
    emoji.map(|emoji| emoji.as_str().to_owned())
}

fn reply_to(payload: &Fields<'_>) -> Result<Option<i64>> {
    let Some(value) = payload.get("reply_to") else {
        return Ok(None);
    };
    id(value).map(Some).ok_or_else(|| {
        payload.refuse(
            "reply_to",
            "reply_to_not_found",
            "There is no such message.",
        )
    })
}

fn nonce(payload: &Fields<'_>) -> Result<Option<String>> {
    let nonce = payload.scalar("nonce", usize::MAX);
    let is_key = |nonce: &String| {
        nonce.len() <= MAX_NONCE && nonce.bytes().all(|byte| byte.is_ascii_graphic())
    };
    match nonce {
        Ok(None) => Ok(None),
        Ok(Some(nonce)) if is_key(&nonce) => Ok(Some(nonce)),
        _ => {
            let text = format!("nonce must be 1-{MAX_NONCE} visible ASCII characters.");
            Err(payload.refuse("nonce", "idempotency_key_invalid", text))
        }
    }
}

fn flags(payload: &Fields<'_>, warnings: &mut Warnings) -> Result<u64> {
    let Some(value) = payload.get("flags") else {
        return Ok(0);
    };
    let flags = value
        .as_u64()
        .ok_or_else(|| payload.refuse("flags", "flags_invalid", "flags must be a whole number."))?;
    if flags & !(SUPPRESS_EMBEDS | SILENT) != 0 {
        warnings.add("/flags", "only 4 and 4096 have an effect");
    }
    Ok(flags)
}

/// Text of a service for a notification: plain, of one line and short.
pub fn summary(text: &str) -> Option<String> {
    let text = markdown::clip(&markdown::one_line(text), super::embed::MAX_TITLE);
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests;
