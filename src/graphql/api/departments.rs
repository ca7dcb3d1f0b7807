//! Departments in GraphQL.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};
use chrono::{DateTime, Utc};

use crate::{
    db::Page,
    domain::{self, Change, Code, Outcome, departments},
    entity::department,
};

use super::{
    ahead::{self, Ahead},
    directory::DirectoryPlace,
    kit::{
        Caller, Connection, InSubtreeOf, NodeKind, PageArgs, RowBy, change, connection, given, global_id, key, named,
        payload, searchable, settle,
    },
    staff::{Staff, StaffConnection},
};

/// A department: a place in the tree that staff belong to.
#[derive(Clone, Debug)]
pub(super) struct Department(pub(super) departments::Department);

/// A department: a place in the tree that staff belong to.
#[Object]
impl Department {
    /// The id, opaque.
    pub(super) async fn id(&self) -> ID {
        global_id(NodeKind::Department, self.0.id)
    }

    /// The legacy key.
    async fn unique_id(&self) -> &str {
        &self.0.unique_id
    }

    /// What people call it; names may repeat.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it is; may be empty.
    async fn location(&self) -> &str {
        &self.0.location
    }

    /// The department above; none at a root.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Department>> {
        Ok(match self.0.parent_id {
            Some(id) => ctx.loaders()?.departments.one(id).await?.map(Department),
            None => None,
        })
    }

    /// The departments right below, oldest first.
    async fn children(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows, up to 200.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
    ) -> Result<DepartmentConnection> {
        let args = PageArgs::first(first, after);
        let lists = &ctx.loaders()?.departments_below;
        Ok(DepartmentConnection(Connection::nested(lists, self.0.id, "entry", &args, Department).await?))
    }

    /// The people who belong to it directly, oldest first.
    async fn staff(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows, up to 200.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
    ) -> Result<StaffConnection> {
        let args = PageArgs::first(first, after);
        let lists = &ctx.loaders()?.staff_of_department;
        Ok(StaffConnection(Connection::nested(lists, self.0.id, "entry", &args, Staff).await?))
    }

    /// Where it stands on WeCom; null when it never came from there.
    async fn directory_place(&self, ctx: &Context<'_>) -> Result<Option<DirectoryPlace>> {
        Ok(ctx.loaders()?.placements.one(self.0.id).await?.flatten().map(DirectoryPlace::from))
    }

    /// Counts the changes of this department, from 1.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}

connection! {
    /// A page of departments.
    DepartmentConnection, DepartmentEdge of Department
}

/// Which departments are wanted.
#[derive(Debug, Default, InputObject)]
pub(super) struct DepartmentFilter {
    /// Only right below this one.
    parent_id: Option<ID>,
    /// Only this one and those below it.
    department: Option<InSubtreeOf>,
    /// Only roots, or only those that are none.
    root: Option<bool>,
}

/// How departments are ordered.
#[derive(Debug, Default, InputObject)]
pub(super) struct DepartmentOrder {
    /// By what; ties by order of entry.
    #[graphql(default)]
    by: departments::Order,
    /// Whether the largest comes first.
    #[graphql(default)]
    descending: bool,
}

#[derive(Debug, Default)]
pub(super) struct DepartmentQuery;

#[Object]
impl DepartmentQuery {
    /// One department; null when there is none.
    async fn department(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Names the department.")] by: RowBy,
    ) -> Result<Option<Department>> {
        let domain = ctx.domain()?;
        let department = departments::get(domain, &by.key(domain, NodeKind::Department)).await?;
        ahead::departments(ctx, Ahead::of(ctx), department.iter().cloned().collect()).await?;
        Ok(department.map(Department))
    }

    /// The departments.
    #[expect(clippy::too_many_arguments, reason = "they are the field's arguments")]
    async fn departments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which departments are wanted.", default, name = "filter")] wanted: DepartmentFilter,
        #[graphql(desc = "Only whose name or location contains this; ASCII letters compare without case.")]
        search: Option<String>,
        #[graphql(desc = "How they are ordered.", default, name = "orderBy")] order: DepartmentOrder,
        #[graphql(desc = "The first so many rows, up to 200.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, up to 200.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> Result<DepartmentConnection> {
        let domain = ctx.domain()?;
        domain.known()?;
        let window = PageArgs { first, after, last, before }.window(order.by.name())?;
        let filter = filter(domain, wanted, search).await?;
        let page = match &filter {
            Some(filter) => departments::list(domain, filter, order.by, order.descending, &window).await?,
            None => Page::empty(),
        };
        ahead::departments(ctx, Ahead::of(ctx).rows(), page.models().cloned().collect()).await?;
        let domain = domain.clone();
        Ok(DepartmentConnection(Connection::new(page, Department, move || {
            let (domain, filter) = (domain.clone(), filter.clone());
            async move {
                match filter {
                    Some(filter) => departments::count(&domain, &filter).await,
                    None => Ok(0),
                }
            }
        })))
    }
}

/// The domain's filter; none when a reference leads to nothing and so nothing is wanted.
async fn filter(
    ctx: &domain::Context,
    input: DepartmentFilter,
    search: Option<String>,
) -> Outcome<Option<departments::Filter>> {
    searchable(search.as_deref())?;
    let subtree = input.department.map(|place| place.in_subtree_of);
    let parent = named::<department::Entity>(ctx, NodeKind::Department, input.parent_id.as_ref()).await?;
    let subtree = named::<department::Entity>(ctx, NodeKind::Department, subtree.as_ref()).await?;
    let (Some(parent), Some(subtree)) = (parent, subtree) else { return Ok(None) };
    Ok(Some(departments::Filter { parent, subtree, root: input.root, search }))
}

/// A department to be made.
#[derive(Debug, InputObject)]
pub(super) struct DepartmentCreateInput {
    /// Its legacy key; one is made when none is given.
    unique_id: Option<String>,
    /// What people call it; names may repeat.
    name: String,
    /// Where it is.
    #[graphql(default)]
    location: String,
    /// The department above; a root when none is given.
    parent_id: Option<ID>,
    /// Makes a repetition of the call give the same department.
    idempotency_key: Option<String>,
}

/// What to change about a department; what is omitted stays.
#[derive(Debug, InputObject)]
pub(super) struct DepartmentUpdateInput {
    /// The department.
    id: ID,
    /// What people call it.
    name: MaybeUndefined<String>,
    /// Where it is.
    location: MaybeUndefined<String>,
    /// The department above from now on; null makes it a root.
    parent_id: MaybeUndefined<ID>,
    /// The version the caller saw.
    expected_version: Option<i64>,
}

impl DepartmentUpdateInput {
    fn into_domain(self, ctx: &domain::Context) -> Outcome<departments::Update> {
        Ok(departments::Update {
            name: given("name", self.name)?,
            location: given("location", self.location)?,
            parent: change(ctx, NodeKind::Department, &self.parent_id),
            expected_version: self.expected_version,
        })
    }
}

/// Where a department moves.
#[derive(Debug, InputObject)]
pub(super) struct DepartmentMoveInput {
    /// The department.
    id: ID,
    /// The department above from now on; null makes it a root.
    parent_id: MaybeUndefined<ID>,
    /// The version the caller saw.
    expected_version: Option<i64>,
}

/// Which department is deleted.
#[derive(Debug, InputObject)]
pub(super) struct DepartmentDeleteInput {
    /// The department.
    id: ID,
}

/// Declares a payload that holds a department.
macro_rules! department_payload {
    ($(#[doc = $doc:literal])+ $name:ident) => {
        payload! {
            $(#[doc = $doc])+
            $name {
                /// The department as of now.
                department: Option<Department>,
            }
        }

        impl $name {
            async fn settled(ctx: &Context<'_>, outcome: Outcome<departments::Department>) -> Result<Self> {
                let (department, user_errors) = settle(ctx, outcome).await?;
                Ok(Self { department: department.map(Department), user_errors })
            }
        }
    };
}

department_payload! {
    /// What came of making a department.
    DepartmentCreatePayload
}
department_payload! {
    /// What came of changing a department.
    DepartmentUpdatePayload
}
department_payload! {
    /// What came of moving a department.
    DepartmentMovePayload
}
payload! {
    /// What came of deleting a department.
    DepartmentDeletePayload {
        /// The id it had.
        deleted_id: Option<ID>,
    }
}

#[derive(Debug, Default)]
pub(super) struct DepartmentMutation;

#[Object]
impl DepartmentMutation {
    /// Makes a department. Permission `/departments/*`.
    async fn department_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The department.")] input: DepartmentCreateInput,
    ) -> Result<DepartmentCreatePayload> {
        let domain = ctx.domain()?;
        let create = departments::Create {
            unique_id: input.unique_id,
            name: input.name,
            location: input.location,
            parent: input.parent_id.map(|id| key(domain, NodeKind::Department, &id)),
            idempotency_key: input.idempotency_key,
        };
        DepartmentCreatePayload::settled(ctx, departments::create(domain, create).await).await
    }

    /// Renames a department, notes another place or moves it, all or nothing. Permission `/departments/*`.
    async fn department_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: DepartmentUpdateInput,
    ) -> Result<DepartmentUpdatePayload> {
        let (domain, id) = (ctx.domain()?, input.id.clone());
        DepartmentUpdatePayload::settled(ctx, edit(domain, &id, input.into_domain(domain)).await).await
    }

    /// Moves a department with everything below it; it never comes to be below itself. Permission `/departments/*`.
    async fn department_move(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The move.")] input: DepartmentMoveInput,
    ) -> Result<DepartmentMovePayload> {
        let domain = ctx.domain()?;
        let update = match change(domain, NodeKind::Department, &input.parent_id) {
            Change::Keep => Err(Code::Required.on("parentId")),
            parent => Ok(departments::Update {
                parent,
                expected_version: input.expected_version,
                ..departments::Update::default()
            }),
        };
        DepartmentMovePayload::settled(ctx, edit(domain, &input.id, update).await).await
    }

    /// Deletes a department that has neither departments below it nor staff. Permission `/departments/*`.
    async fn department_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The department.")] input: DepartmentDeleteInput,
    ) -> Result<DepartmentDeletePayload> {
        let domain = ctx.domain()?;
        let department = key(domain, NodeKind::Department, &input.id);
        let (deleted, user_errors) = settle(ctx, departments::delete(domain, &department).await).await?;
        let deleted_id = deleted.map(|row| global_id(NodeKind::Department, row.id));
        Ok(DepartmentDeletePayload { deleted_id, user_errors })
    }
}

async fn edit(
    domain: &domain::Context,
    id: &ID,
    update: Outcome<departments::Update>,
) -> Outcome<departments::Department> {
    departments::update(domain, &key(domain, NodeKind::Department, id), &update?).await
}
