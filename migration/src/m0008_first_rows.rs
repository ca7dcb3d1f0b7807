//! What every installation starts with: the root of the asset groups, and three roles with their permissions.

crate::dialect::step!();

const UP: &str = r"
INSERT INTO asset_group (unique_id, name, created_at, updated_at)
SELECT '0', '所有类别', '2020-01-01T00:00:00+00:00', '2020-01-01T00:00:00+00:00'
WHERE NOT EXISTS (SELECT 1 FROM asset_group WHERE unique_id = '0');

INSERT INTO role (name, name_folded, display_name, description, created_at, updated_at) VALUES
    ('suadmin', 'suadmin', '超级管理员', 'suadmin', '2020-01-01T00:00:00+00:00', '2020-01-01T00:00:00+00:00'),
    ('admin', 'admin', '管理员', 'admin', '2020-01-01T00:00:00+00:00', '2020-01-01T00:00:00+00:00'),
    ('user', 'user', '普通用户', 'user', '2020-01-01T00:00:00+00:00', '2020-01-01T00:00:00+00:00');

INSERT INTO role_permission (role_id, permission)
SELECT role.id, granted.permission
FROM role
JOIN (
    SELECT 'suadmin' AS name, '/users/*' AS permission
    UNION ALL SELECT 'suadmin', '/departments/*'
    UNION ALL SELECT 'suadmin', '/rbac/*'
    UNION ALL SELECT 'suadmin', '/qrlogin/*'
    UNION ALL SELECT 'suadmin', '/assets/*'
    UNION ALL SELECT 'suadmin', '/assetgroups/*'
    UNION ALL SELECT 'suadmin', '/approvals/*'
    UNION ALL SELECT 'suadmin', '/attendance/*'
    UNION ALL SELECT 'suadmin', '/files/*'
    UNION ALL SELECT 'admin', '/users/*'
    UNION ALL SELECT 'admin', '/departments/*'
    UNION ALL SELECT 'admin', '/rbac/*'
    UNION ALL SELECT 'admin', '/qrlogin/*'
    UNION ALL SELECT 'user', '/qrlogin/*'
) AS granted ON granted.name = role.name;
";

// The root stays while anything hangs on it.
const DOWN: &str = r"
DELETE FROM role WHERE name IN ('suadmin', 'admin', 'user');
DELETE FROM asset_group WHERE unique_id = '0'
    AND NOT EXISTS (SELECT 1 FROM asset WHERE asset.group_id = asset_group.id)
    AND NOT EXISTS (SELECT 1 FROM asset_group child WHERE child.parent_id = asset_group.id);
";
