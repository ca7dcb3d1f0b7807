//! How a body becomes the variables of an operation, as the fields of a row declare it.

use std::borrow::Cow;

use async_graphql::{Name, Value, Variables};

use super::{
    field::{Absent, Field, Kind, Null},
    json::Json,
};
use crate::domain::{Code, text};

/// The first key that is wrong, in the order of the declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The key.
    pub key: &'static str,
    /// Whether it is missing, rather than of a wrong type or value.
    pub missing: bool,
}

impl Field {
    /// The variable's value from what stands at the key and at its other spelling; none when omitted.
    fn read(&self, sent: [Option<Json<'_>>; 2]) -> Result<Option<Value>, Wrong> {
        match sent {
            [Some(one), Some(other)] => {
                let (one, other) = (self.value(one)?, self.value(other)?);
                if one == other { Ok(one) } else { Err(self.wrong(false)) }
            }
            [Some(one), None] | [None, Some(one)] => self.value(one),
            [None, None] => self.missing(),
        }
    }

    fn missing(&self) -> Result<Option<Value>, Wrong> {
        match self.absent {
            Absent::Wrong => Err(self.wrong(true)),
            Absent::Omitted => Ok(None),
            Absent::Text(text) => Ok(Some(text.into())),
            Absent::Number(number) => Ok(Some(number.into())),
        }
    }

    fn value(&self, sent: Json<'_>) -> Result<Option<Value>, Wrong> {
        match self.null {
            Null::Absent if sent.is_null() => return self.missing(),
            Null::None if sent.is_null() || sent.string().is_some_and(|text| text.is_empty()) => {
                return Ok(Some(Value::Null));
            }
            _ => {}
        }
        match self.kind.value(sent) {
            Some(value) => Ok(Some(value)),
            None if self.unlisted.is_some() => Ok(Some(Value::Null)),
            None => Err(self.wrong(false)),
        }
    }

    const fn wrong(&self, missing: bool) -> Wrong {
        Wrong { key: self.key, missing }
    }
}

impl Kind {
    /// The variable's value; none if `sent` is of a wrong type or value.
    fn value(self, sent: Json<'_>) -> Option<Value> {
        match self {
            Self::Text(most) => characters(sent).filter(|it| text::bounded("", it, most).is_ok()).map(string),
            Self::Name => characters(sent).filter(|it| text::name("", it).is_ok()).map(string),
            Self::Password => characters(sent).filter(|it| text::password("", it).is_ok()).map(string),
            Self::Bytes(most) => characters(sent).filter(|it| it.len() <= most && !it.contains('\0')).map(string),
            Self::Number => whole_number(sent).map(Value::from),
            Self::Truth => truth_of(sent).map(Value::from),
            Self::Texts { lone } => texts_of(sent, lone).map(Value::List),
            Self::Word(words) => listed(words, sent),
            Self::AnyWord(words) => Some(listed(words, sent).unwrap_or_default()),
            Self::Members(fields) => object_value(fields, &names(fields), sent),
            Self::Objects(fields) => {
                let names = names(fields);
                sent.items()?.map(|item| object_value(fields, &names, item)).collect::<Option<_>>().map(Value::List)
            }
            Self::Each(wanted) => {
                let fields = std::slice::from_ref(wanted);
                let names = names(fields);
                let value = |item| read(fields, &names, item).ok()?.pop().map(|(_, value)| value);
                sent.items()?.map(value).collect::<Option<_>>().map(Value::List)
            }
        }
    }
}

/// The variables' names; they are shared by all items of a list.
fn names(fields: &[Field]) -> Vec<Name> {
    fields.iter().map(|field| Name::new(field.variable)).collect()
}

/// Reads `fields` from an object: each variable that is not omitted, in the order of the declaration.
/// A value that is no object has none of the keys.
fn read(fields: &[Field], names: &[Name], from: Json<'_>) -> Result<Vec<(Name, Value)>, Wrong> {
    let mut sent = vec![[None, None]; fields.len()];
    for (key, value) in from.entries().into_iter().flatten() {
        for (field, sent) in fields.iter().zip(&mut sent) {
            if key == field.key {
                sent[0] = Some(value);
            } else if field.twin.is_some_and(|twin| key == twin) {
                sent[1] = Some(value);
            }
        }
    }
    let mut values = Vec::with_capacity(fields.len());
    for ((field, name), sent) in fields.iter().zip(names).zip(sent) {
        match (field.kind, field.read(sent)?) {
            (Kind::Members(_), Some(Value::Object(members))) => values.extend(members),
            (_, Some(value)) => values.push((name.clone(), value)),
            (_, None) => {}
        }
    }
    Ok(values)
}

/// The variables that a body gives, or the first key that is wrong.
pub fn variables(fields: &[Field], body: Json<'_>) -> Result<Variables, Wrong> {
    let mut variables = Variables::default();
    variables.extend(read(fields, &names(fields), body)?);
    Ok(variables)
}

/// The fault of the first field that holds nothing of its kind, among those that leave it to this step.
pub fn unlisted(fields: &[Field], variables: &Variables) -> Option<Code> {
    let nothing = |field: &Field| matches!(variables.get(field.variable), None | Some(Value::Null));
    fields.iter().find(|field| field.unlisted.is_some() && nothing(field)).and_then(|field| field.unlisted)
}

fn object_value(fields: &[Field], names: &[Name], sent: Json<'_>) -> Option<Value> {
    let values = read(fields, names, sent).ok().filter(|_| sent.is_object())?;
    Some(Value::Object(values.into_iter().collect()))
}

/// The characters of a string, or the decimal text of an integer.
pub fn characters(sent: Json<'_>) -> Option<Cow<'_, str>> {
    sent.string().or_else(|| sent.integer().map(Cow::Borrowed))
}

fn string(text: Cow<'_, str>) -> Value {
    Value::String(text.into_owned())
}

fn truth_of(sent: Json<'_>) -> Option<bool> {
    match sent.boolean() {
        Some(truth) => Some(truth),
        None => match sent.string().as_deref().or(sent.number())? {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
    }
}

fn texts_of(sent: Json<'_>, lone: bool) -> Option<Vec<Value>> {
    let text = |item| Kind::Text(text::SHORT).value(item);
    match sent.items() {
        Some(items) => items.map(text).collect(),
        None if lone => text(sent).map(|only| vec![only]),
        None => None,
    }
}

fn listed(words: &[(&str, &str)], sent: Json<'_>) -> Option<Value> {
    let text = sent.string()?;
    words.iter().find(|(word, _)| *word == text).map(|(_, becomes)| (*becomes).into())
}

/// 0 … 2147483647, without rounding whatever is written.
fn whole_number(sent: Json<'_>) -> Option<i32> {
    if let Some(text) = sent.string() {
        let digits = text.trim_matches(|letter: char| letter.is_ascii_whitespace());
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        return if plain { digits.parse().ok() } else { None };
    }
    let written = sent.number()?;
    let (mantissa, exponent) = written.split_once(['e', 'E']).unwrap_or((written, "0"));
    let (negative, mantissa) = mantissa.strip_prefix('-').map_or((false, mantissa), |rest| (true, rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return Some(0);
    }
    // The value is `significant` followed by this many zeros.
    let zeros = exponent
        .parse::<i64>()
        .ok()?
        .checked_add(digits.len() as i64 - significant.len() as i64 - fraction.len() as i64)?;
    if negative || !(0..=9).contains(&zeros) {
        return None;
    }
    format!("{significant}{}", "0".repeat(zeros as usize)).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{
        super::{field::*, json::Document},
        *,
    };

    fn given(fields: &'static [Field], body: &str) -> Result<String, Wrong> {
        let document = Document::read(body.as_bytes().to_vec()).unwrap();
        variables(fields, document.root()).map(|variables| serde_json::to_string(&variables).unwrap())
    }

    fn value(field: &'static Field, sent: &str) -> Option<String> {
        let body = format!("{{\"k\":{sent}}}");
        given(std::slice::from_ref(field), &body)
            .ok()
            .map(|json| json.strip_prefix("{\"k\":").unwrap().strip_suffix('}').unwrap().to_owned())
    }

    #[test]
    fn text_is_a_string_or_an_integer() {
        const TEXT: Field = text("k");
        for (sent, taken) in [
            ("\"\"", "\"\""),
            ("\" a \"", "\" a \""),
            ("123", "\"123\""),
            ("-5", "\"-5\""),
            ("\"😀%\\n\\\"\"", "\"😀%\\n\\\"\""),
            ("123456789012345678901234567890", "\"123456789012345678901234567890\""),
        ] {
            assert_eq!(value(&TEXT, sent).as_deref(), Some(taken), "{sent}");
        }
        for sent in ["null", "true", "1.5", "1.0", "1e2", "[]", "{}", "[\"a\"]", "\"a\\u0000\""] {
            assert_eq!(value(&TEXT, sent), None, "{sent}");
        }
        assert!(value(&TEXT, &format!("\"{}\"", "中".repeat(255))).is_some());
        assert!(value(&TEXT, &format!("\"{}\"", "中".repeat(256))).is_none());
        assert!(value(&TEXT, &"1".repeat(256)).is_none());
        const LONG: Field = long_text("k");
        assert!(value(&LONG, &format!("\"{}\"", "😀".repeat(2000))).is_some());
        assert!(value(&LONG, &format!("\"{}\"", "😀".repeat(2001))).is_none());
    }

    #[test]
    fn names_and_passwords_hold_something() {
        const NAME: Field = name("k");
        assert!(value(&NAME, "\" a \"").is_some() && value(&NAME, "7").is_some());
        assert!(value(&NAME, "\"\"").is_none() && value(&NAME, "\" \\n\\u3000\"").is_none());
        const PASSWORD: Field = password("k");
        assert!(
            value(&PASSWORD, "\" \"").is_some() && value(&PASSWORD, &format!("\"{}\"", "x".repeat(1024))).is_some()
        );
        assert!(value(&PASSWORD, "\"\"").is_none() && value(&PASSWORD, &format!("\"{}\"", "中".repeat(342))).is_none());
    }

    #[test]
    fn numbers_are_exact() {
        const NUMBER: Field = number("k");
        for (sent, taken) in [
            ("0", "0"),
            ("-0", "0"),
            ("-0.0", "0"),
            ("0e999999999999999999999", "0"),
            ("3", "3"),
            ("3.0", "3"),
            ("3.000e0", "3"),
            ("300e-2", "3"),
            ("1.5e1", "15"),
            ("2147483647", "2147483647"),
            ("2147483647.0", "2147483647"),
            ("2.147483647E9", "2147483647"),
            ("\"3\"", "3"),
            ("\" 007\\t\"", "7"),
            ("\"2147483647\"", "2147483647"),
            ("1e9", "1000000000"),
            ("0.00005e5", "5"),
        ] {
            assert_eq!(value(&NUMBER, sent).as_deref(), Some(taken), "{sent}");
        }
        for sent in [
            "-1",
            "-1.0",
            "0.5",
            "3.1",
            "2147483648",
            "2147483647.0000000001",
            "1e10",
            "1e400",
            "1e-1",
            "1e99999999999999999999",
            "\"\"",
            "\" \"",
            "\"+3\"",
            "\"-3\"",
            "\"3.0\"",
            "\"1 2\"",
            "\"３\"",
            "\"2147483648\"",
            "\"abc\"",
            "null",
            "true",
            "[]",
            "{}",
            "[3]",
            "123456789012345678901234567890",
        ] {
            assert_eq!(value(&NUMBER, sent), None, "{sent}");
        }
    }

    #[test]
    fn words_are_compared_exactly() {
        const RESULT: Field = word("k", &[("yes", "APPROVE"), ("no", "REJECT")]);
        assert_eq!(value(&RESULT, "\"yes\"").as_deref(), Some("\"APPROVE\""));
        for sent in ["\"Yes\"", "\"yes \"", "\"\"", "null", "true", "1", "[\"yes\"]"] {
            assert_eq!(value(&RESULT, sent), None, "{sent}");
        }
        const STATUS: Field = any_word("k", &[("inuse", "IN_USE")]).or("UNUSED");
        assert_eq!(value(&STATUS, "\"inuse\"").as_deref(), Some("\"IN_USE\""));
        assert_eq!(value(&STATUS, "null").as_deref(), Some("\"UNUSED\""));
        for sent in ["\"other\"", "\"\"", "5", "[]", "{}", "false"] {
            assert_eq!(value(&STATUS, sent).as_deref(), Some("null"), "{sent}");
        }
    }

    #[test]
    fn truths_come_in_three_spellings() {
        const TRUTH: Field = truth("k").optional();
        for (sent, taken) in [
            ("true", "true"),
            ("\"true\"", "true"),
            ("1", "true"),
            ("\"1\"", "true"),
            ("false", "false"),
            ("\"false\"", "false"),
            ("0", "false"),
            ("\"0\"", "false"),
        ] {
            assert_eq!(value(&TRUTH, sent).as_deref(), Some(taken), "{sent}");
        }
        for sent in ["2", "\"yes\"", "\"TRUE\"", "\"\"", "1.0", "-1", "[]", "[true]", "{}"] {
            assert_eq!(value(&TRUTH, sent), None, "{sent}");
        }
        assert_eq!(given(&[TRUTH], r#"{"k":null}"#).as_deref(), Ok("{}"));
    }

    #[test]
    fn lists_of_texts_may_be_one_alone() {
        const LIST: Field = texts("k");
        const EITHER: Field = text_or_texts("k");
        for (sent, taken) in [("[]", "[]"), (r#"["a",1]"#, r#"["a","1"]"#)] {
            assert_eq!(value(&LIST, sent).as_deref(), Some(taken), "{sent}");
            assert_eq!(value(&EITHER, sent).as_deref(), Some(taken), "{sent}");
        }
        assert_eq!(value(&EITHER, "\"a\"").as_deref(), Some(r#"["a"]"#));
        for sent in ["\"a\"", "{}", "[null]", "[[]]", "[\"a\",{}]", "true"] {
            assert_eq!(value(&LIST, sent), None, "{sent}");
        }
        const LATER: &[Field] = &[texts("k").optional().else_fault(Code::RoleNotFound)];
        for body in ["{}", r#"{"k":null}"#, r#"{"k":"a"}"#, r#"{"k":[{}]}"#] {
            let document = Document::read(body.as_bytes().to_vec()).unwrap();
            let read = variables(LATER, document.root()).unwrap();
            assert_eq!(unlisted(LATER, &read), Some(Code::RoleNotFound), "{body}");
        }
    }

    #[test]
    fn missing_null_and_none_are_told_apart() {
        const FIELDS: &[Field] = &[
            text("must"),
            text("brand").or("unknown"),
            number("years").or_number(5),
            text("edit").if_sent(),
            reference("under").or_none().to("underId"),
        ];
        assert_eq!(given(FIELDS, r#"{"under":null}"#), Err(Wrong { key: "must", missing: true }));
        assert_eq!(given(FIELDS, r#"[]"#), Err(Wrong { key: "must", missing: true }));
        assert_eq!(given(FIELDS, r#"{"must":null,"under":null}"#), Err(Wrong { key: "must", missing: false }));
        assert_eq!(given(FIELDS, r#"{"must":""}"#), Err(Wrong { key: "under", missing: true }));
        assert_eq!(given(FIELDS, r#"{"must":"","under":"","edit":null}"#), Err(Wrong { key: "edit", missing: false }));
        let taken = given(FIELDS, r#"{"must":"a","under":"","x":[{}],"brand":null,"must":"b"}"#).unwrap();
        assert_eq!(taken, r#"{"brand":"unknown","must":"b","underId":null,"years":5}"#);
        let taken = given(FIELDS, r#"{"must":"a","under":7,"brand":"","years":null,"edit":""}"#).unwrap();
        assert_eq!(taken, r#"{"brand":"","edit":"","must":"a","underId":"7","years":5}"#);
    }

    #[test]
    fn two_spellings_must_agree() {
        const FIELDS: &[Field] = &[reference("asset_id").also("unique_id").to("id")];
        for body in [r#"{"asset_id":"1"}"#, r#"{"unique_id":"1"}"#, r#"{"unique_id":1,"asset_id":"1"}"#] {
            assert_eq!(given(FIELDS, body).as_deref(), Ok(r#"{"id":"1"}"#), "{body}");
        }
        for body in [
            r#"{"asset_id":"1","unique_id":"2"}"#,
            r#"{"asset_id":"1","unique_id":null}"#,
            r#"{"asset_id":[],"unique_id":"2"}"#,
        ] {
            assert_eq!(given(FIELDS, body), Err(Wrong { key: "asset_id", missing: false }), "{body}");
        }
        assert_eq!(given(FIELDS, "{}"), Err(Wrong { key: "asset_id", missing: true }));
    }

    #[test]
    fn lists_hold_objects() {
        const EACH: Field = each("k", &reference("asset_id"));
        assert_eq!(value(&EACH, r#"[{"asset_id":"a","x":1},{"asset_id":2}]"#).as_deref(), Some(r#"["a","2"]"#));
        assert_eq!(value(&EACH, "[]").as_deref(), Some("[]"));
        const ITEMS: Field = objects("k", &[name("display_name").to("name"), number("n").or_number(1)]);
        assert_eq!(value(&ITEMS, r#"[{"display_name":"a"}]"#).as_deref(), Some(r#"[{"name":"a","n":1}]"#));
        assert_eq!(value(&ITEMS, "[]").as_deref(), Some("[]"));
        for sent in [
            "null",
            "{}",
            "\"[]\"",
            "1",
            "[1]",
            "[null]",
            "[[]]",
            "[{}]",
            r#"[{"asset_id":null}]"#,
            r#"[{"asset_id":"a"},[]]"#,
        ] {
            assert_eq!(value(&EACH, sent), None, "{sent}");
            assert_eq!(value(&ITEMS, sent), None, "{sent}");
        }
    }

    #[test]
    fn members_become_variables_of_their_own() {
        const FIELDS: &[Field] = &[
            reference("id"),
            members("data", &[name("display_name").if_sent().to("name"), reference("under").or_none().if_sent()]),
        ];
        for (sent, taken) in [
            (r#"{"id":"a","data":{}}"#, r#"{"id":"a"}"#),
            (r#"{"data":{"under":null,"x":1},"id":"a"}"#, r#"{"id":"a","under":null}"#),
            (r#"{"id":"a","data":{"display_name":"n","under":"b"}}"#, r#"{"id":"a","name":"n","under":"b"}"#),
        ] {
            assert_eq!(given(FIELDS, sent).as_deref(), Ok(taken), "{sent}");
        }
        for data in ["null", "[]", "1", r#"{"display_name":null}"#, r#"{"display_name":" "}"#] {
            let body = format!(r#"{{"id":"a","data":{data}}}"#);
            assert_eq!(given(FIELDS, &body), Err(Wrong { key: "data", missing: false }), "{body}");
        }
        assert_eq!(given(FIELDS, r#"{"id":"a"}"#), Err(Wrong { key: "data", missing: true }));
    }

    #[test]
    fn words_that_are_not_listed_are_found_afterwards() {
        const GROUP: Field = any_word("group", &[("a", "A")]).else_fault(Code::StaffGroupUnknown);
        const FIELDS: &[Field] = &[reference("id"), GROUP];
        for (sent, found) in [("a", None), ("b", Some(Code::StaffGroupUnknown))] {
            let body = Document::read(format!(r#"{{"id":"1","group":"{sent}"}}"#).into_bytes()).unwrap();
            assert_eq!(unlisted(FIELDS, &variables(FIELDS, body.root()).unwrap()), found);
        }
    }
}
