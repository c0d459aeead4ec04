//! GIFs, frame by frame: their pixels and palettes as they are, and nothing beside them.

use std::io::BufRead;

use gif::{ColorOutput, DecodeOptions, DecodingError, Encoder, MemoryLimit};

use super::{
    media::Raster,
    picture::{Encoded, MAX_PIXELS, Picture, invalid, require_size, too_large},
};
use crate::kernel::{Error, Result};

/// The most frames.
const MAX_FRAMES: usize = 2000;
/// The most pixels of all frames together.
const MAX_ALL_PIXELS: u64 = 5 * MAX_PIXELS;

/// Makes a GIF anew.
///
/// # Errors
/// `image_invalid`, `image_too_large`.
pub(super) fn remake(source: impl BufRead) -> Result<Picture> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    let limit = std::num::NonZeroU64::new(MAX_PIXELS);
    options.set_memory_limit(limit.map_or(MemoryLimit::Unlimited, MemoryLimit::Bytes));
    let mut decoder = options.read_info(source).map_err(|error| refusal(&error))?;
    let (width, height) = (decoder.width(), decoder.height());
    require_size(width.into(), height.into())?;

    let palette = decoder.global_palette().unwrap_or_default().to_vec();
    let mut encoder = Encoder::new(Vec::new(), width, height, &palette).map_err(Error::internal)?;
    let (mut frames, mut pixels) = (0, 0);
    // What a frame is worth is known before it is unpacked.
    while let Some(frame) = decoder.next_frame_info().map_err(|error| refusal(&error))? {
        let mut frame = frame.clone();
        frames += 1;
        let in_frame = u64::from(frame.width) * u64::from(frame.height);
        pixels += in_frame;
        if frames > MAX_FRAMES || in_frame > MAX_PIXELS || pixels > MAX_ALL_PIXELS {
            return Err(too_large());
        }
        let mut buffer = vec![0; decoder.buffer_size()];
        let read = decoder.read_into_buffer(&mut buffer);
        read.map_err(|error| refusal(&error))?;
        if frames == 1 {
            // Known from here on, and to be said before the first frame.
            let repeated = encoder.set_repeat(decoder.repeat());
            repeated.map_err(Error::internal)?;
        }
        frame.buffer = buffer.into();
        frame.interlaced = false;
        encoder.write_frame(&frame).map_err(|_| invalid())?;
    }
    if frames == 0 {
        return Err(invalid());
    }
    let bytes = encoder.into_inner().map_err(Error::internal)?;
    Ok(Picture {
        file: Encoded {
            format: Raster::Gif,
            bytes,
        },
        width: width.into(),
        height: height.into(),
        thumbnail: None,
    })
}

fn refusal(error: &DecodingError) -> Error {
    match error {
        DecodingError::MemoryLimit | DecodingError::OutOfMemory => too_large(),
        _ => invalid(),
    }
}
