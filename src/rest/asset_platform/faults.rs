//! What this dialect says: success, and the faults that every endpoint shares (contract: asset-platform §2).

use crate::{
    domain::Code,
    rest::row::{Case, Number, Says},
};

/// Success with the integer 0.
pub(super) const fn done(text: &'static str) -> Says {
    says(0, text)
}

/// Success with the text "0", as the five endpoints that keep staff say it.
pub(super) const fn done_in_words(text: &'static str) -> Says {
    Says { code: Number::Text("0"), ..says(0, text) }
}

/// The text of code -2 when the token is missing or the input is wrong, where it is not the common one.
pub(super) const fn malformed(text: &'static str) -> Case {
    when(Code::RequestInvalid, -2, text)
}

/// The text of code -5 when the permission is missing.
pub(super) const fn forbidden(text: &'static str) -> Case {
    when(Code::Forbidden, -5, text)
}

/// What a fault says.
pub(super) const fn when(code: Code, number: i32, text: &'static str) -> Case {
    Case { code, field: None, says: says(number, text) }
}

/// What a fault says that the contract does not foresee: its own text.
pub(super) const fn own_words(code: Code, number: i32) -> Case {
    when(code, number, "")
}

const fn says(number: i32, text: &'static str) -> Says {
    Says { status: 200, code: Number::Integer(number), text, field: None }
}

/// The body is not JSON.
pub(super) const NOT_JSON: Says = says(-1, "请求体不是合法的json");

/// The body is over the limit.
pub(super) const TOO_LARGE: Says = Says { status: 413, ..NOT_JSON };

/// A fault of ours.
pub(super) const FAILURE: Says = says(-3, "未知错误");

/// What faults say where an endpoint has no words of its own.
pub(super) const CASES: &[Case] =
    &[malformed("JSON参数错误"), when(Code::Unauthenticated, -4, "令牌失效，请重新登录"), forbidden("没有权限")];
