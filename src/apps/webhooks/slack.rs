//! Slack's payloads: its attachments and blocks as cards, and its answers in plain text.

use serde_json::Value;

use super::{
    blocks, discord,
    embed::{
        self, Author, Budget, Embed, Field, Footer, MAX_DESCRIPTION, MAX_FIELDS, MAX_FOOTER,
        MAX_TITLE, MAX_VALUE, Picture,
    },
    markdown, mrkdwn,
    post::summary,
    reader::Fields,
    warnings::Warnings,
};
use crate::kernel::{Error, Result};

/// The most attachments of a payload.
const MAX_ATTACHMENTS: usize = 20;

/// Members of an attachment that have a meaning here.
const KNOWN: [&str; 19] = [
    "fallback",
    "pretext",
    "text",
    "title",
    "title_link",
    "color",
    "fields",
    "author_name",
    "author_link",
    "author_icon",
    "footer",
    "footer_icon",
    "ts",
    "image_url",
    "thumb_url",
    "actions",
    "blocks",
    "mrkdwn_in",
    "id",
];

/// What a Slack payload has beside its text.
#[derive(Debug)]
pub struct Cards {
    /// The text with what stands before the cards.
    pub content: String,
    /// The cards.
    pub embeds: Vec<Embed>,
}

/// The text of a successful answer.
pub const OK: &str = "ok";

/// The plain text by which Slack's clients know a refusal with this status and code.
pub fn refusal(status: u16, code: &str) -> &str {
    match (status, code) {
        (400, "content_required") => "no_text",
        (400, _) => "invalid_payload",
        (401 | 403, _) => "action_prohibited",
        (404, _) => "no_service",
        (410, _) => "channel_is_archived",
        _ => code,
    }
}

/// `text` in our Markdown; with `"mrkdwn": false` it is shown as it is.
pub fn markdown_of(payload: &Fields<'_>, text: &str, warnings: &mut Warnings) -> String {
    match payload.get("mrkdwn") {
        Some(Value::Bool(false)) => markdown::escape(&mrkdwn::decode(text)),
        None | Some(Value::Bool(true)) => mrkdwn::to_markdown(text),
        Some(_) => {
            warnings.add("/mrkdwn", "ignored, it is true or false");
            mrkdwn::to_markdown(text)
        }
    }
}

/// Reads `blocks` and `attachments` beside the text `content`.
///
/// # Errors
/// `block_N:<reason>` or `attachment_N:<reason>` of the first rule broken, N counted from 0.
pub fn cards(
    payload: &Fields<'_>,
    content: String,
    budget: &mut Budget,
    warnings: &mut Warnings,
) -> Result<Cards> {
    let mut cards = Cards {
        content,
        embeds: blocks::cards(payload, budget, warnings)?,
    };
    if let Some(first) = cards.embeds.first_mut() {
        // Beside blocks, the text is what notifications say.
        first.fallback = summary(&std::mem::take(&mut cards.content));
    }
    let list = payload.list("attachments")?;
    if list.len() > MAX_ATTACHMENTS {
        let count = list.len();
        let text =
            format!("{count} attachments are too many; at most {MAX_ATTACHMENTS} are allowed.");
        let code = format!("attachment_{MAX_ATTACHMENTS}:too_many");
        return Err(Error::invalid(code, text).at(format!("/attachments/{MAX_ATTACHMENTS}")));
    }
    for (index, value) in list.iter().enumerate() {
        if discord::describes_file(value) {
            warnings.add(
                &format!("/attachments/{index}"),
                "ignored, its file did not come along",
            );
            continue;
        }
        let fields = Fields::of_element(value, "/attachments", "attachment", index)?;
        attachment(&fields, &mut cards, budget, warnings)?;
    }
    Ok(cards)
}

fn attachment(
    fields: &Fields<'_>,
    cards: &mut Cards,
    budget: &mut Budget,
    warnings: &mut Warnings,
) -> Result<()> {
    for name in fields.names().filter(|name| !KNOWN.contains(name)) {
        warnings.add(&format!("{}/{name}", fields.pointer()), "ignored");
    }
    if let Some(pretext) = mrkdwn_text(fields, "pretext", MAX_DESCRIPTION)? {
        if !cards.content.is_empty() {
            cards.content.push_str("\n\n");
        }
        cards.content.push_str(&pretext);
    }
    let color = color(fields, warnings);
    let mut within = blocks::cards(fields, budget, warnings)?;
    let card = card(fields, color, warnings)?;
    for block in &mut within {
        block.color = color;
    }
    cards.embeds.append(&mut within);
    if !card.is_empty() {
        budget.take(&card, fields)?;
        cards.embeds.push(card);
    }
    Ok(())
}

fn card(fields: &Fields<'_>, color: Option<u32>, warnings: &mut Warnings) -> Result<Embed> {
    let picture = |name: &str, warnings: &mut Warnings| {
        let url = fields.picture(name, warnings);
        url.map(|url| Picture { url })
    };
    let fallback = fields.scalar("fallback", usize::MAX)?.unwrap_or_default();
    let fallback = summary(&mrkdwn::decode(&fallback));
    let mut card = Embed {
        title: plain_text(fields, "title", MAX_TITLE)?,
        url: fields.link("title_link", warnings),
        description: description(fields, warnings)?,
        color,
        timestamp: timestamp(fields, warnings),
        author: author(fields, warnings)?,
        fields: fields_of(fields)?,
        image: picture("image_url", warnings),
        more_images: Vec::new(),
        thumbnail: picture("thumb_url", warnings),
        footer: footer(fields, warnings)?,
        fallback: fallback.clone(),
    };
    let only_fallback = card.is_empty() && fields.get("blocks").is_none();
    if only_fallback && fields.get("pretext").is_none() {
        card.description = fallback.map(|text| markdown::escape(&text));
    }
    Ok(card)
}

/// The text with the buttons that are links.
fn description(fields: &Fields<'_>, warnings: &mut Warnings) -> Result<Option<String>> {
    let mut parts: Vec<String> = mrkdwn_text(fields, "text", MAX_DESCRIPTION)?
        .into_iter()
        .collect();
    let links: Vec<_> = fields
        .list("actions")?
        .iter()
        .enumerate()
        .filter_map(|(index, action)| {
            let link = button(action);
            if link.is_none() {
                let pointer = format!("{}/actions/{index}", fields.pointer());
                warnings.add(&pointer, "left out, only buttons with an address are shown");
            }
            link
        })
        .collect();
    if !links.is_empty() {
        parts.push(links.join(" · "));
    }
    fields.bounded("text", &parts.join("\n\n"), MAX_DESCRIPTION)
}

/// A button with an address as a link; the interactive ones do nothing here.
pub(super) fn button(action: &Value) -> Option<String> {
    let url = markdown::web_address(action.get("url")?.as_str()?)?;
    let text = match action.get("text")? {
        Value::Object(text) => text.get("text")?.as_str()?,
        text => text.as_str()?,
    };
    let label = markdown::clip(&markdown::one_line(&mrkdwn::decode(text)), 80);
    (!label.is_empty()).then(|| markdown::link(&label, &url))
}

/// `good`, `warning`, `danger` or `#rrggbb`.
fn color(fields: &Fields<'_>, warnings: &mut Warnings) -> Option<u32> {
    let color = fields.get("color")?.as_str().unwrap_or("?").trim();
    let hex = color.strip_prefix('#').unwrap_or(color);
    let known = match color {
        "" => return None,
        "good" => Some(0x2e_b8_86),
        "warning" => Some(0xda_a0_38),
        "danger" => Some(0xa3_02_00),
        _ if hex.len() == 6 && !hex.starts_with('+') => u32::from_str_radix(hex, 16).ok(),
        _ => None,
    };
    if known.is_none() {
        warnings.add(
            &format!("{}/color", fields.pointer()),
            "ignored, it is no colour",
        );
    }
    known
}

/// `ts`: seconds since 1970, as a number or, as Slack writes it, a text with decimals.
fn timestamp(fields: &Fields<'_>, warnings: &mut Warnings) -> Option<String> {
    let text = match fields.get("ts")? {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    let seconds = text.split('.').next().and_then(|text| text.parse().ok());
    let time = seconds.and_then(embed::timestamp_of_seconds);
    if time.is_none() {
        warnings.add(
            &format!("{}/ts", fields.pointer()),
            "ignored, it is no time",
        );
    }
    time
}

fn author(fields: &Fields<'_>, warnings: &mut Warnings) -> Result<Option<Author>> {
    let name = plain_text(fields, "author_name", MAX_TITLE)?;
    let url = fields.link("author_link", warnings);
    let icon_url = fields.picture("author_icon", warnings);
    Ok(name.map(|name| Author {
        name,
        url,
        icon_url,
    }))
}

fn footer(fields: &Fields<'_>, warnings: &mut Warnings) -> Result<Option<Footer>> {
    let text = plain_text(fields, "footer", MAX_FOOTER)?;
    let icon_url = fields.picture("footer_icon", warnings);
    Ok(text.map(|text| Footer { text, icon_url }))
}

fn fields_of(attachment: &Fields<'_>) -> Result<Vec<Field>> {
    let mut kept = Vec::new();
    for field in attachment.objects("fields", "field", MAX_FIELDS)? {
        let name = plain_text(&field, "title", MAX_TITLE)?.unwrap_or_default();
        let value = mrkdwn_text(&field, "value", MAX_VALUE)?.unwrap_or_default();
        if !name.is_empty() || !value.is_empty() {
            let inline = field.is_set("short")?;
            kept.push(Field {
                name,
                value,
                inline,
            });
        }
    }
    Ok(kept)
}

fn mrkdwn_text(fields: &Fields<'_>, name: &str, max: usize) -> Result<Option<String>> {
    let text = fields.scalar(name, max.saturating_mul(4))?;
    let markdown = mrkdwn::to_markdown(&text.unwrap_or_default());
    fields.bounded(name, &markdown, max)
}

fn plain_text(fields: &Fields<'_>, name: &str, max: usize) -> Result<Option<String>> {
    let text = fields.scalar(name, max.saturating_mul(4))?;
    let text = markdown::one_line(&mrkdwn::decode(&text.unwrap_or_default()));
    fields.bounded(name, &text, max)
}

#[cfg(test)]
mod tests {
    use super::refusal;

    #[test]
    fn refusals_are_worded_as_slacks_clients_know_them() {
        for (status, code, text) in [
            (400, "content_required", "no_text"),
            (400, "invalid_json", "invalid_payload"),
            (400, "attachment_0:title_too_long", "invalid_payload"),
            (401, "signature_invalid", "action_prohibited"),
            (403, "suspended", "action_prohibited"),
            (404, "webhook_not_found", "no_service"),
            (410, "channel_gone", "channel_is_archived"),
            (413, "payload_too_large", "payload_too_large"),
            (415, "unsupported_media_type", "unsupported_media_type"),
            (429, "rate_limited", "rate_limited"),
        ] {
            assert_eq!(refusal(status, code), text);
        }
    }
}
