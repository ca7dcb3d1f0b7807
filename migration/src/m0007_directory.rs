//! Who somebody is elsewhere: people and departments as Feishu and WeCom know them.

crate::dialect::step!();

const UP: &str = r"
CREATE TABLE person_binding (
    id {key},
    platform {text} NOT NULL CONSTRAINT person_binding_platform_known CHECK (platform IN ('feishu', 'wecom')),
    staff_id {int} REFERENCES staff (id) ON DELETE CASCADE,
    tenant {text} NOT NULL,
    external_id {text} NOT NULL,
    union_id {text},
    user_id {text},
    name {text},
    phone {text},
    info {text} NOT NULL,
    made_account {bool} NOT NULL DEFAULT {no},
    news_at {time} NOT NULL,
    CONSTRAINT person_binding_once UNIQUE (platform, tenant, external_id),
    CONSTRAINT person_binding_one_each UNIQUE (platform, staff_id)
) {strict};
CREATE INDEX person_binding_staff ON person_binding (staff_id);
CREATE INDEX person_binding_user ON person_binding (platform, user_id);
CREATE INDEX person_binding_union ON person_binding (platform, union_id);
CREATE INDEX person_binding_name ON person_binding (platform, name);
CREATE INDEX person_binding_phone ON person_binding (platform, phone);

CREATE TABLE department_binding (
    id {key},
    platform {text} NOT NULL CONSTRAINT department_binding_platform_known CHECK (platform IN ('feishu', 'wecom')),
    department_id {int} NOT NULL REFERENCES department (id) ON DELETE CASCADE,
    tenant {text} NOT NULL,
    external_id {text} NOT NULL,
    position {int} NOT NULL DEFAULT 0,
    delivered {bool} NOT NULL,
    news_at {time} NOT NULL,
    CONSTRAINT department_binding_once UNIQUE (platform, tenant, external_id),
    CONSTRAINT department_binding_one_each UNIQUE (platform, department_id)
) {strict};
CREATE INDEX department_binding_department ON department_binding (department_id);
";

const DOWN: &str = "DROP TABLE department_binding; DROP TABLE person_binding;";
