//! What this dialect says: success, and the faults that every endpoint shares (contract: laravel-template §1.2).

use crate::{
    domain::{Code, sessions},
    rest::row::{Case, Number, Says},
};

/// Success, or a refusal that is answered 200.
pub(super) const fn says(text: &'static str) -> Says {
    Says { status: 200, code: Number::Integer(0), text, field: None }
}

/// A refusal with a status of its own, which the body repeats.
pub(super) const fn status(status: u16, text: &'static str) -> Says {
    Says { status, code: Number::Integer(status as i32), text, field: None }
}

/// What a fault says with status 200.
pub(super) const fn when(code: Code, text: &'static str) -> Case {
    Case { code, field: None, says: says(text) }
}

/// Likewise, with `errors` naming the key `key` and `about` as the text about it.
pub(super) const fn wrong(code: Code, text: &'static str, key: &'static str, about: &'static str) -> Case {
    Case { code, field: None, says: Says { field: Some((key, about)), ..says(text) } }
}

/// What a fault says with status 404.
pub(super) const fn gone(code: Code, text: &'static str) -> Case {
    Case { code, field: None, says: status(404, text) }
}

pub(super) const TOO_LARGE: Says = status(413, "请求内容过大");
pub(super) const TOO_OFTEN: Says = status(429, "请求过于频繁，请稍后再试");
pub(super) const NO_ROUTE: Says = status(404, "404 Not Found");
pub(super) const WRONG_METHOD: Says = status(405, "405 Method Not Allowed");
/// A fault of ours.
pub(super) const FAILURE: Says = status(500, "服务器内部错误");

/// No token, or another scheme.
pub(super) const NO_TOKEN: Says =
    status(401, "Failed to authenticate because of bad credentials or an invalid authorization header.");

const SEGMENTS: Says = status(401, "Wrong number of segments");
const UNDECODABLE: Says = status(401, "Could not decode token");
const FORGED: Says = status(401, "Token Signature could not be verified.");
const CLAIMS: Says = status(401, "JWT payload does not contain the required claims");
const EARLY: Says = status(401, "Token is not yet valid");
const EXPIRED: Says = status(401, "Token has expired");
const EXPIRED_FOR_GOOD: Says = status(401, "Token has expired and can no longer be refreshed");
const ENDED: Says = status(401, "The token has been blacklisted");
const GONE: Says = status(401, "Unable to authenticate with invalid token.");

/// Everything that is said to a token that opens no session (contract: laravel-template §2.3).
pub(super) const UNKNOWN: &[Says] =
    &[SEGMENTS, UNDECODABLE, FORGED, CLAIMS, EARLY, EXPIRED, EXPIRED_FOR_GOOD, ENDED, GONE];

/// What is said to a token that opens no session; none where we could not find out.
pub(super) const fn unauthenticated(refused: &sessions::Refused) -> Option<Says> {
    use sessions::Refused;
    Some(match refused {
        Refused::Malformed | Refused::Unknown => SEGMENTS,
        Refused::Undecodable => UNDECODABLE,
        Refused::BadSignature => FORGED,
        Refused::ClaimsMissing => CLAIMS,
        Refused::NotYetValid => EARLY,
        Refused::Expired => EXPIRED,
        Refused::ExpiredForGood => EXPIRED_FOR_GOOD,
        Refused::Ended | Refused::Locked => ENDED,
        Refused::PersonGone => GONE,
        Refused::Failed(_) => return None,
    })
}

/// What faults say where an endpoint has no words of its own.
pub(super) const CASES: &[Case] = &[
    Case { code: Code::Unauthenticated, field: None, says: NO_TOKEN },
    Case { code: Code::Forbidden, field: None, says: status(403, "无权访问资源") },
    when(Code::RequestInvalid, "请求参数不正确"),
    Case { code: Code::Busy, field: None, says: TOO_OFTEN },
];
