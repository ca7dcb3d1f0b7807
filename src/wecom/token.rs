//! The token that every call carries: fetched once for all who wait, kept until shortly before its end (contract: laravel-template §8.2).

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;

use super::{
    Failure, Time,
    client::SILENCE,
    reply::{Reply, number},
};

/// The kept token.
#[derive(Default)]
pub(super) struct Tokens {
    /// Whoever fetches holds this, and all others wait.
    state: Mutex<State>,
    /// How often fetching has ended.
    fetched: AtomicU64,
}

#[derive(Default)]
struct State {
    kept: Option<Kept>,
    /// How the latest fetching failed.
    failed: Option<Failure>,
    silent_until: Option<DateTime<Utc>>,
}

struct Kept {
    token: String,
    until: DateTime<Utc>,
}

/// A token is given up so long before its end, or at half its life when that is short.
const MARGIN: i64 = 300;

impl Tokens {
    /// The kept token, or what `fetch` brings. Who waited while another fetched in vain fails like them.
    pub(super) async fn get<F>(&self, time: &dyn Time, fetch: impl Fn() -> F + Send) -> Result<String, Failure>
    where
        F: Future<Output = Result<Reply, Failure>> + Send,
    {
        let seen = self.fetched.load(Ordering::SeqCst);
        let mut state = self.state.lock().await;
        let now = time.now();
        if let Some(kept) = state.kept.as_ref().filter(|kept| now < kept.until) {
            return Ok(kept.token.clone());
        }
        if let Some(failure) = state.failed.filter(|_| self.fetched.load(Ordering::SeqCst) != seen) {
            return Err(failure);
        }
        if state.silent_until.is_some_and(|until| now < until) {
            return Err(Failure::LeftAlone);
        }
        let outcome = fetch().await.and_then(|reply| read(&reply, time.now()));
        self.fetched.fetch_add(1, Ordering::SeqCst);
        match outcome {
            Ok(kept) => {
                state.failed = None;
                Ok(state.kept.insert(kept).token.clone())
            }
            Err(failure) => {
                if matches!(failure, Failure::Refused(40001 | 40013)) {
                    state.silent_until = Some(time.now() + SILENCE);
                }
                state.failed = Some(failure);
                Err(failure)
            }
        }
    }

    /// Gives up `token`, unless there is another by now.
    pub(super) async fn forget(&self, token: &str) {
        let mut state = self.state.lock().await;
        if state.kept.as_ref().is_some_and(|kept| kept.token == token) {
            state.kept = None;
        }
    }

    /// Gives up `token` and fetches none before `until`.
    pub(super) async fn refuse(&self, token: &str, until: DateTime<Utc>) {
        self.forget(token).await;
        self.state.lock().await.silent_until = Some(until);
    }
}

fn read(reply: &Reply, now: DateTime<Utc>) -> Result<Kept, Failure> {
    let token = reply.text("access_token").filter(|token| !token.is_empty()).ok_or(Failure::Unreadable)?;
    let life = reply.get("expires_in").and_then(number).unwrap_or(0).clamp(0, 7 * 24 * 60 * 60);
    let kept = if life <= 2 * MARGIN { life / 2 } else { life - MARGIN };
    Ok(Kept { token: token.to_owned(), until: now + TimeDelta::seconds(kept) })
}
