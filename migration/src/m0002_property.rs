//! What there is: asset groups as a tree, and assets, each one thing or a holding of like things.

crate::dialect::step!();

const UP: &str = r"
CREATE TABLE asset_group (
    id {key},
    unique_id {text} NOT NULL CONSTRAINT asset_group_unique_id UNIQUE,
    name {text} NOT NULL CONSTRAINT asset_group_name UNIQUE,
    parent_id {int} REFERENCES asset_group (id),
    version {int} NOT NULL DEFAULT 1,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    CONSTRAINT asset_group_not_own_parent CHECK (parent_id <> id)
) {strict};
CREATE INDEX asset_group_parent ON asset_group (parent_id, id);

CREATE TABLE asset (
    id {key},
    unique_id {text} NOT NULL CONSTRAINT asset_unique_id UNIQUE,
    name {text} NOT NULL,
    kind {text} NOT NULL CONSTRAINT asset_kind_known CHECK (kind IN ('item', 'quantity')),
    quantity {int} NOT NULL DEFAULT 1,
    group_id {int} NOT NULL REFERENCES asset_group (id),
    under_id {int} REFERENCES asset (id),
    status {text} NOT NULL CONSTRAINT asset_status_known CHECK (status IN
        ('unused', 'inuse', 'get_confirming', 'transfer_confirming', 'return_confirming', 'repair_apply', 'deleted')),
    holder_id {int} REFERENCES staff (id),
    applicant_id {int} REFERENCES staff (id),
    target_id {int} REFERENCES staff (id),
    entered_on {date} NOT NULL,
    value_origin {int} NOT NULL,
    use_year {int} NOT NULL,
    brand {text} NOT NULL,
    model {text} NOT NULL,
    serial_number {text} NOT NULL,
    remarks {text} NOT NULL,
    version {int} NOT NULL DEFAULT 1,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    CONSTRAINT asset_quantity_fits_kind CHECK (quantity >= 0 AND (kind = 'quantity' OR quantity = 1)),
    CONSTRAINT asset_value_range CHECK (value_origin BETWEEN 0 AND 2147483647),
    CONSTRAINT asset_years_range CHECK (use_year BETWEEN 0 AND 2147483647),
    CONSTRAINT asset_not_under_itself CHECK (under_id <> id),
    CONSTRAINT asset_applicant_while_claimed CHECK ((applicant_id IS NOT NULL) = (status = 'get_confirming')),
    CONSTRAINT asset_target_while_transferred CHECK ((target_id IS NOT NULL) = (status = 'transfer_confirming')),
    CONSTRAINT asset_retired_has_no_holder CHECK (status <> 'deleted' OR holder_id IS NULL)
) {strict};
CREATE INDEX asset_holder ON asset (holder_id, id);
CREATE INDEX asset_group_of ON asset (group_id, id);
CREATE INDEX asset_under ON asset (under_id, id);
CREATE INDEX asset_status ON asset (status, id);
CREATE INDEX asset_name ON asset (name, id);
CREATE INDEX asset_entered ON asset (entered_on, id);
CREATE INDEX asset_value ON asset (value_origin, id);
CREATE INDEX asset_applicant ON asset (applicant_id, id) WHERE applicant_id IS NOT NULL;
CREATE INDEX asset_target ON asset (target_id, id) WHERE target_id IS NOT NULL;
";

const DOWN: &str = "DROP TABLE asset; DROP TABLE asset_group;";
