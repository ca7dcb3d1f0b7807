//! The bytes of a file lie on disk under its id, not under their hash: nobody looks for rows by hash.

crate::dialect::step!();

const UP: &str = "DROP INDEX file_content; DROP INDEX file_thumbnail;";

const DOWN: &str = r"
CREATE INDEX file_content ON file (sha256);
CREATE INDEX file_thumbnail ON file (thumbnail_sha256) WHERE thumbnail_sha256 IS NOT NULL;
";
