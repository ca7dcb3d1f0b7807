//! Lists of roles as rows with numbers (contract: laravel-template §4.12, §4.16, §6.3).

use async_graphql::Variables;
use chrono_tz::Tz;
use futures_util::future::BoxFuture;
use serde_json::json;

use super::super::spelling::local;
use crate::{
    domain::{
        Code, Context, Outcome,
        rbac::{self, Role},
        staff,
    },
    rest::{
        payload::Payload,
        values::{members, text},
    },
};

/// `GET /api/rbac/roles`.
pub(in super::super) fn all(context: Context, _: Variables) -> BoxFuture<'static, Outcome<Payload>> {
    Box::pin(async move {
        let roles = rbac::all(&context).await?;
        let rows: Vec<_> = roles.iter().map(|role| row(role, context.app.zone)).collect();
        members(json!({ "data": rows }))
    })
}

/// `GET /api/rbac/roles/{username}`.
pub(in super::super) fn of_person(context: Context, variables: Variables) -> BoxFuture<'static, Outcome<Payload>> {
    Box::pin(async move {
        let username = text(&variables, "username").unwrap_or_default();
        let person = staff::by_username(&context, username).await?.ok_or(Code::StaffNotFound)?;
        let mut roles = staff::roles_of(context.db().read(), &[person.id]).await?;
        let rows: Vec<_> = roles
            .remove(&person.id)
            .unwrap_or_default()
            .iter()
            .map(|role| {
                let mut row = row(role, context.app.zone);
                row["pivot"] = json!({ "user_id": person.id, "role_id": role.id });
                row
            })
            .collect();
        members(json!({ "data": rows }))
    })
}

fn row(role: &Role, zone: Tz) -> serde_json::Value {
    json!({
        "id": role.id,
        "name": role.name,
        "display_name": role.display_name,
        "description": role.description,
        "created_at": local(role.created_at, zone),
        "updated_at": local(role.updated_at, zone),
    })
}
