//! Password hashing, off the async threads and with a bounded queue; hashes of old systems (bcrypt) are checked as well.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version, password_hash::phc::PasswordHash};
use tokio::sync::Semaphore;

use super::HashingRules;

/// Too many hashes are waiting already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

impl fmt::Display for Busy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("too many logins are waiting")
    }
}

/// Hashes passwords with argon2id and checks them.
#[derive(Clone)]
pub struct Hashing {
    argon: Argon2<'static>,
    turns: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    most_waiting: usize,
    /// A hash that nobody's password has, checked when there is no such person, so that the answer takes as long.
    nobody: Arc<str>,
}

impl fmt::Debug for Hashing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Hashing").field("most_waiting", &self.most_waiting).finish_non_exhaustive()
    }
}

impl Hashing {
    /// A hasher with these rules; fails when argon2 cannot work with them.
    pub fn new(rules: &HashingRules) -> Result<Self, argon2::Error> {
        let params = Params::new(rules.memory_kib, rules.passes, 1, None)?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash(&argon, b"nobody has this password").map_err(|_| argon2::Error::AlgorithmInvalid)?;
        Ok(Self {
            argon,
            turns: Arc::new(Semaphore::new(rules.at_once)),
            waiting: Arc::new(AtomicUsize::new(0)),
            most_waiting: rules.at_once + rules.waiting,
            nobody: nobody.into(),
        })
    }

    /// The PHC string of `password` with a fresh salt.
    pub async fn hash(&self, password: &str) -> Result<String, Busy> {
        let (argon, password) = (self.argon.clone(), password.to_owned());
        self.in_turn(move || hash(&argon, password.as_bytes()).map_err(|_| Busy)).await?
    }

    /// Whether `password` is the one behind `stored`. Without `stored` the same work is done and the answer is no.
    pub async fn check(&self, password: &str, stored: Option<&str>) -> Result<bool, Busy> {
        let (argon, password) = (self.argon.clone(), password.to_owned());
        let known = stored.is_some();
        let stored = stored.unwrap_or(&self.nobody).to_owned();
        let fits = self.in_turn(move || verify(&argon, password.as_bytes(), &stored)).await?;
        Ok(known && fits)
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let place = Place::take(&self.waiting, self.most_waiting).ok_or(Busy)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| Busy)?;
        tokio::task::spawn_blocking(move || {
            let done = work();
            drop((turn, place));
            done
        })
        .await
        .map_err(|_| Busy)
    }
}

/// A place in the queue, given back when dropped.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(waiting: &Arc<AtomicUsize>, most: usize) -> Option<Self> {
        waiting.fetch_update(Ordering::AcqRel, Ordering::Acquire, |now| (now < most).then_some(now + 1)).ok()?;
        Some(Self(Arc::clone(waiting)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

fn hash(argon: &Argon2<'_>, password: &[u8]) -> Result<String, argon2::password_hash::Error> {
    argon.hash_password(password).map(|hash| hash.to_string())
}

fn verify(argon: &Argon2<'_>, password: &[u8], stored: &str) -> bool {
    if ["$2a$", "$2b$", "$2y$"].iter().any(|prefix| stored.starts_with(prefix)) {
        return bcrypt::verify(password, stored).unwrap_or(false);
    }
    PasswordHash::new(stored).is_ok_and(|stored| argon.verify_password(password, &stored).is_ok())
}
