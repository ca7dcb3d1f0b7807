//! Inputs of the staff mutations and filters, and how they become the domain's.

use async_graphql::{ID, InputObject, MaybeUndefined};

use crate::{
    domain::{
        Context, Outcome,
        rbac::{self, RoleKey},
        staff,
    },
    entity::{department, words::StaffGroup},
};

use super::super::kit::{InSubtreeOf, NodeKind, key, named, role_key, searchable};

/// Which people are wanted.
#[derive(Debug, Default, InputObject)]
pub(super) struct StaffFilter {
    /// Only of one of these groups.
    group: Option<Vec<StaffGroup>>,
    /// Only of this department.
    department_id: Option<ID>,
    /// Only of this department or one below it.
    department: Option<InSubtreeOf>,
    /// Only who is locked, or who is not.
    locked: Option<bool>,
    /// Only who has this role, among the people whose roles the viewer sees.
    role_id: Option<ID>,
}

/// The domain's filter; none when a reference leads to nothing and so nothing is wanted.
pub(super) async fn filter(
    ctx: &Context,
    input: StaffFilter,
    search: Option<String>,
) -> Outcome<Option<staff::Filter>> {
    searchable(search.as_deref())?;
    let subtree = input.department.map(|place| place.in_subtree_of);
    let department = named::<department::Entity>(ctx, NodeKind::Department, input.department_id.as_ref()).await?;
    let department_subtree = named::<department::Entity>(ctx, NodeKind::Department, subtree.as_ref()).await?;
    let role = match input.role_id.map(|id| role_key(ctx, &id)) {
        None => Some(None),
        Some(RoleKey::Id(id)) => Some(Some(id)),
        Some(name) => rbac::get(ctx, &name).await?.map(|role| Some(role.id)),
    };
    let (Some(department), Some(department_subtree), Some(role)) = (department, department_subtree, role) else {
        return Ok(None);
    };
    Ok(Some(staff::Filter { groups: input.group, department, department_subtree, locked: input.locked, role, search }))
}

/// How people are ordered.
#[derive(Debug, Default, InputObject)]
pub(super) struct StaffOrder {
    /// By what; ties by order of entry.
    #[graphql(default)]
    pub(super) by: staff::Order,
    /// Whether the largest comes first.
    #[graphql(default)]
    pub(super) descending: bool,
}

/// A person to be made.
#[derive(InputObject)]
pub(super) struct StaffCreateInput {
    /// The display name; names may repeat.
    name: String,
    /// The login name, unique.
    username: String,
    /// Which of the four built-in roles the person has.
    group: StaffGroup,
    /// Where the person belongs.
    department_id: Option<ID>,
    /// The first password, 1 to 1024 bytes; without one the person cannot log in by password.
    password: Option<String>,
    /// The phone number.
    mobile: Option<String>,
    /// The mail address.
    email: Option<String>,
    /// Makes a repetition of the call give the same person.
    idempotency_key: Option<String>,
}

impl StaffCreateInput {
    pub(super) fn into_domain(self, ctx: &Context) -> staff::Create {
        staff::Create {
            group: Some(self.group),
            department: self.department_id.map(|id| key(ctx, NodeKind::Department, &id)),
            name: self.name,
            username: self.username,
            password: self.password,
            mobile: self.mobile,
            email: self.email,
            idempotency_key: self.idempotency_key,
        }
    }
}

/// What to change about a person; what is omitted stays.
#[derive(Debug, InputObject)]
pub(super) struct StaffUpdateInput {
    /// The person.
    pub(super) id: ID,
    /// The display name.
    pub(super) name: MaybeUndefined<String>,
    /// The login name, unique.
    pub(super) username: MaybeUndefined<String>,
    /// Where the person belongs; null takes them out of every department.
    pub(super) department_id: MaybeUndefined<ID>,
    /// The phone number; null forgets it.
    pub(super) mobile: MaybeUndefined<String>,
    /// The mail address; null forgets it.
    pub(super) email: MaybeUndefined<String>,
    /// The version the caller saw.
    pub(super) expected_version: Option<i64>,
}

/// Who is locked.
#[derive(Debug, InputObject)]
pub(super) struct StaffLockInput {
    /// The person; nobody locks themself.
    pub(super) id: ID,
}

/// Who is unlocked.
#[derive(Debug, InputObject)]
pub(super) struct StaffUnlockInput {
    /// The person.
    pub(super) id: ID,
}

/// Who gets which password.
#[derive(InputObject)]
pub(super) struct StaffPasswordSetInput {
    /// The person.
    pub(super) id: ID,
    /// The password, 1 to 1024 bytes.
    pub(super) password: String,
}

/// Who moves to which group.
#[derive(Debug, InputObject)]
pub(super) struct StaffGroupSetInput {
    /// The person; nobody moves themself.
    pub(super) id: ID,
    /// The group.
    pub(super) group: StaffGroup,
}

/// Who gets which roles.
#[derive(Debug, InputObject)]
pub(super) struct StaffRolesSetInput {
    /// The person.
    pub(super) id: ID,
    /// The roles, by id or name; one named twice counts once, none at all takes all away.
    pub(super) role_ids: Vec<ID>,
}

/// Who is deleted.
#[derive(Debug, InputObject)]
pub(super) struct StaffDeleteInput {
    /// The person; nobody deletes themself.
    pub(super) id: ID,
}
