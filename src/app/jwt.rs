//! The key that signs JWTs.

use std::fmt;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Serialize, de::DeserializeOwned};

/// The HMAC key behind the JWT face of sessions (contract: laravel-template §2.1).
#[derive(Clone)]
pub struct JwtKey {
    sign: EncodingKey,
    read: DecodingKey,
}

impl fmt::Debug for JwtKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JwtKey(…)")
    }
}

/// Shortest key in bytes.
const SHORTEST: usize = 32;

impl JwtKey {
    /// The key made of these bytes; none if there are fewer than 32.
    pub fn new(secret: &[u8]) -> Option<Self> {
        (secret.len() >= SHORTEST)
            .then(|| Self { sign: EncodingKey::from_secret(secret), read: DecodingKey::from_secret(secret) })
    }

    /// Signs `claims` with HS256.
    pub fn sign<C: Serialize>(&self, claims: &C) -> Result<String, jsonwebtoken::errors::Error> {
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &self.sign)
    }

    /// The claims of a token that this key signed with HS256; times are for the caller to judge, by the injected clock.
    pub fn read<C: DeserializeOwned>(&self, token: &str) -> Option<C> {
        let mut rules = Validation::new(Algorithm::HS256);
        rules.required_spec_claims.clear();
        rules.validate_exp = false;
        rules.validate_nbf = false;
        rules.validate_aud = false;
        jsonwebtoken::decode::<C>(token, &self.read, &rules).ok().map(|data| data.claims)
    }
}
