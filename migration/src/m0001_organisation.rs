//! Who there is: departments as a tree, staff, and their passwords.

crate::dialect::step!();

const UP: &str = r"
CREATE TABLE department (
    id {key},
    unique_id {text} NOT NULL CONSTRAINT department_unique_id UNIQUE,
    name {text} NOT NULL,
    location {text} NOT NULL,
    parent_id {int} REFERENCES department (id),
    version {int} NOT NULL DEFAULT 1,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    CONSTRAINT department_not_own_parent CHECK (parent_id <> id)
) {strict};
CREATE INDEX department_parent ON department (parent_id, id);
CREATE INDEX department_name ON department (name, id);

CREATE TABLE staff (
    id {key},
    unique_id {text} NOT NULL CONSTRAINT staff_unique_id UNIQUE,
    username {text} NOT NULL CONSTRAINT staff_username UNIQUE,
    name {text} NOT NULL,
    staff_group {text} NOT NULL
        CONSTRAINT staff_group_known CHECK (staff_group IN ('generalstaff', 'assetadmin', 'systemadmin', 'itadmin')),
    department_id {int} REFERENCES department (id),
    mobile {text},
    email {text},
    locked {bool} NOT NULL DEFAULT {no},
    locked_by {text} CONSTRAINT staff_locked_by_known CHECK (locked_by IN ('person', 'feishu', 'wecom')),
    version {int} NOT NULL DEFAULT 1,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    CONSTRAINT staff_lock_has_owner CHECK (locked = (locked_by IS NOT NULL))
) {strict};
CREATE INDEX staff_department ON staff (department_id, id);
CREATE INDEX staff_by_group ON staff (staff_group, department_id, id);
CREATE INDEX staff_name ON staff (name, id);

CREATE TABLE credential (
    staff_id {int} PRIMARY KEY REFERENCES staff (id) ON DELETE CASCADE,
    password_hash {text} NOT NULL,
    updated_at {time} NOT NULL
) {strict};
";

const DOWN: &str = "DROP TABLE credential; DROP TABLE staff; DROP TABLE department;";
