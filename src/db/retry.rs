//! Trying a transaction again when the database asks for it.

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

use sea_orm::DbErr;

use super::Database;

/// An error that may say "the same again may succeed".
pub trait Transient {
    /// Whether the transaction that failed with this error may be tried again.
    fn is_transient(&self) -> bool;
}

impl Transient for DbErr {
    fn is_transient(&self) -> bool {
        is_transient(self)
    }
}

/// Tries in all; with the waits between them they span about ten seconds.
const TRIES: u32 = 24;

impl Database {
    /// Runs `body` until it succeeds, fails for good, or was tried 24 times. `body` begins and commits its own transaction
    /// (see [`Database::begin`]) and does nothing else that cannot be repeated.
    pub async fn retry<T, E, F, Fut>(&self, mut body: F) -> Result<T, E>
    where
        E: Transient,
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        let mut tried = 1;
        loop {
            match body().await {
                Err(error) if error.is_transient() && tried < TRIES => {
                    tokio::time::sleep(pause(tried)).await;
                    tried += 1;
                }
                outcome => return outcome,
            }
        }
    }
}

/// Doubling from 1 ms to 512 ms, each wait between half of it and the whole by chance, so that racers part.
fn pause(tried: u32) -> Duration {
    let longest = Duration::from_millis(1u64 << tried.min(9));
    let chance = u32::from(RandomState::new().hash_one(tried) as u16);
    longest / 2 + longest / 2 * chance / u32::from(u16::MAX)
}

/// Whether the database says that the same transaction may succeed when tried again: serialization failure, deadlock, busy, and
/// a unique or foreign key broken by a racer, since the check before the write will then see the racer's row.
pub fn is_transient(error: &DbErr) -> bool {
    let runtime = match error {
        DbErr::Conn(runtime) | DbErr::Exec(runtime) | DbErr::Query(runtime) => runtime,
        _ => return false,
    };
    let sea_orm::RuntimeErr::SqlxError(sqlx) = runtime else { return false };
    let Some(code) = sqlx.as_database_error().and_then(|database| database.code().map(|code| code.into_owned())) else {
        return false;
    };
    const POSTGRES: [&str; 4] = ["40001", "40P01", "23505", "23503"];
    const SQLITE: [&str; 2] = ["5", "517"];
    POSTGRES.contains(&code.as_str()) || SQLITE.contains(&code.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn racers_wait_unequally_long() {
        for tried in 1..TRIES {
            let longest = Duration::from_millis(1u64 << tried.min(9));
            let waits: Vec<Duration> = (0..16).map(|_| pause(tried)).collect();
            assert!(waits.iter().all(|wait| (longest / 2..=longest).contains(wait)), "{waits:?}");
            assert!(waits.iter().any(|wait| *wait != waits[0]), "{waits:?}");
        }
    }
}
