//! Keeping what was uploaded: bytes to their place, then the row.

use std::io;

use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, Set};

use crate::{
    app::{App, Part, Written},
    domain::{Code, Context, Fault, Outcome, text, transact},
    entity::{file, staff},
};

use super::{File, content, name, off_thread, thumbnail};

/// Most characters of a remark.
const LONGEST_COMMENT: usize = 4000;

/// What was uploaded, and what the uploader says of it.
#[derive(Debug)]
pub struct Upload {
    /// The bytes, at most [`crate::app::Files::max_bytes`].
    pub bytes: Written,
    /// The name; `file` when none.
    pub name: Option<String>,
    /// The declared type; when none, or when it looks like no type, what the bytes tell.
    pub mime: Option<String>,
    /// A mark, at most 255 characters.
    pub tag: Option<String>,
    /// A title, at most 255 characters.
    pub title: Option<String>,
    /// A remark, at most 4000 characters.
    pub comment: Option<String>,
}

/// Keeps what the actor, who must be a person, uploaded. `FILE_MISSING` when it has neither name nor bytes.
///
/// The bytes are in their place before the row is written. Where that fails, or where nobody can say whether it did, they stay until the
/// sweep has seen that there is no row.
pub async fn keep(ctx: &Context, upload: Upload) -> Outcome<File> {
    let owner = ctx.person()?.id;
    if upload.bytes.size == 0 && upload.name.is_none() {
        return Err(Code::FileMissing.into());
    }
    line("tag", upload.tag.as_deref())?;
    line("title", upload.title.as_deref())?;
    let comment = upload.comment.map(|comment| comment.chars().filter(|letter| !odd(*letter)).collect::<String>());
    text::bounded("comment", comment.as_deref().unwrap_or_default(), LONGEST_COMMENT)?;

    let bytes = upload.bytes;
    let (size, sha256) = (i64::try_from(bytes.size).map_err(Fault::internal)?, bytes.sha256.clone());
    let declared = upload.mime.as_deref().and_then(content::declared).map(str::to_owned);
    let (bytes, mime) = described(bytes, declared).await.map_err(Fault::internal)?;
    let thumbnail = thumbnail::of(&ctx.app.files, &bytes).await;
    let (thumbnail_mime, thumbnail_sha256) =
        thumbnail.as_ref().map(|(small, mime)| ((*mime).to_owned(), small.sha256.clone())).unzip();
    let id = new_id(&ctx.app);
    let row = file::ActiveModel {
        unique_id: Set(id.clone()),
        owner_id: Set(Some(owner)),
        name: Set(name::shown(upload.name.as_deref().unwrap_or_default())),
        mime: Set(mime),
        size: Set(size),
        sha256: Set(sha256),
        thumbnail_mime: Set(thumbnail_mime),
        thumbnail_sha256: Set(thumbnail_sha256),
        tag: Set(upload.tag),
        title: Set(upload.title),
        comment: Set(comment.filter(|comment| !comment.is_empty())),
        created_at: Set(ctx.now()),
        ..Default::default()
    };

    let files = ctx.app.files.clone();
    let placed = off_thread(move || {
        files.keep(&id, Part::Whole, bytes)?;
        thumbnail.map_or(Ok(()), |(small, _)| files.keep(&id, Part::Thumbnail, small))
    });
    placed.await.map_err(Fault::internal)?;
    transact!(ctx, |tx| insert(&tx, owner, row.clone()))
}

/// Much time may pass between the first byte and the last: whoever was locked or deleted meanwhile keeps nothing.
async fn insert(db: &impl ConnectionTrait, owner: i64, row: file::ActiveModel) -> Outcome<File> {
    match staff::Entity::find_by_id(owner).one(db).await? {
        Some(person) if !person.locked => Ok(row.insert(db).await?),
        _ => Err(Code::Unauthenticated.into()),
    }
}

/// The bytes, and the declared type or what they tell.
async fn described(bytes: Written, declared: Option<String>) -> io::Result<(Written, String)> {
    if let Some(declared) = declared {
        return Ok((bytes, declared));
    }
    off_thread(move || {
        let head = bytes.head(content::HEAD)?;
        let mime = content::content_type(&head, bytes.size > head.len() as u64);
        let plain = mime.split(';').next().unwrap_or(mime).to_owned();
        Ok((bytes, plain))
    })
    .await
}

/// Passes a text of one line.
fn line(field: &'static str, text: Option<&str>) -> Outcome<()> {
    let text = text.unwrap_or_default();
    if text.contains(char::is_control) {
        return Err(Code::CharacterForbidden.on(field));
    }
    text::bounded(field, text, text::SHORT)
}

/// Control characters that a text of several lines does not have.
fn odd(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\t' | '\r' | '\n')
}

/// A new id: 4 bytes of Unix time and 8 that nobody can guess, in hex.
fn new_id(app: &App) -> String {
    let mut secret = [0; 8];
    app.random.fill(&mut secret);
    format!("{:08x}{:016x}", app.now().timestamp() as u32, u64::from_be_bytes(secret))
}
