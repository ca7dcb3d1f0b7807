//! WeCom's doors: logging in with its code, the way to its login page and back, and its callbacks
//! (contract: laravel-template §4.5, §4.20, §10).

use std::borrow::Cow;

use async_graphql::Variables;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use super::{
    logins::holder,
    pages::{members, text},
};
use crate::{
    app::{ALPHANUMERIC, draw},
    domain::{
        Code, Context, Outcome,
        directory::{self, Stamp},
        sessions,
    },
    rest::{
        body,
        payload::Payload,
        row::{Exchanged, Exchanging},
        run::Call,
    },
};

/// `POST /api/codelogin`.
pub(super) fn code_login(call: &mut Call, context: Context, sent: Variables) -> Exchanging<'_> {
    Box::pin(async move {
        let person = directory::person_of_code(&context.app, text(&sent, "code").unwrap_or_default()).await?;
        let opened = sessions::open_for(&context, person.id).await?;
        let holder = holder(call, &opened)?;
        Ok(members(json!({ "data": {
            "total": 1, "per_page": 15, "current_page": 1, "last_page": 1, "next_page_url": null, "prev_page_url": null,
            "from": 1, "to": 1, "data": holder, "token": holder["token"], "user": holder["user"],
        } }))?
        .into())
    })
}

/// The cookie that holds the state of a way to WeCom.
const COOKIE: &str = "wx_state";
/// Characters of a state.
const STATE_LENGTH: usize = 32;
/// Most characters of the place to go to afterwards.
const NEXT: usize = 512;
/// What stands for itself in a component of an address.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn component(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, COMPONENT).into()
}

/// `GET /api/wxcode`.
pub(super) fn way(call: &mut Call, context: Context, sent: Variables) -> Exchanging<'_> {
    Box::pin(async move {
        let app = &context.app;
        let wecom = app.wecom.as_ref().ok_or(Code::WecomNotConfigured)?;
        let next = component(place(text(&sent, "next")));
        let secure = if app.public_url.starts_with("https:") { "; Secure" } else { "" };
        let cookie = |state: &str, seconds: u32| {
            format!("{COOKIE}={state}; HttpOnly; SameSite=Lax; Path=/api/wxcode; Max-Age={seconds}{secure}")
        };
        let Some(code) = text(&sent, "code") else {
            let state = draw(&*app.random, ALPHANUMERIC, STATE_LENGTH);
            let back = format!("{}/api/wxcode?next={next}", app.public_url);
            let there = format!(
                "https://open.weixin.qq.com/connect/oauth2/authorize?appid={}&redirect_uri={}&response_type=code\
                 &scope=snsapi_base&state={state}&agentid={}#wechat_redirect",
                component(wecom.corp_id()),
                component(&back),
                wecom.agent_id()
            );
            return reply(redirect(&there, &cookie(&state, 300)));
        };
        let known = kept(&call.head.headers).filter(|state| state.len() == STATE_LENGTH);
        if known.is_none() || known != text(&sent, "state") {
            return Err(Code::PushUnproven.into());
        }
        let there = format!("/mobile.html#/login/?code={}&next={next}", component(code));
        reply(redirect(&there, &cookie("", 0)))
    })
}

/// Where to go afterwards: within this site, whatever was asked.
fn place(next: Option<&str>) -> &str {
    let fits = |next: &&str| {
        let mut letters = next.chars();
        letters.next() == Some('/')
            && !matches!(letters.next(), Some('/' | '\\'))
            && !next.chars().any(char::is_control)
            && next.chars().count() <= NEXT
    };
    next.filter(fits).unwrap_or("/")
}

/// The state that the browser kept.
fn kept(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, state)| state)
}

fn redirect(there: &str, cookie: &str) -> Option<Response> {
    let headers = [
        (header::LOCATION, HeaderValue::from_str(there).ok()?),
        (header::SET_COOKIE, HeaderValue::from_str(cookie).ok()?),
    ];
    Some((StatusCode::FOUND, headers).into_response())
}

fn reply(reply: Option<Response>) -> Result<Exchanged, crate::rest::refused::Refused> {
    Ok(Payload::Reply(reply.ok_or(Code::Internal)?).into())
}

/// Most bytes of a callback.
const LARGEST: usize = 256 * 1024;

/// `GET /api/wechat/callback`.
pub(super) fn echo(call: &mut Call, context: Context, _: Variables) -> Exchanging<'_> {
    Box::pin(async move {
        if context.app.wecom_callback.is_none() {
            return Err(Code::WecomNotConfigured.into());
        }
        let sent = parameter(&call.head, "echostr").ok_or(Code::PushUnreadable)?;
        let bytes = directory::echo(&context.app, &stamp(&call.head)?, &sent)?;
        let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"))];
        Ok(Payload::Reply((kind, bytes).into_response()).into())
    })
}

/// `POST /api/wechat/callback`.
pub(super) fn callback(call: &mut Call, context: Context, _: Variables) -> Exchanging<'_> {
    Box::pin(async move {
        if context.app.wecom_callback.is_none() {
            return Err(Code::WecomNotConfigured.into());
        }
        let body: Body = std::mem::take(&mut call.body);
        let bytes = match body::read(body, LARGEST).await {
            Ok(bytes) => bytes,
            Err(body::Unread::TooLarge) => return Err(super::faults::TOO_LARGE.into()),
            Err(body::Unread::Broken) => return Err(Code::PushUnreadable.into()),
        };
        let xml = String::from_utf8(bytes).map_err(|_| Code::PushUnreadable)?;
        directory::receive(&context.app, &stamp(&call.head)?, &xml).await?;
        Ok(Payload::Reply(StatusCode::OK.into_response()).into())
    })
}

/// What the query says to prove a callback.
fn stamp(head: &Parts) -> Outcome<Stamp> {
    let parameter = |name| parameter(head, name).ok_or(Code::PushUnreadable);
    Ok(Stamp { signature: parameter("msg_signature")?, timestamp: parameter("timestamp")?, nonce: parameter("nonce")? })
}

/// A parameter as it was sent, every blank in it.
fn parameter(head: &Parts, name: &str) -> Option<String> {
    let query = form_urlencoded::parse(head.uri.query()?.as_bytes());
    query.filter(|(key, _)| key == name).last().map(|(_, value)| value.into_owned()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_stays_on_this_site() {
        let long = format!("/{}", "x".repeat(512));
        for (next, there) in [
            (Some("/qrlogin?nonce=1"), "/qrlogin?nonce=1"),
            (Some("/"), "/"),
            (None, "/"),
            (Some("//evil.example"), "/"),
            (Some("/\\evil.example"), "/"),
            (Some("https://evil.example"), "/"),
            (Some("/a\nb"), "/"),
            (Some(long.as_str()), "/"),
        ] {
            assert_eq!(place(next), there, "{next:?}");
        }
    }
}
