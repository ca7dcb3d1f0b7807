//! What a key of a body may hold, declared: rows are made of these.

use crate::domain::{Code, text};

/// A key of the body: what it may hold and which variable it becomes. Made by [`text()`], [`name`], [`number`] and so on.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The key in the body.
    pub key: &'static str,
    /// A second spelling of the key; both may be sent if they agree.
    pub twin: Option<&'static str>,
    /// The variable of the operation, or the key of an input object in a list.
    pub variable: &'static str,
    /// What it may hold.
    pub kind: Kind,
    /// What a missing key means.
    pub absent: Absent,
    /// What `null` means.
    pub null: Null,
    /// The fault it is when a word is none of those listed or a list none at all, judged when the row's first operation has succeeded.
    pub unlisted: Option<Code>,
}

/// What a key may hold.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Text of at most so many characters, without U+0000. A JSON integer is taken as its decimal text.
    Text(usize),
    /// Text of at most 255 characters that is not blank.
    Name,
    /// Text of 1 … 1024 bytes, without U+0000: a password that is set.
    Password,
    /// Text of at most so many bytes, without U+0000.
    Bytes(usize),
    /// 0 … 2147483647, as a number without fraction or a string of digits with blanks around it.
    Number,
    /// `true` or `false`, also as 1 or 0, and each of these as text.
    Truth,
    /// A list of texts, each of at most 255 characters without U+0000; one text alone is a list of one where that is allowed.
    Texts {
        /// Whether one text alone is taken.
        lone: bool,
    },
    /// One of these words, compared exactly, each with what it becomes.
    Word(&'static [(&'static str, &'static str)]),
    /// Likewise, but anything else becomes `null`: a later step of the endpoint answers it.
    AnyWord(&'static [(&'static str, &'static str)]),
    /// An object whose keys become variables of their own.
    Members(&'static [Field]),
    /// A list of objects with these keys.
    Objects(&'static [Field]),
    /// A list of objects of which one key is wanted: becomes a list of its values.
    Each(&'static Field),
}

/// What a missing key means.
#[derive(Clone, Copy, Debug)]
pub enum Absent {
    /// The body is wrong.
    Wrong,
    /// The variable is omitted.
    Omitted,
    /// The variable is this text.
    Text(&'static str),
    /// The variable is this number.
    Number(i32),
}

/// What `null` means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Null {
    /// The body is wrong.
    Wrong,
    /// The same as a missing key.
    Absent,
    /// None; the empty string means the same.
    None,
}

/// A key that holds a `kind`.
pub const fn field(key: &'static str, kind: Kind) -> Field {
    Field { key, twin: None, variable: key, kind, absent: Absent::Wrong, null: Null::Wrong, unlisted: None }
}

/// A key that holds text of at most 255 characters.
pub const fn text(key: &'static str) -> Field {
    field(key, Kind::Text(text::SHORT))
}

/// A key that holds text of at most 2000 characters.
pub const fn long_text(key: &'static str) -> Field {
    field(key, Kind::Text(text::LONG))
}

/// A key that holds a name.
pub const fn name(key: &'static str) -> Field {
    field(key, Kind::Name)
}

/// A key that holds a password.
pub const fn password(key: &'static str) -> Field {
    field(key, Kind::Password)
}

/// A key that holds a number.
pub const fn number(key: &'static str) -> Field {
    field(key, Kind::Number)
}

/// A key that holds a truth value.
pub const fn truth(key: &'static str) -> Field {
    field(key, Kind::Truth)
}

/// A key that holds a list of texts.
pub const fn texts(key: &'static str) -> Field {
    field(key, Kind::Texts { lone: false })
}

/// A key that holds a text or a list of texts.
pub const fn text_or_texts(key: &'static str) -> Field {
    field(key, Kind::Texts { lone: true })
}

/// A key that holds the id of something.
pub const fn reference(key: &'static str) -> Field {
    text(key)
}

/// A key that holds one of `words`.
pub const fn word(key: &'static str, words: &'static [(&'static str, &'static str)]) -> Field {
    field(key, Kind::Word(words))
}

/// A key that holds one of `words`; anything else becomes `null`, which a later step of the endpoint answers.
pub const fn any_word(key: &'static str, words: &'static [(&'static str, &'static str)]) -> Field {
    field(key, Kind::AnyWord(words))
}

/// A key that holds an object whose keys become variables of their own.
pub const fn members(key: &'static str, fields: &'static [Field]) -> Field {
    field(key, Kind::Members(fields))
}

/// A key that holds a list of objects with these keys.
pub const fn objects(key: &'static str, fields: &'static [Field]) -> Field {
    field(key, Kind::Objects(fields))
}

/// A key that holds a list of objects of which one key is wanted.
pub const fn each(key: &'static str, wanted: &'static Field) -> Field {
    field(key, Kind::Each(wanted))
}

impl Field {
    /// The variable it becomes, when that is not called like the key.
    #[must_use]
    pub const fn to(self, variable: &'static str) -> Self {
        Self { variable, ..self }
    }

    /// The fault it is when nothing of the kind is sent, judged once the whole body was read and the row's first operation succeeded.
    #[must_use]
    pub const fn else_fault(self, unlisted: Code) -> Self {
        Self { unlisted: Some(unlisted), ..self }
    }

    /// Another spelling of the key.
    #[must_use]
    pub const fn also(self, twin: &'static str) -> Self {
        Self { twin: Some(twin), ..self }
    }

    /// May be missing; `null` is refused.
    #[must_use]
    pub const fn if_sent(self) -> Self {
        Self { absent: Absent::Omitted, ..self }
    }

    /// May be missing; `null` counts as missing.
    #[must_use]
    pub const fn optional(self) -> Self {
        Self { absent: Absent::Omitted, null: Null::Absent, ..self }
    }

    /// May be missing and is then this text; `null` counts as missing.
    #[must_use]
    pub const fn or(self, text: &'static str) -> Self {
        Self { absent: Absent::Text(text), null: Null::Absent, ..self }
    }

    /// May be missing and is then this number; `null` counts as missing.
    #[must_use]
    pub const fn or_number(self, number: i32) -> Self {
        Self { absent: Absent::Number(number), null: Null::Absent, ..self }
    }

    /// `null` and `""` are legal and mean none.
    #[must_use]
    pub const fn or_none(self) -> Self {
        Self { null: Null::None, ..self }
    }
}
