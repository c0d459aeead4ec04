//! Discord's embeds, which are also our own shape of a card.

use serde_json::Value;

use super::{
    embed::{
        self, Author, Budget, Embed, Field, Footer, MAX_COLOR, MAX_DESCRIPTION, MAX_EMBEDS,
        MAX_FIELDS, MAX_FOOTER, MAX_TITLE, MAX_VALUE, Picture,
    },
    reader::Fields,
    warnings::Warnings,
};
use crate::kernel::{Error, Result};

/// Reads the list `embeds` of a payload.
///
/// # Errors
/// `embed_N:<reason>` of the first rule broken, N counted from 0.
pub fn embeds(
    payload: &Fields<'_>,
    budget: &mut Budget,
    warnings: &mut Warnings,
) -> Result<Vec<Embed>> {
    let list = payload.list("embeds")?;
    if list.len() > MAX_EMBEDS {
        let text = format!(
            "{} embeds are too many; at most {MAX_EMBEDS} are allowed.",
            list.len()
        );
        let code = format!("embed_{MAX_EMBEDS}:too_many");
        return Err(Error::invalid(code, text).at(format!("/embeds/{MAX_EMBEDS}")));
    }
    let mut embeds = Vec::with_capacity(list.len());
    for (index, value) in list.iter().enumerate() {
        let fields = Fields::of_element(value, "/embeds", "embed", index)?;
        let embed = embed(&fields)?;
        budget.take(&embed, &fields)?;
        embeds.push(embed);
    }
    Ok(embed::merge_same_url(embeds, warnings))
}

/// Whether an element of `attachments` is about a file that comes along, as Discord has it, and no
/// card of Slack's.
pub fn describes_file(value: &Value) -> bool {
    const OF_SLACK: [&str; 9] = [
        "fallback",
        "text",
        "pretext",
        "title",
        "fields",
        "blocks",
        "actions",
        "author_name",
        "image_url",
    ];
    value.get("id").is_some() && OF_SLACK.iter().all(|name| value.get(name).is_none())
}

fn embed(fields: &Fields<'_>) -> Result<Embed> {
    let embed = Embed {
        title: fields.line("title", MAX_TITLE)?,
        url: fields.https("url")?,
        description: fields.text("description", MAX_DESCRIPTION)?,
        color: color(fields)?,
        timestamp: timestamp(fields)?,
        author: author(fields)?,
        fields: fields_of(fields)?,
        image: picture(fields, "image")?,
        more_images: Vec::new(),
        thumbnail: picture(fields, "thumbnail")?,
        footer: footer(fields)?,
        fallback: None,
    };
    if embed.is_empty() {
        return Err(fields.refuse("", "empty", "There is nothing in this embed to be shown."));
    }
    Ok(embed)
}

fn color(fields: &Fields<'_>) -> Result<Option<u32>> {
    let Some(value) = fields.get("color") else {
        return Ok(None);
    };
    let color = value.as_u64().and_then(|color| u32::try_from(color).ok());
    let color = color.filter(|color| *color <= MAX_COLOR);
    color.map(Some).ok_or_else(|| {
        let text = format!("color must be a whole number from 0 to {MAX_COLOR}.");
        fields.refuse("color", "color_invalid", text)
    })
}

fn timestamp(fields: &Fields<'_>) -> Result<Option<String>> {
    let Some(value) = fields.get("timestamp") else {
        return Ok(None);
    };
    let time = value.as_str().and_then(embed::timestamp);
    time.map(Some).ok_or_else(|| {
        let text = "timestamp must be a time in RFC 3339, such as 2025-01-15T10:30:00Z.";
        fields.refuse("timestamp", "timestamp_invalid", text)
    })
}

fn author(fields: &Fields<'_>) -> Result<Option<Author>> {
    let Some(author) = fields.object("author")? else {
        return Ok(None);
    };
    let name = author.line("name", MAX_TITLE)?;
    let (url, icon_url) = (author.https("url")?, author.https("icon_url")?);
    Ok(name.map(|name| Author {
        name,
        url,
        icon_url,
    }))
}

fn footer(fields: &Fields<'_>) -> Result<Option<Footer>> {
    let Some(footer) = fields.object("footer")? else {
        return Ok(None);
    };
    let text = footer.line("text", MAX_FOOTER)?;
    let icon_url = footer.https("icon_url")?;
    Ok(text.map(|text| Footer { text, icon_url }))
}

fn picture(fields: &Fields<'_>, name: &str) -> Result<Option<Picture>> {
    let Some(picture) = fields.object(name)? else {
        return Ok(None);
    };
    let url = picture.https("url")?;
    Ok(url.map(|url| Picture { url }))
}

fn fields_of(embed: &Fields<'_>) -> Result<Vec<Field>> {
    let fields = embed.objects("fields", "field", MAX_FIELDS)?;
    let fields = fields.iter().map(|field| {
        let required = |text: Option<String>, name: &str| {
            text.ok_or_else(|| {
                let code = format!("{name}_required");
                field.refuse(name, &code, format!("A field needs a {name}."))
            })
        };
        Ok(Field {
            name: required(field.line("name", MAX_TITLE)?, "name")?,
            value: required(field.text("value", MAX_VALUE)?, "value")?,
            inline: field.is_set("inline")?,
        })
    });
    fields.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{describes_file, embeds};
    use crate::{
        apps::webhooks::{
            embed::{Budget, Embed},
            reader::Fields,
            warnings::Warnings,
        },
        kernel::Result,
    };

    fn read(list: &Value) -> Result<Vec<Embed>> {
        let payload = json!({ "embeds": list });
        let fields = Fields::of_payload(payload.as_object().expect("an object"));
        embeds(&fields, &mut Budget::default(), &mut Warnings::default())
    }

    #[test]
    fn every_part_of_an_embed_is_kept() {
        let embed = json!({
            "title": "Build 512", "url": "https://ci.example/512", "description": "**green**",
            "color": 65280, "timestamp": "2025-01-15T10:30:00.000Z",
            "author": {"name": "ci", "url": "https://ci.example/", "icon_url": "https://ci.example/i.png"},
            "fields": [{"name": "Branch", "value": "main", "inline": true}],
            "image": {"url": "https://ci.example/a.png"},
            "thumbnail": {"url": "https://ci.example/t.png"},
            "footer": {"text": "12 s", "icon_url": "https://ci.example/f.png"},
        });
        let mut sent = embed.clone();
        sent["type"] = json!("rich");
        sent["video"] = json!({"url": "x"});
        sent["image"]["height"] = json!(5);

        let read = read(&json!([sent])).expect("valid");

        assert_eq!(serde_json::to_value(&read[0]).expect("serialisable"), embed);
    }

    #[test]
    fn the_limits_are_the_last_lengths_that_pass() {
        let fields = |count: usize| vec![json!({"name": "n", "value": "v"}); count];
        for (part, reason) in [
            (
                |n: usize| json!({"title": "é".repeat(255 + n)}),
                "title_too_long",
            ),
            (
                |n| json!({"description": "é".repeat(4095 + n)}),
                "description_too_long",
            ),
            (
                |n| json!({"author": {"name": "x".repeat(255 + n)}}),
                "author_name_too_long",
            ),
            (
                |n| json!({"footer": {"text": "x".repeat(2047 + n)}}),
                "footer_text_too_long",
            ),
            (
                |n| json!({"fields": [{"name": "x".repeat(255 + n), "value": "v"}]}),
                "field_0_name_too_long",
            ),
            (
                |n| json!({"fields": [{"name": "n", "value": "x".repeat(1023 + n)}]}),
                "field_0_value_too_long",
            ),
        ] as [(fn(usize) -> Value, &str); 6]
        {
            assert!(read(&json!([part(1)])).is_ok(), "{reason}");
            let refused = read(&json!([{"title": "t"}, part(2)])).expect_err(reason);
            assert_eq!(refused.code(), format!("embed_1:{reason}"));
            assert!(
                refused
                    .pointer()
                    .expect("a pointer")
                    .starts_with("/embeds/1/")
            );
        }
        assert!(read(&json!([{"fields": fields(25)}])).is_ok());
        let refused = read(&json!([{"fields": fields(26)}])).expect_err("too many");
        assert_eq!(refused.code(), "embed_0:fields_too_many");
    }

    #[test]
    fn all_texts_together_have_a_limit() {
        let text = |n: usize| json!({"description": "x".repeat(n)});
        assert!(read(&json!([text(3000), text(3000)])).is_ok());
        let refused = read(&json!([text(3000), text(2999), {"title": "ab"}])).expect_err("long");
        assert_eq!(refused.code(), "embed_2:total_too_long");
    }

    #[test]
    fn ten_embeds_are_the_most() {
        let list = |n: usize| vec![json!({"title": "t"}); n];
        assert_eq!(read(&json!(list(10))).expect("ten").len(), 10);
        let refused = read(&json!(list(11))).expect_err("eleven");
        assert_eq!(refused.code(), "embed_10:too_many");
        assert_eq!(refused.pointer(), Some("/embeds/10"));
    }

    #[test]
    fn each_rule_has_its_reason() {
        for (embed, reason) in [
            (json!("x"), "not_an_object"),
            (json!({}), "empty"),
            (json!({"title": " "}), "empty"),
            (json!({"url": "https://a.example"}), "empty"),
            (json!({"title": 5}), "title_not_string"),
            (
                json!({"title": "t", "url": "http://a.example"}),
                "url_invalid",
            ),
            (json!({"title": "t", "url": 5}), "url_invalid"),
            (json!({"title": "t", "color": -1}), "color_invalid"),
            (json!({"title": "t", "color": 16_777_216}), "color_invalid"),
            (json!({"title": "t", "color": "red"}), "color_invalid"),
            (
                json!({"title": "t", "timestamp": "now"}),
                "timestamp_invalid",
            ),
            (json!({"title": "t", "timestamp": 5}), "timestamp_invalid"),
            (json!({"title": "t", "author": "x"}), "author_not_an_object"),
            (
                json!({"author": {"name": "a", "url": "x"}}),
                "author_url_invalid",
            ),
            (
                json!({"author": {"name": "a", "icon_url": "x"}}),
                "author_icon_url_invalid",
            ),
            (
                json!({"footer": {"text": "a", "icon_url": "x"}}),
                "footer_icon_url_invalid",
            ),
            (
                json!({"image": {"url": "http://a.example/a.png"}}),
                "image_url_invalid",
            ),
            (
                json!({"thumbnail": {"url": "javascript:1"}}),
                "thumbnail_url_invalid",
            ),
            (json!({"fields": {}}), "fields_not_array"),
            (json!({"fields": [5]}), "field_0_not_an_object"),
            (json!({"fields": [{"value": "v"}]}), "field_0_name_required"),
            (json!({"fields": [{"name": "n"}]}), "field_0_value_required"),
            (
                json!({"fields": [{"name": "n", "value": "v", "inline": 1}]}),
                "field_0_inline_not_boolean",
            ),
        ] {
            let refused = read(&json!([embed])).expect_err(reason);
            assert_eq!(refused.code(), format!("embed_0:{reason}"));
        }
        assert_eq!(
            read(&json!({})).expect_err("no list").code(),
            "embeds_not_array"
        );
    }

    #[test]
    fn descriptions_of_files_are_no_cards() {
        assert!(describes_file(
            &json!({"id": 0, "filename": "a.png", "description": "x"})
        ));
        assert!(!describes_file(&json!({"id": 1, "fallback": "x"})));
        assert!(!describes_file(&json!({"text": "x"})));
    }
}
