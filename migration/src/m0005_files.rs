//! What was uploaded: one row a file; the bytes lie on disk under a name made from their hash.

crate::dialect::step!();

const UP: &str = r"
CREATE TABLE file (
    id {key},
    unique_id {text} NOT NULL CONSTRAINT file_unique_id UNIQUE,
    owner_id {int} REFERENCES staff (id) ON DELETE SET NULL,
    name {text} NOT NULL,
    mime {text} NOT NULL,
    size {int} NOT NULL CONSTRAINT file_size_not_negative CHECK (size >= 0),
    sha256 {text} NOT NULL,
    thumbnail_mime {text},
    thumbnail_sha256 {text},
    tag {text},
    title {text},
    comment {text},
    created_at {time} NOT NULL
) {strict};
CREATE INDEX file_owner ON file (owner_id, id);
CREATE INDEX file_content ON file (sha256);
CREATE INDEX file_thumbnail ON file (thumbnail_sha256) WHERE thumbnail_sha256 IS NOT NULL;
";

const DOWN: &str = "DROP TABLE file;";
