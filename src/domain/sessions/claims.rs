//! The claims of the JWT face: writing them, and reading them in the order of refusals that the laravel dialect prints.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};

use super::Refused;
use crate::{
    app::{ALPHANUMERIC, App, draw},
    domain::{Fault, Outcome},
};

/// Seconds by which another machine's clock may be ahead of ours.
const AHEAD: i64 = 5;
/// Characters of a `jti`.
const JTI_LENGTH: usize = 16;

/// The claims in the order in which they are written (contract: laravel-template §2.1), and ours behind them.
#[derive(Debug, Serialize)]
struct Written<'a> {
    iss: &'a str,
    iat: i64,
    exp: i64,
    nbf: i64,
    jti: String,
    sub: i64,
    user: User,
    sid: i64,
}

#[derive(Debug, Serialize)]
struct User {
    id: i64,
}

/// What a JWT is written about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject {
    /// The session's key.
    pub(super) session: i64,
    /// The person's key.
    pub(super) staff: i64,
    /// When the session began.
    pub(super) began: DateTime<Utc>,
    /// When it ends at the latest.
    pub(super) ends: DateTime<Utc>,
}

/// A JWT for this session, valid from now for the lifetime of JWTs but never past the session's end.
pub(super) fn write(app: &App, subject: Subject, issuer: &str) -> Outcome<String> {
    let now = app.now();
    let claims = Written {
        iss: issuer,
        iat: subject.began.timestamp(),
        exp: (now + app.sessions.jwt).min(subject.ends).timestamp(),
        nbf: now.timestamp(),
        jti: draw(&*app.random, ALPHANUMERIC, JTI_LENGTH),
        sub: subject.staff,
        user: User { id: subject.staff },
        sid: subject.session,
    };
    app.jwt.sign(&claims).map_err(Fault::internal)
}

/// What a JWT that holds says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Read {
    /// The session's key; a token of another maker may lack it.
    pub(super) session: Option<i64>,
    /// The person's key.
    pub(super) staff: i64,
}

/// Reads a JWT and judges everything that can be judged without the database.
pub(super) fn read(app: &App, token: &str) -> Result<Read, Refused> {
    let claims = decode(token).ok_or(Refused::Undecodable)?;
    if !app.jwt.signed(token) {
        return Err(Refused::BadSignature);
    }
    let times = Times::of(&claims).ok_or(Refused::ClaimsMissing)?;
    let staff = claims.get("sub").and_then(Value::as_i64).ok_or(Refused::ClaimsMissing)?;
    let told = ["iss", "jti"].iter().all(|name| claims.get(*name).is_some_and(Value::is_string));
    if !told {
        return Err(Refused::ClaimsMissing);
    }
    times.judge(app.now().timestamp(), i64::try_from(app.sessions.absolute.as_secs()).unwrap_or(i64::MAX))?;
    Ok(Read { session: claims.get("sid").and_then(Value::as_i64), staff })
}

/// The claims, if header and payload are JSON objects in base64url.
fn decode(token: &str) -> Option<Map<String, Value>> {
    let mut parts = token.split('.').map(|part| {
        let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
        serde_json::from_slice::<Map<String, Value>>(&bytes).ok()
    });
    parts.next()??;
    parts.next()?
}

/// The times a JWT tells, in seconds.
#[derive(Clone, Copy, Debug)]
struct Times {
    iat: i64,
    exp: i64,
    nbf: i64,
}

impl Times {
    fn of(claims: &Map<String, Value>) -> Option<Self> {
        let time = |name: &str| claims.get(name).and_then(Value::as_i64);
        Some(Self { iat: time("iat")?, exp: time("exp")?, nbf: time("nbf")? })
    }

    fn judge(self, now: i64, absolute: i64) -> Result<(), Refused> {
        let ahead = now.saturating_add(AHEAD);
        if self.nbf > ahead || self.iat > ahead {
            return Err(Refused::NotYetValid);
        }
        if now >= self.exp {
            return Err(Refused::Expired);
        }
        if now > self.iat.saturating_add(absolute) {
            return Err(Refused::ExpiredForGood);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(iat: i64, nbf: i64, exp: i64) -> Option<Refused> {
        Times { iat, exp, nbf }.judge(1000, 500).err()
    }

    #[test]
    fn times_are_judged_from_the_top() {
        assert!(judged(900, 900, 1001).is_none());
        assert!(judged(1005, 1005, 2000).is_none());
        assert!(matches!(judged(900, 1006, 2000), Some(Refused::NotYetValid)));
        assert!(matches!(judged(1006, 900, 2000), Some(Refused::NotYetValid)));
        assert!(matches!(judged(900, 900, 1000), Some(Refused::Expired)));
        assert!(matches!(judged(400, 400, 1000), Some(Refused::Expired)));
        assert!(matches!(judged(499, 900, 2000), Some(Refused::ExpiredForGood)));
        assert!(judged(500, 900, 2000).is_none());
        assert!(matches!(judged(i64::MIN, i64::MIN, i64::MAX), Some(Refused::ExpiredForGood)));
    }

    #[test]
    fn parts_must_be_json_objects() {
        assert!(decode("e30.e30.x").is_some());
        assert!(decode("e30.W10.x").is_none());
        assert!(decode("..").is_none());
        assert!(decode("e30=.e30.x").is_none());
    }
}
