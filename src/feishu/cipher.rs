//! The encryption of pushes: AES-256-CBC under the SHA-256 of a secret (contract: feishu-app §4.1).

use aws_lc_rs::{
    cipher::{AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey},
    digest,
    iv::FixedLength,
};
use base64::{Engine, engine::general_purpose::STANDARD};

/// Bytes of a block, and of the vector before the first.
const BLOCK: usize = 16;

/// The plain text of `encrypted` (base64 of vector and blocks) under `secret`; none if there is no such text. What exactly is wrong
/// is not told.
pub(super) fn decrypt(secret: &str, encrypted: &str) -> Option<String> {
    let mut bytes = STANDARD.decode(encrypted).ok()?;
    if bytes.len() < 2 * BLOCK || !bytes.len().is_multiple_of(BLOCK) {
        return None;
    }
    let vector: [u8; BLOCK] = bytes.first_chunk().copied()?;
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(key(secret)?).ok()?;
    let plain = key.decrypt(&mut bytes[BLOCK..], DecryptionContext::Iv128(FixedLength::from(vector))).ok()?;
    String::from_utf8(plain.to_vec()).ok()
}

fn key(secret: &str) -> Option<UnboundCipherKey> {
    UnboundCipherKey::new(&AES_256, digest::digest(&digest::SHA256, secret.as_bytes()).as_ref()).ok()
}

/// `plain` as Feishu encrypts it with this vector.
#[cfg(test)]
pub(super) fn encrypt(secret: &str, vector: [u8; BLOCK], plain: &str) -> String {
    use aws_lc_rs::cipher::{EncryptionContext, PaddedBlockEncryptingKey};
    let mut bytes = plain.as_bytes().to_vec();
    let key = PaddedBlockEncryptingKey::cbc_pkcs7(key(secret).unwrap()).unwrap();
    key.less_safe_encrypt(&mut bytes, EncryptionContext::Iv128(FixedLength::from(vector))).unwrap();
    STANDARD.encode([&vector[..], &bytes].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &str = "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=";

    #[test]
    fn the_known_answer_is_found() {
        assert_eq!(decrypt("test key", KNOWN).as_deref(), Some("hello world"));
    }

    #[test]
    fn what_was_encrypted_is_read_again() {
        for plain in ["", "x", "exactly 16 bytes", "中文 and more than one block of text"] {
            assert_eq!(decrypt("k", &encrypt("k", [7; BLOCK], plain)).as_deref(), Some(plain));
            assert_ne!(decrypt("another", &encrypt("k", [7; BLOCK], plain)).as_deref(), Some(plain));
        }
    }

    #[test]
    fn what_is_not_encrypted_is_refused() {
        let vector_only = STANDARD.encode([0; 16]);
        let odd = STANDARD.encode([0; 33]);
        let unpadded = KNOWN.trim_end_matches('=');
        let not_text = {
            let mut blocks = [0xff_u8; 32];
            blocks[0] = 0xfe;
            STANDARD.encode(blocks)
        };
        for wrong in ["", "!", "AAAA", &vector_only, &odd, unpadded, &not_text] {
            assert_eq!(decrypt("test key", wrong), None, "{wrong}");
        }
    }
}
