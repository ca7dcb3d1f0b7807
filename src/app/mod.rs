//! Everything a request can reach: database, clock, randomness, and the rules that settings fix.

use std::{fmt, net::IpAddr, sync::Arc, time::Duration};

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use chrono_tz::Tz;
use futures_util::future::{BoxFuture, FutureExt};

use crate::{db::Database, wecom::Wecom};

/// Tells the time.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The time now, in whole microseconds, which is what both databases keep.
    fn now(&self) -> DateTime<Utc>;

    /// Waits for so long before something is tried again.
    fn pause(&self, time: Duration) -> BoxFuture<'_, ()> {
        tokio::time::sleep(time).boxed()
    }
}

/// The machine's clock.
#[derive(Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is to use")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// Gives random bytes fit for secrets.
pub trait Random: Send + Sync + fmt::Debug {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator, through a thread-local one seeded by it.
#[derive(Debug)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(clippy::disallowed_methods, reason = "this is the generator that everything else is to use")]
    fn fill(&self, bytes: &mut [u8]) {
        rand::Rng::fill_bytes(&mut rand::rng(), bytes);
    }
}

/// `count` characters drawn evenly from `alphabet` (at most 256 ASCII characters).
pub fn draw(random: &dyn Random, alphabet: &[u8], count: usize) -> String {
    let fair = 256 - 256 % alphabet.len();
    let mut text = String::with_capacity(count);
    let mut bytes = [0u8; 64];
    while text.len() < count {
        random.fill(&mut bytes);
        for byte in bytes {
            if text.len() < count && usize::from(byte) < fair {
                text.push(char::from(alphabet[usize::from(byte) % alphabet.len()]));
            }
        }
    }
    text
}

/// A–Z and a–z.
pub const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// 0–9, A–Z and a–z.
pub const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// How long sessions last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRules {
    /// An opaque token unused for this long is dead.
    pub idle: Duration,
    /// A JWT lives this long from its issue.
    pub jwt: Duration,
    /// No session outlives this.
    pub absolute: Duration,
}

impl Default for SessionRules {
    fn default() -> Self {
        let day = 24 * 60 * 60;
        Self {
            idle: Duration::from_secs(7 * day),
            jwt: Duration::from_secs(60 * 60),
            absolute: Duration::from_secs(14 * day),
        }
    }
}

/// How passwords are hashed (argon2id) and how many wait for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashingRules {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes.
    pub passes: u32,
    /// Hashes computed at once.
    pub at_once: usize,
    /// Hashes that may wait for their turn; more are refused as busy.
    pub waiting: usize,
}

impl Default for HashingRules {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self { memory_kib: 19 * 1024, passes: 2, at_once: cores, waiting: 256 }
    }
}

/// Everything a request can reach. Shared by reference; made once, when the server starts.
#[derive(Debug)]
pub struct App {
    /// The database.
    pub db: Database,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// The zone of local dates.
    pub zone: Tz,
    /// The base of links we print, without a trailing slash.
    pub public_url: String,
    /// How long sessions last.
    pub sessions: SessionRules,
    /// Hashes and checks passwords off the async threads.
    pub hashing: Hashing,
    /// Signs and reads JWTs.
    pub jwt: JwtKey,
    /// The folder of uploaded bytes.
    pub files: Files,
    /// How often the public doors may be knocked at.
    pub rates: Rates,
    /// Seals what is kept for other platforms.
    pub vault: Vault,
    /// The app on Feishu.
    pub feishu: Feishu,
    /// The app on WeCom, if one is set up.
    pub wecom: Option<Wecom>,
    /// Wakes background work.
    pub bell: Bell,
    /// The peers whose word about their clients' addresses is taken.
    pub trusted_proxies: Vec<IpAddr>,
}

impl App {
    /// The time now.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The local date now.
    pub fn today(&self) -> NaiveDate {
        self.now().with_timezone(&self.zone).date_naive()
    }

    /// A new legacy key: ten digits of Unix time and eight letters (contract: asset-platform §4).
    pub fn unique_id(&self) -> String {
        format!("{:010}{}", self.now().timestamp(), draw(&*self.random, LETTERS, 8))
    }
}

pub mod back_off;

mod bell;
mod feishu;
mod files;
mod hashing;
mod jwt;
mod pace;
mod platforms;
mod rates;
mod vault;
pub use bell::Bell;
pub use feishu::{Asking, Feishu};
pub use files::{Files, Part, Writing, Written, head};
pub use hashing::{Busy, Hashing};
pub use jwt::JwtKey;
pub use pace::Pace;
pub use platforms::wecom;
pub use rates::{Counted, Exceeded, Login, RateRules, Rates};
pub use vault::Vault;
