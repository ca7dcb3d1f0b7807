//! Passing a call on to Feishu, and what it says when it refuses (contract: feishu-app §6.1, §6.2).

use std::{fmt, time::Duration};

use serde_json::Value;

use crate::{
    domain::{Code, Context, Fault, Language, Permission, directory::feishu::connected},
    feishu::{AttendanceCall, Endpoint, Failure, Invalid, Problem},
};

/// What Feishu answers to calls that come too often.
const TOO_OFTEN: (u16, i64, &str) = (429, 99_991_400, "request trigger frequency limit");

/// A call that somebody wants to make.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// The path below Feishu's `attendance/v1`, from the slash on, its segments not escaped.
    pub path: &'a str,
    /// The query.
    pub query: &'a [(String, String)],
    /// The body.
    pub body: Option<&'a Value>,
}

/// A refusal by Feishu, or in its words before anything was sent.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The HTTP status.
    pub status: u16,
    /// Feishu's code.
    pub code: i64,
    /// What Feishu says. It may repeat what was sent: for the caller only.
    pub msg: String,
    /// What that means (contract: feishu-app §6.3).
    pub problem: Problem,
    /// After how long Feishu wants to be called again, if it said.
    pub wait: Option<Duration>,
}

impl Refused {
    /// `what` of a call is wrong.
    pub fn about(what: &str) -> Self {
        Invalid::about(what).into()
    }

    /// The text for people: what it means, which the table knows in Chinese only, else what Feishu says.
    pub fn text(&self, language: Language) -> &str {
        self.problem.meaning.filter(|_| language == Language::Chinese).unwrap_or(&self.msg)
    }
}

impl From<Invalid> for Refused {
    fn from(invalid: Invalid) -> Self {
        Self { status: 400, code: invalid.code, msg: invalid.msg, problem: invalid.problem, wait: None }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.text(Language::Chinese))
    }
}

/// Why a call has no answer.
#[derive(Clone, Debug)]
pub enum Stopped {
    /// Feishu refuses it, or would.
    Refused(Refused),
    /// It is not for the actor, Feishu is not set up here or does not answer.
    Fault(Fault),
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Refused> for Stopped {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        let problem = Problem::of(&failure);
        match failure {
            // A code that came with HTTP 200 is an error all the same.
            Failure::Refused(refusal) => Self::Refused(Refused {
                status: if refusal.status < 400 { 400 } else { refusal.status },
                code: refusal.code,
                msg: refusal.words.text().to_owned(),
                problem,
                wait: None,
            }),
            Failure::TooOften(wait) => {
                let (status, code, msg) = TOO_OFTEN;
                Self::Refused(Refused { status, code, msg: msg.to_owned(), problem, wait })
            }
            Failure::NotSent(_) => Self::Refused(Refused::about("id")),
            Failure::Status(_) | Failure::NoAnswer(_) | Failure::LeftAlone => {
                Self::Fault(Code::FeishuUnavailable.into())
            }
        }
    }
}

/// Feishu's whole answer to `call`; none if it is not one that is passed on. Permission `/attendance/*`.
pub async fn pass(ctx: &Context, call: &Call<'_>) -> Result<Option<Value>, Stopped> {
    ctx.may(Permission::Attendance)?;
    let Some(endpoint) = Endpoint::find(call.method, call.path) else { return Ok(None) };
    let sent = AttendanceCall::new(endpoint, call.path, call.query, call.body).map_err(Refused::from)?;
    Ok(Some(connected(&ctx.app)?.attendance(&sent).await?))
}
