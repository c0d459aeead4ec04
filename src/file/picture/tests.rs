use std::io::Cursor;

use gif::{Encoder, Frame, Repeat};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, RgbaImage};

use super::{MAX_SIDE, Picture, Raster, avatar, remake};
use crate::kernel::Result;

fn photo(width: u32, height: u32) -> DynamicImage {
    let byte = |n: u32| n.to_le_bytes()[0];
    RgbImage::from_fn(width, height, |x, y| Rgb([byte(x), byte(y), byte(x ^ y)])).into()
}

fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("encoded");
    bytes.into_inner()
}

fn remade(bytes: &[u8], format: Raster) -> Result<Picture> {
    remake(Cursor::new(bytes), format)
}

fn moving(frames: usize) -> Vec<u8> {
    let palette = [0, 0, 0, 255, 255, 255];
    let mut encoder = Encoder::new(Vec::new(), 4, 2, &palette).expect("a GIF");
    encoder.set_repeat(Repeat::Infinite).expect("repeated");
    for n in 0..frames {
        let pixels: Vec<u8> = (0..8).map(|i| u8::from((i + n) % 2 == 0)).collect();
        let mut frame = Frame::from_indexed_pixels(4, 2, pixels, None);
        frame.delay = 7;
        encoder.write_frame(&frame).expect("a frame");
    }
    encoder.into_inner().expect("a file")
}

#[test]
fn pixels_pass_and_what_is_behind_them_does_not() {
    for (format, raster) in [
        (ImageFormat::Png, Raster::Png),
        (ImageFormat::Jpeg, Raster::Jpeg),
    ] {
        let mut bytes = file(&photo(20, 10), format);
        bytes.extend(b"<script>alert(1)</script>PK\x05\x06");
        let picture = remade(&bytes, raster).expect("a picture");
        assert_eq!((picture.width, picture.height), (20, 10));
        assert_eq!(picture.file.format, raster);
        assert!(picture.thumbnail.is_none());
        let text = String::from_utf8_lossy(&picture.file.bytes).into_owned();
        assert!(!text.contains("script"), "{raster:?}");
        let again = image::load_from_memory(&picture.file.bytes).expect("readable");
        if raster == Raster::Png {
            assert_eq!(again.to_rgb8(), photo(20, 10).to_rgb8());
        }
    }
}

#[test]
fn places_and_cameras_stay_behind_and_the_picture_is_upright() {
    // A segment of metadata: orientation 6, which is a quarter turn, and a text.
    let mut exif =
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
    exif.extend(b"secret place");
    let plain = file(&photo(30, 10), ImageFormat::Jpeg);
    let length = u16::try_from(exif.len() + 2).expect("short");
    let mut bytes = plain[..2].to_vec();
    bytes.extend([0xff, 0xe1]);
    bytes.extend(length.to_be_bytes());
    bytes.extend(exif);
    bytes.extend(&plain[2..]);
    let picture = remade(&bytes, Raster::Jpeg).expect("a picture");
    assert_eq!((picture.width, picture.height), (10, 30));
    let text = String::from_utf8_lossy(&picture.file.bytes).into_owned();
    assert!(!text.contains("secret") && !text.contains("Exif"));
}

#[test]
fn what_is_large_gets_a_thumbnail_and_what_is_clear_stays_clear() {
    let picture = remade(&file(&photo(1280, 320), ImageFormat::Png), Raster::Png);
    let thumbnail = picture.expect("a picture").thumbnail.expect("a thumbnail");
    assert_eq!(thumbnail.format, Raster::Jpeg);
    let small = image::load_from_memory(&thumbnail.bytes).expect("readable");
    assert_eq!((small.width(), small.height()), (640, 160));

    let clear: DynamicImage = RgbaImage::new(8, 8).into();
    let webp = remade(&file(&clear, ImageFormat::WebP), Raster::WebP).expect("a picture");
    assert_eq!(webp.file.format, Raster::WebP);
    let opaque = remade(&file(&photo(8, 8), ImageFormat::WebP), Raster::WebP);
    assert_eq!(opaque.expect("a picture").file.format, Raster::Jpeg);
}

#[test]
fn a_moving_gif_still_moves_and_an_avatar_does_not() {
    let mut bytes = moving(3);
    bytes.extend(b"alert(1)");
    let picture = remade(&bytes, Raster::Gif).expect("a GIF");
    assert_eq!((picture.width, picture.height), (4, 2));
    let decoder = gif::DecodeOptions::new();
    let mut decoder = decoder.read_info(&picture.file.bytes[..]).expect("a GIF");
    let mut frames = 0;
    while let Some(frame) = decoder.read_next_frame().expect("a frame") {
        assert_eq!(frame.delay, 7);
        assert_eq!(frame.buffer[0], u8::from(frames % 2 == 0));
        frames += 1;
    }
    assert_eq!((frames, decoder.repeat()), (3, Repeat::Infinite));
    assert!(!picture.file.bytes.ends_with(b"alert(1)"));

    let still = avatar(Cursor::new(moving(3)), Raster::Gif).expect("an avatar");
    assert_ne!(still.file.format, Raster::Gif);
    let large = file(&photo(2000, 1000), ImageFormat::Png);
    let small = avatar(Cursor::new(large), Raster::Png).expect("an avatar");
    assert_eq!((small.width, small.height), (512, 256));
}

#[test]
fn what_is_cut_off_is_refused() {
    for (format, raster) in [
        (ImageFormat::Png, Raster::Png),
        (ImageFormat::Jpeg, Raster::Jpeg),
        (ImageFormat::WebP, Raster::WebP),
    ] {
        let bytes = file(&photo(200, 200), format);
        for end in [bytes.len() / 2, bytes.len() - 20, 30] {
            let refused = remade(&bytes[..end], raster).expect_err("cut off");
            assert_eq!(refused.code(), "image_invalid", "{raster:?} {end}");
        }
    }
    let bytes = moving(3);
    for end in [bytes.len() - 12, 14] {
        let refused = remade(&bytes[..end], Raster::Gif).expect_err("cut off");
        assert_eq!(refused.code(), "image_invalid", "{end}");
    }
}

/// A PNG that says it has this many pixels, and has none.
fn claiming(width: u32, height: u32) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 6, 0, 0, 0]);
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    bytes.extend(&header);
    bytes.extend(crc32fast::hash(&header).to_be_bytes());
    // The decoder looks for the data before it says how large the picture is.
    bytes.extend(b"\0\0\0\0IDAT");
    bytes.extend(crc32fast::hash(b"IDAT").to_be_bytes());
    bytes
}

#[test]
fn bombs_are_refused_before_they_are_unpacked() {
    for (width, height) in [
        (50_000, 50_000),
        (u32::MAX / 2, 1),
        (MAX_SIDE + 1, 1),
        (7000, 7000),
    ] {
        let refused = remade(&claiming(width, height), Raster::Png).expect_err("a bomb");
        assert_eq!(refused.code(), "image_too_large", "{width} x {height}");
    }
    // A GIF that claims a large canvas.
    let mut bytes = moving(1);
    bytes[6..10].copy_from_slice(&[0xff; 4]);
    let refused = remade(&bytes, Raster::Gif).expect_err("a bomb");
    assert_eq!(refused.code(), "image_too_large");
    let many = remade(&moving(2001), Raster::Gif).expect_err("too many frames");
    assert_eq!(many.code(), "image_too_large");
}
