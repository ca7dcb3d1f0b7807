//! Uploaded files: what is kept of them, who may read them (contract: laravel-template §7).

use std::io;

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, Select};

use crate::{
    app::{Part, head},
    db::{self, CursorKey, Page, PageKey, Window},
    entity::file,
};

use super::{Code, Context, Fault, Key, Outcome, Permission, transact};

mod content;
mod keep;
mod name;
mod sweep;
mod thumbnail;

pub use content::content_type;
pub use keep::{Upload, keep};
pub use sweep::sweep;

/// An uploaded file, without its bytes.
pub type File = file::Model;

/// Passes what may be read by who asks: what they uploaded, or everything with `/files/*`.
fn sees(ctx: &Context, file: &File) -> bool {
    ctx.holds(Permission::Files) || file.owner_id.is_some_and(|owner| ctx.is(owner))
}

/// The file with this key, if there is one and the actor may read it; an id is taken in either case of letters.
pub async fn get(ctx: &Context, key: &Key) -> Outcome<Option<File>> {
    ctx.known()?;
    look_up(ctx.db().read(), ctx, key).await
}

async fn look_up(db: &impl ConnectionTrait, ctx: &Context, key: &Key) -> Outcome<Option<File>> {
    let found = match key {
        Key::UniqueId(id) => Key::UniqueId(id.to_ascii_lowercase()).find::<file::Entity>(db).await?,
        key => key.find::<file::Entity>(db).await?,
    };
    Ok(found.filter(|file| sees(ctx, file)))
}

/// Files in the order they were uploaded.
const fn by_entry(descending: bool) -> PageKey<file::Entity> {
    PageKey { name: "file", column: None, id: file::Column::Id, descending, read: |row| (CursorKey::None(()), row.id) }
}

/// A window of the files that the actor may read, in the order they were uploaded, or the newest first.
pub async fn list(ctx: &Context, newest_first: bool, window: &Window) -> Outcome<Page<File>> {
    Ok(db::page(ctx.db().read(), select(ctx)?, &by_entry(newest_first), window).await?)
}

/// How many files the actor may read.
pub async fn count(ctx: &Context) -> Outcome<u64> {
    Ok(db::count(ctx.db().read(), select(ctx)?).await?)
}

fn select(ctx: &Context) -> Outcome<Select<file::Entity>> {
    let everything = ctx.holds(Permission::Files);
    let own = if everything { None } else { Some(file::Column::OwnerId.eq(ctx.person()?.id)) };
    Ok(file::Entity::find().filter(Condition::all().add_option(own)))
}

/// Deletes a file and its bytes: its uploader may, and who holds `/files/*`. Gives the row as it was.
pub async fn delete(ctx: &Context, key: &Key) -> Outcome<File> {
    ctx.known()?;
    let deleted = transact!(ctx, |tx| delete_in(&tx, ctx, key))?;
    let (files, id) = (ctx.app.files.clone(), deleted.unique_id.clone());
    if let Err(error) = off_thread(move || files.remove(&id)).await {
        // The row is gone; the sweep takes what is left.
        tracing::warn!(%error, "the bytes of a deleted file are left for later");
    }
    Ok(deleted)
}

async fn delete_in(db: &impl ConnectionTrait, ctx: &Context, key: &Key) -> Outcome<File> {
    let file = look_up(db, ctx, key).await?.ok_or_else(|| Code::FileNotFound.on("id"))?;
    file::Entity::delete_by_id(file.id).exec(db).await?;
    Ok(file)
}

/// The bytes of a file, or of its thumbnail, ready to be read.
#[derive(Debug)]
pub struct Bytes {
    /// Them, from the start.
    pub file: std::fs::File,
    /// How many there are.
    pub size: u64,
    /// What they are, as their first ones tell.
    pub content_type: &'static str,
}

/// Opens `part` of `file`. `FILE_NOT_FOUND` when there is no such thumbnail, or when the bytes were deleted a moment ago.
pub async fn open(ctx: &Context, file: &File, part: Part) -> Outcome<Bytes> {
    if part == Part::Thumbnail && file.thumbnail_mime.is_none() {
        return Err(Code::FileNotFound.into());
    }
    let (files, id) = (ctx.app.files.clone(), file.unique_id.clone());
    let opened = off_thread(move || {
        let file = files.read(&id, part)?;
        let start = head(&file, content::HEAD)?;
        let size = file.metadata()?.len();
        Ok(Bytes { content_type: content_type(&start, size > start.len() as u64), file, size })
    });
    match opened.await {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            tracing::warn!(file = file.id, "the bytes of a file are not there");
            Err(Code::FileNotFound.into())
        }
        opened => opened.map_err(Fault::internal),
    }
}

/// Does `work`, which waits for the disk, on a thread that may.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}
