//! Files in GraphQL: what is known of them. Bytes go up and down over REST.

use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};

use crate::domain::files;

use super::{
    ahead::{self, Ahead},
    kit::{Caller, Connection, NodeKind, PageArgs, RowBy, connection, global_id, key, payload, settle},
    staff::Staff,
};

/// An uploaded file: what is known of it. The bytes are fetched over REST by its `uniqueId`.
#[derive(Clone, Debug)]
pub(super) struct File(pub(super) files::File);

/// An uploaded file: what is known of it. The bytes are fetched over REST by its `uniqueId`.
#[Object]
impl File {
    /// The id, opaque.
    pub(super) async fn id(&self) -> ID {
        global_id(NodeKind::File, self.0.id)
    }

    /// The id in the legacy dialects, 24 hexadecimal digits; accepted wherever an id is.
    async fn unique_id(&self) -> &str {
        &self.0.unique_id
    }

    /// The name it was uploaded under, made harmless.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The type that the uploader declared, else the one that its bytes tell.
    async fn mime(&self) -> &str {
        &self.0.mime
    }

    /// Bytes.
    async fn size(&self) -> i64 {
        self.0.size
    }

    /// SHA-256 of the bytes, in hex.
    async fn sha256(&self) -> &str {
        &self.0.sha256
    }

    /// The type of its thumbnail; none when it has no thumbnail.
    async fn thumbnail_mime(&self) -> Option<&str> {
        self.0.thumbnail_mime.as_deref()
    }

    /// A mark that the uploader gave it.
    async fn tag(&self) -> Option<&str> {
        self.0.tag.as_deref()
    }

    /// A title that the uploader gave it.
    async fn title(&self) -> Option<&str> {
        self.0.title.as_deref()
    }

    /// A remark of the uploader.
    async fn comment(&self) -> Option<&str> {
        self.0.comment.as_deref()
    }

    /// Who uploaded it; none when that person was deleted.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Option<Staff>> {
        let Some(owner) = self.0.owner_id else { return Ok(None) };
        Ok(ctx.loaders()?.staff.one(owner).await?.map(Staff))
    }

    /// When it was uploaded.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

connection! {
    /// A page of files.
    FileConnection, FileEdge of File
}

#[derive(Debug, Default)]
pub(super) struct FileQuery;

#[Object]
impl FileQuery {
    /// One file; null when there is none, and when the caller neither uploaded it nor holds `/files/*`.
    async fn file(&self, ctx: &Context<'_>, #[graphql(desc = "Names the file.")] by: RowBy) -> Result<Option<File>> {
        let domain = ctx.domain()?;
        let file = files::get(domain, &by.key(domain, NodeKind::File)).await?;
        let owner = file.iter().filter_map(|file| file.owner_id);
        ahead::people(ctx, Ahead::of(ctx).field("owner"), owner).await?;
        Ok(file.map(File))
    }

    /// The files that the caller uploaded; with `/files/*`, everybody's.
    async fn files(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whether the newest file comes first.", default)] newest_first: bool,
        #[graphql(desc = "The first so many rows, up to 200.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, up to 200.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> Result<FileConnection> {
        let domain = ctx.domain()?;
        let window = PageArgs { first, after, last, before }.window("file")?;
        let page = files::list(domain, newest_first, &window).await?;
        let owners: Vec<i64> = page.models().filter_map(|file| file.owner_id).collect();
        ahead::people(ctx, Ahead::of(ctx).rows().field("owner"), owners).await?;
        let domain = domain.clone();
        Ok(FileConnection(Connection::new(page, File, move || {
            let domain = domain.clone();
            async move { files::count(&domain).await }
        })))
    }
}

/// Which file is deleted.
#[derive(Debug, InputObject)]
pub(super) struct FileDeleteInput {
    /// The file.
    id: ID,
}

payload! {
    /// What came of deleting a file.
    FileDeletePayload {
        /// The id it had.
        deleted_id: Option<ID>,
    }
}

#[derive(Debug, Default)]
pub(super) struct FileMutation;

#[Object]
impl FileMutation {
    /// Deletes a file and its bytes. Who uploaded it may, and who holds `/files/*`.
    async fn file_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file.")] input: FileDeleteInput,
    ) -> Result<FileDeletePayload> {
        let domain = ctx.domain()?;
        let deleted = files::delete(domain, &key(domain, NodeKind::File, &input.id)).await;
        let (deleted, user_errors) = settle(ctx, deleted).await?;
        Ok(FileDeletePayload { deleted_id: deleted.map(|row| global_id(NodeKind::File, row.id)), user_errors })
    }
}
