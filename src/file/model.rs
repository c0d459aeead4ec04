//! Files as this feature speaks of them, and what can be wrong with an upload.

use entity::{Timestamp, file};

use super::media::Raster;
use crate::kernel::{Error, Result, error::ErrorKind, token};

/// A file as it is stored.
pub(super) use entity::file::Model as File;

/// For how long a shared file is there when its owner does not say, in seconds: a week.
pub(super) const DEFAULT_EXPIRY: i64 = 604_800;
/// The longest that anybody can say: a year.
pub(super) const MAX_EXPIRY: i64 = 365 * 86_400;
/// The longest name of a file, in characters.
const MAX_NAME_CHARS: usize = 120;
/// The most of it that is in the stored name, in bytes.
const MAX_SAFE_BYTES: usize = 64;
/// The folder of avatars under `/uploads/`.
const AVATARS: &str = "avatars/";

/// What a file is uploaded for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To be sent with a message.
    Attachment,
    /// To be found by everybody until then.
    Shared(Timestamp),
    /// To be the picture of who uploads it.
    Avatar,
}

impl Purpose {
    pub(super) const fn kind(self) -> file::Kind {
        match self {
            Self::Attachment => file::Kind::Attachment,
            Self::Shared(_) => file::Kind::Shared,
            Self::Avatar => file::Kind::Avatar,
        }
    }

    pub(super) const fn expires_at(self) -> Option<Timestamp> {
        match self {
            Self::Shared(at) => Some(at),
            Self::Attachment | Self::Avatar => None,
        }
    }
}

/// A shared file's time to live in seconds, as somebody typed it.
///
/// # Errors
/// `expiry_invalid` unless it is a whole number from 1 to a year.
pub(super) fn parse_expiry(typed: Option<&str>) -> Result<i64> {
    let Some(typed) = typed.map(str::trim).filter(|typed| !typed.is_empty()) else {
        return Ok(DEFAULT_EXPIRY);
    };
    let seconds = typed.parse().ok();
    let seconds = seconds.filter(|seconds| (1..=MAX_EXPIRY).contains(seconds));
    seconds.ok_or_else(|| {
        let text = format!("expiry is a whole number of seconds, at most {MAX_EXPIRY}");
        Error::invalid("expiry_invalid", text)
    })
}

/// What somebody calls a file: one line, no path, nothing invisible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileName(String);

impl FileName {
    /// The name in what a client sent, which may be a whole path.
    pub(super) fn of(sent: &str) -> Self {
        let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
        let visible: String = last.chars().filter(|c| !is_invisible(*c)).collect();
        let name = visible.trim().trim_start_matches('.');
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let room = MAX_NAME_CHARS.saturating_sub(extension.chars().count() + 1);
        let name = if name.chars().count() <= MAX_NAME_CHARS {
            name.to_owned()
        } else if extension.is_empty() || room == 0 {
            name.chars().take(MAX_NAME_CHARS).collect()
        } else {
            let stem: String = stem.chars().take(room).collect();
            format!("{stem}.{extension}")
        };
        if name.is_empty() {
            Self("file".to_owned())
        } else {
            Self(name)
        }
    }

    /// The same with the ending of what it has become.
    pub(super) fn with_format(self, format: Raster) -> Self {
        let (stem, extension) = self.0.rsplit_once('.').unwrap_or((&self.0, ""));
        let extension = extension.to_ascii_lowercase();
        let fits =
            extension == format.extension() || (format == Raster::Jpeg && extension == "jpeg");
        if fits {
            return self;
        }
        let is_format = matches!(
            extension.as_str(),
            "gif" | "jpg" | "jpeg" | "png" | "webp" | "bmp" | "avif" | "heic"
        );
        let stem = if is_format { stem } else { &self.0 };
        Self(format!("{stem}.{}", format.extension()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The name in letters that stand for themselves everywhere, its ending kept.
    fn safe(&self) -> String {
        let safe: String = self
            .0
            .chars()
            .map(|c| match c {
                c if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') => c,
                _ => '_',
            })
            .collect();
        let cut = safe.len().saturating_sub(MAX_SAFE_BYTES);
        safe[cut..].trim_start_matches('.').to_owned()
    }
}

/// Control characters, and those that make a name read other than it is.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || c == '\u{feff}'
}

/// The names of a new file, apart from what its owner calls it.
#[derive(Clone, Debug)]
pub(super) struct Names {
    pub(super) public_id: String,
    pub(super) stored: String,
    pub(super) blob: String,
}

impl Names {
    /// New ones. A picture's has its size in it, so that room can be left for it before it loads.
    pub(super) fn new(name: &FileName, purpose: Purpose, picture: Option<(u32, u32)>) -> Self {
        let random = || token::secret()[..32].to_owned();
        let (secret, safe) = (random(), name.safe());
        let stored = match (purpose, picture) {
            (Purpose::Avatar, _) => {
                let extension = safe.rsplit('.').next().unwrap_or_default();
                format!("{AVATARS}{secret}.{extension}")
            }
            (_, Some((width, height))) => format!("{secret}_{width}x{height}_{safe}"),
            (_, None) => format!("{secret}_{safe}"),
        };
        Self {
            public_id: token::code(8).to_ascii_lowercase(),
            stored,
            blob: random(),
        }
    }
}

/// The name of the thumbnail in the object store.
pub(super) fn thumbnail_of(blob: &str) -> String {
    format!("{blob}-thumbnail")
}

pub(super) fn file_not_found() -> Error {
    Error::new(ErrorKind::NotFound, "file_not_found", "file not found")
}

/// The file has more than `max` bytes.
pub(super) fn too_large(max: u64) -> Error {
    let text = format!(
        "The file is too large: at most {} are taken.",
        megabytes(max)
    );
    Error::new(ErrorKind::TooLarge, "file_too_large", text)
}

fn megabytes(bytes: u64) -> String {
    if bytes >= 1024 * 1024 {
        format!("{} MB", bytes / (1024 * 1024))
    } else {
        format!("{} KB", bytes.div_ceil(1024))
    }
}

#[cfg(test)]
mod tests {
    use super::{FileName, Names, Purpose, Raster, parse_expiry};

    #[test]
    fn names_are_one_line_without_a_path() {
        for (sent, name) in [
            ("photo.png", "photo.png"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\a\\cat.gif", "cat.gif"),
            (".htaccess", "htaccess"),
            ("a\r\nb\0.txt", "ab.txt"),
            ("gpj.\u{202e}exe", "gpj.exe"),
            ("..", "file"),
            ("", "file"),
            ("Grüße 1.txt", "Grüße 1.txt"),
        ] {
            assert_eq!(FileName::of(sent).as_str(), name, "{sent:?}");
        }
        let long = FileName::of(&format!("{}.tar", "x".repeat(500)));
        assert_eq!(long.as_str().len(), 120);
        assert!(long.as_str().ends_with("x.tar"));
    }

    #[test]
    fn a_picture_is_called_what_it_has_become() {
        let renamed = |name, format| FileName::of(name).with_format(format).as_str().to_owned();
        assert_eq!(renamed("a.webp", Raster::Jpeg), "a.jpg");
        assert_eq!(renamed("a.JPEG", Raster::Jpeg), "a.JPEG");
        assert_eq!(renamed("v1.2", Raster::Png), "v1.2.png");
        assert_eq!(renamed("a.html", Raster::Png), "a.html.png");
    }

    #[test]
    fn stored_names_are_safe_and_cannot_be_guessed() {
        let stored = |name: &str, purpose, size| {
            let names = Names::new(&FileName::of(name), purpose, size);
            assert_eq!(names.public_id.len(), 8);
            names.stored
        };
        let plain = stored("a b\u{e4}?.txt", Purpose::Attachment, None);
        assert_eq!(&plain[32..], "_a_b__.txt");
        assert!(plain[..32].bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_ne!(plain, stored("a b\u{e4}?.txt", Purpose::Attachment, None));
        let picture = stored("a.png", Purpose::Attachment, Some((640, 480)));
        assert!(picture.ends_with("_640x480_a.png"), "{picture}");
        let avatar = stored("a.png", Purpose::Avatar, Some((64, 64)));
        assert_eq!(avatar.len(), "avatars/".len() + 32 + ".png".len());
    }

    #[test]
    fn files_expire_within_a_year() {
        assert_eq!(parse_expiry(None).expect("a week"), 604_800);
        assert_eq!(parse_expiry(Some(" 60 ")).expect("a minute"), 60);
        for wrong in ["0", "-1", "1.5", "soon", "31536001", "99999999999999999999"] {
            let refused = parse_expiry(Some(wrong)).expect_err(wrong);
            assert_eq!(refused.code(), "expiry_invalid");
        }
    }
}
