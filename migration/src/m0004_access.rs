//! Who may: further roles and their permissions, sessions, QR login, and the secrets the server makes for itself.

crate::dialect::step!();

const UP: &str = r"
CREATE TABLE role (
    id {key},
    name {text} NOT NULL CONSTRAINT role_name UNIQUE,
    name_folded {text} NOT NULL CONSTRAINT role_name_folded UNIQUE,
    display_name {text} NOT NULL,
    description {text} NOT NULL,
    version {int} NOT NULL DEFAULT 1,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
) {strict};

CREATE TABLE role_permission (
    role_id {int} NOT NULL REFERENCES role (id) ON DELETE CASCADE,
    permission {text} NOT NULL CONSTRAINT role_permission_known CHECK (permission IN
        ('/users/*', '/departments/*', '/rbac/*', '/qrlogin/*', '/assets/*', '/assetgroups/*', '/approvals/*', '/attendance/*',
         '/files/*')),
    PRIMARY KEY (role_id, permission)
) {strict};

CREATE TABLE staff_role (
    staff_id {int} NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    role_id {int} NOT NULL REFERENCES role (id) ON DELETE CASCADE,
    PRIMARY KEY (staff_id, role_id)
) {strict};
CREATE INDEX staff_role_role ON staff_role (role_id, staff_id);

CREATE TABLE session (
    id {key},
    staff_id {int} NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    token_hash {text} CONSTRAINT session_token_hash UNIQUE,
    door {text} NOT NULL,
    created_at {time} NOT NULL,
    seen_at {time} NOT NULL,
    ends_at {time} NOT NULL,
    ended_at {time}
) {strict};
CREATE INDEX session_staff ON session (staff_id, id);
CREATE INDEX session_ends ON session (ends_at);

CREATE TABLE qr_login (
    id {key},
    nonce_hash {text} NOT NULL CONSTRAINT qr_login_nonce_hash UNIQUE,
    state {text} NOT NULL CONSTRAINT qr_login_state_known CHECK (state IN ('pending', 'scanned', 'confirmed')),
    owner_id {int} REFERENCES staff (id) ON DELETE CASCADE,
    client_address {text} NOT NULL,
    client_agent {text} NOT NULL,
    created_at {time} NOT NULL,
    expires_at {time} NOT NULL,
    CONSTRAINT qr_login_owned_once_seen CHECK ((owner_id IS NULL) = (state = 'pending'))
) {strict};
CREATE INDEX qr_login_owner ON qr_login (owner_id);
CREATE INDEX qr_login_expires ON qr_login (expires_at);

CREATE TABLE server_secret (
    name {text} PRIMARY KEY,
    value {text} NOT NULL,
    created_at {time} NOT NULL
) {strict};
";

const DOWN: &str = "DROP TABLE server_secret; DROP TABLE qr_login; DROP TABLE session; DROP TABLE staff_role;
DROP TABLE role_permission; DROP TABLE role;";
