//! Staff in GraphQL.

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};

use crate::{
    db::Page,
    domain::{self, Key, Outcome, Permission, directory, rbac, staff},
    entity::words::StaffGroup,
};

use super::{
    ahead::{self, Ahead},
    assets::{Asset, AssetConnection},
    departments::Department,
    directory::DirectoryProfile,
    feishu::FeishuProfile,
    kit::{
        Caller, Connection, NodeKind, PageArgs, StaffBy, change, change_text, connection, given, global_id, items, key,
        payload, role_key, settle,
    },
    roles::Role,
};

mod inputs;

use inputs::{
    StaffCreateInput, StaffDeleteInput, StaffFilter, StaffGroupSetInput, StaffLockInput, StaffOrder,
    StaffPasswordSetInput, StaffRolesSetInput, StaffUnlockInput, StaffUpdateInput, filter,
};

/// A person of the company.
#[derive(Clone, Debug)]
pub(super) struct Staff(pub(super) staff::Staff);

/// A person of the company.
#[Object]
impl Staff {
    /// The id, opaque.
    pub(super) async fn id(&self) -> ID {
        global_id(NodeKind::Staff, self.0.id)
    }

    /// The legacy key.
    async fn unique_id(&self) -> &str {
        &self.0.unique_id
    }

    /// The display name; names may repeat.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The login name, unique.
    async fn username(&self) -> &str {
        &self.0.username
    }

    /// Which of the four built-in roles the person has.
    async fn group(&self) -> StaffGroup {
        self.0.staff_group
    }

    /// Whether the person is kept from logging in.
    async fn locked(&self) -> bool {
        self.0.locked
    }

    /// Where the person belongs.
    async fn department(&self, ctx: &Context<'_>) -> Result<Option<Department>> {
        Ok(match self.0.department_id {
            Some(id) => ctx.loaders()?.departments.one(id).await?.map(Department),
            None => None,
        })
    }

    /// The phone number, if one is known; null to others, unless they hold `/users/*`.
    async fn mobile(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        Ok(self.0.mobile.as_deref().filter(|_| self.shows(ctx, staff::sees_contacts)))
    }

    /// The mail address, if one is known; null to others, unless they hold `/users/*`.
    async fn email(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        Ok(self.0.email.as_deref().filter(|_| self.shows(ctx, staff::sees_contacts)))
    }

    /// The roles beside the group, oldest first; null to others, unless they hold `/users/*` or `/rbac/*`.
    async fn roles(&self, ctx: &Context<'_>) -> Result<Option<Vec<Role>>> {
        if !self.shows(ctx, staff::sees_roles) {
            return Ok(None);
        }
        Ok(Some(ctx.loaders()?.roles_of(self.0.id).await?.into_iter().map(Role).collect()))
    }

    /// Everything that the group and the roles grant, nothing while locked; null to others, unless they hold `/users/*` or
    /// `/rbac/*`.
    async fn permissions(&self, ctx: &Context<'_>) -> Result<Option<Vec<Permission>>> {
        if !self.shows(ctx, staff::sees_roles) {
            return Ok(None);
        }
        let loaders = ctx.loaders()?;
        let roles: Vec<i64> = loaders.roles_of(self.0.id).await?.iter().map(|role| role.id).collect();
        let held = rbac::held(&self.0, loaders.granted(&roles).await?);
        Ok(Some(held.iter().collect()))
    }

    /// What WeCom tells of the person, if it knows them; null to others, unless they hold `/users/*`.
    async fn directory_profile(&self, ctx: &Context<'_>) -> Result<Option<DirectoryProfile>> {
        if !staff::sees_contacts(ctx.domain()?, self.0.id) {
            return Ok(None);
        }
        Ok(ctx.loaders()?.profiles.one(self.0.id).await?.flatten().map(DirectoryProfile::from))
    }

    /// What Feishu tells of the person, asked at this moment; null to others, and where the person is not bound or has to log in by Feishu
    /// again.
    async fn feishu_profile(&self, ctx: &Context<'_>) -> Result<Option<FeishuProfile>> {
        if !self.shows(ctx, directory::feishu::sees_profile) {
            return Ok(None);
        }
        let app = &ctx.domain()?.app;
        Ok(directory::feishu::profile(app, self.0.id).await?.map(FeishuProfile::from))
    }

    /// What the person holds, as far as the viewer sees it, oldest first.
    async fn assets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows, up to 200.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
    ) -> Result<AssetConnection> {
        let args = PageArgs::first(first, after);
        let lists = &ctx.loaders()?.assets_of_holder;
        Ok(AssetConnection(Connection::nested(lists, self.0.id, "entry", &args, Asset).await?))
    }

    /// Counts the changes of this person, from 1.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// When the person was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When the person was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}

impl Staff {
    /// Whether the viewer sees what `rule` guards; who logs in within this very request is shown all of themself.
    fn shows(&self, ctx: &Context<'_>, rule: fn(&domain::Context, i64) -> bool) -> bool {
        ctx.domain().is_ok_and(|domain| rule(domain, self.0.id))
            || ctx.loaders().is_ok_and(|loaders| loaders.logged_in() == Some(self.0.id))
    }
}

connection! {
    /// A page of staff.
    StaffConnection, StaffEdge of Staff
}

/// The person of a key, through the loaders.
pub(super) async fn person(ctx: &Context<'_>, id: Option<i64>) -> Outcome<Option<Staff>> {
    Ok(match id {
        Some(id) => ctx.loaders()?.staff.one(id).await?.map(Staff),
        None => None,
    })
}

#[derive(Debug, Default)]
pub(super) struct StaffQuery;

#[Object]
impl StaffQuery {
    /// One person; null when there is none.
    async fn staff_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Names the person.")] by: StaffBy,
    ) -> Result<Option<Staff>> {
        let domain = ctx.domain()?;
        let person = match by {
            StaffBy::Id(id) => staff::get(domain, &key(domain, NodeKind::Staff, &id)).await?,
            StaffBy::UniqueId(id) => staff::get(domain, &Key::UniqueId(id)).await?,
            StaffBy::Username(username) => staff::by_username(domain, &username).await?,
        };
        ahead::staff(ctx, Ahead::of(ctx), person.iter().cloned().collect()).await?;
        Ok(person.map(Staff))
    }

    /// Everybody, locked people included.
    #[expect(clippy::too_many_arguments, reason = "they are the field's arguments")]
    async fn staff(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which people are wanted.", default, name = "filter")] wanted: StaffFilter,
        #[graphql(desc = "Only whose name or username contains this, or with `/users/*` also mobile number or mail \
                          address; ASCII letters compare without case.")]
        search: Option<String>,
        #[graphql(desc = "How they are ordered.", default, name = "orderBy")] order: StaffOrder,
        #[graphql(desc = "The first so many rows, up to 200.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, up to 200.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> Result<StaffConnection> {
        let domain = ctx.domain()?;
        domain.known()?;
        let window = PageArgs { first, after, last, before }.window(order.by.name())?;
        let filter = filter(domain, wanted, search).await?;
        let page = match &filter {
            Some(filter) => staff::list(domain, filter, order.by, order.descending, &window).await?,
            None => Page::empty(),
        };
        ahead::staff(ctx, Ahead::of(ctx).rows(), page.models().cloned().collect()).await?;
        let domain = domain.clone();
        Ok(StaffConnection(Connection::new(page, Staff, move || {
            let (domain, filter) = (domain.clone(), filter.clone());
            async move {
                match filter {
                    Some(filter) => staff::count(&domain, &filter).await,
                    None => Ok(0),
                }
            }
        })))
    }
}

/// Declares a payload that holds a person.
macro_rules! staff_payload {
    ($(#[doc = $doc:literal])+ $name:ident) => {
        payload! {
            $(#[doc = $doc])+
            $name {
                /// The person as of now.
                staff: Option<Staff>,
            }
        }

        impl $name {
            async fn settled(ctx: &Context<'_>, outcome: Outcome<staff::Staff>) -> Result<Self> {
                let (staff, user_errors) = settle(ctx, outcome).await?;
                Ok(Self { staff: staff.map(Staff), user_errors })
            }
        }
    };
}

staff_payload! {
    /// What came of making a person.
    StaffCreatePayload
}
staff_payload! {
    /// What came of changing a person.
    StaffUpdatePayload
}
staff_payload! {
    /// What came of locking a person.
    StaffLockPayload
}
staff_payload! {
    /// What came of unlocking a person.
    StaffUnlockPayload
}
staff_payload! {
    /// What came of giving a person a password.
    StaffPasswordSetPayload
}
staff_payload! {
    /// What came of moving a person to another group.
    StaffGroupSetPayload
}
staff_payload! {
    /// What came of giving a person roles.
    StaffRolesSetPayload
}
payload! {
    /// What came of deleting a person.
    StaffDeletePayload {
        /// The id the person had.
        deleted_id: Option<ID>,
    }
}

#[derive(Debug, Default)]
pub(super) struct StaffMutation;

#[Object]
impl StaffMutation {
    /// Makes a person: unlocked, without roles beside the group. Permission `/users/*`.
    async fn staff_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person.")] input: StaffCreateInput,
    ) -> Result<StaffCreatePayload> {
        let domain = ctx.domain()?;
        StaffCreatePayload::settled(ctx, staff::create(domain, input.into_domain(domain)).await).await
    }

    /// Changes what is known about a person. Permission `/users/*`.
    async fn staff_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: StaffUpdateInput,
    ) -> Result<StaffUpdatePayload> {
        let domain = ctx.domain()?;
        let person = key(domain, NodeKind::Staff, &input.id);
        let outcome = match update(domain, input) {
            Ok(update) => staff::update(domain, &person, &update).await,
            Err(fault) => Err(fault),
        };
        StaffUpdatePayload::settled(ctx, outcome).await
    }

    /// Locks a person and ends all their sessions; once more is fine. Permission `/users/*`.
    async fn staff_lock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person.")] input: StaffLockInput,
    ) -> Result<StaffLockPayload> {
        let domain = ctx.domain()?;
        StaffLockPayload::settled(ctx, staff::lock(domain, &key(domain, NodeKind::Staff, &input.id)).await).await
    }

    /// Unlocks a person, whoever locked them; no session revives. Permission `/users/*`.
    async fn staff_unlock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person.")] input: StaffUnlockInput,
    ) -> Result<StaffUnlockPayload> {
        let domain = ctx.domain()?;
        StaffUnlockPayload::settled(ctx, staff::unlock(domain, &key(domain, NodeKind::Staff, &input.id)).await).await
    }

    /// Gives a person a new password and ends all their sessions. Permission `/users/*`.
    async fn staff_password_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person and the password.")] input: StaffPasswordSetInput,
    ) -> Result<StaffPasswordSetPayload> {
        let domain = ctx.domain()?;
        let person = key(domain, NodeKind::Staff, &input.id);
        StaffPasswordSetPayload::settled(ctx, staff::set_password(domain, &person, &input.password).await).await
    }

    /// Moves a person to another of the four groups; rights change at once. Permission `/users/*`.
    async fn staff_group_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person and the group.")] input: StaffGroupSetInput,
    ) -> Result<StaffGroupSetPayload> {
        let domain = ctx.domain()?;
        let person = key(domain, NodeKind::Staff, &input.id);
        StaffGroupSetPayload::settled(ctx, staff::set_group(domain, &person, Some(input.group)).await).await
    }

    /// Gives a person exactly these roles beside the group. Nobody grants or takes away a role that holds more than they do, and
    /// an administrator always remains. Permission `/rbac/*`.
    async fn staff_roles_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person and the roles.")] input: StaffRolesSetInput,
    ) -> Result<StaffRolesSetPayload> {
        let domain = ctx.domain()?;
        let roles: Vec<_> = input.role_ids.iter().map(|id| role_key(domain, id)).collect();
        let person = key(domain, NodeKind::Staff, &input.id);
        let outcome = match items(domain, "roleIds", &roles) {
            Ok(()) => staff::set_roles(domain, &person, &roles).await,
            Err(fault) => Err(fault),
        };
        StaffRolesSetPayload::settled(ctx, outcome).await
    }

    /// Deletes a person who holds nothing and is named in no open request. Permission `/users/*`.
    async fn staff_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person.")] input: StaffDeleteInput,
    ) -> Result<StaffDeletePayload> {
        let domain = ctx.domain()?;
        let person = key(domain, NodeKind::Staff, &input.id);
        let (deleted, user_errors) = settle(ctx, staff::delete(domain, &person).await).await?;
        Ok(StaffDeletePayload { deleted_id: deleted.map(|row| global_id(NodeKind::Staff, row.id)), user_errors })
    }
}

fn update(domain: &domain::Context, input: StaffUpdateInput) -> Outcome<staff::Update> {
    Ok(staff::Update {
        name: given("name", input.name)?,
        username: given("username", input.username)?,
        department: change(domain, NodeKind::Department, &input.department_id),
        mobile: change_text(input.mobile),
        email: change_text(input.email),
        expected_version: input.expected_version,
    })
}
