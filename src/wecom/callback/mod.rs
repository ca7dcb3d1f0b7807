//! Callbacks of WeCom: proof that they come from it, and what they say (contract: laravel-template §10).

use std::fmt;

use aws_lc_rs::{
    cipher::{AES_256, DecryptingKey, DecryptionContext, UnboundCipherKey},
    constant_time, digest,
    iv::FixedLength,
};
use base64::{
    Engine, alphabet,
    engine::{
        DecodePaddingMode,
        general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD},
    },
};
use chrono::{DateTime, Utc};

/// What the address of a callback carries beside its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// `msg_signature`.
    pub signature: String,
    /// `timestamp`, in seconds of Unix time.
    pub timestamp: String,
    /// `nonce`.
    pub nonce: String,
}

/// Why a callback is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The signature is not WeCom's, or too old.
    Unproved,
    /// It cannot be decrypted, or is meant for somebody else.
    Unreadable,
}

/// Reads callbacks to one company.
#[derive(Clone)]
pub struct Callback {
    token: String,
    key: [u8; KEY],
    corp_id: String,
}

impl fmt::Debug for Callback {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Callback(…)")
    }
}

const KEY: usize = 32;
const BLOCK: usize = 16;
/// The message stands behind 16 random bytes and its length in four.
const HEAD: usize = 20;
/// Padding fills blocks of 32 bytes, not AES's own.
const LONGEST_PADDING: usize = 32;
/// Seconds by which a callback's time may differ from ours.
const MOST_APART: i64 = 300;

/// 43 characters hold two bits more than 32 bytes: WeCom's own keys have them set.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

impl Callback {
    /// For this company, with its token and its key of 43 characters; none when that is no base64.
    pub fn new(token: &str, aes_key: &str, corp_id: &str) -> Option<Self> {
        let key = LENIENT.decode(aes_key).ok()?.try_into().ok()?;
        Some(Self { token: token.to_owned(), key, corp_id: corp_id.to_owned() })
    }

    /// The message in `sealed` (`echostr`, or the text of `<Encrypt>`), once the stamp proves that WeCom sent it around `now`.
    pub fn open(&self, stamp: &Stamp, sealed: &str, now: DateTime<Utc>) -> Result<Vec<u8>, Refused> {
        let signature = self.signature(&stamp.timestamp, &stamp.nonce, sealed);
        constant_time::verify_slices_are_equal(signature.as_bytes(), stamp.signature.as_bytes())
            .map_err(|_| Refused::Unproved)?;
        let told: i64 = stamp.timestamp.parse().map_err(|_| Refused::Unproved)?;
        if now.timestamp().abs_diff(told) > MOST_APART as u64 {
            return Err(Refused::Unproved);
        }
        self.decrypt(sealed).ok_or(Refused::Unreadable)
    }

    /// SHA-1 in hex of the token and these three, in the order of their bytes.
    fn signature(&self, timestamp: &str, nonce: &str, sealed: &str) -> String {
        let mut parts = [self.token.as_str(), timestamp, nonce, sealed];
        parts.sort_unstable();
        let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, parts.concat().as_bytes());
        hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn decrypt(&self, sealed: &str) -> Option<Vec<u8>> {
        let mut bytes = STANDARD.decode(sealed).ok()?;
        if bytes.is_empty() || !bytes.len().is_multiple_of(BLOCK) {
            return None;
        }
        let key = DecryptingKey::cbc(UnboundCipherKey::new(&AES_256, &self.key).ok()?).ok()?;
        let iv: [u8; BLOCK] = self.key.first_chunk().copied()?;
        key.decrypt(&mut bytes, DecryptionContext::Iv128(FixedLength::from(iv))).ok()?;
        let padding = usize::from(*bytes.last()?);
        if !(1..=LONGEST_PADDING).contains(&padding) {
            return None;
        }
        let content = bytes.get(..bytes.len().checked_sub(padding)?)?;
        let (head, rest) = content.split_at_checked(HEAD)?;
        let length = u32::from_be_bytes(head.last_chunk().copied()?);
        let (message, receiver) = rest.split_at_checked(usize::try_from(length).ok()?)?;
        (receiver == self.corp_id.as_bytes()).then(|| message.to_vec())
    }
}

#[cfg(test)]
mod tests;
