//! Where the bytes of files lie: a folder, in it one file each under a name of ours, never under one that somebody sent.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use sha2::{Digest, Sha256};
use tokio::{
    fs::{self, File},
    io::AsyncWriteExt,
    sync::Semaphore,
};

/// The ending of what is still being written.
const PART: &str = "part";
/// The ending of thumbnails.
const THUMBNAIL: &str = "thumb";

/// The folder of the bytes. Cloning shares it.
#[derive(Clone, Debug)]
pub struct FileStore {
    folder: PathBuf,
    /// Most bytes of one file.
    pub max_bytes: u64,
    /// Places for pictures that are decoded: each may take hundreds of megabytes.
    pub decoding: Arc<Semaphore>,
    /// Places for bodies that must be in memory as a whole.
    pub whole: Arc<Semaphore>,
}

/// Pictures decoded at once.
const DECODING: usize = 1;
/// Whole bodies in memory at once.
const WHOLE: usize = 4;

impl FileStore {
    /// The store in `folder`, which is made when the first file comes.
    pub fn new(folder: impl Into<PathBuf>, max_bytes: u64) -> Self {
        Self {
            folder: folder.into(),
            max_bytes,
            decoding: Arc::new(Semaphore::new(DECODING)),
            whole: Arc::new(Semaphore::new(WHOLE)),
        }
    }

    /// Where the bytes of the file `id` lie: 24 hexadecimal digits, the last two of which name the folder.
    pub fn path(&self, id: &str) -> PathBuf {
        self.folder.join(&id[id.len().saturating_sub(2)..]).join(id)
    }

    /// Where the thumbnail of the file `id` lies.
    pub fn thumbnail(&self, id: &str) -> PathBuf {
        self.path(id).with_extension(THUMBNAIL)
    }

    /// Begins to write the file `id`.
    pub async fn begin(&self, id: &str) -> io::Result<Incoming> {
        let place = self.path(id);
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder).await?;
        }
        let part = place.with_extension(PART);
        let file = File::create_new(&part).await?;
        Ok(Incoming { file, part: Part(Some(part)), place, digest: Sha256::new(), size: 0 })
    }

    /// Takes the bytes of the file `id` and its thumbnail away; what is not there is fine.
    pub async fn remove(&self, id: &str) -> io::Result<()> {
        for path in [self.path(id), self.thumbnail(id)] {
            match fs::remove_file(path).await {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// The folders of the store.
    pub async fn folders(&self) -> io::Result<Vec<PathBuf>> {
        let mut folders = Vec::new();
        let mut entries = match fs::read_dir(&self.folder).await {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(folders),
            Err(error) => return Err(error),
        };
        while let Some(entry) = entries.next_entry().await? {
            // Others may keep their things in the same folder: ours have two digits.
            let ours = entry.file_name().to_str().is_some_and(|name| name.len() == 2 && is_hex(name));
            if ours && entry.file_type().await?.is_dir() {
                folders.push(entry.path());
            }
        }
        Ok(folders)
    }

    /// What lies in one of the [`Self::folders`].
    pub async fn lying(folder: &Path) -> io::Result<Vec<Lying>> {
        let mut lying = Vec::new();
        let mut entries = fs::read_dir(folder).await?;
        while let Some(entry) = entries.next_entry().await? {
            let path = entry.path();
            let Some(id) = path.file_stem().and_then(|name| name.to_str()).filter(|id| is_id(id)) else { continue };
            // Somebody else may have taken it away since.
            let Ok(written) = entry.metadata().await.and_then(|it| it.modified()) else { continue };
            lying.push(Lying { id: id.to_owned(), path: path.clone(), written });
        }
        Ok(lying)
    }
}

/// Something that lies in the store.
#[derive(Clone, Debug)]
pub struct Lying {
    /// The file's id.
    pub id: String,
    /// Where it lies.
    pub path: PathBuf,
    /// When it was written last.
    pub written: SystemTime,
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether `text` is the id of a file as it is stored.
pub fn is_id(text: &str) -> bool {
    text.len() == 24 && is_hex(text)
}

/// A file that is being written. Dropped before its end it leaves nothing.
#[derive(Debug)]
pub struct Incoming {
    file: File,
    part: Part,
    place: PathBuf,
    digest: Sha256,
    size: u64,
}

#[derive(Debug)]
struct Part(Option<PathBuf>);

impl Drop for Part {
    fn drop(&mut self) {
        if let Some(part) = &self.0 {
            // A file that could not be taken away is swept later.
            let _ = std::fs::remove_file(part);
        }
    }
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Bytes.
    pub size: u64,
    /// SHA-256 in hex.
    pub sha256: String,
}

impl Incoming {
    /// Writes `bytes` behind those before.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes).await?;
        self.digest.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    /// How many bytes were written.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Puts the file into its place, where it survives a power cut.
    pub async fn finish(mut self) -> io::Result<Written> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        if let Some(part) = self.part.0.take() {
            fs::rename(&part, &self.place).await?;
        }
        if let Some(folder) = self.place.parent() {
            File::open(folder).await?.sync_all().await?;
        }
        let sha256 = self.digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Written { size: self.size, sha256 })
    }
}
