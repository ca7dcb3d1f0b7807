//! Logging in with a code of Feishu, the way to the page that gives one, and binding oneself (contract: feishu-app §1.2, §1.3, §5.3).

use async_graphql::Variables;
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::IntoResponse,
};
use serde_json::json;

use super::{
    faults::{self, own_words, when},
    gate::{self, text},
};
use crate::{
    domain::{
        Code, Context, Fault,
        directory::feishu::{self, LogIn, STATE_SECONDS, WayWanted},
        sessions::Face,
    },
    entity::words::StaffGroup,
    rest::{
        head,
        openapi::Subject,
        payload::Payload,
        row::{Case, Exchanging, Row, Verb},
        run::Call,
        values,
    },
};

const NO_CODE: &str = "缺少code信息或code类型不正确";
const NO_REDIRECT: &str = "缺少redirect_uri信息或redirect_uri类型不正确";
const NO_NAME: &str = "缺少飞书用户名信息或飞书用户名类型不正确";
const NO_PHONE: &str = "缺少飞书电话号码信息或飞书电话号码类型不正确";

const TOO_OFTEN: Case = Case { code: Code::LimitExceeded, field: None, says: faults::TOO_OFTEN };
const NAME_TAKEN: Case = own_words(Code::FeishuNameTaken, 9);

pub(super) const ROWS: &[Row] = &[
    Row::new(Verb::Post, "/api/qrLogin")
        .about(Subject::Sessions, "Logs in with a code of Feishu; no account is ever made.")
        .open()
        .reads(&[text("code"), text("redirect_uri").to("redirectUri").optional(), text("state").optional()])
        .exchange(log_in)
        .like("FeishuLogin")
        .replies(session)
        .says(faults::SUCCESS)
        .unless(&[
            TOO_OFTEN,
            when(Code::Required, -2, NO_CODE).on("code"),
            // Only the passport flow needs it, where no state tells it.
            when(Code::Required, -2, NO_REDIRECT).on("redirectUri"),
            own_words(Code::FeishuUnbound, 2),
            when(Code::StaffLocked, 5, "您已被锁定"),
            NAME_TAKEN,
        ]),
    Row::new(Verb::Get, "/api/feishu/authorize")
        .about(
            Subject::Sessions,
            "Opens a way to the page on which Feishu asks who somebody is. With `go=1` it leads there at once; with `bind=1` and a session \
             in `Authorization` the login at its end binds the person to the account.",
        )
        .open()
        .reads(&[text("redirect_uri").to("redirectUri"), text("go").optional(), text("bind").to("binds").optional()])
        .exchange(authorize)
        .like("FeishuWayOpen")
        .replies(way)
        .says(faults::SUCCESS)
        .unless(&[
            TOO_OFTEN,
            Case { code: Code::Unauthenticated, field: None, says: faults::NO_SESSION },
        ]),
    Row::new(Verb::Put, "/api/feishu_name/{session}")
        .about(
            Subject::Staff,
            "Binds one's own account to the person of Feishu with this name and number; with both empty, unbinds it.",
        )
        .reads(&[text("feishu_name").to("name"), text("feishu_phone").to("phone")])
        .runs("FeishuBind")
        .says(faults::SUCCESS)
        .unless(&[
            when(Code::RequestInvalid, -2, NO_NAME).on("feishu_name"),
            when(Code::RequestInvalid, -2, NO_PHONE).on("feishu_phone"),
            NAME_TAKEN,
            own_words(Code::FeishuPhoneTaken, 10),
            own_words(Code::FeishuMismatch, 11),
        ]),
];

/// `POST /api/qrLogin`.
fn log_in(call: &mut Call, context: Context, sent: Variables) -> Exchanging<'_> {
    Box::pin(async move {
        let said = |key: &str| values::text(&sent, key).map(str::to_owned);
        let input = LogIn {
            code: said("code").unwrap_or_default(),
            redirect_uri: said("redirectUri"),
            state: said("state"),
            kept_state: head::cookie(&call.head.headers, COOKIE).map(str::to_owned),
        };
        let opened = feishu::log_in(&context, &input).await?;
        let session = opened.token(&context.app, Face::Session)?;
        Ok(values::members(json!({ "data": { "session": session, "character": character(opened.person.group) } }))?
            .into())
    })
}

/// The number of a staff group in this dialect.
const fn character(group: StaffGroup) -> u8 {
    match group {
        StaffGroup::GeneralStaff => 1,
        StaffGroup::AssetAdmin => 2,
        StaffGroup::SystemAdmin => 3,
        StaffGroup::ItAdmin => 4,
    }
}

/// `GET /api/feishu/authorize`.
fn authorize(call: &mut Call, mut context: Context, sent: Variables) -> Exchanging<'_> {
    Box::pin(async move {
        let asked = |key: &str| values::text(&sent, key) == Some("1");
        let wanted = WayWanted {
            redirect_uri: values::text(&sent, "redirectUri").unwrap_or_default().to_owned(),
            binds: asked("binds"),
        };
        if wanted.binds {
            context.actor = gate::authenticate(&context.app, session_of(&call.head.headers)).await?;
        }
        let way = feishu::open_way(&context, &wanted).await?;
        let cookie = head::kept_cookie(&context.app.public_url, COOKIE, &way.state, "/api", STATE_SECONDS);
        let mut cookie = HeaderValue::from_str(&cookie).map_err(Fault::internal)?;
        cookie.set_sensitive(true);
        call.headers.insert(header::SET_COOKIE, cookie);
        if asked("go") {
            let there = HeaderValue::from_str(&way.url).map_err(Fault::internal)?;
            return Ok(Payload::Reply((StatusCode::FOUND, [(header::LOCATION, there)]).into_response()).into());
        }
        Ok(values::members(json!({ "data": { "url": way.url, "state": way.state } }))?.into())
    })
}

/// The cookie that keeps the state of a way.
const COOKIE: &str = "feishu_state";

/// The session in `Authorization`, with or without its scheme; the empty text where there is none.
fn session_of(headers: &HeaderMap) -> &str {
    let whole = || headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default().trim();
    head::bearer(headers).unwrap_or_else(whole)
}

/// The schema of what a login gives.
fn session() -> serde_json::Value {
    data(&json!({
        "session": { "type": "string", "pattern": "^[0-9A-Za-z]{32}$" },
        "character": { "type": "integer", "minimum": 1, "maximum": 4 },
    }))
}

/// The schema of a way.
fn way() -> serde_json::Value {
    data(&json!({
        "url": { "type": "string", "format": "uri" },
        "state": { "type": "string", "pattern": "^[0-9A-Za-z]{32}$" },
    }))
}

/// The schema of a payload whose `data` has exactly these members.
fn data(members: &serde_json::Value) -> serde_json::Value {
    let required: Vec<_> = members.as_object().into_iter().flatten().map(|(key, _)| key).collect();
    json!({
        "type": "object",
        "properties": { "data": { "type": "object", "properties": members, "required": required } },
        "required": ["data"],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_taken_with_and_without_their_scheme() {
        for (value, session) in [("Bearer x", "x"), ("bearer  x ", "x"), ("x", "x"), ("Basic x", "Basic x"), ("", "")] {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static(value))]);
            assert_eq!(session_of(&headers), session, "{value}");
        }
        assert_eq!(session_of(&HeaderMap::new()), "");
    }
}
