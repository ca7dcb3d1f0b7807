//! History: H7 (contract: asset-platform §6, §9).

use async_graphql::Variables;
use serde::Serialize;

use super::{Answer, list, text};
use crate::{
    domain::{
        Context, Outcome,
        history::listing::{self, Shown},
        listing::Listing,
    },
    rest::payload::{Payload, write_json},
};

/// 7.33: what happened to one asset.
pub(in crate::rest::asset_platform) fn of_asset(context: Context, variables: Variables) -> Answer {
    Box::pin(async move { lines(listing::of_asset(&context, text(&variables, "id")).await?).await })
}

/// 7.34: what happened to all assets, where it contains a text.
pub(in crate::rest::asset_platform) fn search(context: Context, variables: Variables) -> Answer {
    Box::pin(async move { lines(listing::search(&context, text(&variables, "search")).await?).await })
}

async fn lines(rows: Listing<Shown>) -> Outcome<Payload> {
    list("data", rows, |row, into| write_json(into, &Line::of(row))).await
}

/// H7, a history row.
#[derive(Serialize)]
struct Line<'a> {
    asset_id: &'a str,
    asset_name: &'a str,
    related_user_id: Option<&'a str>,
    related_user_name: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'static str,
    description: &'a str,
    datetime: String,
}

impl<'a> Line<'a> {
    fn of(row: &'a Shown) -> Self {
        Self {
            asset_id: &row.asset_unique_id,
            asset_name: &row.asset_name,
            related_user_id: row.related_unique_id.as_deref(),
            related_user_name: row.related_name.as_deref(),
            kind: row.kind.word(),
            description: &row.description,
            datetime: row.at.format(super::super::spelling::DATETIME).to_string(),
        }
    }
}
