//! What this dialect says of itself; what Feishu says is passed on (contract: feishu-app §6.2).

use crate::{
    domain::Code,
    rest::row::{Case, Number, Says},
};

/// Success, in Feishu's word.
pub(super) const SUCCESS: Says = says(200, 0, "success");

const fn says(status: u16, number: i32, text: &'static str) -> Says {
    Says { status, code: Number::Integer(number), text, field: None }
}

/// What is wrong with a call, in Feishu's words.
pub(super) const fn wrong(text: &'static str) -> Says {
    says(400, 1_220_001, text)
}

pub(super) const TOO_LARGE: Says = says(413, 413, "请求内容过大");
/// One of Feishu's own refusals; they have its codes and its words.
pub(super) const REFUSED: Says = wrong("param invalid");
/// What Feishu says to who calls too often.
pub(super) const TOO_OFTEN: Says = says(429, 99_991_400, "request trigger frequency limit");
pub(super) const NO_ROUTE: Says = says(404, 404, "404 Not Found");
pub(super) const WRONG_METHOD: Says = says(405, 405, "405 Method Not Allowed");
/// A fault of ours.
pub(super) const FAILURE: Says = says(500, 500, "服务器内部错误");

/// What faults say.
pub(super) const CASES: &[Case] = &[
    Case { code: Code::Unauthenticated, field: None, says: says(401, 401, "令牌失效，请重新登录") },
    Case { code: Code::Forbidden, field: None, says: says(403, 403, "无权访问资源") },
    Case { code: Code::RequestInvalid, field: None, says: wrong("param invalid: {}") },
    Case { code: Code::FeishuUnavailable, field: None, says: says(503, -2, "") },
    Case { code: Code::FeishuNotConfigured, field: None, says: says(503, -2, "") },
];
