//! What an endpoint can say when it refuses: read off its row, the rows it chooses between, and its dialect.

use serde_json::{Value, json};

use super::{manual::Token, schema::any_of};
use crate::{
    domain::{Code, Language},
    rest::{
        row::{Answer, Gate, Number, Row, Says, find},
        run::Dialect,
    },
};

/// A refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The fault; none when the call is refused before it is looked at.
    pub code: Option<Code>,
    /// The input field it is about, in GraphQL's spelling, where another answer is given for other fields.
    pub field: Option<&'static str>,
    /// What is said.
    pub says: Says,
}

impl Refusal {
    /// The text, in which `{}` stands for a name; none where any text may be said.
    pub fn text(&self) -> Option<&'static str> {
        match (self.says.text, self.code) {
            // An ordinary refusal that nobody has words for is told as an invalid request, in its own words.
            ("", Some(Code::RequestInvalid) | None) => None,
            ("", Some(code)) => Some(code.text(Language::Chinese)),
            (text, _) => Some(text),
        }
    }
}

/// Every refusal of `row`, roughly in the order of the checks.
pub fn refusals(dialect: &dyn Dialect, row: &Row) -> Vec<Refusal> {
    let mut said = Said { dialect, refusals: Vec::new() };
    for says in dialect.manual().early {
        said.put(None, None, *says);
    }
    said.row(&[row]);
    said.find(Code::Internal, &[row]);
    said.refusals
}

struct Said<'a> {
    dialect: &'a dyn Dialect,
    refusals: Vec<Refusal>,
}

impl Said<'_> {
    /// The refusals of the last of `rows`; those before it are the rows around it.
    fn row(&mut self, rows: &[&Row]) {
        let Some((row, around)) = rows.split_last() else { return };
        let gated = row.gate != Gate::Open;
        let token = around.is_empty() && gated && matches!(self.dialect.manual().token, Token::Body(_));
        if token {
            self.find(Code::RequestInvalid, rows);
        }
        if gated {
            self.find(Code::Unauthenticated, rows);
            for says in self.dialect.manual().unknown {
                self.put(Some(Code::Unauthenticated), None, *says);
            }
        }
        if matches!(row.gate, Gate::Holds(_)) {
            self.find(Code::Forbidden, rows);
        }
        if !row.input.is_empty() {
            self.find(Code::RequestInvalid, rows);
        }
        for case in row.cases {
            self.put(Some(case.code), case.field, case.says);
        }
        if let Answer::Choice(choice) = row.answer {
            self.find(Code::RequestInvalid, rows);
            if matches!(choice.otherwise, Gate::Holds(_)) {
                self.find(Code::Forbidden, rows);
            }
            for (_, chosen) in choice.words {
                let mut rows = rows.to_vec();
                rows.push(chosen);
                self.row(&rows);
            }
        }
        for case in self.dialect.cases() {
            let of_the_call = matches!(case.code, Code::RequestInvalid | Code::Unauthenticated | Code::Forbidden);
            if !of_the_call && around.is_empty() && rows.iter().all(|row| row.case(case.code, case.field).is_none()) {
                self.put(Some(case.code), case.field, case.says);
            }
        }
    }

    /// What is said to `code`: by the innermost of `rows` that knows it, else by the dialect.
    fn find(&mut self, code: Code, rows: &[&Row]) {
        let own = rows.iter().rev().find_map(|row| row.case(code, None));
        let says = own.or_else(|| find(self.dialect.cases(), code, None)).unwrap_or(self.dialect.failure());
        self.put(Some(code), None, *says);
    }

    fn put(&mut self, code: Option<Code>, field: Option<&'static str>, says: Says) {
        let refusal = Refusal { code, field, says };
        if !self.refusals.contains(&refusal) {
            self.refusals.push(refusal);
        }
    }
}

/// The refusals with one status and one number: what a client tells apart without reading the text.
#[derive(Clone, Debug)]
pub struct Kind {
    /// One of them.
    pub says: Says,
    /// The schema of their texts.
    pub text: Value,
}

/// `refusals` by status and number, in the order in which these first occur.
pub fn kinds(refusals: &[Refusal]) -> Vec<Kind> {
    let mut groups: Vec<(Says, Vec<Refusal>)> = Vec::new();
    for refusal in refusals {
        let same = |says: &Says| says.status == refusal.says.status && says.code == refusal.says.code;
        match groups.iter_mut().find(|(says, _)| same(says)) {
            Some((_, group)) => group.push(*refusal),
            None => groups.push((refusal.says, vec![*refusal])),
        }
    }
    groups.into_iter().map(|(says, group)| Kind { says, text: texts(&group) }).collect()
}

/// The schema of the texts of `refusals`.
fn texts(refusals: &[Refusal]) -> Value {
    let mut fixed: Vec<&str> = Vec::new();
    let mut patterns = Vec::new();
    for refusal in refusals {
        let Some(text) = refusal.text() else {
            patterns.push(json!({ "type": "string" }));
            continue;
        };
        if text.contains("{}") {
            patterns.push(json!({ "type": "string", "pattern": pattern(text) }));
        } else if !fixed.contains(&text) {
            fixed.push(text);
        }
    }
    let fixed = match fixed[..] {
        [] => None,
        [text] => Some(json!({ "const": text })),
        _ => Some(json!({ "enum": fixed })),
    };
    any_of(fixed.into_iter().chain(patterns))
}

/// The pattern of `text` with anything in place of `{}`.
fn pattern(text: &str) -> String {
    let escaped = |part: &str| {
        let mut escaped = String::new();
        for letter in part.chars() {
            if r"\^$.|?*+()[]{}/".contains(letter) {
                escaped.push('\\');
            }
            escaped.push(letter);
        }
        escaped
    };
    let parts: Vec<_> = text.split("{}").map(escaped).collect();
    format!("^{}$", parts.join(r"[\s\S]*"))
}

/// The schema of a number in the body of a reply.
pub fn number(number: Number) -> Value {
    json!({ "const": number })
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn says(code: i32, text: &'static str) -> Says {
        Says { status: 200, code: Number::Integer(code), text, field: None }
    }

    const fn refusal(code: Code, says: Says) -> Refusal {
        Refusal { code: Some(code), field: None, says }
    }

    #[test]
    fn texts_are_gathered_by_number() {
        let kinds = kinds(&[
            refusal(Code::RequestInvalid, says(-2, "错误")),
            refusal(Code::StaffNotFound, says(-2, "没有")),
            refusal(Code::Forbidden, says(-5, "没有权限")),
            refusal(Code::UsernameTaken, says(-2, "错误")),
        ]);
        let texts: Vec<_> = kinds.iter().map(|kind| (kind.says.code, kind.text.clone())).collect();
        assert_eq!(
            texts,
            [
                (Number::Integer(-2), json!({ "enum": ["错误", "没有"] })),
                (Number::Integer(-5), json!({ "const": "没有权限" }))
            ]
        );
        assert_eq!(number(Number::Text("0")), json!({ "const": "0" }));
    }

    #[test]
    fn texts_with_names_in_them_are_patterns() {
        let own = refusal(Code::QuantityInsufficient, says(1, ""));
        assert_eq!(texts(&[own]), json!({ "type": "string", "pattern": r"^资产[\s\S]*数量不足$" }));
        let named = refusal(Code::UsernameTaken, says(1, "taken (?): {}"));
        assert_eq!(texts(&[named])["pattern"], r"^taken \(\?\): [\s\S]*$");
        assert_eq!(texts(&[refusal(Code::RequestInvalid, says(1, ""))]), json!({ "type": "string" }));
    }
}
