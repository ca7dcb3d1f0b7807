//! Thumbnails (contract: laravel-template §7.3).

use std::{
    fs::File,
    io::{BufReader, BufWriter, Cursor},
    path::{Path, PathBuf},
};

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, imageops::FilterType};
use sha2::{Digest, Sha256};

use crate::app::FileStore;

/// Pixels of the width of a thumbnail.
const WIDTH: u32 = 400;
/// Most pixels of a picture that is decoded.
const MOST_PIXELS: u64 = 40_000_000;
/// Most pixels on a side of it.
const LONGEST_SIDE: u32 = 20_000;
/// Most bytes that a decoder may take.
const MOST_BYTES: u64 = 320 * 1024 * 1024;

/// A thumbnail that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Thumbnail {
    /// Its type.
    pub(super) mime: &'static str,
    /// SHA-256 of its bytes, in hex.
    pub(super) sha256: String,
}

/// Makes the thumbnail of the file `id` if its bytes, which begin with `head`, are a picture. Whatever goes wrong, there is none then.
pub(super) async fn thumbnail(store: &FileStore, id: &str, head: &[u8]) -> Option<Thumbnail> {
    let format = image::guess_format(head).ok().filter(|format| {
        matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::Gif | ImageFormat::WebP)
    })?;
    let turn = store.decoding.clone().acquire_owned().await.ok()?;
    let (picture, place) = (store.path(id), store.thumbnail(id));
    let made = tokio::task::spawn_blocking(move || {
        let made = make(&picture, format, &place);
        drop(turn);
        made
    });
    made.await.ok().flatten()
}

fn make(picture: &Path, format: ImageFormat, place: &PathBuf) -> Option<Thumbnail> {
    let mut bytes = Vec::new();
    let mime = encode(&small(picture, format)?, format, &mut bytes)?;
    let file = File::create_new(place).ok()?;
    let written = std::io::Write::write_all(&mut BufWriter::new(&file), &bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = std::fs::remove_file(place);
        return None;
    }
    let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    Some(Thumbnail { mime, sha256 })
}

/// The picture, upright and no wider than a thumbnail. Its size is judged before anything is decoded.
fn small(picture: &Path, format: ImageFormat) -> Option<DynamicImage> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_BYTES);
    let mut reader = ImageReader::with_format(BufReader::new(File::open(picture).ok()?), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    if width.max(height) > LONGEST_SIDE || u64::from(width) * u64::from(height) > MOST_PIXELS {
        return None;
    }
    let upright = decoder.orientation().ok();
    let mut image = DynamicImage::from_decoder(decoder).ok()?;
    if let Some(upright) = upright {
        image.apply_orientation(upright);
    }
    if image.width() <= WIDTH {
        return Some(image);
    }
    let height =
        (u64::from(image.height()) * u64::from(WIDTH) + u64::from(image.width()) / 2) / u64::from(image.width());
    let height = u32::try_from(height).ok()?.max(1);
    Some(image.resize_exact(WIDTH, height, FilterType::Triangle))
}

/// Writes `image` in its own format, or as png where that cannot be, and gives the type.
fn encode(image: &DynamicImage, format: ImageFormat, bytes: &mut Vec<u8>) -> Option<&'static str> {
    let plain = match format {
        ImageFormat::Jpeg => DynamicImage::from(image.to_rgb8()),
        _ => DynamicImage::from(image.to_rgba8()),
    };
    if plain.write_to(&mut Cursor::new(&mut *bytes), format).is_ok() {
        return Some(format.to_mime_type());
    }
    bytes.clear();
    plain.write_to(&mut Cursor::new(bytes), ImageFormat::Png).ok()?;
    Some(ImageFormat::Png.to_mime_type())
}
