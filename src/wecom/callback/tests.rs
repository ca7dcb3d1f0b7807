//! The test vectors of the contract (laravel-template §11), and everything that differs from them by a little.

use super::*;

const ECHO: &str = "jwUjnDy5QBEsLH2EAxP7QVFmDWnI5pItJ9rn/T4wRo6EgVqtsRm57Cwm2nlpsG7xVPpog4sfqgFAdBhUYVubiA==";
const EVENT: &str = "jwUjnDy5QBEsLH2EAxP7QZdaHKECA+4FvRZNp915+Lf0sr0W+0QAt48aMt4cMktedFli1xChOSkxaZLzJ7OLf3qTMs0DkbjrvRTI60ZmHSDJXbmF3aKUu0mccDDh6msh8ESwS8wJJMRBfci1Ow2ArETQeNIZGCvlPNrzhG1oKuCQpElkH5AFv/LBtwqsj/ZyW2nzMFchpivsSl5jgAaazyGyzMMPt78GWs2cmHnvbiUupQaUoB8YZ87fHpxTYz/z2oLZOKvUCswk2azKxdkPRYHbmIOv+Wd2FE4/abp4D8Z2Z5vQiAWdC85Y2vCTipHeRUIHyz+ILaHphXhGE+G4i1vpeJ8iDV2GBYDnec7OyA2Ex0awgmjjzn38WuZHLkP/tkfiTCruqryr9isjrUc712hVU43imUcc6CRp9Eegj4B8T2l5GzZ17mql7hDBojhb73g+M+zat6TXN1JNvrZWnVEGhvkSROnwWks9DyOBmnttHRKoRPMHsv6+708BQawi";
const MESSAGE: &str = "<xml><ToUserName><![CDATA[wwseed004corp00001]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>1700000001</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_contact]]></Event><ChangeType><![CDATA[delete_user]]></ChangeType><UserID><![CDATA[lisixxxxxxxxxxx]]></UserID></xml>";

fn callback() -> Callback {
    Callback::new("Seed004Token", "Seed004AesKeySeed004AesKeySeed004AesKey0123", "wwseed004corp00001").unwrap()
}

fn stamp(signature: &str, timestamp: &str, nonce: &str) -> Stamp {
    Stamp { signature: signature.to_owned(), timestamp: timestamp.to_owned(), nonce: nonce.to_owned() }
}

fn echo() -> Stamp {
    stamp("f708cafa4a388b8d5aa4656c033e64f4e63170d6", "1700000000", "nonce004")
}

fn event() -> Stamp {
    stamp("eab919985d03c12d29cee28766b58375bae3bbeb", "1700000001", "nonce005")
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

/// Signs anew what was changed.
fn signed(sealed: &str) -> Stamp {
    let signature = callback().signature("1700000000", "n", sealed);
    stamp(&signature, "1700000000", "n")
}

#[test]
fn the_key_may_have_trailing_bits() {
    let hex: String = callback().key.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "49e79dd34e007ac29ec9279e774d3801eb0a7b249e79dd34e007ac29ecb4d76d");
    assert!(Callback::new("t", "Seed004AesKeySeed004AesKeySeed004AesKey012", "c").is_none());
    assert!(Callback::new("t", "Seed004AesKeySeed004AesKeySeed004AesKey012*", "c").is_none());
    assert!(Callback::new("t", "", "c").is_none());
}

#[test]
fn the_vectors_are_read() {
    let read = callback().open(&echo(), ECHO, at(1_700_000_000));
    assert_eq!(read.as_deref(), Ok(b"3141592653589793238".as_slice()));
    let read = callback().open(&event(), EVENT, at(1_700_000_001));
    assert_eq!(read.as_deref(), Ok(MESSAGE.as_bytes()));
}

#[test]
fn a_callback_is_believed_for_five_minutes_on_either_side() {
    for (now, read) in [(-300, true), (300, true), (-301, false), (301, false), (i64::from(i32::MAX), false)] {
        assert_eq!(callback().open(&echo(), ECHO, at(1_700_000_000 + now)).is_ok(), read, "{now}");
    }
    for bad in ["", "x", "1700000000.0", "99999999999999999999", "-9223372036854775808"] {
        let signature = callback().signature(bad, "nonce004", ECHO);
        let refused = callback().open(&stamp(&signature, bad, "nonce004"), ECHO, at(1_700_000_000));
        assert_eq!(refused, Err(Refused::Unproved), "{bad}");
    }
}

#[test]
fn every_changed_byte_is_refused() {
    let refused =
        |stamp: &Stamp, sealed: &str| callback().open(stamp, sealed, at(1_700_000_001)) == Err(Refused::Unproved);
    for at in 0..EVENT.len() {
        let mut changed = EVENT.as_bytes().to_vec();
        changed[at] ^= 1;
        assert!(refused(&event(), std::str::from_utf8(&changed).unwrap()), "{at}");
    }
    for at in 0..40 {
        let mut changed = event().signature.into_bytes();
        changed[at] ^= 1;
        let changed = Stamp { signature: String::from_utf8(changed).unwrap(), ..event() };
        assert!(refused(&changed, EVENT), "{at}");
    }
    assert!(refused(&Stamp { nonce: "nonce006".to_owned(), ..event() }, EVENT));
    assert!(refused(&Stamp { timestamp: "1700000002".to_owned(), ..event() }, EVENT));
    assert!(refused(&Stamp { signature: String::new(), ..event() }, EVENT));
    let other =
        Callback::new("Seed005Token", "Seed004AesKeySeed004AesKeySeed004AesKey0123", "wwseed004corp00001").unwrap();
    assert_eq!(other.open(&event(), EVENT, at(1_700_000_001)), Err(Refused::Unproved));
}

#[test]
fn what_cannot_be_decrypted_is_refused_in_one_way() {
    let bytes = STANDARD.decode(EVENT).unwrap();
    let cut = |length: usize| STANDARD.encode(&bytes[..length]);
    for bad in ["", "*", "AA==", "Zm9v", &cut(15), &cut(16), &cut(17), &cut(32), &cut(bytes.len() - 16)] {
        assert_eq!(callback().open(&signed(bad), bad, at(1_700_000_000)), Err(Refused::Unreadable), "{bad}");
    }
    let other = Callback { corp_id: "wwseed004corp00002".to_owned(), ..callback() };
    assert_eq!(other.open(&echo(), ECHO, at(1_700_000_000)), Err(Refused::Unreadable));
    let longer = Callback { corp_id: "wwseed004corp000010".to_owned(), ..callback() };
    assert_eq!(longer.open(&echo(), ECHO, at(1_700_000_000)), Err(Refused::Unreadable));
}

#[test]
fn no_changed_block_makes_it_panic() {
    let bytes = STANDARD.decode(ECHO).unwrap();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            let sealed = STANDARD.encode(&changed);
            // What a signature vouches for may still be nonsense; that it is read or refused, and nothing worse, is all that is asked.
            let _ = callback().open(&signed(&sealed), &sealed, self::at(1_700_000_000));
        }
    }
}
