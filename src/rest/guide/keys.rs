//! The keys of a legacy call beside the variables of its operation.

use crate::rest::field::{Absent, Field, Kind, Null};

/// A table of `fields`; nothing if there are none.
pub(super) fn table(fields: &[Field]) -> String {
    let mut rows = Vec::new();
    lines(fields, "", "$", &mut rows);
    if rows.is_empty() {
        return String::new();
    }
    format!("| key | holds | variable |\n| --- | --- | --- |\n{}\n", rows.join("\n"))
}

/// A line for each of `fields`; `key` and `variable` are what stands before their names.
fn lines(fields: &[Field], key: &str, variable: &str, rows: &mut Vec<String>) {
    for field in fields {
        let name = format!("{key}{}", field.key);
        let becomes = format!("{variable}{}", field.variable);
        match field.kind {
            Kind::Members(inner) => lines(inner, &format!("{name}."), variable, rows),
            Kind::Objects(inner) => lines(inner, &format!("{name}[]."), &format!("{becomes}[]."), rows),
            Kind::Each(wanted) => {
                let holds = holds(wanted);
                rows.push(format!("| `{name}[].{}` | {holds} | `{becomes}[]` |", wanted.key));
            }
            _ => {
                let twin = field.twin.map_or_else(String::new, |twin| format!(" or `{key}{twin}`"));
                rows.push(format!("| `{name}`{twin} | {} | `{becomes}` |", holds(field)));
            }
        }
    }
}

fn holds(field: &Field) -> String {
    let mut parts = vec![match field.kind {
        Kind::Text(most) => format!("text, at most {most} characters"),
        Kind::Name => "a name".to_owned(),
        Kind::Password => "a password".to_owned(),
        Kind::Bytes(most) => format!("text, at most {most} bytes"),
        Kind::Number => "a number, or its digits as text".to_owned(),
        Kind::Truth => "`true` or `false`, also `1` or `0`, also as text".to_owned(),
        Kind::Texts { lone: false } => "a list of texts".to_owned(),
        Kind::Texts { lone: true } => "a text or a list of texts".to_owned(),
        Kind::Word(words) | Kind::AnyWord(words) => {
            let words: Vec<_> = words.iter().map(|(word, becomes)| format!("`{word}` → `{becomes}`")).collect();
            words.join(", ")
        }
        Kind::Members(_) | Kind::Objects(_) | Kind::Each(_) => "objects".to_owned(),
    }];
    if field.null == Null::None {
        parts.push("`null` or `\"\"` → `null`: none".to_owned());
    }
    match field.absent {
        Absent::Wrong => {}
        Absent::Omitted => parts.push("may be left out".to_owned()),
        Absent::Text(text) => parts.push(format!("left out: `{text}`")),
        Absent::Number(number) => parts.push(format!("left out: `{number}`")),
    }
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rest::field::{each, members, name, number, objects, reference, text, word};

    #[test]
    fn keys_stand_beside_variables() {
        const FIELDS: &[Field] = &[
            reference("asset_id").also("unique_id").to("id"),
            members("data", &[name("display_name").if_sent().to("name"), reference("under").or_none().to("underId")]),
            objects("list", &[number("years").or_number(5), word("how", &[("yes", "APPROVE")])]).to("items"),
            each("ids", &text("one")).to("assetIds"),
        ];
        let expected = "| key | holds | variable |\n| --- | --- | --- |\n\
            | `asset_id` or `unique_id` | text, at most 255 characters | `$id` |\n\
            | `data.display_name` | a name; may be left out | `$name` |\n\
            | `data.under` | text, at most 255 characters; `null` or `\"\"` → `null`: none | `$underId` |\n\
            | `list[].years` | a number, or its digits as text; left out: `5` | `$items[].years` |\n\
            | `list[].how` | `yes` → `APPROVE` | `$items[].how` |\n\
            | `ids[].one` | text, at most 255 characters | `$assetIds[]` |\n";
        assert_eq!(table(FIELDS), expected);
        assert_eq!(table(&[]), "");
    }
}
