//! Callbacks: their signature, their encryption, and the XML in them (contract: laravel-template §10).

use aes::Aes256;
use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{GeneralPurpose, GeneralPurposeConfig, general_purpose},
};
use cbc::cipher::{BlockModeDecrypt, KeyIvInit, block_padding::NoPadding};
use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;

/// Base64 of the key: 43 characters carry two bits more than the key has.
const KEY_CODING: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));
/// Bytes before the length in a plaintext.
const PREFIX: usize = 16;
/// Bytes of the length.
const LENGTH: usize = 4;
/// Padding goes up to a multiple of this, unlike the sixteen of AES.
const PADDED: usize = 32;
/// Largest distance in seconds between the time of a callback and now.
const OLDEST: i64 = 300;

/// What proves that a callback is WeCom's, as its query says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// `msg_signature`.
    pub signature: String,
    /// `timestamp`.
    pub timestamp: String,
    /// `nonce`.
    pub nonce: String,
}

/// What is wrong with a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bad {
    /// It is not WeCom's, or it is old.
    Signature,
    /// It cannot be read. What exactly is wrong is not told to whoever sent it.
    Content,
}

/// Reads callbacks.
#[derive(Clone)]
pub struct Callback {
    token: String,
    key: [u8; 32],
    corp_id: String,
}

impl std::fmt::Debug for Callback {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Callback(…)")
    }
}

impl Callback {
    /// A reader with the token and the 43 characters of the key; none if they are no key.
    pub fn new(token: &str, key: &str, corp_id: &str) -> Option<Self> {
        let key = KEY_CODING.decode(format!("{key}=")).ok()?.try_into().ok()?;
        Some(Self { token: token.to_owned(), key, corp_id: corp_id.to_owned() })
    }

    /// The message in `encrypted`, if the stamp proves it and is no older than five minutes at `now`, in seconds.
    pub fn open(&self, stamp: &Stamp, encrypted: &str, now: i64) -> Result<Vec<u8>, Bad> {
        let signature = self.signature(&stamp.timestamp, &stamp.nonce, encrypted);
        if !bool::from(signature.as_bytes().ct_eq(stamp.signature.as_bytes())) {
            return Err(Bad::Signature);
        }
        let at: i64 = stamp.timestamp.parse().map_err(|_| Bad::Signature)?;
        if now.abs_diff(at) > OLDEST.unsigned_abs() {
            return Err(Bad::Signature);
        }
        self.decrypt(encrypted).ok_or(Bad::Content)
    }

    /// SHA-1 in hex over the four texts in order of their bytes.
    fn signature(&self, timestamp: &str, nonce: &str, encrypted: &str) -> String {
        let mut texts = [self.token.as_str(), timestamp, nonce, encrypted];
        texts.sort_unstable();
        let digest = texts.iter().fold(Sha1::new(), |digest, text| digest.chain_update(text));
        digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn decrypt(&self, encrypted: &str) -> Option<Vec<u8>> {
        let mut bytes = general_purpose::STANDARD.decode(encrypted).ok()?;
        if bytes.is_empty() || bytes.len() % 16 != 0 {
            return None;
        }
        let (iv, _) = self.key.split_at(16);
        let decryptor = cbc::Decryptor::<Aes256>::new_from_slices(&self.key, iv).ok()?;
        let plain = decryptor.decrypt_padded::<NoPadding>(&mut bytes).ok()?;
        let padding = usize::from(*plain.last()?);
        if !(1..=PADDED).contains(&padding) || padding > plain.len() {
            return None;
        }
        let plain = plain.get(PREFIX..plain.len() - padding)?;
        let (length, rest) = plain.split_at_checked(LENGTH)?;
        let length = usize::try_from(u32::from_be_bytes(length.try_into().ok()?)).ok()?;
        let (message, receiver) = rest.split_at_checked(length)?;
        (receiver == self.corp_id.as_bytes()).then(|| message.to_vec())
    }
}

/// The elements of a message, by name. Those within others are not told apart from them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event(Vec<(String, String)>);

impl Event {
    /// The elements right below the root of `xml`; none if it is no XML or declares anything.
    pub fn read(xml: &str) -> Option<Self> {
        let document = roxmltree::Document::parse(xml).ok()?;
        let text = |node: roxmltree::Node<'_, '_>| {
            let texts = node.children().filter(roxmltree::Node::is_text).filter_map(|text| text.text());
            texts.collect::<String>()
        };
        let elements = document.root_element().children().filter(roxmltree::Node::is_element);
        Some(Self(elements.map(|node| (node.tag_name().name().to_owned(), text(node))).collect()))
    }

    /// The text of the element `name`, without blanks around it.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, text)| text.trim())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ECHO: &str = "jwUjnDy5QBEsLH2EAxP7QVFmDWnI5pItJ9rn/T4wRo6EgVqtsRm57Cwm2nlpsG7xVPpog4sfqgFAdBhUYVubiA==";
    const EVENT: &str = "jwUjnDy5QBEsLH2EAxP7QZdaHKECA+4FvRZNp915+Lf0sr0W+0QAt48aMt4cMktedFli1xChOSkxaZLzJ7OLf3qTMs0DkbjrvRTI60ZmHSDJXbmF3aKUu0mccDDh6msh8ESwS8wJJMRBfci1Ow2ArETQeNIZGCvlPNrzhG1oKuCQpElkH5AFv/LBtwqsj/ZyW2nzMFchpivsSl5jgAaazyGyzMMPt78GWs2cmHnvbiUupQaUoB8YZ87fHpxTYz/z2oLZOKvUCswk2azKxdkPRYHbmIOv+Wd2FE4/abp4D8Z2Z5vQiAWdC85Y2vCTipHeRUIHyz+ILaHphXhGE+G4i1vpeJ8iDV2GBYDnec7OyA2Ex0awgmjjzn38WuZHLkP/tkfiTCruqryr9isjrUc712hVU43imUcc6CRp9Eegj4B8T2l5GzZ17mql7hDBojhb73g+M+zat6TXN1JNvrZWnVEGhvkSROnwWks9DyOBmnttHRKoRPMHsv6+708BQawi";

    fn callback() -> Callback {
        Callback::new("Seed004Token", "Seed004AesKeySeed004AesKeySeed004AesKey0123", "wwseed004corp00001").unwrap()
    }

    fn stamp(signature: &str, timestamp: &str, nonce: &str) -> Stamp {
        Stamp { signature: signature.to_owned(), timestamp: timestamp.to_owned(), nonce: nonce.to_owned() }
    }

    #[test]
    fn the_known_answers_are_found() {
        let key: String = callback().key.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(key, "49e79dd34e007ac29ec9279e774d3801eb0a7b249e79dd34e007ac29ecb4d76d");
        let get = stamp("f708cafa4a388b8d5aa4656c033e64f4e63170d6", "1700000000", "nonce004");
        assert_eq!(callback().open(&get, ECHO, 1_700_000_300).unwrap(), b"3141592653589793238");
        let post = stamp("eab919985d03c12d29cee28766b58375bae3bbeb", "1700000001", "nonce005");
        let message = callback().open(&post, EVENT, 1_699_999_701).unwrap();
        assert_eq!(message.len(), 314);
        let event = Event::read(std::str::from_utf8(&message).unwrap()).unwrap();
        assert_eq!((event.get("ChangeType"), event.get("UserID")), (Some("delete_user"), Some("lisixxxxxxxxxxx")));
        assert_eq!(event.get("Nothing"), None);
        for now in [1_700_000_301, 1_699_999_699] {
            assert_eq!(callback().open(&get, ECHO, now), Err(Bad::Signature));
        }
    }

    #[test]
    fn any_byte_that_was_changed_is_noticed() {
        let stamped = stamp("f708cafa4a388b8d5aa4656c033e64f4e63170d6", "1700000000", "nonce004");
        for at in 0..ECHO.len() {
            let mut changed = ECHO.as_bytes().to_vec();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(callback().open(&stamped, &changed, 1_700_000_000), Err(Bad::Signature), "{at}");
            // Signed anew it must not crash, whatever it says.
            let forged = callback().signature("1700000000", "nonce004", &changed);
            let _ = callback().open(&stamp(&forged, "1700000000", "nonce004"), &changed, 1_700_000_000);
        }
        for wrong in ["", "x", "AAAA", "!", &"A".repeat(64)] {
            let signed = stamp(&callback().signature("1700000000", "n", wrong), "1700000000", "n");
            assert_eq!(callback().open(&signed, wrong, 1_700_000_000), Err(Bad::Content), "{wrong}");
        }
        let late = stamp(&callback().signature("soon", "n", ECHO), "soon", "n");
        assert_eq!(callback().open(&late, ECHO, 1_700_000_000), Err(Bad::Signature));
    }

    #[test]
    fn declarations_are_no_xml_for_us() {
        assert!(Event::read("<xml><A>1</A></xml>").is_some());
        for wrong in ["", "x", "<xml>", "<!DOCTYPE xml [<!ENTITY a \"b\">]><xml><A>&a;</A></xml>", "<xml>&a;</xml>"] {
            assert_eq!(Event::read(wrong), None, "{wrong}");
        }
    }
}
