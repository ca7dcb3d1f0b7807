//! §1, §2: whatever is sent, and however, the answer is one of this dialect's and never a fault of ours. The same in every run.

use std::fmt::Write;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use futures_util::stream;
use serde_json::Value;

use super::{endpoints::ENDPOINTS, has_headers, login, paths};
use crate::harness::World;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most as u64).unwrap()
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

/// Every key that some endpoint reads, and some that none does.
const KEYS: [&str; 34] = [
    "token",
    "username",
    "password",
    "group",
    "department",
    "display_name",
    "unique_id",
    "new_password",
    "locked",
    "data",
    "under",
    "status",
    "value_origin",
    "use_year",
    "brand",
    "model",
    "serial_number",
    "remarks",
    "option",
    "new_group_id",
    "new_group_name",
    "new_parent_id",
    "search_string",
    "asset_id",
    "result",
    "transfer_to_id",
    "parent_id",
    "new_id",
    "new_name",
    "location",
    "department_id",
    "new_location",
    "__proto__",
    "",
];

/// Values of every kind, right ones among them.
const VALUES: [&str; 60] = [
    "null",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "-0",
    "0.0",
    "1.5",
    "3.0",
    "1e2",
    "1E+2",
    "1e400",
    "-1e400",
    "1e-400",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "2147483647",
    "2147483648",
    "-2147483649",
    "123456789012345678901234567890.5",
    r#""""#,
    r#"" ""#,
    r#""0""#,
    r#""-1""#,
    r#""3.0""#,
    r#"" 7 ""#,
    r#""NaN""#,
    r#""a\u0000b""#,
    r#""\u0000""#,
    r#""\ud83d\ude00""#,
    r#""\\""#,
    r#""%""#,
    r#""_""#,
    r#""' OR 1=1 --""#,
    r#""\u202e""#,
    r#""\ufeff""#,
    r#""\ufffe""#,
    r#""yes""#,
    r#""no""#,
    r#""lock""#,
    r#""unlock""#,
    r#""query""#,
    r#""add""#,
    r#""change_parent""#,
    r#""change_name""#,
    r#""deleted""#,
    r#""itadmin""#,
    r#""others""#,
    r#""test1""#,
    r#""sampledepartment2""#,
    r#""1603191152ZrfbUKEi""#,
    r#""samplestaff""#,
    "[]",
    "{}",
    "[null]",
    "[{}]",
    r#"[{"asset_id":"1603786083cjxyxHTB"}]"#,
    r#"{"data":[{"unique_id":null}]}"#,
];

const TYPES: [Option<&str>; 8] = [
    None,
    Some("application/json"),
    Some("application/json; charset=gbk"),
    Some("text/plain"),
    Some("application/x-www-form-urlencoded"),
    Some("multipart/form-data; boundary=x"),
    Some("image/png"),
    Some(";;;"),
];

fn nested(depth: usize, object: bool) -> String {
    if object {
        format!("{}1{}", "{\"data\":".repeat(depth), "}".repeat(depth))
    } else {
        format!("{}{}", "[".repeat(depth), "]".repeat(depth))
    }
}

fn value(random: &mut Random, depth: usize) -> String {
    match random.below(16) {
        0 => format!(
            "\"{}\"",
            random.pick(&["x", "中", "😀", "\\u4e2d", "\\n"]).repeat(random.pick(&[255, 256, 2001, 20_000]))
        ),
        1 => random.pick(&["1", "9", "-1", "0.1"]).to_owned() + &"0".repeat(random.pick(&[10, 400, 5000])),
        2 => nested(random.pick(&[2, 20, 50]), random.once_in(2)),
        3 if depth < 4 => object(random, depth + 1),
        4 if depth < 4 => {
            let items: Vec<_> = (0..random.below(5)).map(|_| value(random, depth + 1)).collect();
            format!("[{}]", items.join(","))
        }
        _ => random.pick(&VALUES).to_owned(),
    }
}

fn object(random: &mut Random, depth: usize) -> String {
    let mut text = String::from("{");
    for at in 0..random.below(5) {
        let comma = if at == 0 { "" } else { "," };
        let (key, value) = (random.pick(&KEYS), value(random, depth));
        write!(text, "{comma}\"{key}\":{value}").unwrap();
    }
    text + "}"
}

/// A body like `harmless` with some keys spoiled, added or repeated.
fn spoiled(random: &mut Random, harmless: &Value, token: &str) -> String {
    let mut pairs: Vec<(String, String)> =
        harmless.as_object().unwrap().iter().map(|(key, value)| (key.clone(), value.to_string())).collect();
    let at = random.below(pairs.len() + 1);
    pairs.insert(at, ("token".to_owned(), format!("\"{token}\"")));
    for pair in &mut pairs {
        if pair.0 != "token" && random.once_in(2) || random.once_in(12) {
            pair.1 = value(random, 0);
        } else if pair.0 == "data" && random.once_in(2) {
            pair.1 = format!("[{},{}]", object(random, 1), object(random, 1));
        }
    }
    for _ in 0..random.below(3) {
        let key = random.pick(&KEYS[1..]).to_owned();
        pairs.push((key, value(random, 0)));
    }
    if random.once_in(8) {
        let again = random.below(pairs.len());
        pairs.push((pairs[again].0.clone(), value(random, 0)));
    }
    if random.once_in(8) {
        pairs.retain(|_| !random.once_in(3));
    }
    let pairs: Vec<_> = pairs.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
    format!("{{{}}}", pairs.join(","))
}

/// The bytes to send, and whether they are surely not JSON.
fn body(random: &mut Random, harmless: &Value, token: &str) -> (Vec<u8>, bool) {
    let text = spoiled(random, harmless, token);
    let with = |value: &str| text.replacen('{', &format!("{{\"x\":{value},"), 1).replace(",}", "}");
    match random.below(32) {
        0 => (Vec::new(), true),
        1 => (text.as_bytes()[..text.len() - 1].to_vec(), true),
        2 => {
            let end = 1 + random.below(text.len() - 1);
            (text.as_bytes()[..end].to_vec(), true)
        }
        3 => ([b"\xef\xbb\xbf", text.as_bytes()].concat(), true),
        4 => (with(random.pick(&["\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\ud83d\\u0041\""])).into_bytes(), true),
        5 => {
            let wrong: &[u8] =
                random.pick(&[&b"\xff"[..], b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe4\xb8"]);
            ([b"{\"x\":\"", wrong, b"\",", &text.as_bytes()[1..]].concat(), true)
        }
        6 => (
            with(random.pick(&["NaN", "Infinity", "01", "+1", "1.", ".5", "0x10", "'x'", "undefined", "\"\t\""]))
                .into_bytes(),
            true,
        ),
        7 => (with(&nested(random.pick(&[200, 10_000, 100_000]), random.once_in(2))).into_bytes(), true),
        8 => (format!("{text}{}", random.pick(&["x", "{}", ",", "]", "// note", "\0"])).into_bytes(), true),
        9 => (format!("[{text}]").into_bytes(), false),
        10 => (value(random, 0).into_bytes(), false),
        11 => ((0..random.below(200)).map(|_| random.next().to_le_bytes()[0]).collect(), false),
        12 => {
            let mut bytes = text.into_bytes();
            let at = random.below(bytes.len());
            bytes[at] = random.next().to_le_bytes()[0];
            (bytes, false)
        }
        13 => (with(&format!("\"{}\"", "x".repeat(300_000))).into_bytes(), false),
        14 => (format!(" \r\n\t{text}\n ").into_bytes(), false),
        15 => (with(&nested(55, random.once_in(2))).into_bytes(), false),
        _ => (text.into_bytes(), false),
    }
}

/// Asserts that this is an answer of the dialect, and gives its code.
fn code(body: &[u8], label: &str) -> i64 {
    let answer: Value = serde_json::from_slice(body).unwrap_or_else(|error| panic!("{label}: {error}"));
    if answer["code"] == "0" {
        return 0;
    }
    let code = answer["code"].as_i64().unwrap_or_else(|| panic!("{label}: {answer:.300}"));
    assert!((-7..=0).contains(&code) && code != -3, "{label}: {answer:.300}");
    assert!(answer["message"].is_string(), "{label}: {answer:.300}");
    assert!(code == 0 || answer.as_object().unwrap().len() == 2, "{label}: {answer:.300}");
    code
}

#[tokio::test]
async fn whatever_is_sent_the_answer_is_one_of_the_dialect() {
    const EACH: usize = 48;
    let world = World::demo().await;
    let mut random = Random(2020);
    let mut token = login(&world, ("suadmin", "suadminpass")).await;
    for path in paths() {
        let known = ENDPOINTS.iter().find(|endpoint| endpoint.path.trim_end_matches('/') == path.trim_end_matches('/'));
        let harmless = known.map_or(r#"{"username":"x","password":"x"}"#, |endpoint| endpoint.harmless);
        let harmless: Value = serde_json::from_str(harmless).unwrap();
        for number in 0..EACH {
            let (bytes, broken) = body(&mut random, &harmless, &token);
            let label = format!("{path} {number}: {:.300}", String::from_utf8_lossy(&bytes));
            let sound = serde_json::from_slice::<Value>(&bytes).is_ok();
            let mut request = Request::post(&path);
            if let Some(content) = random.pick(&TYPES) {
                request = request.header(header::CONTENT_TYPE, content);
            }
            let sent = if random.once_in(4) {
                let size = 1 + random.below(60_000);
                let chunks: Vec<_> = bytes.chunks(size).map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec())).collect();
                Body::from_stream(stream::iter(chunks))
            } else {
                Body::from(bytes)
            };
            let reply = world.send(request.body(sent).unwrap()).await;
            assert_eq!(reply.status, StatusCode::OK, "{label}");
            has_headers(&reply, &label);
            let code = code(&reply.body, &label);
            assert!(code == -1 || !broken, "{label} {}", reply.text());
            assert!(code != -1 || !sound, "{label} {}", reply.text());
        }
        // Somebody's session may have ended on the way, by a call that was right by chance.
        token = login(&world, ("suadmin", "suadminpass")).await;
    }
}

#[tokio::test]
async fn nesting_is_read_to_64_and_does_no_harm_beyond_at_any_endpoint() {
    let world = World::demo().await;
    let token = login(&world, ("suadmin", "suadminpass")).await;
    for endpoint in ENDPOINTS {
        let harmless = endpoint.harmless.trim_start_matches('{');
        let comma = if harmless == "}" { "" } else { "," };
        for object in [true, false] {
            for (depth, read) in [(63, true), (200, false), (10_000, false)] {
                let deep = nested(depth, object);
                let unread = format!("{{\"token\":\"{token}\",\"x\":{deep}{comma}{harmless}");
                let label = format!("{} {object} {depth}", endpoint.path);
                let found = code(&super::send(&world, endpoint.path, unread).await.body, &label);
                assert_eq!(found, if read { i64::from(endpoint.answer.0) } else { -1 }, "{label}");
                // The same where something is read: wrong, but no fault.
                for key in ["data", "unique_id", "token", "asset_id", "search_string"] {
                    let text = format!("{{\"token\":\"{token}\"{comma}{}", harmless.trim_end_matches('}'));
                    let text = if text.ends_with(']') || text.ends_with('"') { text } else { text + "\"\"" };
                    let body = format!("{text},\"{key}\":{deep}}}");
                    let found = code(&super::send(&world, endpoint.path, body).await.body, &label);
                    assert!(read || found == -1, "{label} {key}");
                }
            }
        }
    }
}
