//! Work that one of many servers does at a time, and which departments people belong to elsewhere.

crate::dialect::step!();

const UP: &str = r"
CREATE TABLE job (
    name {text} PRIMARY KEY,
    state {text} NOT NULL CONSTRAINT job_state_known CHECK (state IN ('idle', 'waiting', 'working')),
    holder {text},
    until {time} NOT NULL,
    last_error {text},
    CONSTRAINT job_held_while_working CHECK ((holder IS NOT NULL) = (state = 'working'))
) {strict};

CREATE TABLE membership (
    binding_id {int} NOT NULL REFERENCES person_binding (id) ON DELETE CASCADE,
    department_id {int} NOT NULL REFERENCES department (id) ON DELETE CASCADE,
    place {int} NOT NULL,
    PRIMARY KEY (binding_id, department_id)
) {strict};
CREATE INDEX membership_department ON membership (department_id);

CREATE INDEX staff_username_folded ON staff (lower(username));
CREATE INDEX outbox_channel ON outbox (channel, state, next_at, id);
CREATE INDEX inbox_source ON inbox (source, state, id);
";

const DOWN: &str = "DROP INDEX inbox_source; DROP INDEX outbox_channel; DROP INDEX staff_username_folded; DROP TABLE membership; DROP TABLE job;";
