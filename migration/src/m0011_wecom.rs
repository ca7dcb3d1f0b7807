//! What syncing with WeCom needs: which departments somebody is in over there, and work of which one run is under way at a time.

crate::dialect::step!();

const UP: &str = r"
ALTER TABLE person_binding ADD COLUMN departments {text} NOT NULL DEFAULT '[]';

CREATE TABLE job (
    name {text} PRIMARY KEY,
    asked_at {time} NOT NULL,
    waiting {bool} NOT NULL,
    running_until {time}
) {strict};
";

const DOWN: &str = "DROP TABLE job; ALTER TABLE person_binding DROP COLUMN departments;";
