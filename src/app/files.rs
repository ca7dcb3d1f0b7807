//! The folder of uploaded bytes: written aside, checked, and moved into place under names of our own.
//!
//! `incoming/` holds what is still being written, a folder for each last two digits of an id what was kept. Functions here block; they
//! are for threads that may.

use std::{
    fs::{self, DirBuilder, File},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, FileExt},
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use tokio::sync::Semaphore;

/// What of a file lies on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What was uploaded.
    Whole,
    /// The small picture of it.
    Thumbnail,
}

/// Digits of an id, which is the name of a file on disk.
const ID_DIGITS: usize = 24;
/// Ends the name of a thumbnail on disk.
const THUMBNAIL: &str = ".thumb";
/// The folder of what is still being written.
const INCOMING: &str = "incoming";

/// The folder of uploaded bytes. Cloning shares it. Several servers on one database share the folder too.
#[derive(Clone, Debug)]
pub struct Files {
    folder: Arc<Path>,
    max_bytes: u64,
    /// Pictures are decoded one at a time, which bounds what they take of memory.
    pub decoding: Arc<Semaphore>,
}

impl Files {
    /// The folder `folder`, in which a file may have at most `max_bytes`. Nothing is looked at yet.
    pub fn new(folder: &Path, max_bytes: u64) -> Self {
        Self { folder: folder.into(), max_bytes, decoding: Arc::new(Semaphore::new(1)) }
    }

    /// Makes the folder if it is not there, and sees whether it can be written to.
    pub fn prepare(&self) -> io::Result<()> {
        private_folder(&self.folder.join(INCOMING))?;
        self.aside().map(drop)
    }

    /// Most bytes of one file.
    pub const fn max_bytes(&self) -> u64 {
        self.max_bytes
    }

    /// A file without a name, gone when it is closed: for a request that must be read to its end before it can be understood.
    pub fn aside(&self) -> io::Result<File> {
        tempfile::tempfile_in(self.folder.join(INCOMING))
    }

    /// Begins a file of at most `most` bytes. Dropped before it is kept, it leaves nothing.
    pub fn begin(&self, most: u64) -> io::Result<Writing> {
        let file = NamedTempFile::new_in(self.folder.join(INCOMING))?;
        Ok(Writing { file, hash: Sha256::new(), size: 0, most })
    }

    /// Moves what was written to its place as `part` of the file `id`, and returns when it would survive a power cut. Never replaces.
    pub fn keep(&self, id: &str, part: Part, written: Written) -> io::Result<()> {
        let place = self.place(id, part)?;
        if let Some(shelf) = place.parent() {
            private_folder(shelf)?;
            written.file.persist_noclobber(&place)?;
            File::open(shelf)?.sync_all()?;
        }
        Ok(())
    }

    /// Opens `part` of the file `id` for reading.
    pub fn read(&self, id: &str, part: Part) -> io::Result<File> {
        File::open(self.place(id, part)?)
    }

    /// Takes everything of the file `id` away; what is not there is no error.
    pub fn remove(&self, id: &str) -> io::Result<()> {
        for part in [Part::Whole, Part::Thumbnail] {
            gone(fs::remove_file(self.place(id, part)?))?;
        }
        Ok(())
    }

    /// Removes what was begun and not written to since `before`: uploads that a crash cut off. Gives their number.
    pub fn remove_abandoned(&self, before: SystemTime) -> io::Result<u64> {
        let mut removed = 0;
        for entry in fs::read_dir(self.folder.join(INCOMING))? {
            let entry = entry?;
            if written_before(&entry, before)? {
                gone(fs::remove_file(entry.path()))?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// The folders of what was kept.
    pub fn shelves(&self) -> io::Result<Vec<PathBuf>> {
        let mut shelves = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if entry.file_name().to_str().is_some_and(|name| name.len() == 2 && is_hex(name)) {
                shelves.push(entry.path());
            }
        }
        Ok(shelves)
    }

    /// The ids of files on `shelf` of which something was written before `before`. Names that are not ours are passed over.
    pub fn aged(&self, shelf: &Path, before: SystemTime) -> io::Result<Vec<String>> {
        let mut ids = Vec::new();
        for entry in fs::read_dir(shelf)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(id) = name.to_str().map(|name| name.strip_suffix(THUMBNAIL).unwrap_or(name)) else { continue };
            if is_id(id) && written_before(&entry, before)? {
                ids.push(id.to_owned());
            }
        }
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    /// Where `part` of the file `id` lies; refuses what is no id of ours, so that no name can lead elsewhere.
    fn place(&self, id: &str, part: Part) -> io::Result<PathBuf> {
        if !is_id(id) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let end = match part {
            Part::Whole => "",
            Part::Thumbnail => THUMBNAIL,
        };
        Ok(self.folder.join(&id[ID_DIGITS - 2..]).join(format!("{id}{end}")))
    }
}

/// Whether `id` can name a file on disk.
fn is_id(id: &str) -> bool {
    id.len() == ID_DIGITS && is_hex(id)
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Makes a folder for us alone, and those above it.
fn private_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    match folder.parent() {
        Some(above) if above.as_os_str().is_empty() => File::open(".")?.sync_all(),
        Some(above) => File::open(above)?.sync_all(),
        None => Ok(()),
    }
}

/// Another server may have been faster.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn written_before(entry: &fs::DirEntry, before: SystemTime) -> io::Result<bool> {
    match entry.metadata() {
        Ok(about) => Ok(about.is_file() && about.modified()? < before),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// A file that is being written.
#[derive(Debug)]
pub struct Writing {
    file: NamedTempFile,
    hash: Sha256,
    size: u64,
    most: u64,
}

impl Writing {
    /// Ends the file; its bytes would survive a power cut.
    pub fn finish(self) -> io::Result<Written> {
        self.file.as_file().sync_all()?;
        let sha256 = self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Written { file: self.file, size: self.size, sha256 })
    }
}

/// Fails with `FileTooLarge` beyond the most bytes.
impl Write for Writing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() as u64 > self.most - self.size {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.file.write_all(bytes)?;
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A file that was written and has no place yet. Dropped, it leaves nothing.
#[derive(Debug)]
pub struct Written {
    file: NamedTempFile,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the bytes, in hex.
    pub sha256: String,
}

impl Written {
    /// Opens it for reading from its start.
    pub fn reopen(&self) -> io::Result<File> {
        self.file.reopen()
    }

    /// Its first bytes, at most `most`.
    pub fn head(&self, most: usize) -> io::Result<Vec<u8>> {
        head(self.file.as_file(), most)
    }
}

/// The first bytes of `file`, at most `most`, wherever it is being read.
pub fn head(file: &File, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; most];
    let mut length = 0;
    while length < most {
        match file.read_at(&mut bytes[length..], length as u64)? {
            0 => break,
            read => length += read,
        }
    }
    bytes.truncate(length);
    Ok(bytes)
}
