//! Replies without bound: lists that are written as they are read (contract: asset-platform §6, §10).

use async_graphql::{Value, Variables};
use futures_util::future::BoxFuture;
use serde::Serialize;

use crate::{
    domain::{
        Context, Outcome,
        assets::listing::{self, Listed, Titled},
        history::listing::{self as events, Shown},
    },
    entity::words::AssetStatus,
    rest::payload::{Payload, Streamed, write_json},
};

type Answer = BoxFuture<'static, Outcome<Payload>>;

/// 7.10: every asset, the newest first.
pub(super) fn asset_list(context: Context, _: Variables) -> Answer {
    Box::pin(async move {
        let rows = listing::newest_first(&context).await?;
        Ok(Payload::Streamed(Streamed::list("data", rows, |row, into| write_json(into, &R14::of(row))).await?))
    })
}

/// 7.2: the caller, and everything they hold.
pub(super) fn staff_info(context: Context, _: Variables) -> Answer {
    Box::pin(async move {
        let listing::Holding { person, department, assets } = listing::own(&context).await?;
        let user = User {
            unique_id: &person.unique_id,
            display_name: &person.name,
            department: department.as_deref(),
            locked: person.locked,
            group: person.staff_group.title(),
            username: &person.username,
        };
        let assets = Streamed::list("asset", assets, |row, into| write_json(into, &Held::of(row))).await?;
        Ok(Payload::Streamed(assets.within("user", &user)))
    })
}

/// 7.33: what happened to one asset.
pub(super) fn single_asset_history(context: Context, variables: Variables) -> Answer {
    Box::pin(async move {
        let rows = events::of_asset(&context, text(&variables, "unique_id")).await?;
        Ok(Payload::Streamed(Streamed::list("data", rows, |row, into| write_json(into, &H7::of(row))).await?))
    })
}

/// A text that the row has read.
fn text<'a>(variables: &'a Variables, name: &str) -> &'a str {
    match variables.get(name) {
        Some(Value::String(text)) => text,
        _ => "",
    }
}

/// R14, an asset row.
#[derive(Serialize)]
struct R14<'a> {
    unique_id: &'a str,
    group_id: &'a str,
    group_name: &'a str,
    under_id: Option<&'a str>,
    under_name: Option<&'a str>,
    display_name: &'a str,
    belongs_to_id: Option<&'a str>,
    belongs_to_name: Option<&'a str>,
    date: String,
    model: &'a str,
    value_origin: i64,
    status_id: &'static str,
    status_name: &'static str,
    remarks: &'a str,
}

impl<'a> R14<'a> {
    fn of(row: &'a Listed) -> Self {
        Self {
            unique_id: &row.unique_id,
            group_id: &row.group_id,
            group_name: &row.group_name,
            under_id: row.under_id.as_deref(),
            under_name: row.under_name.as_deref(),
            display_name: &row.name,
            belongs_to_id: row.holder_id.as_deref(),
            belongs_to_name: row.holder_name.as_deref(),
            date: row.entered_on.to_string(),
            model: &row.model,
            value_origin: shown_value(row.status, row.value_origin),
            status_id: row.status.word(),
            status_name: row.status.title(),
            remarks: &row.remarks,
        }
    }
}

/// While an asset is cleared out this dialect reports it as worth nothing; what it cost stays stored (7.18).
fn shown_value(status: AssetStatus, value: i64) -> i64 {
    if status == AssetStatus::Retired { 0 } else { value }
}

/// The person in staff_info; `asset` follows.
#[derive(Serialize)]
struct User<'a> {
    unique_id: &'a str,
    display_name: &'a str,
    department: Option<&'a str>,
    locked: bool,
    group: &'static str,
    username: &'a str,
}

/// An asset in staff_info.
#[derive(Serialize)]
struct Held<'a> {
    display_name: &'a str,
    unique_id: &'a str,
}

impl<'a> Held<'a> {
    fn of(row: &'a Titled) -> Self {
        Self { display_name: &row.name, unique_id: &row.unique_id }
    }
}

/// H7, a history row.
#[derive(Serialize)]
struct H7<'a> {
    asset_id: &'a str,
    asset_name: &'a str,
    related_user_id: Option<&'a str>,
    related_user_name: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'static str,
    description: &'a str,
    datetime: String,
}

impl<'a> H7<'a> {
    fn of(row: &'a Shown) -> Self {
        Self {
            asset_id: &row.asset_unique_id,
            asset_name: &row.asset_name,
            related_user_id: row.related_unique_id.as_deref(),
            related_user_name: row.related_name.as_deref(),
            kind: row.kind.word(),
            description: &row.description,
            datetime: row.at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        }
    }
}
