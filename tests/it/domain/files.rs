//! Files: thumbnails of pictures however hostile, what the sweep takes, and who may delete.

use std::{
    fs,
    io::{Cursor, Write},
    path::{Path, PathBuf},
    time::SystemTime,
};

use assetry::{
    app::{Part, Writing},
    db::Window,
    domain::{
        Code, Context, Key, Outcome,
        files::{self, File, Upload},
        staff,
    },
    entity::words::StaffGroup,
};
use chrono::TimeDelta;
use image::{DynamicImage, GenericImageView, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

use super::code;
use crate::harness::World;

async fn upload(ctx: &Context, name: &str, bytes: &[u8]) -> Outcome<File> {
    let mut writing: Writing = ctx.app.files.begin(u64::MAX).unwrap();
    writing.write_all(bytes).unwrap();
    let bytes = writing.finish().unwrap();
    let upload = Upload { bytes, name: Some(name.to_owned()), mime: None, tag: None, title: None, comment: None };
    files::keep(ctx, upload).await
}

async fn uploader(world: &World) -> (staff::Staff, Context) {
    world.acting("uploader", StaffGroup::GeneralStaff).await
}

/// Every file on disk.
fn on_disk(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { on_disk(&path) } else { vec![path] }).collect()
}

/// A picture that is red on the left and blue on the right.
fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) })
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

async fn thumbnail(ctx: &Context, file: &File) -> DynamicImage {
    let bytes = files::open(ctx, file, Part::Thumbnail).await.unwrap();
    assert_eq!(Some(bytes.content_type), file.thumbnail_mime.as_deref());
    let mut read = Vec::new();
    std::io::Read::read_to_end(&mut &bytes.file, &mut read).unwrap();
    image::load_from_memory(&read).unwrap()
}

#[tokio::test]
async fn pictures_have_thumbnails_whatever_they_are_called() {
    let world = World::empty().await;
    let (_, ctx) = uploader(&world).await;
    let opaque = DynamicImage::from(picture(800, 600));
    let clear = DynamicImage::from(RgbaImage::from_pixel(800, 600, Rgba([0, 255, 0, 0])));
    for (picture, format) in [
        (&opaque, ImageFormat::Png),
        (&opaque, ImageFormat::Jpeg),
        (&opaque, ImageFormat::WebP),
        (&clear, ImageFormat::Png),
        (&clear, ImageFormat::Gif),
        (&clear, ImageFormat::WebP),
        (&DynamicImage::from(opaque.to_luma16()), ImageFormat::Png),
        (&DynamicImage::from(opaque.to_rgba16()), ImageFormat::Png),
        (&DynamicImage::from(opaque.to_luma8()), ImageFormat::Jpeg),
    ] {
        let file = upload(&ctx, "a.txt", &encoded(picture, format)).await.unwrap();
        assert_eq!(file.thumbnail_mime.as_deref(), Some(format.to_mime_type()), "{:?}", picture.color());
        let small = thumbnail(&ctx, &file).await;
        assert_eq!(small.dimensions(), (400, 300), "{format:?}");
        if picture.color().has_alpha() && picture.color().bits_per_pixel() == 32 {
            assert_eq!(small.to_rgba8().get_pixel(200, 150)[3], 0, "{format:?} stays clear");
        }
    }
    for (size, small) in
        [((100, 50), (100, 50)), ((1, 1), (1, 1)), ((4000, 3), (400, 1)), ((3, 900), (3, 900)), ((401, 2), (400, 2))]
    {
        let bytes = encoded(&DynamicImage::from(picture(size.0, size.1)), ImageFormat::Png);
        let file = upload(&ctx, "a.png", &bytes).await.unwrap();
        assert_eq!(thumbnail(&ctx, &file).await.dimensions(), small, "{size:?}");
    }
}

#[tokio::test]
async fn the_thumbnail_of_an_animation_is_its_first_frame() {
    let world = World::empty().await;
    let (_, ctx) = uploader(&world).await;
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
    for color in [[255, 0, 0, 255], [0, 255, 0, 255]] {
        encoder.encode_frame(image::Frame::new(RgbaImage::from_pixel(500, 500, Rgba(color)))).unwrap();
    }
    drop(encoder);
    let file = upload(&ctx, "a.gif", &bytes).await.unwrap();
    let small = thumbnail(&ctx, &file).await.to_rgb8();
    assert_eq!((small.dimensions(), small.get_pixel(200, 200).0), ((400, 400), [255, 0, 0]));
}

#[tokio::test]
async fn pictures_that_a_camera_took_lying_are_shown_upright() {
    let world = World::empty().await;
    let (_, ctx) = uploader(&world).await;
    let jpeg = encoded(&DynamicImage::from(picture(1000, 500)), ImageFormat::Jpeg);
    for (orientation, size, red_at) in [
        (1, (400, 200), (20, 100)),
        (3, (400, 200), (380, 100)),
        (6, (400, 800), (200, 40)),
        (8, (400, 800), (200, 760)),
    ] {
        let file = upload(&ctx, "a.jpg", &with_orientation(&jpeg, orientation)).await.unwrap();
        let small = thumbnail(&ctx, &file).await.to_rgb8();
        assert_eq!(small.dimensions(), size, "{orientation}");
        let red = small.get_pixel(red_at.0, red_at.1);
        assert!(red[0] > 200 && red[2] < 50, "{orientation}: {red:?}");
    }
}

/// A JPEG with the note of a camera how it was held.
fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut note = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    note.extend_from_slice(&[orientation, 0, 0, 0, 0, 0, 0]);
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend_from_slice(&[0xff, 0xe1, 0, note.len() as u8 + 2]);
    bytes.extend_from_slice(&note);
    bytes.extend_from_slice(&jpeg[2..]);
    bytes
}

/// A PNG that says it is this large and has nothing behind.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut chunk = b"IHDR".to_vec();
    chunk.extend_from_slice(&width.to_be_bytes());
    chunk.extend_from_slice(&height.to_be_bytes());
    chunk.extend_from_slice(&[8, 2, 0, 0, 0]);
    let mut sum = u32::MAX;
    for byte in &chunk {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 };
        }
    }
    [b"\x89PNG\r\n\x1a\n\0\0\0\r", chunk.as_slice(), &(!sum).to_be_bytes(), b"\0\0\0\x10IDATxxxx"].concat()
}

fn gif_header(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = b"GIF89a".to_vec();
    for side in [width, height] {
        bytes.extend_from_slice(&side.to_le_bytes());
    }
    bytes.extend_from_slice(&[0, 0, 0, b',', 0, 0, 0, 0]);
    for side in [width, height] {
        bytes.extend_from_slice(&side.to_le_bytes());
    }
    bytes.extend_from_slice(&[0, 8, 1, 0, 0]);
    bytes
}

#[tokio::test]
async fn pictures_too_large_or_broken_are_kept_without_thumbnail() {
    let world = World::empty().await;
    let (_, ctx) = uploader(&world).await;
    let sound = |format| encoded(&DynamicImage::from(picture(300, 300)), format);
    let mut cases = vec![
        png_header(u32::MAX, u32::MAX),
        png_header(0, 0),
        png_header(20_001, 1),
        png_header(7000, 6000),
        png_header(100, 100),
        gif_header(u16::MAX, u16::MAX),
        gif_header(20_001, 2),
        gif_header(0, 0),
        b"\xff\xd8\xff\xc0\0\x11\x08\xff\xff\xff\xff\x03\x01\x11\0\x02\x11\0\x03\x11\0\xff\xd9".to_vec(),
        b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff".to_vec(),
        b"\x89PNG\r\n\x1a\n".to_vec(),
        b"\xff\xd8\xff".to_vec(),
        b"GIF89a".to_vec(),
        b"RIFF\0\0\0\0WEBP".to_vec(),
        b"BM not one of ours".to_vec(),
        b"no picture".to_vec(),
    ];
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let bytes = sound(format);
        cases.push(bytes[..bytes.len() / 2].to_vec());
    }
    for bytes in cases {
        let file = upload(&ctx, "a.png", &bytes).await.unwrap();
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
        assert_eq!((file.size, file.thumbnail_mime.as_deref()), (bytes.len() as i64, None), "{shown:?}");
        assert_eq!(code(files::open(&ctx, &file, Part::Thumbnail).await), Some(Code::FileNotFound));
    }
    // Whatever decoders make of pictures with a broken byte, the upload succeeds.
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP] {
        let bytes = sound(format);
        for at in (0..bytes.len()).step_by(bytes.len() / 12 + 1) {
            let mut broken = bytes.clone();
            broken[at] ^= 0xff;
            upload(&ctx, "a.png", &broken).await.unwrap();
            upload(&ctx, "a.png", &bytes[..at]).await.unwrap();
        }
    }
}

/// Makes everything on disk as old as if it had been written so long ago.
fn age(world: &World, time: TimeDelta) {
    let written = SystemTime::from(world.app.now() - time);
    for path in on_disk(world.folder.path()) {
        fs::File::options().write(true).open(path).unwrap().set_modified(written).unwrap();
    }
}

#[tokio::test]
async fn bytes_whose_row_was_rolled_back_go_after_a_day_and_no_sooner() {
    let world = World::empty().await;
    let (person, ctx) = uploader(&world).await;
    let png = encoded(&DynamicImage::from(picture(10, 10)), ImageFormat::Png);
    let kept = upload(&ctx, "kept", &png).await.unwrap();
    staff::lock(&world.system(), &Key::Id(person.id)).await.unwrap();
    assert_eq!(code(upload(&ctx, "lost", &png).await), Some(Code::Unauthenticated));
    assert_eq!(on_disk(world.folder.path()).len(), 4, "two files with their thumbnails");

    age(&world, TimeDelta::hours(24) - TimeDelta::seconds(1));
    assert_eq!(files::sweep(&world.app).await.unwrap(), 0);
    assert_eq!(on_disk(world.folder.path()).len(), 4);
    age(&world, TimeDelta::hours(24) + TimeDelta::seconds(1));
    assert_eq!(files::sweep(&world.app).await.unwrap(), 1);
    let left = on_disk(world.folder.path());
    assert!(left.len() == 2 && left.iter().all(|path| path.to_str().unwrap().contains(&kept.unique_id)), "{left:?}");
    assert_eq!(files::sweep(&world.app).await.unwrap(), 0);
}

#[tokio::test]
async fn uploads_that_a_crash_cut_off_go_and_those_under_way_stay() {
    let world = World::empty().await;
    let (_, ctx) = uploader(&world).await;
    let cut_off = world.folder.path().join("incoming").join("cut off");
    fs::write(&cut_off, b"x").unwrap();
    age(&world, TimeDelta::days(2));
    // Written to by the real clock, which is years ahead of the world's.
    let mut under_way = world.app.files.begin(10).unwrap();
    under_way.write_all(b"abc").unwrap();
    assert_eq!(files::sweep(&world.app).await.unwrap(), 1);
    assert!(!cut_off.exists());
    let upload =
        Upload { bytes: under_way.finish().unwrap(), name: None, mime: None, tag: None, title: None, comment: None };
    let file = files::keep(&ctx, upload).await.unwrap();
    assert_eq!(files::open(&ctx, &file, Part::Whole).await.unwrap().size, 3);
    drop(world.app.files.begin(10).unwrap());
    assert_eq!(on_disk(world.folder.path()).len(), 1);
}

#[tokio::test]
async fn the_sweep_passes_over_what_is_not_ours() {
    let world = World::empty().await;
    let folder = world.folder.path();
    for path in [
        "notes.txt",
        "ab/readme",
        "ab/0123456789abcdef0123456789AB",
        "abc/0123456789abcdef01234567",
        "0123456789abcdef01234567",
    ] {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, b"x").unwrap();
    }
    age(&world, TimeDelta::days(400));
    assert_eq!(files::sweep(&world.app).await.unwrap(), 0);
    assert_eq!(on_disk(folder).len(), 5);
}

#[tokio::test]
async fn the_uploader_and_who_may_read_everything_delete_and_nobody_else() {
    let world = World::empty().await;
    let (_, ctx) = uploader(&world).await;
    let (_, stranger) = world.acting("stranger", StaffGroup::ItAdmin).await;
    let keeper = world.person("keeper", StaffGroup::GeneralStaff).await;
    world.give(&keeper, &["suadmin"]).await;
    let keeper = world.by(&keeper).await;
    let png = encoded(&DynamicImage::from(picture(10, 10)), ImageFormat::Png);
    let (one, two) = (upload(&ctx, "1", &png).await.unwrap(), upload(&ctx, "2", &png).await.unwrap());
    let key = |file: &File| Key::UniqueId(file.unique_id.to_uppercase());

    assert_eq!(code(files::get(&world.nobody(), &key(&one)).await), Some(Code::Unauthenticated));
    assert_eq!(code(files::delete(&world.nobody(), &key(&one)).await), Some(Code::Unauthenticated));
    assert_eq!(code(upload(&world.nobody(), "3", b"x").await), Some(Code::Unauthenticated));
    assert_eq!(files::get(&stranger, &key(&one)).await.unwrap(), None);
    assert_eq!(code(files::delete(&stranger, &key(&one)).await), Some(Code::FileNotFound));
    assert_eq!(files::count(&stranger).await.unwrap(), 0);
    let seen = files::list(&keeper, true, &Window::first(10)).await.unwrap();
    assert_eq!(seen.models().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["2", "1"]);

    let opened = files::open(&ctx, &one, Part::Whole).await.unwrap();
    files::delete(&ctx, &key(&one)).await.unwrap();
    let mut read = Vec::new();
    std::io::Read::read_to_end(&mut &opened.file, &mut read).unwrap();
    assert_eq!(read, png, "who reads already reads to the end");
    assert_eq!(code(files::open(&ctx, &one, Part::Whole).await), Some(Code::FileNotFound));
    assert_eq!(code(files::delete(&ctx, &key(&one)).await), Some(Code::FileNotFound));
    files::delete(&keeper, &Key::Id(two.id)).await.unwrap();
    assert_eq!((on_disk(world.folder.path()).len(), files::count(&keeper).await.unwrap()), (0, 0));
}
