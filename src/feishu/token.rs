//! The tenant's token: kept while it lives, fetched once for any number of callers, renewed before it ends (contract: feishu-app §5.2).

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;

use super::{Failure, Now};

/// A token is renewed when less than this part of its life is left.
const RENEWED: i32 = 10;
/// Seconds for which no token is fetched after our credentials were refused, or after one could not be renewed.
const SILENCE: i64 = 30;

/// A token as Feishu hands it out.
pub(super) struct Fetched {
    pub(super) token: String,
    /// Seconds it has left.
    pub(super) lives: i64,
}

/// A token to call with.
pub(super) struct Held {
    pub(super) token: String,
    /// Whoever gets this is to renew it.
    pub(super) is_ending: bool,
}

/// The kept token.
pub(super) struct Tokens {
    now: Now,
    kept: Mutex<Kept>,
    /// Counts fetches: who waited while one failed has its failure.
    fetches: AtomicU64,
}

#[derive(Default)]
struct Kept {
    live: Option<Live>,
    failed: Option<Failure>,
    silent_until: Option<DateTime<Utc>>,
}

struct Live {
    token: String,
    until: DateTime<Utc>,
    renewed_from: DateTime<Utc>,
}

impl Tokens {
    pub(super) fn new(now: Now) -> Self {
        Self { now, kept: Mutex::default(), fetches: AtomicU64::new(0) }
    }

    /// The token; where none is kept, what `fetch` gives, once for all who wait.
    pub(super) async fn get<F: Future<Output = Result<Fetched, Failure>>>(
        &self,
        fetch: impl FnOnce() -> F,
    ) -> Result<Held, Failure> {
        let seen = self.fetches.load(Ordering::Acquire);
        let mut kept = self.kept.lock().await;
        let now = (self.now)();
        if let Some(live) = kept.live.as_mut().filter(|live| now < live.until) {
            let is_ending = now >= live.renewed_from;
            if is_ending {
                // The next to be told so comes after a renewal that failed.
                live.renewed_from = now + TimeDelta::seconds(SILENCE);
            }
            return Ok(Held { token: live.token.clone(), is_ending });
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
        let token = kept.take((self.now)(), fetched)?;
        Ok(Held { token, is_ending: false })
    }

    /// Keeps a new token whatever is kept, unless our credentials were refused a moment ago: then that failure.
    pub(super) async fn anew<F: Future<Output = Result<Fetched, Failure>>>(
        &self,
        fetch: impl FnOnce() -> F,
    ) -> Result<(), Failure> {
        let mut kept = self.kept.lock().await;
        if kept.silent_until.is_some_and(|until| (self.now)() < until) {
            return Err(kept.failed.clone().unwrap_or(Failure::LeftAlone));
        }
        let fetched = fetch().await;
        self.fetches.fetch_add(1, Ordering::AcqRel);
        kept.take((self.now)(), fetched).map(drop)
    }

    /// Keeps what a renewal gave. One that failed leaves the old token to those who call.
    pub(super) async fn renewed(&self, fetched: Result<Fetched, Failure>) {
        let mut kept = self.kept.lock().await;
        if let Err(failure) = kept.take((self.now)(), fetched) {
            tracing::warn!(%failure, "the tenant's token of Feishu could not be renewed");
        }
    }

    /// Drops `token`, if it is still the kept one.
    pub(super) async fn drop_it(&self, token: &str) {
        let mut kept = self.kept.lock().await;
        if kept.live.as_ref().is_some_and(|live| live.token == token) {
            kept.live = None;
        }
    }
}

impl Kept {
    fn take(&mut self, now: DateTime<Utc>, fetched: Result<Fetched, Failure>) -> Result<String, Failure> {
        match fetched {
            Ok(Fetched { token, lives }) => {
                let life = TimeDelta::try_seconds(lives.max(0)).unwrap_or(TimeDelta::days(1)).min(TimeDelta::days(1));
                let until = now + life;
                self.live = Some(Live { token: token.clone(), until, renewed_from: until - life / RENEWED });
                self.failed = None;
                Ok(token)
            }
            Err(failure) => {
                if failure.is_of_credentials() {
                    self.silent_until = Some(now + TimeDelta::seconds(SILENCE));
                }
                self.failed = Some(failure.clone());
                Err(failure)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, atomic::AtomicI64};

    use super::*;

    struct Clock(Arc<AtomicI64>);

    impl Clock {
        fn tokens() -> (Self, Tokens) {
            let seconds = Arc::new(AtomicI64::new(0));
            let read = Arc::clone(&seconds);
            let now = move || DateTime::from_timestamp_secs(read.load(Ordering::Relaxed)).unwrap();
            (Self(seconds), Tokens::new(Arc::new(now)))
        }

        fn at(&self, seconds: i64) {
            self.0.store(seconds, Ordering::Relaxed);
        }
    }

    fn fetched(token: &str) -> Result<Fetched, Failure> {
        Ok(Fetched { token: token.to_owned(), lives: 7200 })
    }

    async fn held(tokens: &Tokens, next: &str) -> (String, bool) {
        let held = tokens.get(|| async { fetched(next) }).await.unwrap();
        (held.token, held.is_ending)
    }

    #[tokio::test]
    async fn one_caller_renews_while_the_others_go_on() {
        let (clock, tokens) = Clock::tokens();
        assert_eq!(held(&tokens, "a").await, ("a".to_owned(), false));
        clock.at(6479);
        assert_eq!(held(&tokens, "b").await, ("a".to_owned(), false));
        clock.at(6480);
        assert_eq!(held(&tokens, "b").await, ("a".to_owned(), true));
        assert_eq!(held(&tokens, "b").await, ("a".to_owned(), false));
        tokens.renewed(Err(Failure::NoAnswer("x"))).await;
        clock.at(6510);
        assert_eq!(held(&tokens, "b").await, ("a".to_owned(), true));
        tokens.renewed(fetched("b")).await;
        assert_eq!(held(&tokens, "c").await, ("b".to_owned(), false));
        clock.at(6510 + 7200);
        assert_eq!(held(&tokens, "c").await, ("c".to_owned(), false));
    }

    #[tokio::test]
    async fn only_the_kept_token_is_dropped() {
        let (_, tokens) = Clock::tokens();
        held(&tokens, "a").await;
        tokens.drop_it("another").await;
        assert_eq!(held(&tokens, "b").await.0, "a");
        tokens.drop_it("a").await;
        assert_eq!(held(&tokens, "b").await.0, "b");
    }
}
