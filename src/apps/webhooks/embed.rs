//! Cards: what a message of an app shows beside its text.
//!
//! Whichever shape a card came in, it is kept and sent in this one. `title`, the names and the
//! footer are plain text of one line; `description` and the values of fields are Markdown. All
//! lengths are in characters of the trimmed text.

use serde::{Deserialize, Serialize};
use time::{
    OffsetDateTime, UtcOffset,
    format_description::{BorrowedFormatItem, well_known::Rfc3339},
    macros::format_description,
};

use super::{reader::Fields, warnings::Warnings};
use crate::kernel::Result;

/// The most cards of a message.
pub const MAX_EMBEDS: usize = 10;
/// The longest title, author and name of a field.
pub const MAX_TITLE: usize = 256;
/// The longest description.
pub const MAX_DESCRIPTION: usize = 4096;
/// The most fields of a card.
pub const MAX_FIELDS: usize = 25;
/// The longest value of a field.
pub const MAX_VALUE: usize = 1024;
/// The longest footer.
pub const MAX_FOOTER: usize = 2048;
/// The longest text of all cards of a message together.
pub const MAX_TOTAL: usize = 6000;
/// The longest address, in bytes.
pub const MAX_URL: usize = 2048;
/// The largest colour: white.
pub const MAX_COLOR: u32 = 0xff_ff_ff;
/// The most pictures of cards that are shown as one because they have the same address.
const MAX_IMAGES: usize = 4;

/// How times in cards are written: UTC with milliseconds.
const TIMESTAMP: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// A card.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Embed {
    /// Its heading, plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What the heading links to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its text, Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The colour of its edge, as `0xRRGGBB`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<u32>,
    /// The time of what it tells, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// Who did what it tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<Author>,
    /// Names with values, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// Its picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Picture>,
    /// Further pictures, of the cards that became one with this one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub more_images: Vec<Picture>,
    /// A small picture beside the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<Picture>,
    /// Small print.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub footer: Option<Footer>,
    /// What it says in plain text, for notifications and screen readers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
}

/// Who did what a card tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = EmbedAuthor)]
pub struct Author {
    /// The name, plain text.
    pub name: String,
    /// What the name links to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// An https picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
}

/// A name with a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = EmbedField)]
pub struct Field {
    /// Plain text; empty for a value without a name.
    pub name: String,
    /// Markdown.
    pub value: String,
    /// Whether it is short enough to stand beside others.
    pub inline: bool,
}

/// A picture elsewhere, shown through the server's proxy for pictures only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = EmbedPicture)]
pub struct Picture {
    /// Where it is, by https.
    pub url: String,
}

/// Small print under a card.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = EmbedFooter)]
pub struct Footer {
    /// Plain text.
    pub text: String,
    /// An https picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
}

impl Embed {
    /// How many characters count towards [`MAX_TOTAL`].
    pub fn length(&self) -> usize {
        let fields = self.fields.iter();
        let texts = [
            self.title.as_deref(),
            self.description.as_deref(),
            self.author.as_ref().map(|author| author.name.as_str()),
            self.footer.as_ref().map(|footer| footer.text.as_str()),
        ];
        texts
            .into_iter()
            .flatten()
            .chain(fields.flat_map(|field| [field.name.as_str(), field.value.as_str()]))
            .map(|text| text.chars().count())
            .sum()
    }

    /// Whether there is nothing to be seen.
    pub fn is_empty(&self) -> bool {
        self.length() == 0 && self.image.is_none() && self.thumbnail.is_none()
    }

    /// Whether it has more than the picture that it brings to the card it becomes one with.
    fn is_more_than_a_picture(&self) -> bool {
        self.length() > 0 || self.thumbnail.is_some()
    }
}

/// What is left of [`MAX_TOTAL`] while the cards of a message are read.
#[derive(Clone, Copy, Debug)]
pub struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(MAX_TOTAL)
    }
}

impl Budget {
    /// Counts a card that was read from `fields`.
    ///
    /// # Errors
    /// `total_too_long` for the one that is too much.
    pub fn take(&mut self, embed: &Embed, fields: &Fields<'_>) -> Result<()> {
        let left = self.0.checked_sub(embed.length());
        self.0 = left.ok_or_else(|| {
            let text = format!("All cards together may have {MAX_TOTAL} characters.");
            fields.refuse("", "total_too_long", text)
        })?;
        Ok(())
    }
}

/// Makes one card of those with the same address: the first, with the pictures of all.
pub fn merge_same_url(embeds: Vec<Embed>, warnings: &mut Warnings) -> Vec<Embed> {
    let mut merged: Vec<Embed> = Vec::with_capacity(embeds.len());
    for (index, embed) in embeds.into_iter().enumerate() {
        let same = merged
            .iter_mut()
            .find(|first| first.url.is_some() && first.url == embed.url);
        let Some(first) = same else {
            merged.push(embed);
            continue;
        };
        if embed.is_more_than_a_picture() {
            warnings.add(
                &format!("/embeds/{index}"),
                "only its picture was kept, an earlier embed has the same url",
            );
        }
        if first.image.is_none() {
            first.image = embed.image;
        } else if first.more_images.len() + 1 < MAX_IMAGES {
            first.more_images.extend(embed.image);
        }
    }
    merged
}

/// A time in RFC 3339 as cards have it; none when it is no such time.
pub fn timestamp(text: &str) -> Option<String> {
    written(OffsetDateTime::parse(text.trim(), &Rfc3339).ok()?)
}

/// A time in seconds since 1970 as cards have it; none when it is out of reach.
pub fn timestamp_of_seconds(seconds: i64) -> Option<String> {
    written(OffsetDateTime::from_unix_timestamp(seconds).ok()?)
}

fn written(time: OffsetDateTime) -> Option<String> {
    let utc = time.checked_to_offset(UtcOffset::UTC)?;
    (0..=9999).contains(&utc.year()).then_some(())?;
    utc.format(TIMESTAMP).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Embed, Picture, merge_same_url, timestamp, timestamp_of_seconds};
    use crate::apps::webhooks::warnings::Warnings;

    fn pictured(url: &str, image: &str) -> Embed {
        Embed {
            url: Some(url.to_owned()),
            image: Some(Picture {
                url: image.to_owned(),
            }),
            ..Embed::default()
        }
    }

    #[test]
    fn times_are_in_utc_with_milliseconds() {
        assert_eq!(
            timestamp("2025-01-15T11:30:00.1239+01:00").as_deref(),
            Some("2025-01-15T10:30:00.123Z")
        );
        assert_eq!(
            timestamp_of_seconds(0).as_deref(),
            Some("1970-01-01T00:00:00.000Z")
        );
        for bad in [
            "2025-01-15",
            "2025-01-15T10:30:00",
            "yesterday",
            "",
            "0000-01-01T00:00:00+23:00",
        ] {
            assert_eq!(timestamp(bad), None, "{bad}");
        }
        assert_eq!(timestamp_of_seconds(i64::MAX), None);
    }

    #[test]
    fn cards_of_one_address_are_one_with_up_to_four_pictures() {
        let mut warnings = Warnings::default();
        let mut embeds: Vec<_> = (0..6)
            .map(|n| pictured("https://a/", &format!("{n}")))
            .collect();
        embeds[1].title = Some("lost".to_owned());
        embeds.push(pictured("https://b/", "b"));
        embeds.push(Embed::default());
        embeds.push(Embed::default());

        let merged = merge_same_url(embeds, &mut warnings);

        assert_eq!(merged.len(), 4);
        let pictures: Vec<_> = merged[0]
            .more_images
            .iter()
            .map(|picture| &picture.url)
            .collect();
        assert_eq!(pictures, ["1", "2", "3"]);
        assert_eq!(merged[1], pictured("https://b/", "b"));
        assert_eq!(warnings.list().len(), 1);
    }

    #[test]
    fn what_is_not_there_is_not_written() {
        let embed = pictured("https://a/", "https://i/");
        let json = serde_json::to_value(&embed).expect("serialisable");
        assert_eq!(
            json,
            json!({"url": "https://a/", "image": {"url": "https://i/"}})
        );
        assert_eq!(
            serde_json::from_value::<Embed>(json).expect("read back"),
            embed
        );
    }
}
