//! Pictures, made anew: only pixels pass. Whatever else was in the file - places, names of cameras,
//! scripts behind the last pixel - stays behind, and what is too large to be a picture is refused
//! before it is unpacked.

use std::io::{BufRead, BufReader, Cursor, Read, Seek};

use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits,
    codecs::{jpeg::JpegEncoder, png::PngEncoder, webp::WebPEncoder},
};

use super::{media::Raster, picture_gif};
use crate::kernel::{Error, Result, error::ErrorKind};

/// The most pixels of a picture: more than phones take.
pub(super) const MAX_PIXELS: u64 = 40_000_000;
/// The longest side of a picture, in pixels.
const MAX_SIDE: u32 = 16_384;
/// The most memory for one picture, in bytes: twice four bytes for each pixel, and some.
const MAX_MEMORY: u64 = 400 * 1024 * 1024;
/// The longest side of a thumbnail, in pixels.
const THUMBNAIL_SIDE: u32 = 640;
/// The longest side of an avatar, in pixels.
const AVATAR_SIDE: u32 = 512;
/// Of JPEG, from 1 to 100: as good as cameras, and good enough to choose by.
const QUALITY: u8 = 88;
const THUMBNAIL_QUALITY: u8 = 80;

/// A picture in a file of its own.
#[derive(Debug)]
pub(super) struct Encoded {
    pub(super) format: Raster,
    pub(super) bytes: Vec<u8>,
}

/// A picture as it is stored.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) file: Encoded,
    pub(super) width: u32,
    pub(super) height: u32,
    /// None when the picture is small, or moves.
    pub(super) thumbnail: Option<Encoded>,
}

/// Makes a picture anew. Those that move as GIF do still move; of others the first one is kept.
///
/// # Errors
/// `image_invalid`, `image_too_large`.
pub(super) fn remake(source: impl Read + Seek, format: Raster) -> Result<Picture> {
    let mut source = BufReader::new(source);
    if format == Raster::Gif {
        return picture_gif::remake(source);
    }
    let picture = decode(&mut source, format)?;
    let (width, height) = (picture.width(), picture.height());
    let thumbnail = (width.max(height) > THUMBNAIL_SIDE)
        .then(|| {
            let small = picture.thumbnail(THUMBNAIL_SIDE, THUMBNAIL_SIDE);
            encode(&small, small_format(&small), THUMBNAIL_QUALITY)
        })
        .transpose()?;
    // There is no encoder that makes a photograph small as WebP.
    let format = match format {
        Raster::WebP => small_format(&picture),
        other => other,
    };
    Ok(Picture {
        file: encode(&picture, format, QUALITY)?,
        width,
        height,
        thumbnail,
    })
}

/// Makes an avatar of a picture: small, and one that does not move.
///
/// # Errors
/// `image_invalid`, `image_too_large`.
pub(super) fn avatar(source: impl Read + Seek, format: Raster) -> Result<Picture> {
    still(source, format, AVATAR_SIDE)
}

/// Makes a picture of at most `side` pixels on a side that does not move.
///
/// # Errors
/// `image_invalid`, `image_too_large`.
pub(super) fn still(source: impl Read + Seek, format: Raster, side: u32) -> Result<Picture> {
    let picture = decode(&mut BufReader::new(source), format)?;
    let picture = if picture.width().max(picture.height()) > side {
        picture.thumbnail(side, side)
    } else {
        picture
    };
    let format = match small_format(&picture) {
        Raster::WebP => Raster::Png,
        other => other,
    };
    Ok(Picture {
        file: encode(&picture, format, QUALITY)?,
        width: picture.width(),
        height: picture.height(),
        thumbnail: None,
    })
}

/// Refuses what has too many pixels.
pub(super) fn require_size(width: u32, height: u32) -> Result<()> {
    let pixels = u64::from(width) * u64::from(height);
    if width == 0 || height == 0 {
        return Err(invalid());
    }
    if pixels > MAX_PIXELS || width.max(height) > MAX_SIDE {
        return Err(too_large());
    }
    Ok(())
}

fn decode(source: &mut (impl BufRead + Seek), format: Raster) -> Result<DynamicImage> {
    if format == Raster::Jpeg {
        require_end(source)?;
    }
    let mut reader = ImageReader::with_format(source, image_format(format));
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| refusal(&error))?;
    let (width, height) = decoder.dimensions();
    require_size(width, height)?;
    let orientation = decoder.orientation().map_err(|error| refusal(&error))?;
    let picture = DynamicImage::from_decoder(decoder);
    let mut picture = picture.map_err(|error| refusal(&error))?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// Refuses a JPEG that ends before its picture does: the decoder would fill in grey. Within a
/// picture's data there is no mark of its end; a thumbnail's comes before the data.
fn require_end(source: &mut (impl BufRead + Seek)) -> Result<()> {
    const SCAN: [u8; 2] = [0xff, 0xda];
    const END: [u8; 2] = [0xff, 0xd9];
    let mut bytes = Vec::new();
    source.read_to_end(&mut bytes).map_err(Error::internal)?;
    source.rewind().map_err(Error::internal)?;
    let last = |mark: [u8; 2]| bytes.windows(2).rposition(|pair| pair == mark);
    match (last(SCAN), last(END)) {
        (Some(scan), Some(end)) if scan < end => Ok(()),
        _ => Err(invalid()),
    }
}

/// The format that suits where size counts: of what can be seen through, one without loss.
fn small_format(picture: &DynamicImage) -> Raster {
    if picture.has_alpha() {
        Raster::WebP
    } else {
        Raster::Jpeg
    }
}

fn encode(picture: &DynamicImage, format: Raster, quality: u8) -> Result<Encoded> {
    let mut bytes = Cursor::new(Vec::new());
    let encoded = match format {
        Raster::Jpeg if picture.color().has_color() => {
            let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
            picture.to_rgb8().write_with_encoder(encoder)
        }
        Raster::Jpeg => {
            let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
            picture.to_luma8().write_with_encoder(encoder)
        }
        Raster::WebP => {
            let encoder = WebPEncoder::new_lossless(&mut bytes);
            picture.to_rgba8().write_with_encoder(encoder)
        }
        Raster::Png | Raster::Gif => picture.write_with_encoder(PngEncoder::new(&mut bytes)),
    };
    encoded.map_err(Error::internal)?;
    Ok(Encoded {
        format,
        bytes: bytes.into_inner(),
    })
}

const fn image_format(format: Raster) -> ImageFormat {
    match format {
        Raster::Gif => ImageFormat::Gif,
        Raster::Jpeg => ImageFormat::Jpeg,
        Raster::Png => ImageFormat::Png,
        Raster::WebP => ImageFormat::WebP,
    }
}

fn refusal(error: &image::ImageError) -> Error {
    match error {
        image::ImageError::Limits(_) => too_large(),
        _ => invalid(),
    }
}

pub(super) fn invalid() -> Error {
    Error::invalid("image_invalid", "The picture is damaged and cannot be read")
}

pub(super) fn too_large() -> Error {
    let text = format!(
        "The picture is too large: at most {} million pixels are taken",
        MAX_PIXELS / 1_000_000
    );
    Error::new(ErrorKind::TooLarge, "image_too_large", text)
}

#[cfg(test)]
mod tests;
