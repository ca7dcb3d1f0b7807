//! The encryption of pushes: AES-256-CBC under the SHA-256 of a secret (contract: feishu-app §4.1).

use aes::Aes256;
use base64::{Engine, engine::general_purpose::STANDARD};
use cbc::cipher::{BlockModeDecrypt, KeyIvInit, block_padding::Pkcs7};
use sha2::{Digest, Sha256};

/// Bytes of a block, and of the vector before the first.
const BLOCK: usize = 16;

/// The plain text of `encrypted` (base64 of vector and blocks) under `secret`; none if there is no such text. What exactly is wrong
/// is not told.
pub(super) fn decrypt(secret: &str, encrypted: &str) -> Option<String> {
    let mut bytes = STANDARD.decode(encrypted).ok()?;
    if bytes.len() < 2 * BLOCK || bytes.len() % BLOCK != 0 {
        return None;
    }
    let (vector, blocks) = bytes.split_at_mut(BLOCK);
    let key = Sha256::digest(secret);
    let decryptor = cbc::Decryptor::<Aes256>::new_from_slices(&key, vector).ok()?;
    let plain = decryptor.decrypt_padded::<Pkcs7>(blocks).ok()?;
    String::from_utf8(plain.to_vec()).ok()
}

/// `plain` as Feishu encrypts it with this vector.
#[cfg(test)]
pub(super) fn encrypt(secret: &str, vector: [u8; BLOCK], plain: &str) -> String {
    use cbc::cipher::BlockModeEncrypt;
    let mut blocks = plain.as_bytes().to_vec();
    blocks.resize(plain.len() + BLOCK, 0);
    let encryptor = cbc::Encryptor::<Aes256>::new_from_slices(&Sha256::digest(secret), &vector).unwrap();
    let encrypted = encryptor.encrypt_padded::<Pkcs7>(&mut blocks, plain.len()).unwrap();
    STANDARD.encode([&vector[..], encrypted].concat())
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
