//! Rows by key, once a request: each list asks for all it needs in one statement, and nobody sees another request's rows.

mod organisation;

use std::{collections::HashMap, sync::OnceLock};

use async_graphql::{
    Request,
    dataloader::{DataLoader, HashMapCache, Loader},
};

use crate::{
    domain::{Context, Fault, Keyed, Outcome, approvals, by_ids},
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
        }
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
