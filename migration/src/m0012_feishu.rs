//! Logins under way at Feishu, tokens of its people, and what the server learned of the platforms.

crate::dialect::step!();

const UP: &str = r"
CREATE TABLE login_state (
    state_hash {text} PRIMARY KEY,
    redirect_uri {text} NOT NULL,
    verifier {text},
    staff_id {int} REFERENCES staff (id) ON DELETE CASCADE,
    created_at {time} NOT NULL
) {strict};
CREATE INDEX login_state_created ON login_state (created_at);
CREATE INDEX login_state_staff ON login_state (staff_id) WHERE staff_id IS NOT NULL;

CREATE TABLE user_token (
    binding_id {int} PRIMARY KEY REFERENCES person_binding (id) ON DELETE CASCADE,
    sealed {text} NOT NULL,
    ends_at {time} NOT NULL,
    renewing_until {time}
) {strict};

CREATE TABLE learned (
    name {text} PRIMARY KEY,
    value {text} NOT NULL,
    learned_at {time} NOT NULL
) {strict};

CREATE INDEX attendance_event_kind ON attendance_event (kind, at, id);
";

const DOWN: &str =
    "DROP INDEX attendance_event_kind; DROP TABLE learned; DROP TABLE user_token; DROP TABLE login_state;";
