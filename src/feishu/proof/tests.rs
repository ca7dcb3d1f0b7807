//! Each kind of proof, held and broken.

use serde_json::json;

use super::*;

const KEY: &str = "an encrypt key";
const TOKEN: &str = "a verification token";
const NOW: i64 = 1_700_000_000;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_secs(NOW).unwrap()
}

fn door(key: bool, token: bool, allow_unsigned: bool) -> Door {
    Door::new(Secrets {
        encrypt_key: key.then(|| KEY.to_owned()),
        verification_token: token.then(|| TOKEN.to_owned()),
        allow_unsigned,
        max_age_seconds: 28_800,
        ..Secrets::default()
    })
}

fn approvals(key: bool, token: Option<bool>, allow_unsigned: bool) -> Door {
    Door::new(Secrets {
        approval_key: key.then(|| KEY.to_owned()),
        approval_token: token.map(|made| ApprovalToken { text: TOKEN.to_owned(), made }),
        allow_unsigned,
        ..Secrets::default()
    })
}

fn sign(algorithm: &'static Algorithm, timestamp: &str, secret: &str, bytes: &[u8]) -> String {
    let signed = [timestamp.as_bytes(), b"nonce", secret.as_bytes(), bytes].concat();
    digest::digest(algorithm, &signed).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn stamp<'a>(signature: &'a str, timestamp: &'a str) -> Stamp<'a> {
    Stamp { signature: Some(signature), timestamp: Some(timestamp), nonce: Some("nonce") }
}

fn sealed(body: &Value) -> Vec<u8> {
    json!({ "encrypt": cipher::encrypt(KEY, [9; 16], &body.to_string()) }).to_string().into_bytes()
}

fn event(token: Option<&str>) -> Value {
    let mut body = json!({ "schema": "2.0", "header": { "event_type": "x" }, "event": {} });
    if let Some(token) = token {
        body["header"]["token"] = json!(token);
    }
    body
}

#[test]
fn the_known_signature_is_found() {
    // printf '%s' '1700000000nonce' 'an encrypt key' '{"event":{}}' | sha256sum
    let bytes = br#"{"event":{}}"#;
    let signature = "1f2ab364153d51d6507eed28ab93359bc9bd1465d30976684bbc18afcc5c7eb9";
    assert!(door(true, false, false).push(stamp(signature, "1700000000"), bytes, now()).unwrap().genuine);
}

#[test]
fn events_need_the_proof_of_the_secrets_there_are() {
    let challenge = |token: &str| json!({ "type": "url_verification", "challenge": "c", "token": token });
    let sealed_event = |token| sealed(&event(token));
    let plain = |body: Value| body.to_string().into_bytes();
    let (proved, unsigned, bad, none) = (Ok(true), Ok(false), Err(Bad::Proof), Err(Bad::NotConfigured));
    for (at, key, token, allow, bytes, signed, outcome) in [
        (1, true, true, true, sealed_event(Some(TOKEN)), true, proved),
        (2, true, true, false, sealed_event(None), true, proved),
        (3, true, true, false, sealed_event(Some("x")), true, bad),
        (4, true, true, true, sealed_event(Some(TOKEN)), false, bad),
        (5, true, true, false, plain(event(Some(TOKEN))), true, proved),
        (6, true, true, true, plain(event(Some(TOKEN))), false, bad),
        (7, true, false, false, plain(event(Some("anything"))), true, proved),
        (8, false, true, false, plain(event(Some(TOKEN))), false, proved),
        (9, false, true, true, plain(event(None)), false, bad),
        (10, false, true, true, plain(event(Some("x"))), false, bad),
        (11, false, true, true, sealed_event(Some(TOKEN)), true, bad),
        (11, false, true, false, sealed_event(Some(TOKEN)), true, bad),
        (12, false, false, false, plain(event(Some(TOKEN))), true, none),
        (13, false, false, true, plain(event(Some(TOKEN))), false, unsigned),
        (14, false, false, true, sealed_event(None), false, bad),
        (15, false, false, false, sealed_event(None), false, none),
        (16, true, true, false, sealed(&challenge(TOKEN)), false, proved),
        (17, true, true, false, plain(challenge(TOKEN)), false, proved),
        (18, true, true, true, sealed(&challenge("x")), true, bad),
        (19, true, false, true, plain(challenge("x")), true, bad),
        (20, false, true, false, plain(challenge(TOKEN)), false, proved),
        (21, false, false, true, plain(challenge("x")), false, unsigned),
        (22, true, true, false, sealed(&json!({ "encrypt": "x" })), true, bad),
        (23, true, true, false, plain(json!({ "encrypt": 1 })), true, bad),
        (24, true, true, false, sealed(&json!([])), true, bad),
        (25, true, true, false, b"[]".to_vec(), true, Err(Bad::Json)),
        (26, true, true, false, b"{\"a\":\"\xff\"}".to_vec(), true, Err(Bad::Json)),
    ] {
        let signature = sign(&digest::SHA256, "1700000000", KEY, &bytes);
        let stamp = if signed { stamp(&signature, "1700000000") } else { Stamp::default() };
        let proved = door(key, token, allow).push(stamp, &bytes, now());
        assert_eq!(proved.map(|proved| proved.genuine), outcome, "row {at}");
    }
}

#[test]
fn old_cards_are_signed_with_the_token_whatever_else_there_is() {
    let bytes = json!({ "open_id": "ou_x", "token": "c-x", "action": { "value": {} } }).to_string().into_bytes();
    let signature = sign(&digest::SHA1_FOR_LEGACY_USE_ONLY, "1700000000", TOKEN, &bytes);
    for (key, token, proved) in [(false, true, true), (true, true, true), (true, false, false)] {
        let outcome = door(key, token, false).push(stamp(&signature, "1700000000"), &bytes, now());
        assert_eq!(outcome.is_ok(), proved, "{key} {token}");
    }
    let signature = sign(&digest::SHA256, "1700000000", KEY, &bytes);
    assert_eq!(door(true, true, false).push(stamp(&signature, "1700000000"), &bytes, now()), Err(Bad::Proof));
}

#[test]
fn any_flipped_byte_is_refused() {
    let bytes = sealed(&event(Some(TOKEN)));
    let signature = sign(&digest::SHA256, "1700000000", KEY, &bytes);
    let door = door(true, true, false);
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            assert!(door.push(stamp(&signature, "1700000000"), &changed, now()).is_err(), "{at} {bit}");
        }
    }
    for at in 0..signature.len() {
        let mut changed = signature.clone().into_bytes();
        changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
        let changed = String::from_utf8(changed).unwrap();
        assert_eq!(door.push(stamp(&changed, "1700000000"), &bytes, now()), Err(Bad::Proof), "{at}");
    }
    for (timestamp, nonce) in [("1700000001", "nonce"), ("1700000000", "noncf"), ("1700000000n", "once")] {
        let stamp = Stamp { signature: Some(&signature), timestamp: Some(timestamp), nonce: Some(nonce) };
        let refused = door.push(stamp, &bytes, now()).is_err();
        assert!(refused, "{timestamp} {nonce}");
    }
    assert_eq!(door.push(stamp(&signature.to_uppercase(), "1700000000"), &bytes, now()), Err(Bad::Proof));
}

#[test]
fn signed_pushes_grow_old() {
    let bytes = event(None).to_string().into_bytes();
    for (timestamp, fresh) in [("1699971200", true), ("1699971199", false), ("1700000301", false), ("soon", false)] {
        let signature = sign(&digest::SHA256, timestamp, KEY, &bytes);
        assert_eq!(door(true, false, false).push(stamp(&signature, timestamp), &bytes, now()).is_ok(), fresh);
    }
}

#[test]
fn of_a_repeated_member_the_last_counts() {
    let bytes = format!(r#"{{"token":"{TOKEN}","event":{{}},"token":"x"}}"#).into_bytes();
    assert_eq!(door(false, true, false).push(Stamp::default(), &bytes, now()), Err(Bad::Proof));
}

#[test]
fn deep_bodies_are_no_bodies() {
    for (deep, outcome) in [(63, true), (64, false), (200, false)] {
        let body = format!(r#"{{"a":{}{}}}"#, "[".repeat(deep), "]".repeat(deep));
        let proved = door(false, false, true).push(Stamp::default(), body.as_bytes(), now());
        assert_eq!(proved.is_ok(), outcome, "{deep}");
    }
}

#[test]
fn empty_secrets_are_none() {
    let empty = || Some(String::new());
    let secrets = Secrets { encrypt_key: empty(), verification_token: empty(), ..Secrets::default() };
    let bytes = event(Some("")).to_string().into_bytes();
    assert_eq!(Door::new(secrets).push(Stamp::default(), &bytes, now()), Err(Bad::NotConfigured));
}

#[test]
fn approval_callbacks_prove_themselves() {
    let tap = |token: Option<&str>| match token {
        Some(token) => json!({ "action_type": "APPROVE", "message_id": "1", "token": token }),
        None => json!({ "action_type": "APPROVE", "message_id": "1" }),
    };
    let plain = |token| tap(token).to_string().into_bytes();
    let (proved, bad) = (Ok(true), Err(Bad::Proof));
    for (at, key, token, allow, bytes, outcome) in [
        (1, false, Some(false), true, plain(Some(TOKEN)), proved),
        (2, false, Some(false), true, plain(Some("x")), bad),
        (3, false, Some(false), true, plain(None), bad),
        (4, false, Some(true), false, plain(Some(TOKEN)), proved),
        (5, false, Some(true), true, plain(Some("x")), bad),
        (6, false, Some(true), true, plain(None), Ok(false)),
        (7, false, Some(true), false, plain(None), Err(Bad::NotConfigured)),
        (8, false, None, false, plain(Some(TOKEN)), Err(Bad::NotConfigured)),
        (9, false, None, true, plain(Some(TOKEN)), Ok(false)),
        (10, true, Some(false), true, sealed(&tap(Some(TOKEN))), proved),
        (11, true, Some(false), true, sealed(&tap(None)), bad),
        (12, true, Some(false), true, plain(Some(TOKEN)), bad),
        (13, true, None, false, sealed(&tap(None)), proved),
        (14, false, Some(false), true, sealed(&tap(Some(TOKEN))), bad),
        (15, true, None, true, plain(None), bad),
        (16, true, None, true, b"{".to_vec(), Err(Bad::Json)),
    ] {
        let outcome_seen = approvals(key, token, allow).approval(&bytes).map(|proved| proved.genuine);
        assert_eq!(outcome_seen, outcome, "row {at}");
    }
}

#[test]
fn secrets_are_not_printed() {
    let printed = format!("{:?} {:?}", door(true, true, false), approvals(true, Some(true), false).0.approval_token);
    assert!(!printed.contains(KEY) && !printed.contains(TOKEN));
}
