//! Why Feishu gave nothing, and what follows from each code (contract: feishu-app §5.6).

use std::{collections::BTreeSet, time::Duration};

/// Longest log id that is kept.
const LOG_ID: usize = 64;
/// Longest name of a scope.
const SCOPE: usize = 80;
/// Most scopes that are read off a refusal.
const SCOPES: usize = 20;

/// What Feishu says about a refusal. Never printed: it may repeat what was sent.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Words(pub(super) String);

impl Words {
    /// The text, for the caller whose own call it answers.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Words {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Words(…)")
    }
}

/// An answer with a code other than 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Feishu's code.
    pub code: i64,
    /// The HTTP status: 200 in the old style, 4xx or 5xx in the new.
    pub status: u16,
    /// `X-Tt-Logid`, by which Feishu's support finds the call.
    pub log_id: Option<String>,
    /// `msg`.
    pub words: Words,
}

/// Why Feishu gave nothing. Never says what was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It refused.
    #[error("Feishu refused: code {}, HTTP {}", .0.code, .0.status)]
    Refused(Refusal),
    /// It was called too often, and wants to be left alone for so long, if it said.
    #[error("Feishu was called too often")]
    TooOften(Option<Duration>),
    /// It answered this HTTP status without a code.
    #[error("Feishu answered HTTP {0}")]
    Status(u16),
    /// There was no answer that could be read.
    #[error("Feishu gave no answer: {0}")]
    NoAnswer(&'static str),
    /// No token is asked for: our id or secret was refused a moment ago.
    #[error("Feishu is left alone after it refused our credentials")]
    LeftAlone,
    /// What was to be sent cannot be; nothing was.
    #[error("not sent: {0}")]
    NotSent(&'static str),
}

/// What a failure means to whoever called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The tenant's token is no longer taken.
    TenantToken,
    /// The person's token is no longer taken.
    UserToken,
    /// Too many calls.
    TooOften,
    /// It may go well another time.
    Passing,
    /// The code of a login, or the person who brought it.
    Login,
    /// The app is not set up for this, here or at Feishu.
    Configuration,
    /// No such person, or none whom we may see.
    Person,
    /// No such department, none whom we may see, or one too big to be read at once.
    Department,
    /// A message that will never arrive.
    Message,
    /// Anything else: it will not go well another time either.
    Other,
}

impl Meaning {
    fn of(code: i64, status: u16) -> Self {
        match code {
            99_991_663 | 99_991_661 | 20013 => Self::TenantToken,
            99_991_668 | 99_991_677 | 20005 => Self::UserToken,
            99_991_400 => Self::TooOften,
            2200 | 20050 | 20072 | 230_020 | 230_049 => Self::Passing,
            20003 | 20004 | 20007 | 20008 | 20021..=20024 | 20065 | 20066 | 20071 => Self::Login,
            10003 | 10014 | 10015 | 20002 | 20048 | 20009 | 20027 | 20029 | 99_991_401 | 99_991_403 | 99_991_671
            | 99_991_672 => Self::Configuration,
            99_992_351 | 99_992_360 | 99_992_364 | 41050 => Self::Person,
            40004 | 99_992_357 | 99_992_380 | 43010 => Self::Department,
            60001 | 60018 | 230_000..=239_999 => Self::Message,
            _ if status == 429 => Self::TooOften,
            _ if status >= 500 => Self::Passing,
            _ => Self::Other,
        }
    }
}

impl Failure {
    /// What it means.
    pub fn meaning(&self) -> Meaning {
        match self {
            Self::Refused(refusal) => Meaning::of(refusal.code, refusal.status),
            Self::TooOften(_) => Meaning::TooOften,
            Self::Status(_) | Self::NoAnswer(_) => Meaning::Passing,
            Self::LeftAlone => Meaning::Configuration,
            Self::NotSent(_) => Meaning::Other,
        }
    }

    /// Feishu's code, if it refused with one.
    pub fn code(&self) -> Option<i64> {
        match self {
            Self::Refused(refusal) => Some(refusal.code),
            _ => None,
        }
    }

    /// The scopes that the app lacks, as far as Feishu names them; of those it names together one is enough.
    pub fn missing_scopes(&self) -> BTreeSet<String> {
        match self {
            Self::Refused(refusal) if matches!(refusal.code, 99_991_672 | 99_991_671) => scopes(refusal.words.text()),
            _ => BTreeSet::new(),
        }
    }

    /// Whether our id or secret was refused.
    pub fn is_of_credentials(&self) -> bool {
        matches!(self.code(), Some(10003 | 10014 | 10015))
    }

    /// The HTTP status it came with, if there was one.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Refused(refusal) => Some(refusal.status),
            Self::Status(status) => Some(*status),
            _ => None,
        }
    }
}

/// A log id that may be written into a log; none if it could be anything else.
pub(super) fn log_id(text: &str) -> Option<String> {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    (plain && (1..=LOG_ID).contains(&text.len())).then(|| text.to_owned())
}

/// The names of scopes in `words`, and nothing else of them: two or more parts of small letters, digits, dots and lines.
fn scopes(words: &str) -> BTreeSet<String> {
    let of_a_name = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "._:-".contains(letter);
    let is_name = |word: &&str| {
        let whole = |part: &str| part.starts_with(|first: char| first.is_ascii_lowercase());
        word.len() <= SCOPE && word.contains(':') && word.split(':').all(whole)
    };
    let words = words.split(|letter| !of_a_name(letter)).map(|word| word.trim_end_matches(['.', '-', '_']));
    words.filter(is_name).take(SCOPES).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_scopes_are_read_off_a_refusal() {
        let words = "Access denied. One of the following scopes is required: [contact:contact.base:readonly, attendance:task]. \
            应用尚未开通所需的应用身份权限：[contact:contact.base:readonly]，点击链接申请：https://open.feishu.cn/app/cli_a1/auth?q=im:message,x&t-secret:Abc user:13800000000 a: :b";
        let seen = |code| {
            let words = Words(words.to_owned());
            Failure::Refused(Refusal { code, status: 400, log_id: None, words }).missing_scopes()
        };
        let expected = ["attendance:task", "contact:contact.base:readonly", "im:message"].map(str::to_owned);
        assert_eq!(seen(99_991_672), expected.clone().into());
        assert_eq!(seen(99_991_671), expected.into());
        assert_eq!((seen(1), Failure::Status(500).missing_scopes()), Default::default());
    }

    #[test]
    fn every_code_of_the_table_has_its_meaning() {
        for (codes, meaning) in [
            (&[99_991_663, 99_991_661, 20013][..], Meaning::TenantToken),
            (&[99_991_668, 99_991_677, 20005], Meaning::UserToken),
            (&[99_991_400], Meaning::TooOften),
            (&[2200, 20050, 20072, 230_020, 230_049], Meaning::Passing),
            (&[20003, 20004, 20007, 20008, 20021, 20022, 20023, 20024, 20065, 20066, 20071], Meaning::Login),
            (&[10003, 10014, 10015, 20002, 20048, 20009, 20027, 20029], Meaning::Configuration),
            (&[99_991_401, 99_991_403, 99_991_672, 99_991_671], Meaning::Configuration),
            (&[99_992_351, 99_992_360, 99_992_364, 41050], Meaning::Person),
            (&[40004, 99_992_357, 99_992_380, 43010], Meaning::Department),
            (&[230_013, 230_029, 230_034, 230_053, 230_011, 230_031, 60001, 60018, 230_999], Meaning::Message),
            (&[40011, 40012, 1_220_001, 1], Meaning::Other),
        ] {
            for code in codes {
                assert_eq!(Meaning::of(*code, 400), meaning, "{code}");
            }
        }
        assert_eq!((Meaning::of(1, 500), Meaning::of(1, 429)), (Meaning::Passing, Meaning::TooOften));
        assert_eq!(Meaning::of(10003, 500), Meaning::Configuration);
    }

    #[test]
    fn log_ids_are_plain() {
        assert_eq!(log_id("20261126-AB_c").as_deref(), Some("20261126-AB_c"));
        for wrong in ["", "a b", "a\n", &"a".repeat(65)] {
            assert_eq!(log_id(wrong), None);
        }
    }

    #[test]
    fn what_feishu_says_is_not_printed() {
        let words = Words("t-secret".to_owned());
        let failure = Failure::Refused(Refusal { code: 1, status: 400, log_id: None, words });
        assert!(!format!("{failure} {failure:?}").contains("secret"));
    }
}
