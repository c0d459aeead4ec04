//! Reading a payload's objects: each value is taken in its type, trimmed and within its limit, or
//! refused under a code that names it.

use std::borrow::Cow;

use serde_json::{Map, Value};
use url::Url;

use super::{embed::MAX_URL, markdown, warnings::Warnings};
use crate::kernel::{Error, Result};

/// An object of a payload, where it is, and how the codes about its members begin.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    object: &'a Map<String, Value>,
    pointer: String,
    prefix: String,
}

impl<'a> Fields<'a> {
    /// The payload itself: `content_too_long`.
    pub fn of_payload(object: &'a Map<String, Value>) -> Self {
        Self {
            object,
            pointer: String::new(),
            prefix: String::new(),
        }
    }

    /// The `index`-th element of the list `list`, called `what`: `embed_0:title_too_long`.
    pub fn of_element(value: &'a Value, list: &str, what: &str, index: usize) -> Result<Self> {
        Self::new(value, format!("{list}/{index}"), format!("{what}_{index}:"))
    }

    fn new(value: &'a Value, pointer: String, prefix: String) -> Result<Self> {
        match value {
            Value::Object(object) => Ok(Self {
                object,
                pointer,
                prefix,
            }),
            _ => Err(
                Error::invalid(format!("{prefix}not_an_object"), "This must be an object.")
                    .at(pointer),
            ),
        }
    }

    /// Where the object is, as a JSON pointer.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The value of a member. What is `null` is not there.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// The names of all members that are there.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        let there = self.object.iter().filter(|(_, value)| !value.is_null());
        there.map(|(name, _)| name.as_str())
    }

    /// A refusal of the member `name`. `code` is the code without how all codes here begin.
    pub fn refuse(&self, name: &str, code: &str, text: impl Into<Cow<'static, str>>) -> Error {
        let pointer = if name.is_empty() {
            self.pointer.clone()
        } else {
            format!("{}/{}", self.pointer, escaped(name))
        };
        Error::invalid(format!("{}{code}", self.prefix), text).at(pointer)
    }

    /// A text of several lines, trimmed, of at most `max` characters; none when nothing is left.
    pub fn text(&self, name: &str, max: usize) -> Result<Option<String>> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let Value::String(text) = value else {
            let code = format!("{name}_not_string");
            return Err(self.refuse(name, &code, format!("{name} must be a text.")));
        };
        self.bounded(name, &markdown::clean(text), max)
    }

    /// A text of one line, otherwise like [`text`](Self::text).
    pub fn line(&self, name: &str, max: usize) -> Result<Option<String>> {
        let text = self.text(name, usize::MAX)?.unwrap_or_default();
        self.bounded(name, &markdown::one_line(&text), max)
    }

    /// A text, number or truth value as text, as services write what they only show; otherwise
    /// like [`text`](Self::text).
    pub fn scalar(&self, name: &str, max: usize) -> Result<Option<String>> {
        match self.get(name) {
            Some(value @ (Value::Number(_) | Value::Bool(_))) => {
                self.bounded(name, &value.to_string(), max)
            }
            _ => self.text(name, max),
        }
    }

    /// Takes a text that was read otherwise for the member `name` if it is not too long.
    pub fn bounded(&self, name: &str, text: &str, max: usize) -> Result<Option<String>> {
        let text = text.trim();
        // No text has more characters than bytes.
        if text.len() > max {
            let length = text.chars().count();
            if length > max {
                let code = format!("{name}_too_long");
                let text = format!("{name} has {length} characters; at most {max} are allowed.");
                return Err(self.refuse(name, &code, text));
            }
        }
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }

    /// An https address.
    pub fn https(&self, name: &str) -> Result<Option<String>> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let Some(text) = value.as_str() else {
            return Err(self.bad_address(name));
        };
        if text.trim().is_empty() {
            return Ok(None);
        }
        https_address(text)
            .map(Some)
            .ok_or_else(|| self.bad_address(name))
    }

    /// The address of a web page that is only linked. One that cannot be is left out with a
    /// warning.
    pub fn link(&self, name: &str, warnings: &mut Warnings) -> Option<String> {
        self.address(name, markdown::web_address, warnings)
    }

    /// The https address of a picture. One that cannot be shown is left out with a warning.
    pub fn picture(&self, name: &str, warnings: &mut Warnings) -> Option<String> {
        self.address(name, https_address, warnings)
    }

    fn address(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Option<String>,
        warnings: &mut Warnings,
    ) -> Option<String> {
        let text = self.get(name)?.as_str().unwrap_or("?").trim();
        if text.is_empty() {
            return None;
        }
        let address = parse(text);
        if address.is_none() {
            let pointer = format!("{}/{name}", self.pointer);
            warnings.add(&pointer, "left out, the address cannot be used");
        }
        address
    }

    /// A member that is an object. Codes about it begin with its name.
    pub fn object(&self, name: &str) -> Result<Option<Fields<'a>>> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let pointer = format!("{}/{name}", self.pointer);
        Self::new(value, pointer, format!("{}{name}_", self.prefix)).map(Some)
    }

    /// The objects in the list `name`, at most `max`. Codes about them begin with `what` and their
    /// index.
    pub fn objects(&self, name: &str, what: &str, max: usize) -> Result<Vec<Fields<'a>>> {
        let list = self.list(name)?;
        if list.len() > max {
            let text = format!(
                "{} {name} are too many; at most {max} are allowed.",
                list.len()
            );
            return Err(self.refuse(name, &format!("{name}_too_many"), text));
        }
        let objects = list.iter().enumerate().map(|(index, value)| {
            let pointer = format!("{}/{name}/{index}", self.pointer);
            Self::new(value, pointer, format!("{}{what}_{index}_", self.prefix))
        });
        objects.collect()
    }

    /// A member that is a list; an absent one is empty.
    pub fn list(&self, name: &str) -> Result<&'a [Value]> {
        match self.get(name) {
            None => Ok(&[]),
            Some(Value::Array(list)) => Ok(list),
            Some(_) => {
                let code = format!("{name}_not_array");
                Err(self.refuse(name, &code, format!("{name} must be a list.")))
            }
        }
    }

    /// A member that is a truth value; an absent one is false.
    pub fn is_set(&self, name: &str) -> Result<bool> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(value)) => Ok(*value),
            Some(_) => {
                let code = format!("{name}_not_boolean");
                Err(self.refuse(name, &code, format!("{name} must be true or false.")))
            }
        }
    }

    fn bad_address(&self, name: &str) -> Error {
        let text = format!("{name} must be an https address of at most {MAX_URL} characters.");
        self.refuse(name, &format!("{name}_invalid"), text)
    }
}

/// An id as a number or, as some services write it, a text of digits.
pub fn id(value: &Value) -> Option<i64> {
    let id = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    id.filter(|id| *id > 0)
}

/// The address in its normal form if it is an absolute https one of at most [`MAX_URL`] bytes that
/// names no user.
pub fn https_address(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > MAX_URL {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let is_plain = url.username().is_empty() && url.password().is_none();
    (url.scheme() == "https" && url.has_host() && is_plain).then(|| url.into())
}

/// A member's name as a JSON pointer has it.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Fields, https_address, id};

    #[test]
    fn refusals_name_the_member_and_where_it_is() {
        let payload = json!({"embeds": [{}, {"author": {"name": 5}, "fields": [{"name": "abc"}]}]});
        let fields = Fields::of_element(&payload["embeds"][1], "/embeds", "embed", 1);
        let fields = fields.expect("an object");

        let author = fields.object("author").expect("an object").expect("there");
        let refused = author.text("name", 10).expect_err("a number");
        assert_eq!(refused.code(), "embed_1:author_name_not_string");
        assert_eq!(refused.pointer(), Some("/embeds/1/author/name"));

        let field = &fields.objects("fields", "field", 1).expect("one")[0];
        let refused = field.text("name", 2).expect_err("too long");
        assert_eq!(refused.code(), "embed_1:field_0_name_too_long");
        assert_eq!(refused.pointer(), Some("/embeds/1/fields/0/name"));

        let refused = fields.objects("fields", "field", 0).expect_err("too many");
        assert_eq!(refused.code(), "embed_1:fields_too_many");
    }

    #[test]
    fn texts_are_counted_in_characters_after_trimming() {
        let payload = json!({"a": "  ééé  ", "b": " \n ", "c": null, "d": 4.5});
        let fields = Fields::of_payload(payload.as_object().expect("an object"));
        assert_eq!(fields.text("a", 3).expect("valid").as_deref(), Some("ééé"));
        assert!(fields.text("a", 2).is_err());
        assert_eq!(fields.text("b", 0).expect("valid"), None);
        assert_eq!(fields.text("c", 0).expect("valid"), None);
        assert_eq!(
            fields.scalar("d", 3).expect("valid").as_deref(),
            Some("4.5")
        );
        assert!(fields.scalar("d", 2).is_err());
        assert_eq!(fields.names().collect::<Vec<_>>(), ["a", "b", "d"]);
    }

    #[test]
    fn only_plain_https_addresses_are_taken() {
        assert_eq!(
            https_address(" https://A.example/x y "),
            Some("https://a.example/x%20y".to_owned())
        );
        let long = format!("https://a.example/{}", "x".repeat(2048));
        for bad in [
            "http://a.example",
            "https://user:pass@a.example",
            "https://user@a.example",
            "//a.example",
            "https://",
            "javascript:alert(1)",
            "attachment://a.png",
            "",
            &long,
        ] {
            assert_eq!(https_address(bad), None, "{bad}");
        }
    }

    #[test]
    fn ids_are_numbers_or_digits() {
        assert_eq!(id(&json!(7)), Some(7));
        assert_eq!(id(&json!("7")), Some(7));
        for bad in [
            json!(0),
            json!(-1),
            json!(1.5),
            json!("x"),
            json!([7]),
            json!(true),
        ] {
            assert_eq!(id(&bad), None, "{bad}");
        }
    }
}
