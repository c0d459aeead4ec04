//! Pictures that apps point at, beside the paths at which this server shows them.

use serde_json::{Value, map::Map};

use crate::file::PictureProxy;

/// Cards as they are shown: with `proxy_url` beside the `url` of each picture, and `proxy_icon_url`
/// beside each `icon_url`. What is stored has neither.
pub(super) fn shown(proxy: &PictureProxy, embeds: &[Value]) -> Vec<Value> {
    let mut embeds = embeds.to_vec();
    for embed in embeds.iter_mut().filter_map(Value::as_object_mut) {
        for picture in ["image", "thumbnail"] {
            add(proxy, embed.get_mut(picture), ("url", "proxy_url"));
        }
        let more = embed.get_mut("more_images").and_then(Value::as_array_mut);
        for picture in more.into_iter().flatten() {
            add(proxy, Some(picture), ("url", "proxy_url"));
        }
        for part in ["author", "footer"] {
            add(proxy, embed.get_mut(part), ("icon_url", "proxy_icon_url"));
        }
    }
    embeds
}

fn add(proxy: &PictureProxy, part: Option<&mut Value>, (from, to): (&str, &str)) {
    let part: Option<&mut Map<String, Value>> = part.and_then(Value::as_object_mut);
    let Some(part) = part else { return };
    let url = part.get(from).and_then(Value::as_str);
    if let Some(path) = url.and_then(|url| proxy.path_of(url)) {
        part.insert(to.to_owned(), path.into());
    }
}
