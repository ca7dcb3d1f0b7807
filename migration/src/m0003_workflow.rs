//! What happens: requests and their decisions, who was addressed, and the history that is only ever added to.
//!
//! People are kept by key while they exist and always by the id and name they had, so that deleting a person takes nothing away.
//! History names people and assets without foreign keys for the same reason.

crate::dialect::step!();

const UP: &str = r"
CREATE TABLE approval (
    id {key},
    kind {text} NOT NULL CONSTRAINT approval_kind_known CHECK (kind IN ('claim', 'return', 'transfer', 'repair')),
    asset_id {int} NOT NULL REFERENCES asset (id),
    quantity {int} NOT NULL,
    whole {bool} NOT NULL,
    holder_id {int} REFERENCES staff (id) ON DELETE SET NULL,
    applicant_id {int} REFERENCES staff (id) ON DELETE SET NULL,
    applicant_unique_id {text} NOT NULL,
    applicant_name {text} NOT NULL,
    target_id {int} REFERENCES staff (id) ON DELETE SET NULL,
    target_unique_id {text},
    target_name {text},
    target_group_unique_id {text},
    state {text} NOT NULL CONSTRAINT approval_state_known CHECK (state IN ('pending', 'approved', 'rejected', 'cancelled')),
    submitted_via {text} NOT NULL,
    decided_by_id {int} REFERENCES staff (id) ON DELETE SET NULL,
    decided_by_unique_id {text},
    decided_by_name {text},
    decided_via {text},
    decided_at {time},
    reason {text},
    version {int} NOT NULL DEFAULT 1,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    CONSTRAINT approval_target_of_transfer CHECK ((target_unique_id IS NOT NULL) = (kind = 'transfer')),
    CONSTRAINT approval_decided_with_time CHECK ((state = 'pending') = (decided_at IS NULL))
) {strict};
CREATE UNIQUE INDEX approval_one_open_whole ON approval (asset_id) WHERE whole AND state = 'pending';
CREATE INDEX approval_asset ON approval (asset_id, id);
CREATE INDEX approval_state ON approval (state, id);
CREATE INDEX approval_applicant ON approval (applicant_id, id);
CREATE INDEX approval_target ON approval (target_id, id) WHERE target_id IS NOT NULL;
CREATE INDEX approval_holder ON approval (holder_id) WHERE holder_id IS NOT NULL;
CREATE INDEX approval_decided_by ON approval (decided_by_id) WHERE decided_by_id IS NOT NULL;

CREATE TABLE approval_manager (
    approval_id {int} NOT NULL REFERENCES approval (id) ON DELETE CASCADE,
    staff_id {int} NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    named {bool} NOT NULL DEFAULT {no},
    PRIMARY KEY (approval_id, staff_id)
) {strict};
CREATE INDEX approval_manager_staff ON approval_manager (staff_id, approval_id);

CREATE TABLE history (
    id {key},
    kind {text} NOT NULL CONSTRAINT history_kind_known CHECK (kind IN
        ('apply', 'transfer', 'return', 'repair', 'delete', 'entry', 'edit', 'submit', 'accept', 'reject')),
    asset_id {int} NOT NULL,
    asset_unique_id {text} NOT NULL,
    asset_name {text} NOT NULL,
    related_id {int},
    related_unique_id {text},
    related_name {text},
    actor_id {int},
    actor_unique_id {text},
    actor_name {text},
    approval_id {int},
    door {text} NOT NULL,
    description {text} NOT NULL,
    at {time} NOT NULL
) {strict};
CREATE INDEX history_asset ON history (asset_id, id);
CREATE INDEX history_asset_unique_id ON history (asset_unique_id, id);
CREATE INDEX history_kind ON history (kind, id);
CREATE INDEX history_related ON history (related_id, id);
CREATE INDEX history_related_unique_id ON history (related_unique_id, id);
CREATE INDEX history_actor ON history (actor_id, id);
CREATE INDEX history_at ON history (at, id);
";

const DOWN: &str = "DROP TABLE history; DROP TABLE approval_manager; DROP TABLE approval;";
