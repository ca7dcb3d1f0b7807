//! Assets: R14, R13, R23, P8 and TV (contract: asset-platform §6).

use async_graphql::Variables;
use chrono::NaiveDate;
use serde::Serialize;

use super::{Answer, key, list, text, titles};
use crate::{
    domain::{
        Context,
        assets::{
            listing::{self, Detailed, Listed, Pending},
            net_value,
        },
    },
    entity::words::AssetStatus,
    rest::payload::{Payload, Streamed, write_json},
};

/// 7.10: every asset, the newest first.
pub(in crate::rest::asset_platform) fn newest_first(context: Context, _: Variables) -> Answer {
    Box::pin(async move {
        let rows = listing::newest_first(&context).await?;
        list("data", rows, |row, into| write_json(into, &Line { model: Some(&row.model), ..Line::of(row) })).await
    })
}

/// 7.11: every asset by name and id.
pub(in crate::rest::asset_platform) fn by_title(context: Context, _: Variables) -> Answer {
    Box::pin(async move { titles(listing::titles(&context).await?).await })
}

/// 7.15: assets whose name or remarks contain a text.
pub(in crate::rest::asset_platform) fn search(context: Context, variables: Variables) -> Answer {
    Box::pin(async move {
        let rows = listing::search(&context, text(&variables, "search")).await?;
        list("data", rows, |row, into| write_json(into, &Line::of(row))).await
    })
}

/// 7.32: everything that a person holds.
pub(in crate::rest::asset_platform) fn held_by(context: Context, variables: Variables) -> Answer {
    Box::pin(async move {
        let rows = listing::held_by(&context, &key(&variables, "id")).await?;
        let today = context.app.today();
        let write = move |row: &Detailed, into: &mut Vec<u8>| write_json(into, &Full::of(row, today));
        Ok(Payload::Streamed(Streamed::list("data", rows, write).await?))
    })
}

/// 7.35: assets that wait for a decision.
pub(in crate::rest::asset_platform) fn pending(context: Context, _: Variables) -> Answer {
    Box::pin(async move {
        let rows = listing::pending(&context).await?;
        list("data", rows, |row, into| write_json(into, &Waiting::of(row))).await
    })
}

/// While an asset is cleared out this dialect reports it as worth nothing; what it cost stays stored (7.18).
fn shown_value(status: AssetStatus, value: i64) -> i64 {
    if status == AssetStatus::Retired { 0 } else { value }
}

/// R13, an asset row, or with `model` R14.
#[derive(Serialize)]
struct Line<'a> {
    unique_id: &'a str,
    group_id: &'a str,
    group_name: &'a str,
    under_id: Option<&'a str>,
    under_name: Option<&'a str>,
    display_name: &'a str,
    belongs_to_id: Option<&'a str>,
    belongs_to_name: Option<&'a str>,
    date: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
    value_origin: i64,
    status_id: &'static str,
    status_name: &'static str,
    remarks: &'a str,
}

impl<'a> Line<'a> {
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
            date: row.entered_on,
            model: None,
            value_origin: shown_value(row.status, row.value_origin),
            status_id: row.status.word(),
            status_name: row.status.title(),
            remarks: &row.remarks,
        }
    }
}

/// R23, an asset in full.
#[derive(Serialize)]
struct Full<'a> {
    asset_id: &'a str,
    group_id: &'a str,
    group_name: &'a str,
    under_id: Option<&'a str>,
    under_name: Option<&'a str>,
    display_name: &'a str,
    belongs_to_id: Option<&'a str>,
    belongs_to_name: Option<&'a str>,
    location: Option<&'a str>,
    date: NaiveDate,
    status_id: &'static str,
    status_name: &'static str,
    remarks: &'a str,
    belongs_department_id: Option<&'a str>,
    belongs_department_name: Option<&'a str>,
    applicant_id: Option<&'a str>,
    applicant_name: Option<&'a str>,
    use_year: i64,
    value_origin: i64,
    value_worth: i64,
    brand: &'a str,
    model: &'a str,
    serial_number: &'a str,
}

impl<'a> Full<'a> {
    fn of(row: &'a Detailed, today: NaiveDate) -> Self {
        let listed = &row.listed;
        let worth = net_value(listed.value_origin, row.use_year, listed.entered_on, today);
        Self {
            asset_id: &listed.unique_id,
            group_id: &listed.group_id,
            group_name: &listed.group_name,
            under_id: listed.under_id.as_deref(),
            under_name: listed.under_name.as_deref(),
            display_name: &listed.name,
            belongs_to_id: listed.holder_id.as_deref(),
            belongs_to_name: listed.holder_name.as_deref(),
            location: row.location.as_deref(),
            date: listed.entered_on,
            status_id: listed.status.word(),
            status_name: listed.status.title(),
            remarks: &listed.remarks,
            belongs_department_id: row.department_id.as_deref(),
            belongs_department_name: row.department_name.as_deref(),
            applicant_id: row.applicant_id.as_deref(),
            applicant_name: row.applicant_name.as_deref(),
            use_year: row.use_year,
            value_origin: shown_value(listed.status, listed.value_origin),
            value_worth: shown_value(listed.status, worth),
            brand: &row.brand,
            model: &listed.model,
            serial_number: &row.serial_number,
        }
    }
}

/// P8, an asset that waits for a decision.
#[derive(Serialize)]
struct Waiting<'a> {
    unique_id: &'a str,
    display_name: &'a str,
    status_id: &'static str,
    status_name: &'static str,
    applicant_id: Option<&'a str>,
    applicant_name: Option<&'a str>,
    belongs_to_pending_id: Option<&'a str>,
    belongs_to_pending_name: Option<&'a str>,
}

impl<'a> Waiting<'a> {
    fn of(row: &'a Pending) -> Self {
        Self {
            unique_id: &row.unique_id,
            display_name: &row.name,
            status_id: row.status.word(),
            status_name: row.status.title(),
            applicant_id: row.applicant_id.as_deref(),
            applicant_name: row.applicant_name.as_deref(),
            belongs_to_pending_id: row.target_id.as_deref(),
            belongs_to_pending_name: row.target_name.as_deref(),
        }
    }
}
