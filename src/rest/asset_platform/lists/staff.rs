//! Staff: the caller, S8 and TV (contract: asset-platform §6, §7.2).

use async_graphql::Variables;
use serde::Serialize;

use super::{Answer, Named, list, titles};
use crate::{
    domain::{
        Context,
        assets::listing::{self as assets, Holding},
        staff::listing::{self, Listed},
    },
    rest::payload::{Payload, Streamed, write_json},
};

/// 7.2: the caller, and everything they hold.
pub(in crate::rest::asset_platform) fn own(context: Context, _: Variables) -> Answer {
    Box::pin(async move {
        let Holding { person, department, assets } = assets::own(&context).await?;
        let user = User {
            unique_id: &person.unique_id,
            display_name: &person.name,
            department: department.as_deref(),
            locked: person.locked,
            group: person.staff_group.title(),
            username: &person.username,
        };
        let assets = Streamed::list("asset", assets, |row, into| write_json(into, &Named::of(row))).await?;
        Ok(Payload::Streamed(assets.within("user", &user)))
    })
}

/// 7.8: everybody.
pub(in crate::rest::asset_platform) fn everybody(context: Context, _: Variables) -> Answer {
    Box::pin(async move {
        let rows = listing::everybody(&context).await?;
        list("data", rows, |row, into| write_json(into, &Line::of(row))).await
    })
}

/// 7.9: everybody by name and id.
pub(in crate::rest::asset_platform) fn by_title(context: Context, _: Variables) -> Answer {
    Box::pin(async move { titles(listing::titles(&context).await?).await })
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

/// S8, a staff row.
#[derive(Serialize)]
struct Line<'a> {
    unique_id: &'a str,
    group_id: &'static str,
    group_name: &'static str,
    department_id: Option<&'a str>,
    department_name: Option<&'a str>,
    display_name: &'a str,
    username: &'a str,
    locked: bool,
}

impl<'a> Line<'a> {
    fn of(row: &'a Listed) -> Self {
        Self {
            unique_id: &row.unique_id,
            group_id: row.staff_group.word(),
            group_name: row.staff_group.title(),
            department_id: row.department_id.as_deref(),
            department_name: row.department_name.as_deref(),
            display_name: &row.name,
            username: &row.username,
            locked: row.locked,
        }
    }
}
