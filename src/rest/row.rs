//! What an endpoint is: one row of a dialect's table.

use std::fmt;

use async_graphql::Variables;
use axum::http::{HeaderMap, Method};
use futures_util::future::BoxFuture;
use serde::Serialize;

use super::{field::Field, openapi::Subject, payload::Payload, refused::Refused, run::Call, shape::Rewrite};
use crate::domain::{Code, Context, Outcome, Permission};

/// One endpoint, or one of the cases of an endpoint that a word in the body tells apart.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What it is about.
    pub subject: Subject,
    /// What it does, in one sentence.
    pub about: &'static str,
    /// The method.
    pub verb: Verb,
    /// The path as the contract prints it; `{name}` stands for one segment.
    pub path: &'static str,
    /// Other paths to the same.
    pub aliases: &'static [&'static str],
    /// Whether the path answers with and without its trailing slash, rather than only as printed.
    pub either_slash: bool,
    /// The key of the input that `{key}` in the path stands for.
    pub key: &'static str,
    /// The requests that the row takes, by their headers; to the others it is not there.
    pub only_if: Option<fn(&HeaderMap) -> bool>,
    /// Who may pass.
    pub gate: Gate,
    /// What is read from the body.
    pub input: &'static [Field],
    /// Whether the function that answers reads the body itself; the input then only documents what it reads.
    pub unread: bool,
    /// The operation that must succeed after the input is read and before anything else is looked at; what it answers joins the
    /// variables.
    pub first: Option<&'static str>,
    /// What answers.
    pub answer: Answer,
    /// Where a function answers: the operation that asks GraphQL for the same, in pages.
    pub like: Option<&'static str>,
    /// The schema of the payload, where no operation can say it; its `$defs` may be named in references.
    pub reply: Option<fn() -> serde_json::Value>,
    /// The media type of a success that is no JSON; the empty one where a success has no body.
    pub media: Option<&'static str>,
    /// The fault it is when an operation finds nothing: when one of its root fields is `null`.
    pub missing: Option<Code>,
    /// What a success says beside its payload.
    pub success: Says,
    /// What a success says in another case, which the function that answers knows.
    pub otherwise: Option<Says>,
    /// What each fault says; the dialect knows the rest.
    pub cases: &'static [Case],
    /// Values that are spelled differently than GraphQL spells them.
    pub rewrites: &'static [Rewrite],
}

/// A method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Reads.
    Get,
    /// Does something.
    Post,
    /// Replaces something.
    Put,
    /// Deletes something.
    Delete,
}

impl Verb {
    /// As HTTP spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    /// Whether a request with `method` is meant; `HEAD` asks for what `GET` gives.
    pub fn takes(self, method: &Method) -> bool {
        method.as_str() == self.name() || (self == Self::Get && method == Method::HEAD)
    }
}

/// Who may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Anybody, without a session.
    Open,
    /// Anybody with a live session.
    Session,
    /// Who holds the permission.
    Holds(Permission),
}

impl Gate {
    /// Passes who may; else `UNAUTHENTICATED` or `FORBIDDEN`.
    pub fn pass(self, context: &Context) -> Outcome<()> {
        match self {
            Self::Open => Ok(()),
            Self::Session => context.known(),
            Self::Holds(permission) => context.may(permission),
        }
    }
}

/// A function of ours that answers instead of an operation.
pub type Native = fn(Context, Variables) -> BoxFuture<'static, Outcome<Payload>>;

/// A function of ours that also sees the call itself: its headers, its peer, and the body where nobody has read it; and that may give
/// the reply headers.
pub type Exchange = for<'a> fn(&'a mut Call, Context, Variables) -> Exchanging<'a>;

/// An exchange under way.
pub type Exchanging<'a> = BoxFuture<'a, Result<Exchanged, Refused>>;

/// What came of an exchange.
pub struct Exchanged {
    /// What is said, where it is not [`Row::success`].
    pub says: Option<Says>,
    /// What the reply carries.
    pub payload: Payload,
}

impl From<Payload> for Exchanged {
    fn from(payload: Payload) -> Self {
        Self { says: None, payload }
    }
}

/// What answers.
#[derive(Clone, Copy)]
pub enum Answer {
    /// The operation of this name in the dialect's `.graphql` file.
    Operation(&'static str),
    /// A function, in three cases only: bytes, replies without bound, protocol replies.
    Native(Native),
    /// A function that takes part in the exchange itself, in the same three cases.
    Exchange(Exchange),
    /// One of several rows, told apart by a word in the body.
    Choice(&'static Choice),
}

impl fmt::Debug for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operation(name) => out.debug_tuple("Operation").field(name).finish(),
            Self::Native(_) => out.write_str("Native"),
            Self::Exchange(_) => out.write_str("Exchange"),
            Self::Choice(choice) => out.debug_tuple("Choice").field(choice).finish(),
        }
    }
}

/// Several rows behind one path. Each has its own gate, input, answer and texts; faults it does not list are looked up in the row around it.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// The key that holds the word.
    pub key: &'static str,
    /// The words and their rows.
    pub words: &'static [(&'static str, Row)],
    /// Who learns that any other word is wrong; to the rest it is forbidden.
    pub otherwise: Gate,
}

/// A number that a dialect sends as an integer or as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Number {
    /// `0`.
    Integer(i32),
    /// `"0"`.
    Text(&'static str),
}

/// As JSON.
impl fmt::Display for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => write!(out, "{number}"),
            Self::Text(text) => write!(out, "\"{text}\""),
        }
    }
}

/// What a reply says beside its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Says {
    /// The HTTP status.
    pub status: u16,
    /// The number in the body.
    pub code: Number,
    /// The text; `{}` in it stands for the subject of a fault, and an empty one for the fault's own text.
    pub text: &'static str,
    /// The key of the body that is wrong, and the text about it, where the dialect names it.
    pub field: Option<(&'static str, &'static str)>,
}

/// What a fault says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// The fault's code.
    pub code: Code,
    /// Only when the fault is about this input field, in GraphQL's spelling.
    pub field: Option<&'static str>,
    /// What is answered.
    pub says: Says,
}

impl Case {
    /// Only when the fault is about this input field, in GraphQL's spelling.
    #[must_use]
    pub const fn on(self, field: &'static str) -> Self {
        Self { field: Some(field), ..self }
    }
}

impl Row {
    /// A row for anybody with a live session that reads nothing. What answers and what it says are still to be given.
    pub const fn new(verb: Verb, path: &'static str) -> Self {
        Self {
            subject: Subject::Sessions,
            about: "",
            verb,
            path,
            aliases: &[],
            either_slash: true,
            key: "key",
            only_if: None,
            gate: Gate::Session,
            input: &[],
            unread: false,
            first: None,
            answer: Answer::Operation(""),
            like: None,
            reply: None,
            media: None,
            missing: None,
            success: Says { status: 200, code: Number::Integer(0), text: "", field: None },
            otherwise: None,
            cases: &[],
            rewrites: &[],
        }
    }

    /// Is about `subject` and does what the sentence `about` says.
    #[must_use]
    pub const fn about(self, subject: Subject, about: &'static str) -> Self {
        Self { subject, about, ..self }
    }

    /// Also answers at `aliases`.
    #[must_use]
    pub const fn alias(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    /// Answers only with the trailing slash, or its absence, as printed.
    #[must_use]
    pub const fn exactly(self) -> Self {
        Self { either_slash: false, ..self }
    }

    /// Reads what stands at `{key}` in the path as the key `key` of the input.
    #[must_use]
    pub const fn by(self, key: &'static str) -> Self {
        Self { key, ..self }
    }

    /// Takes only requests with such headers.
    #[must_use]
    pub const fn only_if(self, takes: fn(&HeaderMap) -> bool) -> Self {
        Self { only_if: Some(takes), ..self }
    }

    /// Lets anybody pass.
    #[must_use]
    pub const fn open(self) -> Self {
        Self { gate: Gate::Open, ..self }
    }

    /// Lets pass who holds `permission`.
    #[must_use]
    pub const fn holds(self, permission: Permission) -> Self {
        Self { gate: Gate::Holds(permission), ..self }
    }

    /// Reads `input` from the body.
    #[must_use]
    pub const fn reads(self, input: &'static [Field]) -> Self {
        Self { input, ..self }
    }

    /// Runs the operation of this name first, which must succeed.
    #[must_use]
    pub const fn first(self, operation: &'static str) -> Self {
        Self { first: Some(operation), ..self }
    }

    /// Is answered by the operation of this name.
    #[must_use]
    pub const fn runs(self, operation: &'static str) -> Self {
        Self { answer: Answer::Operation(operation), ..self }
    }

    /// Is answered by `function`.
    #[must_use]
    pub const fn native(self, function: Native) -> Self {
        Self { answer: Answer::Native(function), ..self }
    }

    /// Is answered by `function`, which takes part in the exchange.
    #[must_use]
    pub const fn exchange(self, function: Exchange) -> Self {
        Self { answer: Answer::Exchange(function), ..self }
    }

    /// Leaves the body to the function that answers.
    #[must_use]
    pub const fn unread(self) -> Self {
        Self { unread: true, ..self }
    }

    /// Gives what the operation of this name gives in pages.
    #[must_use]
    pub const fn like(self, operation: &'static str) -> Self {
        Self { like: Some(operation), ..self }
    }

    /// Answers a payload with this schema, which no operation can say.
    #[must_use]
    pub const fn replies(self, reply: fn() -> serde_json::Value) -> Self {
        Self { reply: Some(reply), ..self }
    }

    /// Answers something that is no JSON, of this media type; of the empty one, no body at all.
    #[must_use]
    pub const fn gives(self, media: &'static str) -> Self {
        Self { media: Some(media), ..self }
    }

    /// Is one of several rows.
    #[must_use]
    pub const fn chooses(self, choice: &'static Choice) -> Self {
        Self { answer: Answer::Choice(choice), ..self }
    }

    /// Must find what it asks for: a root field that is `null` is the fault `missing`.
    #[must_use]
    pub const fn must_find(self, missing: Code) -> Self {
        Self { missing: Some(missing), ..self }
    }

    /// Says this on success.
    #[must_use]
    pub const fn says(self, success: Says) -> Self {
        Self { success, ..self }
    }

    /// Says this on success in another case.
    #[must_use]
    pub const fn or_says(self, otherwise: Says) -> Self {
        Self { otherwise: Some(otherwise), ..self }
    }

    /// Says this on these faults.
    #[must_use]
    pub const fn unless(self, cases: &'static [Case]) -> Self {
        Self { cases, ..self }
    }

    /// Spells these values differently than GraphQL does.
    #[must_use]
    pub const fn rewrites(self, rewrites: &'static [Rewrite]) -> Self {
        Self { rewrites, ..self }
    }

    /// Whether a request with this method and these headers is meant.
    pub fn takes(&self, method: &Method, headers: &HeaderMap) -> bool {
        self.verb.takes(method) && self.only_if.is_none_or(|takes| takes(headers))
    }

    /// Every path the row answers at, in axum's spelling.
    pub fn paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        for path in [self.path].iter().chain(self.aliases) {
            if self.either_slash {
                let bare = path.trim_end_matches('/');
                paths.extend([bare.to_owned(), format!("{bare}/")]);
            } else {
                paths.push((*path).to_owned());
            }
        }
        paths
    }

    /// Every operation the row may run, and those that are like its functions.
    pub fn operations(&self) -> Vec<&'static str> {
        let answering = match self.answer {
            Answer::Operation(name) => vec![name],
            Answer::Native(_) | Answer::Exchange(_) => self.like.into_iter().collect(),
            Answer::Choice(choice) => choice.words.iter().flat_map(|(_, row)| row.operations()).collect(),
        };
        self.first.into_iter().chain(answering).collect()
    }

    /// What a fault with `code` about `field` says here: the case for the field, else the one for the code alone.
    pub fn case(&self, code: Code, field: Option<&str>) -> Option<&'static Says> {
        find(self.cases, code, field)
    }
}

/// The rows of several tables as one; `N` is how many there are.
pub const fn joined<const N: usize>(tables: &[&[Row]]) -> [Row; N] {
    let mut rows = [Row::new(Verb::Post, ""); N];
    let (mut at, mut table) = (0, 0);
    while table < tables.len() {
        let mut row = 0;
        while row < tables[table].len() {
            rows[at] = tables[table][row];
            (at, row) = (at + 1, row + 1);
        }
        table += 1;
    }
    assert!(at == N, "N is not how many rows there are");
    rows
}

/// The entry for `code` and `field` in `cases`.
pub fn find(cases: &'static [Case], code: Code, field: Option<&str>) -> Option<&'static Says> {
    let of_code = || cases.iter().filter(|case| case.code == code);
    of_code()
        .find(|case| case.field.is_some() && case.field == field)
        .or_else(|| of_code().find(|case| case.field.is_none()))
        .map(|case| &case.says)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_answer_with_and_without_slash() {
        const SEARCH: Row = Row::new(Verb::Post, "/api/search_asset/").alias(&["/api/search_assets/"]);
        assert_eq!(
            SEARCH.paths(),
            ["/api/search_asset", "/api/search_asset/", "/api/search_assets", "/api/search_assets/"]
        );
        assert_eq!(Row::new(Verb::Post, "/api/login/").exactly().paths(), ["/api/login/"]);
        assert_eq!(Row::new(Verb::Put, "/api/x/{session}").paths(), ["/api/x/{session}", "/api/x/{session}/"]);
    }

    #[test]
    fn get_takes_head() {
        assert!(Verb::Get.takes(&Method::GET) && Verb::Get.takes(&Method::HEAD) && !Verb::Get.takes(&Method::POST));
        assert!(Verb::Post.takes(&Method::POST) && !Verb::Post.takes(&Method::HEAD));
    }

    #[test]
    fn a_case_for_a_field_comes_before_one_for_the_code() {
        const fn says(text: &'static str) -> Says {
            Says { status: 200, code: Number::Integer(1), text, field: None }
        }
        const CASES: &[Case] = &[
            Case { code: Code::AssetNotFound, field: None, says: says("any") },
            Case { code: Code::AssetNotFound, field: None, says: says("under") }.on("underId"),
            Case { code: Code::StaffNotFound, field: None, says: says("target") }.on("targetId"),
        ];
        let text = |code, field| find(CASES, code, field).map(|says| says.text);
        assert_eq!(text(Code::AssetNotFound, Some("underId")), Some("under"));
        assert_eq!(text(Code::AssetNotFound, Some("id")), Some("any"));
        assert_eq!(text(Code::AssetNotFound, None), Some("any"));
        assert_eq!(text(Code::StaffNotFound, Some("targetId")), Some("target"));
        assert_eq!(text(Code::StaffNotFound, None), None);
    }
}
