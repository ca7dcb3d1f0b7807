//! Generated asset groups and assets.

use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel};

use crate::entity::{
    approval, approval_manager, asset, asset_group, history,
    words::{AssetKind, AssetStatus},
};

use super::{Generated, Table, dice::first, insert, lives, people::key};

const THINGS: [(&str, &str, &str, i64, i64); 8] = [
    ("笔记本电脑", "苹果", "MacBook Air", 8999, 5),
    ("笔记本电脑", "联想", "ThinkPad X1", 12_500, 5),
    ("显示器", "戴尔", "U2723QE", 3999, 6),
    ("办公椅", "西昊", "M57", 899, 8),
    ("办公桌", "宜家", "BEKANT", 1499, 10),
    ("打印机", "惠普", "LaserJet M404", 2299, 6),
    ("手机", "华为", "Mate 60", 6999, 3),
    ("投影仪", "爱普生", "CB-FH52", 5999, 5),
];

/// Assets of one round: their requests and history fit into a few statements.
const ROUND: u64 = 1000;

impl Generated {
    /// Writes the groups below the root, six below each, and gives the root's key.
    pub(super) async fn write_groups(&self, tx: &DatabaseTransaction) -> Result<i64, DbErr> {
        let root = asset_group::Entity::find().one(tx).await?.map_or(0, |root| root.id);
        let groups = (0..self.size.groups).map(|place| asset_group::Model {
            id: root + key(place),
            unique_id: self.dice(Table::Group, place).unique_id(place),
            name: format!("分类 {}", place + 1),
            parent_id: Some(place.checked_sub(6).map_or(root, |before| root + key(before / 6))),
            version: 1,
            created_at: first(),
            updated_at: first(),
        });
        insert::<asset_group::Entity, _>(tx, groups.map(|row| row.into_active_model().reset_all())).await?;
        Ok(root)
    }

    /// Writes the assets with their requests and their history, round by round.
    pub(super) async fn write_assets(&self, tx: &DatabaseTransaction, root: i64) -> Result<(), DbErr> {
        let mut begin = 0;
        while begin < self.size.assets {
            let end = self.size.assets.min(begin + ROUND);
            let lives: Vec<lives::Life> = (begin..end).map(|place| self.live(place, self.asset(place, root))).collect();
            let (mut assets, mut approvals, mut managers, mut lines) = (vec![], vec![], vec![], vec![]);
            for life in lives {
                assets.push(life.asset.into_active_model().reset_all());
                approvals.extend(life.request.map(|row| row.into_active_model().reset_all()));
                managers.extend(life.manager.map(|row| row.into_active_model().reset_all()));
                lines.extend(life.lines.into_iter().map(|row| row.into_active_model().reset_all()));
            }
            insert::<asset::Entity, _>(tx, assets.into_iter()).await?;
            insert::<approval::Entity, _>(tx, approvals.into_iter()).await?;
            insert::<approval_manager::Entity, _>(tx, managers.into_iter()).await?;
            insert::<history::Entity, _>(tx, lines.into_iter()).await?;
            begin = end;
        }
        Ok(())
    }

    /// The asset at `place` when it is entered: in store with an asset admin. Every tenth is part of an earlier one, every
    /// twentieth a holding of many pieces.
    fn asset(&self, place: u64, root: i64) -> asset::Model {
        let mut dice = self.dice(Table::Asset, place);
        let (name, brand, model, value_origin, use_year) = dice.pick(&THINGS);
        let at = dice.time();
        let pieces = if place % 20 == 1 { Some(dice.below(200) as i64 + 1) } else { None };
        asset::Model {
            id: key(place),
            unique_id: dice.unique_id(place),
            name: format!("{name} {:06}", place + 1),
            kind: if pieces.is_some() { AssetKind::Quantity } else { AssetKind::Item },
            quantity: pieces.unwrap_or(1),
            group_id: root + key(dice.below(self.size.groups)),
            under_id: (place % 10 == 9).then(|| key(dice.below(place))),
            status: AssetStatus::Unused,
            holder_id: Some(self.asset_admin(dice.below(self.size.staff)).id),
            applicant_id: None,
            target_id: None,
            entered_on: at.with_timezone(&self.zone).date_naive(),
            value_origin,
            use_year,
            brand: brand.to_owned(),
            model: model.to_owned(),
            serial_number: format!("SN{:08X}", dice.below(u64::from(u32::MAX))),
            remarks: "generated".to_owned(),
            version: 1,
            created_at: at,
            updated_at: at + TimeDelta::days(40),
        }
    }
}
