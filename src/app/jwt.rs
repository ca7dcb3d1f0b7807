//! The key that signs JWTs.

use std::fmt;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde::Serialize;

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

    /// Whether this key signed `token` with HS256, compared in constant time; what it says is for the caller to read and judge.
    pub fn signed(&self, token: &str) -> bool {
        let Some((message, signature)) = token.rsplit_once('.') else { return false };
        let algorithm = jsonwebtoken::decode_header(token).map(|header| header.alg);
        algorithm.is_ok_and(|algorithm| algorithm == Algorithm::HS256)
            && jsonwebtoken::crypto::verify(signature, message.as_bytes(), &self.read, Algorithm::HS256)
                .unwrap_or(false)
    }
}
