//! Rows by key, once a request: each list asks for all it needs in one statement, and nobody sees another request's rows.

mod organisation;

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use async_graphql::{
    Request,
    dataloader::{DataLoader, HashMapCache, Loader},
};

use tokio::sync::OnceCell;

use crate::{
    db::Page,
    domain::{
        Context, Fault, Keyed, Outcome,
        approvals::{self, Standing},
        asset_groups, assets, by_ids, departments, history, staff as people,
    },
    entity::{asset, asset_group, department, staff},
};

/// Loads rows of one table by our key.
#[derive(Debug)]
pub struct ById<E> {
    context: Context,
    table: std::marker::PhantomData<fn() -> E>,
}

impl<E: Keyed<Model: 'static> + 'static> Loader<i64> for ById<E> {
    type Value = E::Model;
    type Error = Fault;

    async fn load(&self, keys: &[i64]) -> Result<HashMap<i64, E::Model>, Fault> {
        by_ids::<E>(self.context.db().read(), keys).await
    }
}

/// Loads whom requests are addressed to, by the request's key.
#[derive(Debug)]
pub struct ManagersOf {
    context: Context,
}

impl Loader<i64> for ManagersOf {
    type Value = Vec<i64>;
    type Error = Fault;

    async fn load(&self, keys: &[i64]) -> Result<HashMap<i64, Vec<i64>>, Fault> {
        approvals::managers_of(self.context.db().read(), keys).await
    }
}

/// The same page of many parents' lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PageOf {
    /// The parent's key.
    pub parent: i64,
    /// Most rows.
    pub limit: u64,
    /// Only rows behind this key.
    pub after: Option<i64>,
}

/// Lists that objects of one type have: read for many objects at once.
pub trait Nested: Send + Sync + 'static {
    /// A row of the lists.
    type Row: Clone + Send + Sync + 'static;

    /// The same page of each parent's list.
    fn pages(
        ctx: &Context,
        parents: &[i64],
        limit: u64,
        after: Option<i64>,
    ) -> impl Future<Output = Outcome<HashMap<i64, Page<Self::Row>>>> + Send;

    /// The length of each parent's list.
    fn counts(ctx: &Context, parents: &[i64]) -> impl Future<Output = Outcome<HashMap<i64, u64>>> + Send;
}

/// Declares a nested list by the module of the domain that reads it.
macro_rules! nested {
    ($($(#[doc = $doc:literal])+ $name:ident of $row:ty: $pages:path, $counts:path;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug)]
        pub struct $name;

        impl Nested for $name {
            type Row = $row;

            async fn pages(
                ctx: &Context,
                parents: &[i64],
                limit: u64,
                after: Option<i64>,
            ) -> Outcome<HashMap<i64, Page<$row>>> {
                $pages(ctx, parents, limit, after).await
            }

            async fn counts(ctx: &Context, parents: &[i64]) -> Outcome<HashMap<i64, u64>> {
                $counts(ctx, parents).await
            }
        }
    )+};
}

nested! {
    /// The history of assets.
    HistoryOfAsset of history::History: history::list_each, history::count_each;
    /// The requests for assets.
    ApprovalsOfAsset of approvals::Approval: approvals::list_each, approvals::count_each;
    /// The groups right below asset groups.
    GroupsBelow of asset_groups::AssetGroup: asset_groups::list_each, asset_groups::count_each;
    /// The departments right below departments.
    DepartmentsBelow of departments::Department: departments::list_each, departments::count_each;
    /// The people who belong to departments directly.
    StaffOfDepartment of people::Staff: people::list_each, people::count_each;
    /// What people hold.
    AssetsOfHolder of assets::Asset: assets::list_each, assets::count_each;
}

/// Loads pages and lengths of one kind of nested list.
#[derive(Debug)]
pub struct NestedOf<N> {
    context: Context,
    list: std::marker::PhantomData<fn() -> N>,
}

impl<N: Nested> Loader<PageOf> for NestedOf<N> {
    type Value = Page<N::Row>;
    type Error = Fault;

    async fn load(&self, keys: &[PageOf]) -> Result<HashMap<PageOf, Page<N::Row>>, Fault> {
        let mut alike: HashMap<(u64, Option<i64>), Vec<i64>> = HashMap::new();
        for key in keys {
            alike.entry((key.limit, key.after)).or_default().push(key.parent);
        }
        let mut loaded = HashMap::with_capacity(keys.len());
        // One turn for each way of asking in the document, however many parents there are.
        for ((limit, after), parents) in alike {
            let pages = N::pages(&self.context, &parents, limit, after).await?;
            loaded.extend(pages.into_iter().map(|(parent, page)| (PageOf { parent, limit, after }, page)));
        }
        Ok(loaded)
    }
}

impl<N: Nested> Loader<i64> for NestedOf<N> {
    type Value = u64;
    type Error = Fault;

    async fn load(&self, parents: &[i64]) -> Result<HashMap<i64, u64>, Fault> {
        N::counts(&self.context, parents).await
    }
}

/// A loader of nested lists, cheap to clone.
pub type NestedLoader<N> = Arc<DataLoader<NestedOf<N>, HashMapCache>>;

type ByIdLoader<E> = DataLoader<ById<E>, HashMapCache>;

/// The loaders of one request.
pub struct Loaders {
    staff: ByIdLoader<staff::Entity>,
    departments: ByIdLoader<department::Entity>,
    groups: ByIdLoader<asset_group::Entity>,
    assets: ByIdLoader<asset::Entity>,
    managers: DataLoader<ManagersOf, HashMapCache>,
    organisation: organisation::Organisation,
    logged_in: OnceLock<i64>,
    standing: OnceCell<Standing>,
    /// The history of assets.
    pub history_of_asset: NestedLoader<HistoryOfAsset>,
    /// The requests for assets.
    pub approvals_of_asset: NestedLoader<ApprovalsOfAsset>,
    /// The groups right below asset groups.
    pub groups_below: NestedLoader<GroupsBelow>,
    /// The departments right below departments.
    pub departments_below: NestedLoader<DepartmentsBelow>,
    /// The people of departments.
    pub staff_of_department: NestedLoader<StaffOfDepartment>,
    /// What people hold.
    pub assets_of_holder: NestedLoader<AssetsOfHolder>,
}

impl Loaders {
    /// Loaders that read as `context` does.
    pub fn new(context: &Context) -> Self {
        Self {
            staff: by_id(context),
            departments: by_id(context),
            groups: by_id(context),
            assets: by_id(context),
            managers: DataLoader::with_cache(
                ManagersOf { context: context.clone() },
                tokio::spawn,
                HashMapCache::default(),
            ),
            organisation: organisation::Organisation::new(context),
            logged_in: OnceLock::new(),
            standing: OnceCell::new(),
            history_of_asset: nested(context),
            approvals_of_asset: nested(context),
            groups_below: nested(context),
            departments_below: nested(context),
            staff_of_department: nested(context),
            assets_of_holder: nested(context),
        }
    }

    /// The viewer as an applicant.
    pub async fn standing(&self, context: &Context) -> Outcome<&Standing> {
        self.standing.get_or_try_init(|| Standing::read(context)).await
    }

    /// Notes who logged in within this request: its answer shows them all of themself.
    pub fn log_in(&self, person: i64) {
        // Of several logins in one request the first counts.
        let _ = self.logged_in.set(person);
    }

    /// Who logged in within this request.
    pub fn logged_in(&self) -> Option<i64> {
        self.logged_in.get().copied()
    }

    /// The person with this key.
    pub async fn person(&self, id: i64) -> Outcome<Option<staff::Model>> {
        self.staff.load_one(id).await
    }

    /// The people with these keys, in order.
    pub async fn people(&self, ids: &[i64]) -> Outcome<Vec<staff::Model>> {
        let mut found = self.staff.load_many(ids.iter().copied()).await?;
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// The department with this key.
    pub async fn department(&self, id: i64) -> Outcome<Option<department::Model>> {
        self.departments.load_one(id).await
    }

    /// The asset group with this key.
    pub async fn group(&self, id: i64) -> Outcome<Option<asset_group::Model>> {
        self.groups.load_one(id).await
    }

    /// The asset with this key; whether the viewer may see it is for the caller to ask.
    pub async fn asset(&self, id: i64) -> Outcome<Option<asset::Model>> {
        self.assets.load_one(id).await
    }

    /// Keys of the people whom a request is addressed to.
    pub async fn managers(&self, approval: i64) -> Outcome<Vec<i64>> {
        Ok(self.managers.load_one(approval).await?.unwrap_or_default())
    }

    /// Reads these people now, so that asking for each later costs nothing.
    pub async fn expect_people(&self, ids: impl IntoIterator<Item = i64>) -> Outcome<()> {
        expect(&self.staff, ids).await
    }

    /// Reads these departments now.
    pub async fn expect_departments(&self, ids: impl IntoIterator<Item = i64>) -> Outcome<()> {
        expect(&self.departments, ids).await
    }

    /// Reads these asset groups now.
    pub async fn expect_groups(&self, ids: impl IntoIterator<Item = i64>) -> Outcome<()> {
        expect(&self.groups, ids).await
    }

    /// Reads these assets now.
    pub async fn expect_assets(&self, ids: impl IntoIterator<Item = i64>) -> Outcome<()> {
        expect(&self.assets, ids).await
    }

    /// Reads whom these requests are addressed to, and gives all those people's keys.
    pub async fn expect_managers(&self, approvals: &[i64]) -> Outcome<Vec<i64>> {
        let found = self.managers.loader().load(approvals).await?;
        let people = found.values().flatten().copied().collect();
        let all = approvals.iter().map(|id| (*id, found.get(id).cloned().unwrap_or_default()));
        self.managers.feed_many(all).await;
        Ok(people)
    }
}

/// Puts the loaders of one request into it.
pub fn attach(request: Request, context: &Context) -> Request {
    request.data(Loaders::new(context))
}

fn nested<N: Nested>(context: &Context) -> NestedLoader<N> {
    let loader = NestedOf { context: context.clone(), list: std::marker::PhantomData };
    Arc::new(DataLoader::with_cache(loader, tokio::spawn, HashMapCache::default()))
}

fn by_id<E: Keyed<Model: 'static> + 'static>(context: &Context) -> ByIdLoader<E> {
    let loader = ById { context: context.clone(), table: std::marker::PhantomData };
    DataLoader::with_cache(loader, tokio::spawn, HashMapCache::default())
}

/// Reads rows at once and keeps them, without the loader's timer.
async fn expect<E: Keyed<Model: 'static> + 'static>(
    loader: &ByIdLoader<E>,
    ids: impl IntoIterator<Item = i64>,
) -> Outcome<()> {
    let mut wanted: Vec<i64> = ids.into_iter().collect();
    wanted.sort_unstable();
    wanted.dedup();
    if !wanted.is_empty() {
        let rows = loader.loader().load(&wanted).await?;
        loader.feed_many(rows).await;
    }
    Ok(())
}
