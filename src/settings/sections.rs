//! The sections about the server itself.

use std::path::PathBuf;

use serde::{Deserialize, Deserializer, Serialize, de};

use super::{Wrong, is_web_address};

/// How to use the database.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// Most connections (for SQLite: for reading); 0 chooses: two more than cores on SQLite, 16 on PostgreSQL.
    pub connections: u32,
    /// The PostgreSQL schema to live in; the server's default when none.
    pub schema: Option<String>,
}

impl Database {
    pub(super) fn check(&self) -> Result<(), Wrong> {
        let plain = |schema: &str| {
            !schema.is_empty() && schema.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        };
        let fine = self.schema.as_deref().is_none_or(plain);
        Wrong::unless(fine, "database.schema", "may hold a to z, 0 to 9 and _ only")
    }
}

/// How long sessions last.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sessions {
    /// An opaque token unused for this long is dead.
    pub idle_seconds: u64,
    /// A JWT lives this long from its issue.
    pub jwt_seconds: u64,
    /// No session outlives this.
    pub absolute_seconds: u64,
}

impl Default for Sessions {
    fn default() -> Self {
        let day = 24 * 60 * 60;
        Self { idle_seconds: 7 * day, jwt_seconds: 60 * 60, absolute_seconds: 14 * day }
    }
}

/// A hundred years; longer times do not fit every calendar.
const LONGEST_SECONDS: u64 = 100 * 365 * 24 * 60 * 60;

impl Sessions {
    pub(super) fn check(&self) -> Result<(), Wrong> {
        for (key, seconds) in [
            ("sessions.idle_seconds", self.idle_seconds),
            ("sessions.jwt_seconds", self.jwt_seconds),
            ("sessions.absolute_seconds", self.absolute_seconds),
        ] {
            between(key, seconds, 1, LONGEST_SECONDS)?;
        }
        Ok(())
    }
}

/// How passwords are hashed (argon2id) and how many wait for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hashing {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes.
    pub passes: u32,
    /// Hashes computed at once; 0 chooses one a core.
    pub at_once: u32,
    /// Hashes that may wait for their turn; more are refused as busy.
    pub waiting: u32,
}

impl Default for Hashing {
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2, at_once: 0, waiting: 256 }
    }
}

impl Hashing {
    pub(super) fn check(&self) -> Result<(), Wrong> {
        between("hashing.memory_kib", self.memory_kib.into(), 8, 4 * 1024 * 1024)?;
        between("hashing.passes", self.passes.into(), 1, 1000)?;
        between("hashing.at_once", self.at_once.into(), 0, 1024)
    }
}

/// What GraphQL accepts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Graphql {
    /// Who may read the schema; when none, people with a live session, and everybody with demo data.
    pub introspection: Option<Introspection>,
    /// Brackets open at once in the text of a document.
    pub nesting: u64,
    /// Fields within fields.
    pub depth: u64,
    /// Weight of an operation: fields times the sizes of the lists they are in.
    pub weight: u64,
    /// Fields at the root of an operation.
    pub root_fields: u64,
    /// Aliases in a document.
    pub aliases: u64,
    /// Seconds that an operation may take.
    pub timeout_seconds: u64,
    /// Origins besides our own whose pages may open a WebSocket, such as `https://front.example`.
    pub origins: List,
}

/// Who may read the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Introspection {
    /// People with a live session.
    SignedIn,
    /// Everybody.
    Everybody,
    /// Nobody.
    Nobody,
}

impl Default for Graphql {
    fn default() -> Self {
        Self {
            introspection: None,
            nesting: 64,
            depth: 15,
            weight: 20_000,
            root_fields: 20,
            aliases: 100,
            timeout_seconds: 30,
            origins: List::default(),
        }
    }
}

impl Graphql {
    pub(super) fn check(&self) -> Result<(), Wrong> {
        // A deeper literal overflows the stack of the parser, and the parser itself stops at 32 fields.
        between("graphql.nesting", self.nesting, 1, 500)?;
        between("graphql.depth", self.depth, 1, 31)?;
        between("graphql.weight", self.weight, 1, 1_000_000_000)?;
        between("graphql.root_fields", self.root_fields, 1, 10_000)?;
        between("graphql.aliases", self.aliases, 0, 100_000)?;
        between("graphql.timeout_seconds", self.timeout_seconds, 1, 3600)?;
        let absolute = self.origins.0.iter().all(|origin| is_web_address(origin));
        Wrong::unless(absolute, "graphql.origins", "must start with http:// or https://, separated by commas")
    }
}

/// What HTTP accepts, and how the server stops.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// Most bytes of a request body, where a door sets no limit of its own.
    pub body_bytes: u64,
    /// Seconds that requests under way are given when the server stops.
    pub shutdown_seconds: u64,
    /// Addresses whose `X-Forwarded-For` is believed.
    pub trusted_proxies: List,
}

impl Default for Http {
    fn default() -> Self {
        Self { body_bytes: 1024 * 1024, shutdown_seconds: 20, trusted_proxies: List::default() }
    }
}

impl Http {
    pub(super) fn check(&self) -> Result<(), Wrong> {
        between("http.body_bytes", self.body_bytes, 1024, 1024 * 1024 * 1024)?;
        between("http.shutdown_seconds", self.shutdown_seconds, 0, 3600)?;
        let addresses = self.trusted_proxies.0.iter().all(|proxy| proxy.parse::<std::net::IpAddr>().is_ok());
        Wrong::unless(addresses, "http.trusted_proxies", "must be addresses without ports, separated by commas")
    }
}

/// What is logged, and how.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// Levels by target, such as `info` or `warn,assetry=debug`.
    pub filter: String,
    /// Whether a line is a JSON object.
    pub json: bool,
}

impl Default for Log {
    fn default() -> Self {
        Self { filter: "info,sea_orm_migration=warn".to_owned(), json: false }
    }
}

impl Log {
    pub(super) fn check(&self) -> Result<(), Wrong> {
        let understood = self.filter.parse::<tracing_subscriber::filter::Targets>().is_ok();
        Wrong::unless(understood, "log.filter", "must be levels by target such as info or warn,assetry=debug")
    }
}

/// Where uploaded files go.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Files {
    /// The folder of the bytes.
    pub folder: PathBuf,
    /// Most bytes of one file.
    pub max_bytes: u64,
}

impl Default for Files {
    fn default() -> Self {
        Self { folder: "files".into(), max_bytes: 20 * 1024 * 1024 }
    }
}

impl Files {
    pub(super) fn check(&self) -> Result<(), Wrong> {
        between("files.max_bytes", self.max_bytes, 1, 1024 * 1024 * 1024 * 1024)
    }
}

/// Several texts: a list in the file, separated by commas in the environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct List(pub Vec<String>);

impl<'de> Deserialize<'de> for List {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;
        impl<'de> de::Visitor<'de> for Texts {
            type Value = List;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("a list of texts")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<List, E> {
                let texts = text.split(',').map(str::trim).filter(|text| !text.is_empty());
                Ok(List(texts.map(str::to_owned).collect()))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut texts: A) -> Result<List, A::Error> {
                let mut list = List::default();
                while let Some(text) = texts.next_element()? {
                    list.0.push(text);
                }
                Ok(list)
            }
        }
        deserializer.deserialize_any(Texts)
    }
}

pub(super) fn between(key: &str, number: u64, least: u64, most: u64) -> Result<(), Wrong> {
    Wrong::unless((least..=most).contains(&number), key, format_args!("must be between {least} and {most}"))
}
