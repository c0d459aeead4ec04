//! Slack's blocks as cards: the order is kept, a header begins a new card.

use serde_json::Value;

use super::{
    embed::{
        Budget, Embed, Field, MAX_DESCRIPTION, MAX_EMBEDS, MAX_FIELDS, MAX_TITLE, MAX_VALUE,
        Picture,
    },
    markdown, mrkdwn,
    reader::{Fields, https_address},
    slack,
    warnings::Warnings,
};
use crate::kernel::{Error, Result};

/// The most blocks of a payload.
const MAX_BLOCKS: usize = 50;

/// Reads the list `blocks` of a payload or an attachment.
///
/// # Errors
/// `block_N:<reason>` of the first rule broken, N counted from 0.
pub fn cards(
    owner: &Fields<'_>,
    budget: &mut Budget,
    warnings: &mut Warnings,
) -> Result<Vec<Embed>> {
    let list = owner.list("blocks")?;
    let pointer = format!("{}/blocks", owner.pointer());
    if list.len() > MAX_BLOCKS {
        let text = format!(
            "{} blocks are too many; at most {MAX_BLOCKS} are allowed.",
            list.len()
        );
        let refused = Error::invalid(format!("block_{MAX_BLOCKS}:too_many"), text);
        return Err(refused.at(format!("{pointer}/{MAX_BLOCKS}")));
    }
    let mut pile = Pile {
        cards: Vec::new(),
        warnings,
    };
    for (index, value) in list.iter().enumerate() {
        let block = Fields::of_element(value, &pointer, "block", index)?;
        pile.add(&block)?;
        // Counted while it is known which block was too much.
        let mut left = *budget;
        for card in &pile.cards {
            left.take(card, &block)?;
        }
    }
    for card in &pile.cards {
        budget.take(card, owner)?;
    }
    Ok(pile.cards)
}

/// The cards so far; blocks are added to the last one while their order allows it.
struct Pile<'w> {
    cards: Vec<Embed>,
    warnings: &'w mut Warnings,
}

impl Pile<'_> {
    fn add(&mut self, block: &Fields<'_>) -> Result<()> {
        match block
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default()
        {
            "header" => self.header(block),
            "section" => self.section(block),
            "divider" => self.text(block, "---"),
            "context" => self.context(block),
            "image" => {
                self.image(block, block.get("image_url"));
                Ok(())
            }
            "markdown" => {
                let text = block.text("text", MAX_DESCRIPTION)?;
                self.text(block, &text.unwrap_or_default())
            }
            "actions" => self.actions(block),
            _ => {
                self.warn(block, "left out, blocks of this type are not shown");
                Ok(())
            }
        }
    }

    fn warn(&mut self, block: &Fields<'_>, why: &str) {
        self.warnings.add(block.pointer(), why);
    }

    /// The last card if `fits`, otherwise a new one; the last one anyway when there are too many.
    fn card(&mut self, fits: impl Fn(&Embed) -> bool) -> Option<&mut Embed> {
        let is_full = self.cards.len() >= MAX_EMBEDS;
        if !is_full && !self.cards.last().is_some_and(fits) {
            self.cards.push(Embed::default());
        }
        self.cards.last_mut()
    }

    fn header(&mut self, block: &Fields<'_>) -> Result<()> {
        let text = text_of(block, "text", MAX_TITLE)?;
        let Some(text) = text
            .map(|text| text.plain())
            .filter(|text| !text.is_empty())
        else {
            return Ok(());
        };
        if let Some(card) = self.card(Embed::is_empty).filter(|card| card.is_empty()) {
            card.title = Some(text);
            return Ok(());
        }
        self.text(block, &format!("**{}**", markdown::escape(&text)))
    }

    fn section(&mut self, block: &Fields<'_>) -> Result<()> {
        if let Some(text) = text_of(block, "text", MAX_DESCRIPTION)? {
            self.text(block, &text.markdown())?;
        }
        for field in block.list("fields")? {
            let text = Text::of(field).unwrap_or_default();
            self.field(block, &text)?;
        }
        match block.get("accessory") {
            Some(accessory) if accessory.get("type") == Some(&"image".into()) => {
                self.thumbnail(block, accessory);
            }
            Some(accessory) => match slack::button(accessory) {
                Some(link) => self.text(block, &link)?,
                None => self.warn(block, "its accessory was left out"),
            },
            None => {}
        }
        Ok(())
    }

    /// A field: its first line is its name if it has several.
    fn field(&mut self, block: &Fields<'_>, text: &Text) -> Result<()> {
        let (name, value) = match text.source.split_once('\n') {
            Some((name, value)) => (name.trim_matches(['*', ' ']), value),
            None => ("", text.source.as_str()),
        };
        let name = markdown::one_line(&mrkdwn::decode(name));
        let name = block
            .bounded("field", &name, MAX_TITLE)?
            .unwrap_or_default();
        let value = text.with(value).markdown();
        let value = block
            .bounded("field", &value, MAX_VALUE)?
            .unwrap_or_default();
        let has_room = |card: &Embed| card.image.is_none() && card.fields.len() < MAX_FIELDS;
        match self.card(has_room) {
            Some(card) if card.fields.len() < MAX_FIELDS => card.fields.push(Field {
                name,
                value,
                inline: true,
            }),
            _ => self.warn(block, "a field was left out, there are too many"),
        }
        Ok(())
    }

    /// Adds a paragraph.
    fn text(&mut self, block: &Fields<'_>, text: &str) -> Result<()> {
        let Some(text) = block.bounded("text", text, MAX_DESCRIPTION)? else {
            return Ok(());
        };
        let joined = |card: &Embed| match &card.description {
            Some(description) => format!("{description}\n\n{text}"),
            None => text.clone(),
        };
        let fits = |card: &Embed| {
            card.fields.is_empty()
                && card.image.is_none()
                && joined(card).chars().count() <= MAX_DESCRIPTION
        };
        if let Some(card) = self.card(fits) {
            let description = joined(card);
            card.description = block.bounded("text", &description, MAX_DESCRIPTION)?;
        }
        Ok(())
    }

    /// Small texts and pictures, as one paragraph.
    fn context(&mut self, block: &Fields<'_>) -> Result<()> {
        let mut texts = Vec::new();
        for element in block.list("elements")? {
            match Text::of(element) {
                Some(text) => texts.push(text.markdown()),
                None => self.warn(block, "a picture in it was left out"),
            }
        }
        self.text(block, &texts.join(" · "))
    }

    fn actions(&mut self, block: &Fields<'_>) -> Result<()> {
        let elements = block.list("elements")?;
        let links: Vec<_> = elements.iter().filter_map(slack::button).collect();
        if links.len() < elements.len() {
            self.warn(block, "only buttons with an address are shown");
        }
        self.text(block, &links.join(" · "))
    }

    fn image(&mut self, block: &Fields<'_>, url: Option<&Value>) {
        let url = url.and_then(Value::as_str).and_then(https_address);
        let card = self.card(|card| card.image.is_none());
        match (url, card) {
            (Some(url), Some(card)) if card.image.is_none() => card.image = Some(Picture { url }),
            _ => self.warn(block, "its picture was left out"),
        }
    }

    fn thumbnail(&mut self, block: &Fields<'_>, accessory: &Value) {
        let url = accessory
            .get("image_url")
            .and_then(Value::as_str)
            .and_then(https_address);
        match (url, self.cards.last_mut()) {
            (Some(url), Some(card)) if card.thumbnail.is_none() => {
                card.thumbnail = Some(Picture { url });
            }
            _ => self.warn(block, "its picture was left out"),
        }
    }
}

/// A text object of Slack's.
#[derive(Default)]
struct Text {
    source: String,
    is_plain: bool,
}

impl Text {
    /// The text of `{type, text}`; none for anything else.
    fn of(value: &Value) -> Option<Self> {
        let text = value.get("text")?.as_str()?;
        Some(Self {
            source: markdown::clean(text).trim().to_owned(),
            is_plain: value.get("type")? == "plain_text",
        })
    }

    fn with(&self, source: &str) -> Self {
        Self {
            source: source.to_owned(),
            is_plain: self.is_plain,
        }
    }

    fn markdown(&self) -> String {
        if self.is_plain {
            markdown::escape(&mrkdwn::decode(&self.source))
        } else {
            mrkdwn::to_markdown(&self.source)
        }
    }

    fn plain(&self) -> String {
        markdown::one_line(&mrkdwn::decode(&self.source))
    }
}

/// The text object `name` of a block.
fn text_of(block: &Fields<'_>, name: &str, max: usize) -> Result<Option<Text>> {
    let Some(value) = block.get(name) else {
        return Ok(None);
    };
    let text = Text::of(value).ok_or_else(|| {
        let why = "A text is an object with type and text.";
        block.refuse(name, &format!("{name}_invalid"), why)
    })?;
    block.bounded(name, &text.source, max.saturating_mul(4))?;
    Ok(Some(text))
}
