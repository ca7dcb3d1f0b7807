//! Departments with what is below them (contract: asset-platform §7.29, §7.30).

use async_graphql::Variables;
use serde::Serialize;

use super::{Answer, Named, key, list};
use crate::{
    domain::{
        Context,
        departments::listing::{self, Described},
    },
    rest::payload::{Payload, Streamed, write_json},
};

/// 7.29: one department, with those right below it and its staff.
pub(in crate::rest::asset_platform) fn info(context: Context, variables: Variables) -> Answer {
    Box::pin(async move {
        let Described { department, parent, children, staff } =
            listing::described(&context, &key(&variables, "id")).await?;
        let info = Info {
            display_name: &department.name,
            location: &department.location,
            parent_id: parent.as_ref().map(|parent| parent.unique_id.as_str()),
            parent_name: parent.as_ref().map(|parent| parent.name.as_str()),
            children: children.iter().map(Named::of).collect(),
        };
        let staff = Streamed::list("staff", staff, |row, into| write_json(into, &Named::of(row))).await?;
        Ok(Payload::Streamed(staff.within("data", &info)))
    })
}

/// 7.30: every department, each with those right below it.
pub(in crate::rest::asset_platform) fn all(context: Context, _: Variables) -> Answer {
    Box::pin(async move {
        let rows = listing::all(&context).await?;
        list("departments", rows, |row, into| {
            let children = row.children.iter().map(Named::of).collect();
            let (name, parent_id) = (&row.name, row.parent_id.as_deref());
            write_json(into, &Line { unique_id: &row.unique_id, display_name: name, parent_id, children });
        })
        .await
    })
}

/// A department in department/info; `staff` follows. The spelling of the list of children is the contract's.
#[derive(Serialize)]
struct Info<'a> {
    display_name: &'a str,
    location: &'a str,
    parent_id: Option<&'a str>,
    parent_name: Option<&'a str>,
    #[serde(rename = "sub_deparments")]
    children: Vec<Named<'a>>,
}

/// A department in department/all.
#[derive(Serialize)]
struct Line<'a> {
    unique_id: &'a str,
    display_name: &'a str,
    parent_id: Option<&'a str>,
    #[serde(rename = "sub_deparments")]
    children: Vec<Named<'a>>,
}
