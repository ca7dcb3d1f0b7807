//! Sealing what the database keeps for other platforms, so that a copy of it alone opens nothing there (contract: feishu-app §8).

use std::fmt;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, Salt},
};
use base64::{Engine, engine::general_purpose::STANDARD};

use super::Random;

/// Seals and opens short texts (AES-256-GCM). The key follows from the JWT secret: where the server made that for itself, it lies in the
/// same database, and sealing protects no more than that.
pub struct Vault(LessSafeKey);

impl fmt::Debug for Vault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Vault(…)")
    }
}

/// Parts this key from whatever else follows from the same secret.
const PURPOSE: &[u8] = b"assetry: sealed in the database";

impl Vault {
    /// The vault whose key follows from `secret`.
    pub fn new(secret: &[u8]) -> Option<Self> {
        let random = Salt::new(HKDF_SHA256, PURPOSE).extract(secret);
        let key = UnboundKey::from(random.expand(&[PURPOSE], &AES_256_GCM).ok()?);
        Some(Self(LessSafeKey::new(key)))
    }

    /// `text`, sealed under the name of what it is; none only if there is no memory.
    pub fn seal(&self, random: &dyn Random, name: &str, text: &str) -> Option<String> {
        let mut nonce = [0; NONCE_LEN];
        random.fill(&mut nonce);
        let mut bytes = text.as_bytes().to_vec();
        let tag = Nonce::assume_unique_for_key(nonce);
        self.0.seal_in_place_append_tag(tag, Aad::from(name.as_bytes()), &mut bytes).ok()?;
        Some(STANDARD.encode([&nonce[..], &bytes].concat()))
    }

    /// The text that was sealed under this name; none if it was another name, another key, or is no longer what it was.
    pub fn open(&self, name: &str, sealed: &str) -> Option<String> {
        let mut bytes = STANDARD.decode(sealed).ok()?;
        let (nonce, rest) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let text = self.0.open_in_place(nonce, Aad::from(name.as_bytes()), rest).ok()?;
        String::from_utf8(text.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::SystemRandom;

    #[test]
    fn what_is_sealed_opens_under_its_own_name_and_key_only() {
        let vault = Vault::new(&[7; 32]).unwrap();
        let sealed = vault.seal(&SystemRandom, "token", "u-x 中").unwrap();
        assert!(!sealed.contains("u-x"));
        assert_eq!(vault.open("token", &sealed).as_deref(), Some("u-x 中"));
        assert_eq!(vault.open("other", &sealed), None);
        assert_eq!(Vault::new(&[8; 32]).unwrap().open("token", &sealed), None);
        assert_ne!(vault.seal(&SystemRandom, "token", "u-x 中").unwrap(), sealed);
    }

    #[test]
    fn what_was_changed_does_not_open() {
        let vault = Vault::new(&[7; 32]).unwrap();
        let sealed = STANDARD.decode(vault.seal(&SystemRandom, "n", "text").unwrap()).unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(vault.open("n", &STANDARD.encode(changed)), None, "{at}");
        }
        for short in ["", "AA==", "no base64!"] {
            assert_eq!(vault.open("n", short), None);
        }
    }
}
