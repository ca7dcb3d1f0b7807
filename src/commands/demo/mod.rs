//! Demo data: fills an empty database with what the legacy documents' own examples name.

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::future::try_join_all;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait, QuerySelect, Set};

use crate::{
    app::App,
    db::continue_keys,
    domain::notices,
    entity::{
        approval, approval_manager, asset, asset_group, credential, department, history, outbox, role, staff,
        staff_role,
        words::{ApprovalKind, ApprovalState, AssetKind, DeliveryState, Door, HistoryKind},
    },
};

use super::Stop;

pub mod tables;

use tables::{ASSET_GROUP, ASSET_GROUPS, ASSETS, DEPARTMENTS, ENTERED_MS, HISTORY, LOCATION, STAFF, TRANSFER};

/// Fills the database of `app`, whose tables are up to date, with the demo data; refused when it holds staff. Keys are those of
/// the tables' order, from 1.
pub async fn fill(app: &App) -> Result<(), Stop> {
    if staff_exist(app.db.read()).await? {
        return Err(refusal());
    }
    let hashes = try_join_all(STAFF.iter().map(|person| app.hashing.hash(person.password))).await;
    let hashes = hashes.map_err(|busy| Stop::because(format!("The passwords could not be hashed: {busy}.")))?;
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            if staff_exist(&tx).await? {
                return Ok(false);
            }
            write(&tx, &hashes).await?;
            tx.commit().await?;
            Ok::<_, DbErr>(true)
        })
        .await?
        .then_some(())
        .ok_or_else(refusal)
}

/// Whether the database holds staff.
pub(super) async fn staff_exist(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    Ok(staff::Entity::find().limit(1).count(db).await? > 0)
}

fn refusal() -> Stop {
    Stop::because(
        "This database holds staff already, and demo data goes into an empty one only. \
         Start it without --demo, or name another database by ASSETRY_DATABASE_URL.",
    )
}

/// The key of the row at this place of its table.
fn key(place: Option<usize>) -> i64 {
    place.and_then(|place| i64::try_from(place).ok()).map_or(0, |place| place + 1)
}

fn department_key(unique_id: &str) -> i64 {
    key(DEPARTMENTS.iter().position(|row| row.unique_id == unique_id))
}

fn staff_key(unique_id: &str) -> i64 {
    key(STAFF.iter().position(|row| row.unique_id == unique_id))
}

fn staff_name(unique_id: &str) -> String {
    STAFF.iter().find(|row| row.unique_id == unique_id).map(|row| row.name.to_owned()).unwrap_or_default()
}

fn asset_key(unique_id: &str) -> i64 {
    key(ASSETS.iter().position(|row| row.unique_id == unique_id))
}

async fn write(tx: &DatabaseTransaction, hashes: &[String]) -> Result<(), DbErr> {
    let entered = DateTime::from_timestamp_millis(ENTERED_MS).unwrap_or_default();
    write_people(tx, hashes, entered).await?;
    write_assets(tx, entered).await?;
    write_transfer(tx, entered).await?;
    write_history(tx).await?;
    continue_keys(tx, &["department", "staff", "asset_group", "asset", "approval", "outbox", "history"]).await
}

async fn write_people(tx: &DatabaseTransaction, hashes: &[String], at: DateTime<Utc>) -> Result<(), DbErr> {
    let departments = DEPARTMENTS.iter().map(|row| department::ActiveModel {
        id: Set(department_key(row.unique_id)),
        unique_id: Set(row.unique_id.to_owned()),
        name: Set(row.name.to_owned()),
        location: Set(LOCATION.to_owned()),
        parent_id: Set(row.parent.map(department_key)),
        version: Set(1),
        created_at: Set(at),
        updated_at: Set(at),
    });
    department::Entity::insert_many(departments).exec_without_returning(tx).await?;

    let people = STAFF.iter().map(|row| staff::ActiveModel {
        id: Set(staff_key(row.unique_id)),
        unique_id: Set(row.unique_id.to_owned()),
        username: Set(row.username.to_owned()),
        name: Set(row.name.to_owned()),
        staff_group: Set(row.group),
        department_id: Set(Some(department_key(row.department))),
        mobile: Set(None),
        email: Set(None),
        locked: Set(false),
        locked_by: Set(None),
        version: Set(1),
        created_at: Set(at),
        updated_at: Set(at),
    });
    staff::Entity::insert_many(people).exec_without_returning(tx).await?;

    let passwords = STAFF.iter().zip(hashes).map(|(row, hash)| credential::ActiveModel {
        staff_id: Set(staff_key(row.unique_id)),
        password_hash: Set(hash.clone()),
        updated_at: Set(at),
    });
    credential::Entity::insert_many(passwords).exec_without_returning(tx).await?;

    let roles = role::Entity::find().all(tx).await?;
    let role_key = |name: &str| roles.iter().find(|role| role.name == name).map(|role| role.id);
    let held = STAFF.iter().filter_map(|row| Some((staff_key(row.unique_id), role_key(row.role?)?)));
    let held = held.map(|(staff, role)| staff_role::ActiveModel { staff_id: Set(staff), role_id: Set(role) });
    staff_role::Entity::insert_many(held).exec_without_returning(tx).await?;
    Ok(())
}

async fn write_assets(tx: &DatabaseTransaction, at: DateTime<Utc>) -> Result<(), DbErr> {
    let mut groups = asset_group::Entity::find().all(tx).await?;
    for row in ASSET_GROUPS {
        let parent = groups.iter().find(|group| group.unique_id == row.parent).map(|group| group.id);
        let group = asset_group::ActiveModel {
            id: Set(groups.iter().map(|group| group.id).max().unwrap_or_default() + 1),
            unique_id: Set(row.unique_id.to_owned()),
            name: Set(row.name.to_owned()),
            parent_id: Set(parent),
            version: Set(1),
            created_at: Set(at),
            updated_at: Set(at),
        };
        groups.push(asset_group::Entity::insert(group).exec_with_returning(tx).await?);
    }
    let group = groups.iter().find(|group| group.unique_id == ASSET_GROUP).map_or(0, |group| group.id);

    let assets = ASSETS.iter().map(|row| {
        let (year, month, day) = row.entered_on;
        let [brand, model, serial_number] = row.make.map(str::to_owned);
        asset::ActiveModel {
            id: Set(asset_key(row.unique_id)),
            unique_id: Set(row.unique_id.to_owned()),
            name: Set(row.name.to_owned()),
            kind: Set(AssetKind::Item),
            quantity: Set(1),
            group_id: Set(group),
            under_id: Set(row.under.map(asset_key)),
            status: Set(row.status),
            holder_id: Set(row.holder.map(staff_key)),
            applicant_id: Set(None),
            target_id: Set((row.unique_id == TRANSFER.asset).then(|| staff_key(TRANSFER.target))),
            entered_on: Set(NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()),
            value_origin: Set(row.value_origin),
            use_year: Set(row.use_year),
            brand: Set(brand),
            model: Set(model),
            serial_number: Set(serial_number),
            remarks: Set(row.remarks.to_owned()),
            version: Set(1),
            created_at: Set(at),
            updated_at: Set(at),
        }
    });
    asset::Entity::insert_many(assets).exec_without_returning(tx).await?;
    Ok(())
}

/// The waiting transfer, the asset admin it is addressed to, and the card that was sent for it.
async fn write_transfer(tx: &DatabaseTransaction, at: DateTime<Utc>) -> Result<(), DbErr> {
    const APPROVAL: i64 = 1;
    let request = approval::ActiveModel {
        id: Set(APPROVAL),
        kind: Set(ApprovalKind::Transfer),
        asset_id: Set(asset_key(TRANSFER.asset)),
        quantity: Set(1),
        whole: Set(true),
        holder_id: Set(Some(staff_key(TRANSFER.applicant))),
        applicant_id: Set(Some(staff_key(TRANSFER.applicant))),
        applicant_unique_id: Set(TRANSFER.applicant.to_owned()),
        applicant_name: Set(staff_name(TRANSFER.applicant)),
        target_id: Set(Some(staff_key(TRANSFER.target))),
        target_unique_id: Set(Some(TRANSFER.target.to_owned())),
        target_name: Set(Some(staff_name(TRANSFER.target))),
        target_group_unique_id: Set(None),
        state: Set(ApprovalState::Pending),
        submitted_via: Set(Door::AssetPlatform),
        decided_by_id: Set(None),
        decided_by_unique_id: Set(None),
        decided_by_name: Set(None),
        decided_via: Set(None),
        decided_at: Set(None),
        reason: Set(None),
        version: Set(1),
        created_at: Set(at),
        updated_at: Set(at),
    };
    approval::Entity::insert(request).exec_without_returning(tx).await?;

    let addressed = approval_manager::ActiveModel {
        approval_id: Set(APPROVAL),
        staff_id: Set(staff_key(TRANSFER.manager)),
        named: Set(false),
    };
    approval_manager::Entity::insert(addressed).exec_without_returning(tx).await?;

    let card = outbox::ActiveModel {
        id: Set(1),
        uuid: Set(format!("demo-{}", TRANSFER.card)),
        channel: Set("feishu".to_owned()),
        kind: Set(notices::DEMO_CARD.to_owned()),
        lane: Set(format!("approval:{APPROVAL}")),
        recipient_id: Set(Some(staff_key(TRANSFER.manager))),
        approval_id: Set(Some(APPROVAL)),
        body: Set("{}".to_owned()),
        state: Set(DeliveryState::Sent),
        attempts: Set(1),
        next_at: Set(at),
        created_at: Set(at),
        sent_at: Set(Some(at)),
        message_id: Set(Some(TRANSFER.card.to_owned())),
        last_error: Set(None),
    };
    outbox::Entity::insert(card).exec_without_returning(tx).await?;
    Ok(())
}

async fn write_history(tx: &DatabaseTransaction) -> Result<(), DbErr> {
    let asset = ASSETS.iter().find(|asset| asset.unique_id == HISTORY.asset);
    let line = history::ActiveModel {
        id: Set(1),
        kind: Set(HistoryKind::Transfer),
        asset_id: Set(asset_key(HISTORY.asset)),
        asset_unique_id: Set(HISTORY.asset.to_owned()),
        asset_name: Set(asset.map(|asset| asset.name.to_owned()).unwrap_or_default()),
        related_id: Set(Some(staff_key(HISTORY.related))),
        related_unique_id: Set(Some(HISTORY.related.to_owned())),
        related_name: Set(Some(staff_name(HISTORY.related))),
        actor_id: Set(None),
        actor_unique_id: Set(None),
        actor_name: Set(None),
        approval_id: Set(None),
        door: Set(Door::AssetPlatform),
        description: Set(HISTORY.description.to_owned()),
        at: Set(DateTime::from_timestamp_millis(HISTORY.at_ms).unwrap_or_default()),
    };
    history::Entity::insert(line).exec_without_returning(tx).await?;
    Ok(())
}
