//! The one vocabulary of permissions and what the four staff groups hold (contract: README, "Roles").

use async_graphql::Enum;

use crate::entity::words::StaffGroup;

/// A right that roles grant. Permissions do not nest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enum)]
pub enum Permission {
    /// `/users/*`: staff.
    Users,
    /// `/departments/*`: departments.
    Departments,
    /// `/rbac/*`: roles.
    Rbac,
    /// `/qrlogin/*`: confirming a QR login; everybody holds it.
    QrLogin,
    /// `/assets/*`: assets.
    Assets,
    /// `/assetgroups/*`: asset groups.
    AssetGroups,
    /// `/approvals/*`: deciding on requests.
    Approvals,
    /// `/attendance/*`: attendance.
    Attendance,
    /// `/files/*`: everybody's files.
    Files,
}

impl Permission {
    /// Every permission, in the order of the laravel dialect's ids 1 to 9.
    pub const ALL: [Self; 9] = [
        Self::Users,
        Self::Departments,
        Self::Rbac,
        Self::QrLogin,
        Self::Assets,
        Self::AssetGroups,
        Self::Approvals,
        Self::Attendance,
        Self::Files,
    ];

    /// The stored name, a path pattern.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Users => "/users/*",
            Self::Departments => "/departments/*",
            Self::Rbac => "/rbac/*",
            Self::QrLogin => "/qrlogin/*",
            Self::Assets => "/assets/*",
            Self::AssetGroups => "/assetgroups/*",
            Self::Approvals => "/approvals/*",
            Self::Attendance => "/attendance/*",
            Self::Files => "/files/*",
        }
    }

    /// The permission with this stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.name() == name)
    }

    /// What a staff group grants; `/qrlogin/*` comes on top for everybody.
    pub const fn of_group(group: StaffGroup) -> &'static [Self] {
        match group {
            StaffGroup::GeneralStaff => &[],
            StaffGroup::AssetAdmin => &[Self::Assets, Self::AssetGroups, Self::Approvals, Self::Departments],
            StaffGroup::SystemAdmin => &[Self::Users, Self::Attendance],
            StaffGroup::ItAdmin => &[Self::Users, Self::Departments, Self::Rbac, Self::Attendance],
        }
    }
}

/// A set of permissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(u16);

impl Permissions {
    /// What a person of `group` holds without further roles.
    pub fn of_group(group: StaffGroup) -> Self {
        Permission::of_group(group).iter().copied().chain([Permission::QrLogin]).collect()
    }

    /// Whether `permission` is in the set.
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u16) != 0
    }

    /// Whether everything in `other` is in this set.
    pub const fn covers(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    /// This set and `permission`.
    #[must_use]
    pub const fn with(self, permission: Permission) -> Self {
        Self(self.0 | 1 << permission as u16)
    }

    /// The permissions in order.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |permission| self.contains(*permission))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        permissions.into_iter().fold(Self::default(), Self::with)
    }
}
