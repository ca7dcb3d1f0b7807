//! What comes in and goes out once: idempotency keys, received pushes, messages to be sent, attendance events.

crate::dialect::step!();

const UP: &str = r"
CREATE TABLE idempotency_key (
    staff_id {int} NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    operation {text} NOT NULL,
    key {text} NOT NULL,
    fingerprint {text} NOT NULL,
    result {text} NOT NULL,
    created_at {time} NOT NULL,
    PRIMARY KEY (staff_id, operation, key)
) {strict};
CREATE INDEX idempotency_key_age ON idempotency_key (created_at);

CREATE TABLE inbox (
    id {key},
    source {text} NOT NULL,
    once_key {text} NOT NULL,
    kind {text} NOT NULL,
    subject {text},
    body {text} NOT NULL,
    happened_at {time} NOT NULL,
    received_at {time} NOT NULL,
    state {text} NOT NULL CONSTRAINT inbox_state_known CHECK (state IN ('waiting', 'working', 'done', 'ignored', 'failed')),
    attempts {int} NOT NULL DEFAULT 0,
    next_at {time} NOT NULL,
    last_error {text},
    CONSTRAINT inbox_once UNIQUE (source, once_key)
) {strict};
CREATE INDEX inbox_due ON inbox (state, next_at, id);

CREATE TABLE outbox (
    id {key},
    uuid {text} NOT NULL CONSTRAINT outbox_uuid UNIQUE,
    channel {text} NOT NULL CONSTRAINT outbox_channel_known CHECK (channel IN ('feishu', 'wecom')),
    kind {text} NOT NULL,
    lane {text} NOT NULL,
    recipient_id {int} REFERENCES staff (id) ON DELETE SET NULL,
    approval_id {int} REFERENCES approval (id) ON DELETE SET NULL,
    body {text} NOT NULL,
    state {text} NOT NULL CONSTRAINT outbox_state_known CHECK (state IN ('waiting', 'working', 'sent', 'failed', 'dropped')),
    attempts {int} NOT NULL DEFAULT 0,
    next_at {time} NOT NULL,
    created_at {time} NOT NULL,
    sent_at {time},
    message_id {text},
    last_error {text}
) {strict};
CREATE INDEX outbox_due ON outbox (state, next_at, id);
CREATE INDEX outbox_lane ON outbox (lane, id);
CREATE INDEX outbox_approval ON outbox (approval_id, id) WHERE approval_id IS NOT NULL;
CREATE INDEX outbox_recipient ON outbox (recipient_id) WHERE recipient_id IS NOT NULL;
CREATE INDEX outbox_message ON outbox (channel, message_id) WHERE message_id IS NOT NULL;

CREATE TABLE attendance_event (
    id {key},
    event_id {text} NOT NULL CONSTRAINT attendance_event_event_id UNIQUE,
    kind {text} NOT NULL,
    employee_id {text},
    employee_no {text},
    at {time} NOT NULL,
    body {text} NOT NULL,
    received_at {time} NOT NULL
) {strict};
CREATE INDEX attendance_event_at ON attendance_event (at, id);
CREATE INDEX attendance_event_employee ON attendance_event (employee_id, at, id);
";

const DOWN: &str = "DROP TABLE attendance_event; DROP TABLE outbox; DROP TABLE inbox; DROP TABLE idempotency_key;";
