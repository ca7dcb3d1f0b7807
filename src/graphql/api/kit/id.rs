//! Opaque ids: a type and our key, in base64; the legacy key is accepted wherever an id is.

use async_graphql::{ID, OneofObject};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    domain::{self, Key, rbac::RoleKey},
    entity::words::Door,
};

/// The types that have ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::graphql::api) enum NodeKind {
    Approval,
    Asset,
    AssetGroup,
    Department,
    File,
    History,
    Incoming,
    Outgoing,
    Role,
    Staff,
}

impl NodeKind {
    const ALL: [Self; 10] = [
        Self::Approval,
        Self::Asset,
        Self::AssetGroup,
        Self::Department,
        Self::File,
        Self::History,
        Self::Incoming,
        Self::Outgoing,
        Self::Role,
        Self::Staff,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Approval => "Approval",
            Self::Asset => "Asset",
            Self::AssetGroup => "AssetGroup",
            Self::Department => "Department",
            Self::File => "File",
            Self::History => "History",
            Self::Incoming => "Incoming",
            Self::Outgoing => "Outgoing",
            Self::Role => "Role",
            Self::Staff => "Staff",
        }
    }
}

/// The opaque id of a row.
pub(in crate::graphql::api) fn global_id(kind: NodeKind, id: i64) -> ID {
    ID(URL_SAFE_NO_PAD.encode(format!("{}:{id}", kind.name())))
}

/// The type and key behind an opaque id.
pub(in crate::graphql::api) fn parse_id(id: &str) -> Option<(NodeKind, i64)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id).ok()?).ok()?;
    let (name, number) = text.split_once(':')?;
    let kind = NodeKind::ALL.into_iter().find(|kind| kind.name() == name)?;
    Some((kind, number.parse().ok()?))
}

/// What a reference of type `kind` names: an opaque id of that type, else a legacy key. The legacy doors know legacy keys only.
pub(in crate::graphql::api) fn key(ctx: &domain::Context, kind: NodeKind, id: &ID) -> Key {
    match parse_id(id) {
        Some((found, id)) if found == kind && matches!(ctx.door, Door::Graphql | Door::System) => Key::Id(id),
        _ => Key::UniqueId(id.0.clone()),
    }
}

/// Our key behind a reference to a row that has no legacy key.
pub(in crate::graphql::api) fn own_key(kind: NodeKind, id: &ID) -> Option<i64> {
    parse_id(id).filter(|(found, _)| *found == kind).map(|(_, id)| id)
}

/// Names one row.
#[derive(Clone, Debug, OneofObject)]
pub(in crate::graphql::api) enum RowBy {
    /// By its id.
    Id(ID),
    /// By its legacy key.
    UniqueId(String),
}

impl RowBy {
    /// The key it names.
    pub(in crate::graphql::api) fn key(&self, ctx: &domain::Context, kind: NodeKind) -> Key {
        match self {
            Self::Id(id) => key(ctx, kind, id),
            Self::UniqueId(id) => Key::UniqueId(id.clone()),
        }
    }
}

/// Names one person.
#[derive(Clone, Debug, OneofObject)]
pub(in crate::graphql::api) enum StaffBy {
    /// By their id.
    Id(ID),
    /// By their legacy key.
    UniqueId(String),
    /// By their login name, without regard to case if one person alone is called so.
    Username(String),
}

/// What a reference to the role that is worked on names: as [`role_key`] says, but through the laravel door digits are its number.
pub(in crate::graphql::api) fn numbered_role_key(ctx: &domain::Context, id: &ID) -> RoleKey {
    let number = Some(id).filter(|id| id.bytes().all(|byte| byte.is_ascii_digit())).and_then(|id| id.parse().ok());
    match number.filter(|_| ctx.door == Door::Laravel) {
        Some(number) => RoleKey::Id(number),
        None => role_key(ctx, id),
    }
}

/// What a reference to a role names: an opaque id, else a role name. The legacy doors know names only.
pub(in crate::graphql::api) fn role_key(ctx: &domain::Context, id: &ID) -> RoleKey {
    match key(ctx, NodeKind::Role, id) {
        Key::Id(id) => RoleKey::Id(id),
        Key::UniqueId(name) => RoleKey::Name(name),
    }
}

/// Names one role.
#[derive(Clone, Debug, OneofObject)]
pub(in crate::graphql::api) enum RoleBy {
    /// By its id.
    Id(ID),
    /// By its name, without regard to case.
    Name(String),
}

impl RoleBy {
    /// The key it names.
    pub(in crate::graphql::api) fn key(&self, ctx: &domain::Context) -> RoleKey {
        match self {
            Self::Id(id) => role_key(ctx, id),
            Self::Name(name) => RoleKey::Name(name.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lead_back_to_their_rows() {
        for kind in NodeKind::ALL {
            assert_eq!(parse_id(&global_id(kind, 42)), Some((kind, 42)));
        }
        assert_eq!(parse_id("samplestaff"), None);
        assert_eq!(parse_id(""), None);
    }
}
