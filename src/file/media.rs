//! What a file is: told from its bytes, since names and declared types lie; and how it is served.

/// How many of a file's first bytes tell what it is.
pub(super) const HEAD_BYTES: usize = 8 * 1024;

/// The type of what is none that is known.
pub(super) const UNKNOWN: &str = "application/octet-stream";
/// Text of any kind. Markup is text too, as long as nobody is told that it is markup.
pub(super) const TEXT: &str = "text/plain";
const ZIP: &str = "application/zip";
const HTML: &str = "text/html";

/// What browsers may show in place. Everything else is a download: pages, SVG and PDF run scripts.
const INLINE: &[&str] = &[
    "audio/aac",
    "audio/m4a",
    "audio/mpeg",
    "audio/ogg",
    "audio/opus",
    "audio/x-flac",
    "audio/x-wav",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "video/mp4",
    "video/quicktime",
    "video/webm",
    "video/x-m4v",
    TEXT,
];

/// Pictures that are made anew when they are uploaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Raster {
    Gif,
    Jpeg,
    Png,
    WebP,
}

impl Raster {
    /// The format behind a media type, if it is one of these.
    pub(super) fn of(media_type: &str) -> Option<Self> {
        match media_type {
            "image/gif" => Some(Self::Gif),
            "image/jpeg" => Some(Self::Jpeg),
            "image/png" => Some(Self::Png),
            "image/webp" => Some(Self::WebP),
            _ => None,
        }
    }

    pub(super) const fn media_type(self) -> &'static str {
        match self {
            Self::Gif => "image/gif",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
        }
    }

    /// The ending of its files' names, without the dot.
    pub(super) const fn extension(self) -> &'static str {
        match self {
            Self::Gif => "gif",
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
        }
    }
}

/// What a preview shows of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Preview {
    /// The file itself.
    Itself,
    /// The page that it is, without its scripts and without the net.
    Page,
    /// The names in an archive.
    Listing,
}

impl Preview {
    /// How a file of this type is previewed, if it can be.
    pub(super) fn of(media_type: &str) -> Option<Self> {
        match media_type {
            HTML => Some(Self::Page),
            ZIP => Some(Self::Listing),
            other if is_inline(other) => Some(Self::Itself),
            _ => None,
        }
    }
}

/// The media type of a file that begins with `head`; of text, when all of `head` is.
pub(super) fn sniff(head: &[u8]) -> &'static str {
    if let Some(found) = infer::get(head) {
        return match found.mime_type() {
            // A text with a first line for a shell, or with XML in it.
            "text/x-shellscript" | "text/xml" => TEXT,
            known => known,
        };
    }
    if is_text(head) { TEXT } else { UNKNOWN }
}

/// Whether `head` is UTF-8, cut anywhere, without control characters that texts do not have.
fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The last character may be cut off.
        Err(error) if error.error_len().is_none() && head.len() >= HEAD_BYTES => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let is_odd = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}');
    !text.is_empty() && !text.contains(is_odd)
}

/// Whether browsers may show it in place.
pub(super) fn is_inline(media_type: &str) -> bool {
    INLINE.contains(&media_type)
}

/// The `Content-Type` under which a file of this type is served: active types are not told.
pub(super) fn served_as(media_type: &str) -> &str {
    match media_type {
        TEXT => "text/plain; charset=utf-8",
        HTML => UNKNOWN,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::{HEAD_BYTES, Preview, TEXT, UNKNOWN, is_inline, served_as, sniff};

    #[test]
    fn bytes_tell_what_a_file_is() {
        for (head, is) in [
            (&b"\x89PNG\r\n\x1a\n...."[..], "image/png"),
            (b"GIF89a......", "image/gif"),
            (b"%PDF-1.7", "application/pdf"),
            (b"<!DOCTYPE html><script>", "text/html"),
            (b"PK\x03\x04........", "application/zip"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'>", TEXT),
            (b"<?xml version=\"1.0\"?><svg>", TEXT),
            (b"#!/bin/sh\nrm", TEXT),
            ("Grüße\n".as_bytes(), TEXT),
            (b"\x00\x01\x02", UNKNOWN),
            (b"caf\xe9", UNKNOWN),
            (b"", UNKNOWN),
        ] {
            assert_eq!(sniff(head), is, "{}", String::from_utf8_lossy(head));
        }
        let mut cut = "ä".repeat(HEAD_BYTES / 2).into_bytes();
        cut.insert(0, b'a');
        cut.truncate(HEAD_BYTES);
        assert_eq!(sniff(&cut), TEXT);
    }

    #[test]
    fn what_runs_scripts_is_neither_shown_nor_named() {
        for active in ["text/html", "application/pdf", "image/svg+xml", UNKNOWN] {
            assert!(!is_inline(active), "{active}");
        }
        assert_eq!(served_as("text/html"), UNKNOWN);
        assert_eq!(Preview::of("text/html"), Some(Preview::Page));
        assert_eq!(Preview::of("image/png"), Some(Preview::Itself));
        assert_eq!(Preview::of("application/pdf"), None);
    }
}
