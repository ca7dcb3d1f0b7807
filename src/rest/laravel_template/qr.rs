//! Logging in on a PC by a code that a phone confirms (contract: laravel-template §4.3, §4.4, §4.6).

use async_graphql::{Value, Variables};
use axum::http::{HeaderValue, header};
use serde_json::json;

use super::{
    faults,
    logins::{holder, token_and_user},
    spelling::local,
};
use crate::{
    domain::{
        Code, Context, Key,
        qr_login::{self, Progress, Tap},
        staff,
    },
    graphql::client,
    rest::{
        row::{Exchanged, Exchanging, Says},
        run::Call,
        values::{members, text},
    },
};

/// What is said when the code is given up.
pub(super) const CANCELLED: Says = faults::says("已取消登录");

/// The header that tells how far a code has come.
const STATE: &str = "x-qr-state";

/// `GET /api/qrcode`.
pub(super) fn create(call: &mut Call, context: Context, _: Variables) -> Exchanging<'_> {
    Box::pin(async move {
        let client = client::address(&context.app, &call.head).to_string();
        let agent = call.head.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        let nonce = qr_login::create(&context, &client, agent).await?;
        let url = format!("{}/mobile.html#/qrlogin?nonce={nonce}", context.app.public_url);
        let expires = qr_login::LIFE_SECONDS.to_string();
        Ok(members(json!({ "data": { "expires": expires, "nonce": nonce, "url": url } }))?.into())
    })
}

/// `POST /api/qrlogin`.
pub(super) fn poll(call: &mut Call, context: Context, sent: Variables) -> Exchanging<'_> {
    Box::pin(async move {
        let progress = match text(&sent, "nonce") {
            Some(nonce) => qr_login::poll(&context, nonce).await,
            None => Err(Code::QrLoginExpired.into()),
        };
        let (state, answer) = match progress {
            Ok(Progress::Pending) => ("pending", Err(Code::QrLoginPending.into())),
            Ok(Progress::Scanned) => ("scanned", Err(Code::QrLoginScanned.into())),
            Ok(Progress::Confirmed(opened)) => {
                let holder = holder(call, &opened)?;
                ("confirmed", Ok(members(json!({ "data": holder, "errors": holder }))?.into()))
            }
            Err(fault) if fault.code == Code::QrLoginExpired => ("expired", Err(fault.into())),
            Err(fault) => return Err(fault.into()),
        };
        call.headers.insert(STATE, HeaderValue::from_static(state));
        answer
    })
}

/// `POST /api/confirmqrlogin`.
pub(super) fn confirm(call: &mut Call, context: Context, sent: Variables) -> Exchanging<'_> {
    Box::pin(async move {
        let nonce = text(&sent, "nonce").unwrap_or_default();
        let said = |key: &str| sent.get(key) == Some(&Value::Boolean(true));
        let tap = match (said("cancel"), said("login")) {
            (true, _) => Tap::Cancel,
            (false, true) => Tap::Confirm,
            (false, false) => Tap::Scan,
        };
        let client = qr_login::tap(&context, nonce, tap).await?;
        let done = match tap {
            Tap::Cancel => {
                return Ok(Exchanged { says: Some(CANCELLED), payload: members(json!({}))? });
            }
            Tap::Scan => json!({ "client": {
                "ip": client.address, "agent": client.agent, "at": local(client.at, context.app.zone),
            } }),
            Tap::Confirm => {
                let person = context.person()?;
                let row = staff::get(&context, &Key::Id(person.id)).await?.ok_or(Code::StaffNotFound)?;
                let token = call.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
                let token = token.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
                json!({ "data": token_and_user(token, &person.name, &row.username) })
            }
        };
        Ok(members(done)?.into())
    })
}
