//! Lists that objects have: the same page of many objects' lists is read in one statement.

use std::{collections::HashMap, marker::PhantomData};

use async_graphql::dataloader::Loader;

use crate::{
    db::Page,
    domain::{Context, Fault, Outcome, approvals, asset_groups, assets, departments, history, staff},
};

use super::batch::Batch;

/// A page of one object's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PageOf {
    /// The object's key.
    pub parent: i64,
    /// Most rows.
    pub limit: u64,
    /// Only rows behind this key.
    pub after: Option<i64>,
}

/// A kind of list that objects of one type have.
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

/// Declares a kind of list by the functions of the domain that read it.
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
    StaffOfDepartment of staff::Staff: staff::list_each, staff::count_each;
    /// What people hold.
    AssetsOfHolder of assets::Asset: assets::list_each, assets::count_each;
}

/// Pages and lengths of one kind of list.
pub struct Lists<N: Nested> {
    /// Pages by parent, size and place.
    pub pages: Batch<PageOf, PagesOf<N>>,
    /// Lengths by parent.
    pub counts: Batch<i64, CountsOf<N>>,
}

impl<N: Nested> Lists<N> {
    /// Forgets everything, because something was changed.
    pub(super) fn forget(&self) {
        self.pages.forget();
        self.counts.forget();
    }

    /// Reads as `context` does.
    pub(super) fn new(context: &Context) -> Self {
        Self {
            pages: Batch::new(PagesOf { context: context.clone(), list: PhantomData }),
            counts: Batch::new(CountsOf { context: context.clone(), list: PhantomData }),
        }
    }
}

/// Loads pages of one kind of list.
pub struct PagesOf<N> {
    context: Context,
    list: PhantomData<fn() -> N>,
}

impl<N: Nested> Loader<PageOf> for PagesOf<N> {
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

/// Loads lengths of one kind of list.
pub struct CountsOf<N> {
    context: Context,
    list: PhantomData<fn() -> N>,
}

impl<N: Nested> Loader<i64> for CountsOf<N> {
    type Value = u64;
    type Error = Fault;

    async fn load(&self, parents: &[i64]) -> Result<HashMap<i64, u64>, Fault> {
        N::counts(&self.context, parents).await
    }
}
