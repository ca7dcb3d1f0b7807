//! Small pictures of pictures (contract: laravel-template §7.3). Whatever goes wrong, there is just none.

use std::{
    io::{BufReader, Cursor, Write},
    time::Duration,
};

use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageFormat, ImageReader, Limits, codecs::gif::GifEncoder,
    metadata::Orientation,
};

use crate::app::{Files, Written};

/// Width in pixels.
const WIDTH: u32 = 400;
/// Most pixels of a picture that is decoded.
const MOST_PIXELS: u64 = 40_000_000;
/// Most pixels on a side.
const LONGEST_SIDE: u32 = 20_000;
/// Most bytes of a picture; some decoders take all of them into memory.
const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// Most memory in bytes for what stands before the pixels.
const HEADERS: u64 = 32 * 1024 * 1024;
/// Most memory in bytes for the pixels: 40 million of the widest kind fit.
const PIXELS: u64 = 400 * 1024 * 1024;
/// How long an upload waits for its turn.
const PATIENCE: Duration = Duration::from_secs(30);

/// The thumbnail of what was uploaded, and its type.
pub(super) async fn of(files: &Files, bytes: &Written) -> Option<(Written, &'static str)> {
    let file = bytes.reopen().ok().filter(|_| bytes.size <= MOST_BYTES)?;
    let start = bytes.head(32).ok()?;
    let format = image::guess_format(&start).ok().filter(|format| mime(*format).is_some())?;
    let turn = tokio::time::timeout(PATIENCE, std::sync::Arc::clone(&files.decoding).acquire_owned());
    let turn = turn.await.ok()?.ok()?;
    let files = files.clone();
    let drawn = tokio::task::spawn_blocking(move || {
        let drawn = draw(BufReader::new(file), format).and_then(|picture| write(&files, &picture, format));
        drop(turn);
        drawn
    });
    // A decoder that panics over a hostile picture ends its own task only.
    drawn.await.ok().flatten()
}

/// The types that thumbnails are made of and have.
fn mime(format: ImageFormat) -> Option<&'static str> {
    match format {
        ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::Gif | ImageFormat::WebP => Some(format.to_mime_type()),
        _ => None,
    }
}

/// Decodes a picture and makes it small, the right way up.
fn draw(file: BufReader<std::fs::File>, format: ImageFormat) -> Option<DynamicImage> {
    let mut reader = ImageReader::with_format(file, format);
    reader.limits(limits(HEADERS));
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 || u64::from(width) * u64::from(height) > MOST_PIXELS {
        return None;
    }
    decoder.set_limits(limits(PIXELS)).ok()?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).ok()?;
    let (width, height) = small(width, height, lies(orientation));
    let mut picture = if width < picture.width() || height < picture.height() {
        picture.thumbnail_exact(width, height)
    } else {
        picture
    };
    picture.apply_orientation(orientation);
    Some(picture)
}

fn limits(memory: u64) -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(memory);
    limits
}

/// Whether the picture is shown lying on its side.
fn lies(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
}

/// The size of the thumbnail before it is turned; once turned it is at most 400 wide.
fn small(width: u32, height: u32, lies: bool) -> (u32, u32) {
    let (across, along) = if lies { (height, width) } else { (width, height) };
    if across <= WIDTH {
        return (width, height);
    }
    let rounded = (u64::from(along) * u64::from(WIDTH) + u64::from(across) / 2) / u64::from(across);
    let along = u32::try_from(rounded).unwrap_or(LONGEST_SIDE).max(1);
    if lies { (along, WIDTH) } else { (WIDTH, along) }
}

fn write(files: &Files, picture: &DynamicImage, format: ImageFormat) -> Option<(Written, &'static str)> {
    let mut bytes = Cursor::new(Vec::new());
    match format {
        ImageFormat::Gif => {
            let picture = picture.to_rgba8();
            let (width, height) = picture.dimensions();
            // Faster than the default, which takes a second for a long picture.
            let mut encoder = GifEncoder::new_with_speed(&mut bytes, 10);
            encoder.encode(&picture, width, height, ExtendedColorType::Rgba8).ok()?;
        }
        ImageFormat::Jpeg => DynamicImage::from(picture.to_rgb8()).write_to(&mut bytes, format).ok()?,
        _ if picture.color().has_alpha() => DynamicImage::from(picture.to_rgba8()).write_to(&mut bytes, format).ok()?,
        _ => DynamicImage::from(picture.to_rgb8()).write_to(&mut bytes, format).ok()?,
    }
    let mut writing = files.begin(u64::MAX).ok()?;
    writing.write_all(bytes.get_ref()).ok()?;
    Some((writing.finish().ok()?, mime(format)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thumbnails_are_400_wide_by_the_ratio() {
        for (size, becomes) in [
            ((800, 600), (400, 300)),
            ((400, 5000), (400, 5000)),
            ((401, 401), (400, 400)),
            ((1, 1), (1, 1)),
            ((20_000, 1), (400, 1)),
            ((3000, 7), (400, 1)),
            ((2000, 20_000), (400, 4000)),
            ((1000, 333), (400, 133)),
        ] {
            assert_eq!(small(size.0, size.1, false), becomes, "{size:?}");
            assert_eq!(small(size.1, size.0, true), (becomes.1, becomes.0), "{size:?} on its side");
        }
    }
}
