//! Files: what people upload and who may read it (contract: laravel-template §7).

use std::time::Duration;

use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, ModelTrait, QueryFilter, QuerySelect};

use crate::{
    app::{App, FileStore, Incoming, is_file_id},
    entity::file,
};

use super::{Code, Context, Fault, Outcome, Permission, text, transact};

mod kind;
mod name;
mod picture;

pub use kind::{content_type, is_type};
pub use name::{attachment, clean};

/// A file.
pub type File = file::Model;

/// Most characters of a comment.
const COMMENT: usize = 4000;

/// A file that is being uploaded. Dropped before its end it leaves nothing.
#[derive(Debug)]
pub struct Upload {
    id: String,
    incoming: Incoming,
    /// The first bytes, by which its kind is told.
    head: Vec<u8>,
    most: u64,
}

/// What the uploader says about a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Described {
    /// Its name, of any form.
    pub name: String,
    /// Its declared type.
    pub mime: Option<String>,
    /// A mark.
    pub tag: Option<String>,
    /// A title.
    pub title: Option<String>,
    /// A remark.
    pub comment: Option<String>,
}

impl Described {
    /// Passes what can be stored: tag and title of at most 255 characters, a comment of at most 4000.
    pub fn check(&self) -> Outcome<()> {
        for (field, value, most) in
            [("tag", &self.tag, text::SHORT), ("title", &self.title, text::SHORT), ("comment", &self.comment, COMMENT)]
        {
            value.as_deref().map_or(Ok(()), |value| text::bounded(field, value, most))?;
        }
        Ok(())
    }
}

/// Begins an upload. Anybody logged in may.
pub async fn begin(ctx: &Context) -> Outcome<Upload> {
    ctx.person()?;
    let id = new_id(&ctx.app);
    let incoming = ctx.app.files.begin(&id).await.map_err(Fault::internal)?;
    Ok(Upload { id, incoming, head: Vec::new(), most: ctx.app.files.max_bytes })
}

impl Upload {
    /// Takes `bytes` behind those before; `FILE_TOO_LARGE` once they are more than one file may have.
    pub async fn write(&mut self, bytes: &[u8]) -> Outcome<()> {
        if self.incoming.size() + bytes.len() as u64 > self.most {
            return Err(Code::FileTooLarge.into());
        }
        let missing = kind::HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..missing]);
        self.incoming.write(bytes).await.map_err(Fault::internal)
    }

    /// Whether nothing has come yet.
    pub fn is_empty(&self) -> bool {
        self.incoming.size() == 0
    }
}

/// Ends an upload: the file is the actor's. If this fails, no row is left, and the bytes are swept.
pub async fn finish(ctx: &Context, upload: Upload, described: Described) -> Outcome<File> {
    let owner = ctx.person()?.id;
    described.check()?;
    let Upload { id, incoming, head, .. } = upload;
    let written = incoming.finish().await.map_err(Fault::internal)?;
    let thumbnail = picture::thumbnail(&ctx.app.files, &id, &head).await;
    let now = ctx.now();
    let mime = described.mime.as_deref().and_then(kind::declared);
    let mime = mime.unwrap_or_else(|| kind::sniffed(&head).to_owned());
    let stored: Outcome<File> = transact!(ctx, |tx| async {
        let row = file::ActiveModel {
            unique_id: Set(id.clone()),
            owner_id: Set(Some(owner)),
            name: Set(clean(&described.name)),
            mime: Set(mime.clone()),
            size: Set(i64::try_from(written.size).unwrap_or(i64::MAX)),
            sha256: Set(written.sha256.clone()),
            thumbnail_mime: Set(thumbnail.as_ref().map(|made| made.mime.to_owned())),
            thumbnail_sha256: Set(thumbnail.as_ref().map(|made| made.sha256.clone())),
            tag: Set(described.tag.clone()),
            title: Set(described.title.clone()),
            comment: Set(described.comment.clone()),
            created_at: Set(now),
            ..Default::default()
        };
        row.insert(&tx).await
    });
    if stored.is_err() && ctx.app.files.remove(&id).await.is_err() {
        tracing::warn!("the bytes of a file that was not stored will be swept");
    }
    stored
}

/// Seconds in four bytes, and eight bytes that nobody guesses: 24 hexadecimal digits.
fn new_id(app: &App) -> String {
    let mut bytes = [0; 12];
    app.random.fill(&mut bytes);
    let seconds = u32::try_from(app.now().timestamp()).unwrap_or(u32::MAX);
    bytes[..4].copy_from_slice(&seconds.to_be_bytes());
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The file with this id, in digits of either case. `FILE_NOT_FOUND` if there is none, or the actor may not read it: only its uploader
/// and who holds `/files/*` may.
pub async fn get(ctx: &Context, id: &str) -> Outcome<File> {
    ctx.known()?;
    let id = id.to_ascii_lowercase();
    if !is_file_id(&id) {
        return Err(Code::FileNotFound.into());
    }
    let found = file::Entity::find().filter(file::Column::UniqueId.eq(id)).one(ctx.db().read()).await?;
    found.filter(|file| may_read(ctx, file)).ok_or_else(|| Code::FileNotFound.into())
}

fn may_read(ctx: &Context, file: &File) -> bool {
    ctx.holds(Permission::Files) || file.owner_id.is_some_and(|owner| ctx.is(owner))
}

/// Deletes a file and its bytes. For its uploader and who holds `/files/*`.
pub async fn delete(ctx: &Context, id: &str) -> Outcome<File> {
    let file = get(ctx, id).await?;
    let row = file.clone();
    transact!(ctx, |tx| async { row.clone().delete(&tx).await })?;
    if ctx.app.files.remove(&file.unique_id).await.is_err() {
        tracing::warn!("the bytes of a deleted file will be swept");
    }
    Ok(file)
}

/// For how long bytes without a row are kept: an upload may be under way.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// Files asked for in one statement.
const CHUNK: usize = 500;

/// Takes bytes away that have lain for a day and belong to no row, and gives their number. An id is given out once, so what has no row by
/// then never gets one.
pub async fn sweep(app: &App) -> Outcome<u64> {
    let now = app.now();
    let mut swept = 0;
    for folder in app.files.folders().await.map_err(Fault::internal)? {
        let mut lying = FileStore::lying(&folder).await.map_err(Fault::internal)?;
        lying.retain(|it| {
            let age = now.timestamp() - chrono::DateTime::<chrono::Utc>::from(it.written).timestamp();
            age >= KEPT.as_secs() as i64
        });
        for chunk in lying.chunks(CHUNK) {
            let known: Vec<String> = file::Entity::find()
                .select_only()
                .column(file::Column::UniqueId)
                .filter(file::Column::UniqueId.is_in(chunk.iter().map(|it| it.id.as_str())))
                .into_tuple()
                .all(app.db.read())
                .await?;
            for it in chunk {
                let part = it.path.extension().is_some_and(|ending| ending == "part");
                if (part || !known.contains(&it.id)) && tokio::fs::remove_file(&it.path).await.is_ok() {
                    swept += 1;
                }
            }
        }
    }
    Ok(swept)
}
