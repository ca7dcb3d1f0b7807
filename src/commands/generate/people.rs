//! Generated departments and staff.

use sea_orm::{ActiveModelTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, Set};

use crate::entity::{credential, department, role, staff, staff_role, words::StaffGroup};

use super::{Generated, Table, dice::first, insert};

const SURNAMES: [&str; 20] = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何", "林", "高",
    "罗",
];
const GIVEN_NAMES: [&str; 20] = [
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "秀英", "霞",
    "平",
];
const DEPARTMENTS: [&str; 10] = ["研发", "市场", "销售", "财务", "人事", "行政", "法务", "采购", "客服", "质量"];

/// Every so many people are asset admins.
const PER_ADMIN: u64 = 40;
/// The place of the first asset admin among them.
const FIRST_ADMIN: u64 = 1;

impl Generated {
    pub(super) async fn write_people(&self, tx: &DatabaseTransaction, hash: &str) -> Result<(), DbErr> {
        let departments =
            (0..self.size.departments).map(|place| self.department(place).into_active_model().reset_all());
        insert::<department::Entity, _>(tx, departments).await?;
        let people = (0..self.size.staff).map(|place| self.person(place).into_active_model().reset_all());
        insert::<staff::Entity, _>(tx, people).await?;
        let passwords = (0..self.size.staff).map(|place| credential::ActiveModel {
            staff_id: Set(key(place)),
            password_hash: Set(hash.to_owned()),
            updated_at: Set(first()),
        });
        insert::<credential::Entity, _>(tx, passwords).await?;

        let roles = role::Entity::find().all(tx).await?;
        let role = |name: &str| roles.iter().find(|role| role.name == name).map(|role| role.id);
        let (Some(superior), Some(user)) = (role("suadmin"), role("user")) else { return Ok(()) };
        let held = (0..self.size.staff).map(|place| staff_role::ActiveModel {
            staff_id: Set(key(place)),
            role_id: Set(if place == 0 { superior } else { user }),
        });
        insert::<staff_role::Entity, _>(tx, held).await
    }

    /// The department at `place`: eight below each.
    fn department(&self, place: u64) -> department::Model {
        let mut dice = self.dice(Table::Department, place);
        department::Model {
            id: key(place),
            unique_id: dice.unique_id(place),
            name: format!("{}部 {}", dice.pick(&DEPARTMENTS), place + 1),
            location: format!("{}楼", dice.below(30) + 1),
            parent_id: place.checked_sub(1).map(|before| key(before / 8)),
            version: 1,
            created_at: first(),
            updated_at: first(),
        }
    }

    /// The person at `place`.
    pub(super) fn person(&self, place: u64) -> staff::Model {
        let mut dice = self.dice(Table::Staff, place);
        staff::Model {
            id: key(place),
            unique_id: dice.unique_id(place),
            username: format!("staff{}", place + 1),
            name: format!("{}{}", dice.pick(&SURNAMES), dice.pick(&GIVEN_NAMES)),
            staff_group: group(place),
            department_id: Some(key(dice.below(self.size.departments))),
            mobile: Some(format!("139{:08}", place)),
            email: None,
            locked: false,
            locked_by: None,
            version: 1,
            created_at: first(),
            updated_at: first(),
        }
    }

    /// The general staff member that comes at or after `place`.
    pub(super) fn general_staff(&self, place: u64) -> staff::Model {
        let mut place = place % self.size.staff;
        while group(place) != StaffGroup::GeneralStaff {
            place = (place + 1) % self.size.staff;
        }
        self.person(place)
    }

    /// The asset admin number `number`, counted around.
    pub(super) fn asset_admin(&self, number: u64) -> staff::Model {
        let admins = (self.size.staff - FIRST_ADMIN).div_ceil(PER_ADMIN);
        self.person(FIRST_ADMIN + number % admins * PER_ADMIN)
    }
}

fn group(place: u64) -> StaffGroup {
    match place {
        0 => StaffGroup::ItAdmin,
        2 => StaffGroup::SystemAdmin,
        place if place % PER_ADMIN == FIRST_ADMIN => StaffGroup::AssetAdmin,
        _ => StaffGroup::GeneralStaff,
    }
}

/// The key of the row at `place`.
pub(super) fn key(place: u64) -> i64 {
    place as i64 + 1
}
