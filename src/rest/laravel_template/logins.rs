//! Logging in by name and password (contract: laravel-template §4.2).

use async_graphql::Variables;
use serde_json::json;

use super::{
    fields::{Fields, Numbers},
    gate,
};
use crate::{
    domain::{
        Code, Context, Outcome,
        sessions::{self, Face, Opened},
    },
    graphql::client,
    rest::{json::Json, row::Exchanging, run::Call, values::members},
};

/// `POST /api/login`.
pub(super) fn login(call: &mut Call, context: Context, _: Variables) -> Exchanging<'_> {
    Box::pin(async move {
        let body = std::mem::take(&mut call.body);
        // A number is no name and no password.
        let sent = Fields::read(&call.head, body, Numbers::Numbers).await?.document();
        let text = |key| sent.root().get(key).and_then(Json::string).map(std::borrow::Cow::into_owned);
        let (username, password) = (text("username"), text("password"));
        let app = context.app.clone();
        let client = client::address(&app, &call.head);
        let begun = app.rates.login(&app, client, username.as_deref().unwrap_or_default()).await;
        let attempt = begun.map_err(|exceeded| gate::too_often(&mut call.headers, exceeded))?;
        let outcome = match username.zip(password) {
            Some((username, password)) => sessions::create(&context, sessions::Create { username, password }).await,
            None => Err(Code::LoginFailed.into()),
        };
        match outcome {
            Ok(opened) => {
                attempt.succeeded();
                Ok(members(json!({ "data": holder(call, &opened)? }))?.into())
            }
            Err(fault) => {
                if fault.code == Code::LoginFailed {
                    attempt.failed(&app);
                }
                Err(fault.into())
            }
        }
    })
}

/// A session just opened, as this dialect hands it out: token and person.
pub(super) fn holder(call: &Call, opened: &Opened) -> Outcome<serde_json::Value> {
    let token = opened.token(&call.app, Face::Jwt { issuer: &gate::issuer(call) })?;
    Ok(token_and_user(&token, &opened.person.name, &opened.username))
}

pub(super) fn token_and_user(token: &str, name: &str, username: &str) -> serde_json::Value {
    json!({ "token": token, "user": { "name": name, "username": username } })
}
