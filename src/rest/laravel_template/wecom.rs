//! WeCom's doors: logging in with its code, the way to its login page and back, and its callbacks
//! (contract: laravel-template §4.5, §4.20, §10).

use std::borrow::Cow;

use async_graphql::Variables;
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use super::logins::holder;
use crate::{
    app::{ALPHANUMERIC, draw},
    domain::{
        Code, Context,
        directory::wecom::{self, Answer, Push, Stamp},
        sessions,
    },
    rest::{
        body::{self, Unread},
        head,
        payload::Payload,
        refused::Refused,
        row::{Exchanged, Exchanging},
        run::Call,
        values::{members, text},
    },
};

/// `POST /api/codelogin`.
pub(super) fn code_login(call: &mut Call, context: Context, sent: Variables) -> Exchanging<'_> {
    Box::pin(async move {
        let person = wecom::person_of_code(&context.app, text(&sent, "code").unwrap_or_default()).await?;
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
        let wecom = app.wecom.as_ref().and_then(|wecom| Some((&wecom.corp_id, wecom.agent?)));
        let (corp_id, agent) = wecom.ok_or(Code::WecomNotConfigured)?;
        let next = component(place(text(&sent, "next")));
        let cookie = |state: &str, seconds| head::kept_cookie(&app.public_url, COOKIE, state, "/api/wxcode", seconds);
        let Some(code) = text(&sent, "code") else {
            let state = draw(&*app.random, ALPHANUMERIC, STATE_LENGTH);
            let back = format!("{}/api/wxcode?next={next}", app.public_url);
            let there = format!(
                "https://open.weixin.qq.com/connect/oauth2/authorize?appid={}&redirect_uri={}&response_type=code\
                 &scope=snsapi_base&state={state}&agentid={agent}#wechat_redirect",
                component(corp_id),
                component(&back),
            );
            return reply(redirect(&there, &cookie(&state, 300)));
        };
        let known = head::cookie(&call.head.headers, COOKIE).filter(|state| state.len() == STATE_LENGTH);
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

fn redirect(there: &str, cookie: &str) -> Option<Response> {
    let headers = [
        (header::LOCATION, HeaderValue::from_str(there).ok()?),
        (header::SET_COOKIE, HeaderValue::from_str(cookie).ok()?),
    ];
    Some((StatusCode::FOUND, headers).into_response())
}

fn reply(reply: Option<Response>) -> Result<Exchanged, Refused> {
    Ok(Payload::Reply(reply.ok_or(Code::Internal)?).into())
}

/// `GET /api/wechat/callback`.
pub(super) fn echo(call: &mut Call, context: Context, _: Variables) -> Exchanging<'_> {
    Box::pin(async move { pushed(&context, &call.head, Push::Echo(parameter(&call.head, "echostr"))).await })
}

/// Most bytes of a callback that are read; one over the limit is told by the length of what came.
const LARGEST: usize = 256 * 1024 + 1;

/// `POST /api/wechat/callback`.
pub(super) fn callback(call: &mut Call, context: Context, _: Variables) -> Exchanging<'_> {
    Box::pin(async move {
        let body: Body = std::mem::take(&mut call.body);
        let bytes = match body::read(body, LARGEST).await {
            Ok(bytes) => bytes,
            Err(Unread::TooLarge) => vec![0; LARGEST],
            Err(Unread::Broken) => Vec::new(),
        };
        pushed(&context, &call.head, Push::Event(bytes)).await
    })
}

async fn pushed(context: &Context, head: &Parts, push: Push) -> Result<Exchanged, Refused> {
    let answer = match wecom::receive(&context.app, stamp(head), push).await? {
        Answer::NotConfigured => return Err(Code::WecomNotConfigured.into()),
        Answer::TooLarge => return Err(super::faults::TOO_LARGE.into()),
        Answer::Malformed => return Err(Code::PushUnreadable.into()),
        Answer::Unproved => return Err(Code::PushUnproven.into()),
        Answer::Echo(bytes) => {
            ([(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"))], bytes).into_response()
        }
        Answer::Taken => StatusCode::OK.into_response(),
    };
    Ok(Payload::Reply(answer).into())
}

/// What the query says to prove a callback; none where a part of it is missing.
fn stamp(head: &Parts) -> Option<Stamp> {
    let parameter = |name| parameter(head, name);
    Some(Stamp {
        signature: parameter("msg_signature")?,
        timestamp: parameter("timestamp")?,
        nonce: parameter("nonce")?,
    })
}

/// A parameter as it was sent, every blank in it.
fn parameter(head: &Parts, name: &str) -> Option<String> {
    let values = head::query(head).filter(|(key, _)| key == name);
    values.last().map(|(_, value)| value).filter(|value| !value.is_empty())
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
