//! Digests under which secrets and repetitions are kept.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// SHA-256 of `bytes` in hex.
pub(super) fn sha256(bytes: impl AsRef<[u8]>) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
