//! What this dialect says: success, and the faults that every endpoint shares (contract: feishu-app §1.1).

use crate::{
    domain::{Code, sessions},
    rest::row::{Case, Number, Says},
};

/// Success.
pub(super) const SUCCESS: Says = Says { status: 200, ..says(0, "Success") };

/// A refusal.
pub(super) const fn says(number: i32, text: &'static str) -> Says {
    Says { status: 400, code: Number::Integer(number), text, field: None }
}

/// What a fault says.
pub(super) const fn when(code: Code, number: i32, text: &'static str) -> Case {
    Case { code, field: None, says: says(number, text) }
}

/// What a fault says in its own words.
pub(super) const fn own_words(code: Code, number: i32) -> Case {
    when(code, number, "")
}

pub(super) const NOT_JSON: Says = says(-2, "请求体不是合法的JSON");
pub(super) const TOO_LARGE: Says = Says { status: 413, ..says(-2, "请求内容过大") };
pub(super) const TOO_OFTEN: Says = Says { status: 429, ..says(-2, "请求过于频繁，请稍后再试") };
pub(super) const WRONG_METHOD: Says = Says { status: 405, ..says(-3, "Bad method") };
/// A fault of ours.
pub(super) const FAILURE: Says = Says { status: 500, ..says(-2, "未知错误") };

/// A key is missing or of a wrong type.
const MISSING: Case = when(Code::RequestInvalid, -2, "缺少{}信息或{}类型不正确");

pub(super) const NO_SESSION: Says = says(2, "用户的会话标识符信息不正确");
const DEAD_SESSION: Says = says(1, "你无此权限");
const LOCKED: Says = says(4, "你已被锁定，无法进行该操作");

/// Everything that is said to a path whose session opens nothing.
pub(super) const UNKNOWN: &[Says] = &[NO_SESSION, DEAD_SESSION, LOCKED];

/// What is said to a session that opens nothing; none where we could not find out.
pub(super) const fn unauthenticated(refused: &sessions::Refused) -> Option<Says> {
    use sessions::Refused;
    Some(match refused {
        Refused::Malformed => NO_SESSION,
        Refused::Locked => LOCKED,
        Refused::Unknown
        | Refused::Undecodable
        | Refused::BadSignature
        | Refused::ClaimsMissing
        | Refused::NotYetValid
        | Refused::Expired
        | Refused::ExpiredForGood
        | Refused::Ended
        | Refused::PersonGone => DEAD_SESSION,
        Refused::Failed(_) => return None,
    })
}

/// What faults say where an endpoint has no words of its own.
pub(super) const CASES: &[Case] = &[
    MISSING,
    Case { code: Code::Unauthenticated, field: None, says: DEAD_SESSION },
    when(Code::Forbidden, 5, "你无此权限"),
    own_words(Code::RedirectForbidden, -2),
    own_words(Code::LoginStateInvalid, -2),
    own_words(Code::FeishuNotConfigured, -2),
    own_words(Code::FeishuUnavailable, -2),
    own_words(Code::FeishuRefused, -2),
    when(Code::PushUnproven, -2, "回调验证失败"),
    own_words(Code::PushesNotConfigured, -2),
    Case { code: Code::PushUnreadable, field: None, says: NOT_JSON },
];
