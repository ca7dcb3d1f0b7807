//! Whether a push is Feishu's: signature, token, encryption, each kind of push by its own rule (contract: feishu-app §4.1).

use aws_lc_rs::{
    constant_time,
    digest::{self, Algorithm},
};
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Object, age, cipher, event};

/// Deepest nesting of a body.
const DEEPEST: usize = 64;

/// The headers that prove a push; absent ones are none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp<'a> {
    /// `X-Lark-Signature`.
    pub signature: Option<&'a str>,
    /// `X-Lark-Request-Timestamp`.
    pub timestamp: Option<&'a str>,
    /// `X-Lark-Request-Nonce`.
    pub nonce: Option<&'a str>,
}

/// The token that approval cards carry and their callbacks give back.
#[derive(Clone)]
pub struct ApprovalToken {
    /// The token itself.
    pub text: String,
    /// We made it: callbacks that carry no token are judged as if there were none.
    pub made: bool,
}

/// What the operator agreed upon with Feishu. What is absent is not configured.
#[derive(Clone, Default)]
pub struct Secrets {
    /// Signs and encrypts events and cards.
    pub encrypt_key: Option<String>,
    /// Stands in events and signs old cards.
    pub verification_token: Option<String>,
    /// Encrypts approval callbacks.
    pub approval_key: Option<String>,
    /// Stands in approval callbacks.
    pub approval_token: Option<ApprovalToken>,
    /// Lets pushes without proof in where none of the secrets of a door is configured.
    pub allow_unsigned: bool,
    /// Oldest signed push in seconds; 0 is no limit.
    pub max_age_seconds: u32,
}

impl std::fmt::Debug for ApprovalToken {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("ApprovalToken(…)")
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Secrets(…)")
    }
}

/// What is wrong with a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// It is not a JSON object, or nested deeper than 64.
    #[error("the body is not a JSON object")]
    Json,
    /// It is not Feishu's. Why is not told to whoever sent it.
    #[error("the push is not proved")]
    Proof,
    /// Nothing is configured that could prove it.
    #[error("nothing is configured that proves pushes")]
    NotConfigured,
}

/// A body that may be believed.
#[derive(Clone, PartialEq)]
pub struct Proved {
    /// The body, decrypted.
    pub body: Object,
    /// A secret proved it; else it was let in unsigned.
    pub genuine: bool,
}

impl std::fmt::Debug for Proved {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Proved").field("genuine", &self.genuine).finish_non_exhaustive()
    }
}

/// Judges pushes.
#[derive(Clone, Debug)]
pub struct Door(Secrets);

impl Door {
    /// A door with these secrets. An empty one would be everybody's, and is none.
    pub fn new(mut secrets: Secrets) -> Self {
        for secret in [&mut secrets.encrypt_key, &mut secrets.verification_token, &mut secrets.approval_key] {
            secret.take_if(|secret| secret.is_empty());
        }
        secrets.approval_token.take_if(|token| token.text.is_empty());
        Self(secrets)
    }

    /// Whether only proved events are taken, and taps on interactive cards.
    pub fn proves_events(&self) -> bool {
        self.0.encrypt_key.is_some() || self.0.verification_token.is_some()
    }

    /// Whether only proved taps on approval cards are taken.
    pub fn proves_approvals(&self) -> bool {
        let agreed = self.0.approval_token.as_ref().is_some_and(|token| !token.made || !self.0.allow_unsigned);
        agreed || self.0.approval_key.is_some()
    }

    /// The body of an event, a card action or a challenge, if `stamp` and `bytes`, as received, prove it at `now`.
    pub fn push(&self, stamp: Stamp<'_>, bytes: &[u8], now: DateTime<Utc>) -> Result<Proved, Bad> {
        let outer = object(bytes).ok_or(Bad::Json)?;
        let (key, token) = (self.0.encrypt_key.as_deref(), self.0.verification_token.as_deref());
        // A challenge is not signed but may be encrypted: what was not signed is decrypted as well, and refused in the same words.
        let signed = key.is_some_and(|key| self.is_signed(&digest::SHA256, stamp, key, bytes, now));
        let encrypted = outer.contains_key("encrypt");
        let body = match key {
            Some(key) if encrypted => opened(key, &outer)?,
            None if encrypted && (token.is_some() || self.0.allow_unsigned) => return Err(Bad::Proof),
            _ => outer,
        };
        if key.is_none() && token.is_none() {
            return if self.0.allow_unsigned { Ok(Proved { body, genuine: false }) } else { Err(Bad::NotConfigured) };
        }
        let proved = if event::challenge(&body).is_some() {
            token.is_some_and(|token| tokens(&body).next().is_some() && carries(&body, token))
        } else if !encrypted && event::is_old_card(&body) {
            token.is_some_and(|token| self.is_signed(&digest::SHA1_FOR_LEGACY_USE_ONLY, stamp, token, bytes, now))
        } else if key.is_some() {
            signed && token.is_none_or(|token| carries(&body, token))
        } else {
            token.is_some_and(|token| tokens(&body).next().is_some() && carries(&body, token))
        };
        if proved { Ok(Proved { body, genuine: true }) } else { Err(Bad::Proof) }
    }

    /// The body of an approval callback, if it proves itself. No header is looked at.
    pub fn approval(&self, bytes: &[u8]) -> Result<Proved, Bad> {
        let outer = object(bytes).ok_or(Bad::Json)?;
        let key = self.0.approval_key.as_deref();
        let body = match (key, outer.contains_key("encrypt")) {
            (Some(key), true) => opened(key, &outer)?,
            (None, false) => outer,
            (Some(_), false) | (None, true) => return Err(Bad::Proof),
        };
        let carried = body.get("token").filter(|token| !token.is_null());
        match self.0.approval_token.as_ref().filter(|token| !token.made || carried.is_some()) {
            Some(token) if carried.is_some_and(|carried| is_text(carried, &token.text)) => {
                Ok(Proved { body, genuine: true })
            }
            Some(_) => Err(Bad::Proof),
            None if key.is_some() => Ok(Proved { body, genuine: true }),
            None if self.0.allow_unsigned => Ok(Proved { body, genuine: false }),
            None => Err(Bad::NotConfigured),
        }
    }

    fn is_signed(
        &self,
        algorithm: &'static Algorithm,
        stamp: Stamp<'_>,
        secret: &str,
        bytes: &[u8],
        now: DateTime<Utc>,
    ) -> bool {
        let (Some(signature), Some(timestamp), Some(nonce)) = (stamp.signature, stamp.timestamp, stamp.nonce) else {
            return false;
        };
        let mut digest = digest::Context::new(algorithm);
        for piece in [timestamp.as_bytes(), nonce.as_bytes(), secret.as_bytes(), bytes] {
            digest.update(piece);
        }
        let expected: String = digest.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        is_same(expected.as_bytes(), signature.as_bytes()) && age::is_fresh(timestamp, now, self.0.max_age_seconds)
    }
}

/// The object inside `outer`, decrypted.
fn opened(key: &str, outer: &Object) -> Result<Object, Bad> {
    let encrypted = outer.get("encrypt").and_then(Value::as_str).ok_or(Bad::Proof)?;
    let plain = cipher::decrypt(key, encrypted).ok_or(Bad::Proof)?;
    object(plain.as_bytes()).filter(|body| !body.contains_key("encrypt")).ok_or(Bad::Proof)
}

fn object(bytes: &[u8]) -> Option<Object> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    match value {
        Value::Object(object) if object.values().all(|value| is_shallow(value, DEEPEST - 1)) => Some(object),
        _ => None,
    }
}

/// Whether `value` nests at most `deep` levels. The parser has stopped at 128 before.
fn is_shallow(value: &Value, deep: usize) -> bool {
    match value {
        Value::Array(items) => deep > 0 && items.iter().all(|item| is_shallow(item, deep - 1)),
        Value::Object(members) => deep > 0 && members.values().all(|member| is_shallow(member, deep - 1)),
        _ => true,
    }
}

/// The Verification Tokens in `body`: at the top and in the header.
fn tokens(body: &Object) -> impl Iterator<Item = &Value> {
    let header = body.get("header").and_then(|header| header.get("token"));
    body.get("token").into_iter().chain(header).filter(|token| !token.is_null())
}

/// Whether every Verification Token in `body` is `token`.
fn carries(body: &Object, token: &str) -> bool {
    tokens(body).all(|carried| is_text(carried, token))
}

fn is_text(value: &Value, text: &str) -> bool {
    value.as_str().is_some_and(|value| is_same(value.as_bytes(), text.as_bytes()))
}

/// Compares in constant time.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(one, other).is_ok()
}

#[cfg(test)]
mod tests;
