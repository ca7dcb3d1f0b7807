//! The way from a legacy dialect to GraphQL, for front ends that move: each call beside the operation that answers it.

use std::collections::BTreeMap;

use async_graphql::{
    InputType, Value,
    parser::types::{BaseType, OperationType, Type},
};

use super::{
    openapi::{
        Subject, Token, Types,
        errors::{self, Refusal},
    },
    row::{Answer, Case, Gate, Row, find},
    run::Dialect,
    shape::Shape,
};
use crate::{
    domain::{Code, Kind},
    graphql::StoredOperation,
};

mod keys;
mod operations;

/// The guide for the clients of `dialect`, as Markdown.
pub fn guide(dialect: &dyn Dialect) -> String {
    let guide = Guide::new(dialect);
    let mut text = guide.introduction();
    for subject in Subject::ALL {
        let rows: Vec<_> = dialect.rows().iter().filter(|row| row.subject == subject).collect();
        if !rows.is_empty() {
            text.push_str(&format!("\n## {}\n", capital(subject.name())));
        }
        rows.into_iter().for_each(|row| text.push_str(&guide.endpoint(row)));
    }
    text
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

struct Guide<'a> {
    dialect: &'a dyn Dialect,
    types: Types,
    operations: BTreeMap<String, StoredOperation>,
}

impl<'a> Guide<'a> {
    fn new(dialect: &'a dyn Dialect) -> Self {
        let operations = StoredOperation::parse_all(dialect.operations())
            .expect("the file is part of the program and a test parses it");
        Self { dialect, types: Types::ours(), operations }
    }

    fn introduction(&self) -> String {
        let manual = self.dialect.manual();
        let name = manual.name;
        let leaves = match manual.token {
            Token::Body(key) => format!("It is not read from the key `{key}` of a body there"),
            Token::Bearer => "That is where it was before".to_owned(),
            Token::Path(segment) => format!("It is not read from the path there, as `{{{segment}}}` was"),
        };
        format!(
            "<!-- Printed by `assetry migration-guide {name}`. Change the rows and the operations it is read off, not this file. -->

# From the {name} dialect to GraphQL

{about}

Every legacy call is answered by the GraphQL operation beside it, or by a function that gives the same. A front end can move call by
call: both doors see the same data, keep the same rules and accept each other's tokens.

- **Address.** `POST /graphql` with `{{\"query\": …, \"variables\": {{…}}}}` and `Content-Type: application/json`. A body holds
  at most 1 MiB, unless the setting `http.body_bytes` says otherwise. `GET /graphql` in a browser is an IDE.
- **Login.** `sessionCreate` gives a `token`. It goes into the header `Authorization: Bearer …`. {leaves}.
- **Names.** The operations use aliases, so that an answer has the keys of the legacy reply. An alias that begins with `_` names an
  object whose keys the legacy reply shows in the object around it; it is `null` where they all are. The alias `_` alone stands for
  what takes the place of the object around it. Without the aliases the answers have the names of the schema.
- **Ids.** {ids}
- **Pages.** A list without end comes in pages of at most 200: ask again with the argument `after: endCursor` while
  `hasNextPage`.
- **Refusals.** A mutation answers `userErrors {{ code field itemIndex message }}`, which is empty when it was done. What concerns the
  request as a whole is in `errors`, with `extensions.code`: `UNAUTHENTICATED`, `FORBIDDEN`, `REQUEST_INVALID` and so on. A query for
  one thing answers `null` where there is none, and a list of assets holds those that the viewer may see. Codes are stable, texts are
  not.

## Refusals of every call

{common}
A call that is malformed is told more exactly: what does not fit the type of a variable is `REQUEST_INVALID`, and a value that fits but
may not be is `REQUIRED`, `BLANK`, `TOO_LONG`, `CHARACTER_FORBIDDEN` or `OUT_OF_RANGE` in `userErrors`, with the `field`.
",
            about = manual.about,
            ids = manual.ids,
            common = self.common(),
        )
    }

    /// What the dialect says of itself, whatever the row.
    fn common(&self) -> String {
        let early = self.dialect.manual().early.iter().map(|says| Refusal { code: None, field: None, says: *says });
        let cases = self.dialect.cases().iter();
        let cases = cases.map(|case| Refusal { code: Some(case.code), field: case.field, says: case.says });
        let unknown = self.dialect.manual().unknown.iter();
        let unknown = unknown.map(|says| Refusal { code: Some(Code::Unauthenticated), field: None, says: *says });
        let failure = Refusal { code: Some(Code::Internal), field: None, says: *self.dialect.failure() };
        table(early.chain(cases).chain(unknown).chain([failure]).map(|refusal| line(&refusal, &told(&refusal))))
    }

    fn endpoint(&self, row: &Row) -> String {
        let mut sentences = vec![row.about.to_owned(), gate(row.gate)];
        if !row.aliases.is_empty() {
            sentences.push(format!("Also at `{}`.", row.aliases.join("`, `")));
        }
        let mut parts = vec![sentences.join(" ") + "\n", keys::table(row.input)];
        if let Some(first) = row.first {
            parts.push(format!("Asked first, and must find something:\n\n{}", self.operation(first)));
        }
        if let Answer::Choice(choice) = row.answer {
            for (word, chosen) in choice.words {
                let gate = if chosen.gate == row.gate { String::new() } else { format!(" {}", gate(chosen.gate)) };
                parts.push(format!("**`{}` = `{word}`** (“{}”).{gate}\n", choice.key, chosen.success.text));
                parts.push(keys::table(chosen.input));
                parts.extend(self.answer(chosen));
                let cases = chosen.cases.iter();
                let own = cases.map(|case| Refusal { code: Some(case.code), field: case.field, says: case.says });
                parts.push(self.table(chosen, own));
            }
            parts.push("Whatever the word:\n".to_owned());
        } else {
            parts.extend(self.answer(row));
        }
        parts.push(self.table(row, self.refusals(row)));
        parts.retain(|part| !part.is_empty());
        if parts.last().is_some_and(|part| part.starts_with("Whatever")) {
            parts.pop();
        }
        format!("\n### `{} {}`\n\n{}", row.verb.name(), row.path, parts.join("\n"))
    }

    /// Whether the operation with this name changes nothing.
    fn reads(&self, name: &str) -> bool {
        let operation = self.operations.get(name);
        operation.is_none_or(|it| it.document().operations.iter().all(|(_, it)| it.node.ty == OperationType::Query))
    }

    /// The operation that answers `row` or gives the same, and what of its answer the legacy reply spells in its own way.
    fn answer(&self, row: &Row) -> Vec<String> {
        let (name, like) = match (row.answer, row.like) {
            (Answer::Operation(name), _) => (name, None),
            (Answer::Native(_) | Answer::Exchange(_), Some(name)) if row.reply.is_some() => {
                (name, Some("What the reply is made of"))
            }
            (Answer::Native(_) | Answer::Exchange(_), Some(name)) => (name, Some("The same")),
            _ => return Vec::new(),
        };
        let in_pages = if self.reads(name) { ", in pages" } else { "" };
        let before = like.map(|like| format!("{like}{in_pages}:\n\n")).unwrap_or_default();
        let mut spelled = Vec::new();
        if let Some(operation) = self.operations.get(name) {
            rewritten(&Shape::of(operation.document()), row, &mut spelled);
        }
        let mut parts = vec![format!("{before}{}", self.operation(name))];
        if !spelled.is_empty() {
            parts.push(format!("The legacy reply spells {} in its own way.\n", spelled.join(", ")));
        }
        parts
    }

    fn operation(&self, name: &str) -> String {
        format!("```graphql\n{}\n```\n", operations::alone(self.dialect.operations(), name))
    }

    /// What `row` says, unless every call says it, or only one of its words.
    fn refusals(&self, row: &Row) -> impl Iterator<Item = Refusal> {
        let words = match row.answer {
            Answer::Choice(choice) => choice.words,
            _ => &[],
        };
        let of_a_word = move |refusal: &Refusal| {
            let same = |case: &Case| Some(case.code) == refusal.code && case.says == refusal.says;
            words.iter().any(|(_, chosen)| chosen.cases.iter().any(same)) && !row_says(row, refusal)
        };
        let common = |refusal: &Refusal| match refusal.code {
            None | Some(Code::Internal | Code::Unauthenticated) => true,
            Some(code) => find(self.dialect.cases(), code, refusal.field) == Some(&refusal.says),
        };
        errors::refusals(self.dialect, row).into_iter().filter(move |refusal| !common(refusal) && !of_a_word(refusal))
    }

    /// Whether what is asked of the type `on` holds a list of assets.
    fn lists_assets(&self, shape: &Shape, on: &str) -> bool {
        shape.keys.iter().any(|key| {
            let ty = self.types.field(key.of.as_deref().unwrap_or(on), &key.field).map(named);
            ty.is_some_and(|ty| ty == "AssetConnection" || self.lists_assets(&key.inner, ty))
        })
    }

    fn table(&self, row: &Row, refusals: impl Iterator<Item = Refusal>) -> String {
        let operations = row.operations();
        let mut kinds = operations.iter().filter_map(|name| self.operations.get(*name)).map(StoredOperation::kind);
        let queries = kinds.all(|kind| kind == OperationType::Query);
        // A list of assets is not refused: it leaves out what the viewer may not see.
        let narrowed = row.like.and_then(|name| self.operations.get(name)).is_some_and(|operation| {
            let root = self.types.root(operation.kind());
            root.is_some_and(|root| self.lists_assets(&Shape::of(operation.document()), root))
        });
        table(refusals.map(|refusal| {
            let unlisted = row.input.iter().any(|field| field.unlisted.is_some() && field.unlisted == refusal.code);
            let told = match refusal.code.map(Code::kind) {
                // A query does not say that there is nothing.
                Some(Kind::Refusal) if queries => "– (`null`)".to_owned(),
                _ if refusal.code == Some(Code::Forbidden) && narrowed => "– (only what the viewer may see)".to_owned(),
                // A word that is not listed does not fit the type of the variable.
                _ if unlisted => told(&Refusal { code: Some(Code::RequestInvalid), ..refusal }),
                _ => told(&refusal),
            };
            line(&refusal, &told)
        }))
    }
}

fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(items) => named(items),
    }
}

fn row_says(row: &Row, refusal: &Refusal) -> bool {
    row.cases.iter().any(|case| Some(case.code) == refusal.code && case.says == refusal.says)
}

/// The keys of `shape` that `row` spells differently than GraphQL does.
fn rewritten(shape: &Shape, row: &Row, keys: &mut Vec<String>) {
    for key in &shape.keys {
        let name = format!("`{}`", key.name);
        if row.rewrites.iter().any(|rewrite| rewrite.key == key.name.as_str()) && !keys.contains(&name) {
            keys.push(name);
        }
        rewritten(&key.inner, row, keys);
    }
}

fn gate(gate: Gate) -> String {
    match gate {
        Gate::Open => "For anybody, without a session.".to_owned(),
        Gate::Session => "For anybody with a live session.".to_owned(),
        Gate::Holds(permission) => format!("For those who hold `{}`.", permission.name()),
    }
}

fn table(lines: impl Iterator<Item = String>) -> String {
    let lines: Vec<_> = lines.collect();
    if lines.is_empty() {
        return String::new();
    }
    format!("| legacy code | text | `ErrorCode` |\n| --- | --- | --- |\n{}\n", lines.join("\n"))
}

fn line(refusal: &Refusal, told: &str) -> String {
    let number = refusal.says.code;
    let status = if refusal.says.status == 200 { String::new() } else { format!(", HTTP {}", refusal.says.status) };
    let text = refusal.text().unwrap_or("…").replace("{}", "…");
    format!("| {number}{status} | {text} | {told} |")
}

/// What GraphQL says instead.
fn told(refusal: &Refusal) -> String {
    let Some(code) = refusal.code else {
        return format!("HTTP {}", if refusal.says.status == 200 { 400 } else { refusal.says.status });
    };
    let name = match code.to_value() {
        Value::Enum(name) => format!("`{name}`"),
        other => other.to_string(),
    };
    match refusal.field {
        Some(field) => format!("{name} about `{field}`"),
        None => name,
    }
}
