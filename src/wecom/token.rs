//! The access token: kept while it lives, fetched once for any number of callers who wait for it.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;

use super::{Failure, Now};

/// Seconds before its end at which a token is no longer used.
const MARGIN: i64 = 300;
/// Seconds for which no token is fetched after our credentials were refused: WeCom bans addresses that go on asking.
const SILENCE: i64 = 60;

/// A token as WeCom hands it out.
#[derive(Clone, Debug)]
pub(super) struct Fetched {
    pub(super) token: String,
    /// Seconds.
    pub(super) lives: i64,
}

/// The kept token.
pub(super) struct Tokens {
    now: Now,
    kept: Mutex<Kept>,
    /// Counts fetches: who waited while one failed has its failure.
    fetches: AtomicU64,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Tokens(…)")
    }
}

#[derive(Default)]
struct Kept {
    token: Option<(String, DateTime<Utc>)>,
    failed: Option<Failure>,
    silent_until: Option<DateTime<Utc>>,
}

impl Tokens {
    pub(super) fn new(now: Now) -> Self {
        Self { now, kept: Mutex::default(), fetches: AtomicU64::new(0) }
    }

    /// The token; where none is kept, what `fetch` gives, once for all who wait.
    pub(super) async fn get<F: Future<Output = Result<Fetched, Failure>>>(
        &self,
        fetch: impl FnOnce() -> F,
    ) -> Result<String, Failure> {
        let seen = self.fetches.load(Ordering::Acquire);
        let mut kept = self.kept.lock().await;
        let now = (self.now)();
        if let Some((token, _)) = kept.token.as_ref().filter(|(_, until)| now < *until) {
            return Ok(token.clone());
        }
        if kept.silent_until.is_some_and(|until| now < until) {
            return Err(Failure::LeftAlone);
        }
        if self.fetches.load(Ordering::Acquire) != seen
            && let Some(failed) = &kept.failed
        {
            return Err(failed.clone());
        }
        let fetched = fetch().await;
        self.fetches.fetch_add(1, Ordering::AcqRel);
        let now = (self.now)();
        match fetched {
            Ok(Fetched { token, lives }) => {
                let used = if lives <= 2 * MARGIN { lives / 2 } else { lives - MARGIN };
                kept.token = Some((token.clone(), now + TimeDelta::seconds(used)));
                kept.failed = None;
                Ok(token)
            }
            Err(failure) => {
                if failure.is_of_credentials() {
                    kept.silent_until = Some(now + TimeDelta::seconds(SILENCE));
                }
                kept.failed = Some(failure.clone());
                Err(failure)
            }
        }
    }

    /// Drops `token`, if it is still the kept one.
    pub(super) async fn drop_it(&self, token: &str) {
        let mut kept = self.kept.lock().await;
        if kept.token.as_ref().is_some_and(|(known, _)| known == token) {
            kept.token = None;
        }
    }

    /// Fetches no token for a while: our credentials were refused.
    pub(super) async fn be_silent(&self) {
        let mut kept = self.kept.lock().await;
        kept.token = None;
        kept.silent_until = Some((self.now)() + TimeDelta::seconds(SILENCE));
    }
}
