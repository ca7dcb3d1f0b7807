//! What is read once a request, for all who ask: each list reads all its rows need in one statement, and nobody sees another
//! request's rows.

mod batch;
mod nested;
mod rows;

use std::sync::{Arc, OnceLock};

use async_graphql::Request;
use tokio::sync::Mutex;

use crate::{
    domain::{Context, Outcome, Permissions, approvals::Standing},
    entity::{asset, asset_group, department, role, staff},
};

pub use batch::Batch;
pub use nested::{
    ApprovalsOfAsset, AssetsOfHolder, DepartmentsBelow, GroupsBelow, HistoryOfAsset, Lists, Nested, PageOf,
    StaffOfDepartment,
};
use rows::{ById, GrantsOf, ManagersOf, PlacementOf, ProfileOf, Requested, RolesOf, Seen};

type Rows<E> = Batch<i64, ById<E>>;

/// The loaders of one request.
pub struct Loaders {
    /// People by key.
    pub staff: Rows<staff::Entity>,
    /// Departments by key.
    pub departments: Rows<department::Entity>,
    /// Asset groups by key.
    pub groups: Rows<asset_group::Entity>,
    /// Assets by key; whether the viewer may see them is for the caller to ask.
    pub assets: Rows<asset::Entity>,
    /// Requests by key, those that the viewer sees.
    pub approvals: Batch<i64, Seen>,
    /// Keys of the people whom requests are addressed to, by the request's key.
    pub managers: Batch<i64, ManagersOf>,
    /// Whether a request for the whole asset waits, by the asset's key.
    pub requested: Batch<i64, Requested>,
    /// Roles of people, by the person's key; whether the viewer may see them is for the caller to ask.
    pub roles: Batch<i64, RolesOf>,
    /// What roles grant, by the role's key.
    pub grants: Batch<i64, GrantsOf>,
    /// What WeCom tells of people, by the person's key; nothing of who is hidden from the viewer.
    pub profiles: Batch<i64, ProfileOf>,
    /// Where departments stand on WeCom, by the department's key.
    pub placements: Batch<i64, PlacementOf>,
    /// The history of assets.
    pub history_of_asset: Arc<Lists<HistoryOfAsset>>,
    /// The requests for assets.
    pub approvals_of_asset: Arc<Lists<ApprovalsOfAsset>>,
    /// The groups right below asset groups.
    pub groups_below: Arc<Lists<GroupsBelow>>,
    /// The departments right below departments.
    pub departments_below: Arc<Lists<DepartmentsBelow>>,
    /// The people of departments.
    pub staff_of_department: Arc<Lists<StaffOfDepartment>>,
    /// What people hold.
    pub assets_of_holder: Arc<Lists<AssetsOfHolder>>,
    logged_in: OnceLock<i64>,
    standing: Mutex<Option<Arc<Standing>>>,
}

impl Loaders {
    /// Loaders that read as `context` does.
    pub fn new(context: &Context) -> Self {
        Self {
            staff: Batch::new(ById::new(context)),
            departments: Batch::new(ById::new(context)),
            groups: Batch::new(ById::new(context)),
            assets: Batch::new(ById::new(context)),
            approvals: Batch::new(Seen(context.clone())),
            managers: Batch::new(ManagersOf(context.clone())),
            requested: Batch::new(Requested(context.clone())),
            roles: Batch::new(RolesOf(context.clone())),
            grants: Batch::new(GrantsOf(context.clone())),
            profiles: Batch::new(ProfileOf(context.clone())),
            placements: Batch::new(PlacementOf(context.clone())),
            history_of_asset: Arc::new(Lists::new(context)),
            approvals_of_asset: Arc::new(Lists::new(context)),
            groups_below: Arc::new(Lists::new(context)),
            departments_below: Arc::new(Lists::new(context)),
            staff_of_department: Arc::new(Lists::new(context)),
            assets_of_holder: Arc::new(Lists::new(context)),
            logged_in: OnceLock::new(),
            standing: Mutex::default(),
        }
    }

    /// The viewer as an applicant.
    pub async fn standing(&self, context: &Context) -> Outcome<Arc<Standing>> {
        let mut known = self.standing.lock().await;
        match known.as_ref() {
            Some(standing) => Ok(Arc::clone(standing)),
            None => Ok(Arc::clone(known.insert(Arc::new(Standing::read(context).await?)))),
        }
    }

    /// Forgets everything that was read, because a mutation has changed something.
    pub async fn forget(&self) {
        self.staff.forget();
        self.departments.forget();
        self.groups.forget();
        self.assets.forget();
        self.approvals.forget();
        self.managers.forget();
        self.requested.forget();
        self.roles.forget();
        self.grants.forget();
        self.profiles.forget();
        self.placements.forget();
        self.history_of_asset.forget();
        self.approvals_of_asset.forget();
        self.groups_below.forget();
        self.departments_below.forget();
        self.staff_of_department.forget();
        self.assets_of_holder.forget();
        *self.standing.lock().await = None;
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

    /// The people with these keys, in order.
    pub async fn people(&self, ids: &[i64]) -> Outcome<Vec<staff::Model>> {
        let mut found = self.staff.many(ids.iter().copied()).await?;
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// The roles of a person.
    pub async fn roles_of(&self, person: i64) -> Outcome<Vec<role::Model>> {
        Ok(self.roles.one(person).await?.unwrap_or_default())
    }

    /// What these roles grant together.
    pub async fn granted(&self, roles: &[i64]) -> Outcome<Permissions> {
        let granted = self.grants.many(roles.iter().copied()).await?;
        Ok(granted.values().flat_map(|granted| granted.iter()).collect())
    }
}

/// Puts the loaders of one request into it.
pub fn attach(request: Request, context: &Context) -> Request {
    request.data(Loaders::new(context))
}
