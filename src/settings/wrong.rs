//! What is wrong with the settings, in one sentence without values.

use std::{error, fmt, path::Path};

use figment::error::Kind;

/// A sentence that says which setting is wrong and how, and never what it was set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong(String);

impl Wrong {
    /// This sentence.
    pub(super) fn new(sentence: impl fmt::Display) -> Self {
        Self(sentence.to_string())
    }

    /// Passes if `fine`; else "The setting `key` (its variable) `complaint`.".
    pub(super) fn unless(fine: bool, key: &str, complaint: impl fmt::Display) -> Result<(), Self> {
        if fine { Ok(()) } else { Err(Self::about(key, complaint)) }
    }

    /// "The setting `key` (its variable) `complaint`.", for what only its user can tell.
    pub fn about(key: &str, complaint: impl fmt::Display) -> Self {
        Self(format!("The setting {key} ({}) {complaint}.", variable(key)))
    }

    /// What `error`, met while reading the settings over the file `file`, says.
    pub(super) fn read(error: figment::Error, file: &Path) -> Self {
        let path = error.path.join(".");
        match error.kind {
            // The parser quotes the line it stumbled over, and that line may hold a secret.
            Kind::Message(text) if path.is_empty() => Self(format!(
                "The settings file {} is not TOML{}.",
                file.display(),
                place(&text).map(|place| format!(" (at {place})")).unwrap_or_default()
            )),
            Kind::UnknownField(..) => Self(format!("There is no setting {path} ({}).", variable(&path))),
            Kind::UnknownVariant(_, words) => Self::about(&path, format_args!("must be one of {}", words.join(", "))),
            Kind::InvalidType(_, wanted) | Kind::InvalidValue(_, wanted) => {
                Self::about(&path, format_args!("must be {}", plain(&wanted)))
            }
            _ => Self::about(&path, shape_of(&path)),
        }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl error::Error for Wrong {}

/// The environment's name of `key`.
fn variable(key: &str) -> String {
    format!("ASSETRY_{}", key.replace('.', "__").to_uppercase())
}

/// "line 3, column 5" out of the first line of the parser's text.
fn place(text: &str) -> Option<&str> {
    text.lines().next()?.split_once("at line ").map(|(before, _)| &text[before.len() + "at ".len()..])?.lines().next()
}

/// serde's word for a type in an operator's words.
fn plain(wanted: &str) -> &str {
    match wanted {
        "a boolean" => "true or false",
        "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "a string" => "a text",
        wanted if wanted.starts_with("struct ") => "a section with keys of its own",
        _ => "of another type",
    }
}

/// What a text that did not parse should have looked like.
fn shape_of(key: &str) -> &'static str {
    match key {
        "listen" => "must be an address and a port such as 127.0.0.1:8080",
        "timezone" => "must be a zone of the tz database such as Asia/Shanghai",
        _ => "cannot be understood",
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn the_place_of_a_syntax_error_is_told_without_the_line() {
        let text = "TOML parse error at line 3, column 5\n  |\n3 | jwt_secret = hush\n  |   ^\ninvalid string\n";
        assert_eq!(place(text), Some("line 3, column 5"));
        assert_eq!(place("something else"), None);
    }
}
