//! How often the public doors may be knocked at: calls a minute by client address, and failed logins.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    state::keyed::DefaultKeyedStateStore,
};
use tokio::sync::Notify;

use super::App;

/// How many calls a minute one address may make (contract: laravel-template §1.7, feishu-app §1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateRules {
    /// Failed logins with one name.
    pub failed_logins_by_name: NonZeroU32,
    /// Failed logins with any name.
    pub failed_logins: NonZeroU32,
    /// QR codes asked for.
    pub qr_codes: NonZeroU32,
    /// Questions whether a QR code was confirmed.
    pub qr_polls: NonZeroU32,
    /// Logins with a code of WeCom.
    pub code_logins: NonZeroU32,
    /// Visits of the way to WeCom's login page and back.
    pub wecom_redirects: NonZeroU32,
    /// Logins with a code of Feishu.
    pub feishu_logins: NonZeroU32,
    /// Ways to Feishu's login page.
    pub feishu_redirects: NonZeroU32,
}

impl Default for RateRules {
    fn default() -> Self {
        const fn calls(number: u32) -> NonZeroU32 {
            NonZeroU32::new(number).expect("is not zero")
        }
        Self {
            failed_logins_by_name: calls(10),
            failed_logins: calls(100),
            qr_codes: calls(120),
            qr_polls: calls(600),
            code_logins: calls(60),
            wecom_redirects: calls(60),
            feishu_logins: calls(60),
            feishu_redirects: calls(120),
        }
    }
}

/// A public door whose calls are counted, whatever comes of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Asking for a QR code.
    QrCode,
    /// Asking whether a QR code was confirmed.
    QrPoll,
    /// Logging in with a code of WeCom.
    CodeLogin,
    /// The way to WeCom's login page and back.
    WecomRedirect,
    /// Logging in with a code of Feishu.
    FeishuLogin,
    /// The way to Feishu's login page.
    FeishuRedirect,
}

/// Too many calls; after so many seconds another may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceeded {
    /// Seconds, at least one.
    pub seconds: u64,
}

type Limiter = RateLimiter<IpAddr, DefaultKeyedStateStore<IpAddr>, DefaultClock>;

/// Counts the calls of this process. Replicas count each for itself.
#[derive(Debug)]
pub struct Rates {
    counted: [Limiter; 6],
    rules: RateRules,
    failed: Mutex<HashMap<u64, Tries>>,
    settled: Notify,
    hasher: RandomState,
}

/// Addresses or names remembered at most; beyond that those are forgotten that have nothing to say any more, or else all.
const REMEMBERED: usize = 100_000;

/// Tries of one kind since a moment.
#[derive(Clone, Copy, Debug)]
struct Tries {
    since: DateTime<Utc>,
    failed: u32,
    under_way: u32,
}

impl Rates {
    /// Nobody has called yet.
    pub fn new(rules: RateRules) -> Self {
        let limiter = |calls| RateLimiter::keyed(Quota::per_minute(calls));
        Self {
            counted: [
                rules.qr_codes,
                rules.qr_polls,
                rules.code_logins,
                rules.wecom_redirects,
                rules.feishu_logins,
                rules.feishu_redirects,
            ]
            .map(limiter),
            rules,
            failed: Mutex::default(),
            settled: Notify::new(),
            hasher: RandomState::new(),
        }
    }

    /// Counts a call from `client`.
    pub fn count(&self, door: Counted, client: IpAddr) -> Result<(), Exceeded> {
        let limiter = &self.counted[door as usize];
        if limiter.len() > REMEMBERED {
            limiter.retain_recent();
        }
        limiter.check_key(&network(client)).map_err(|until| {
            let wait = until.wait_time_from(limiter.clock().now());
            Exceeded { seconds: wait.as_secs() + 1 }
        })
    }

    /// Lets somebody at `client` try a password for `username`. Tries at the same time wait for one another where together they could
    /// fail more often than is allowed; successes are not limited.
    pub async fn login<'a>(&'a self, app: &'a App, client: IpAddr, username: &str) -> Result<Login<'a>, Exceeded> {
        let client = network(client);
        let name = self.hasher.hash_one((client, username.to_lowercase()));
        let login = Login { rates: self, name, address: self.hasher.hash_one(client) };
        loop {
            let settled = self.settled.notified();
            match login.begin(app.now()) {
                Begun::Yes => return Ok(login),
                Begun::Refused(exceeded) => return Err(exceeded),
                Begun::Later => settled.await,
            }
        }
    }

    fn failed(&self) -> MutexGuard<'_, HashMap<u64, Tries>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Begun {
    Yes,
    /// Those under way must end first.
    Later,
    Refused(Exceeded),
}

/// A try that is under way. Dropped without a word it counts for nothing.
#[derive(Debug)]
pub struct Login<'a> {
    rates: &'a Rates,
    name: u64,
    address: u64,
}

impl Login<'_> {
    fn limits(&self) -> [(u64, u32); 2] {
        let rules = &self.rates.rules;
        [(self.name, rules.failed_logins_by_name.get()), (self.address, rules.failed_logins.get())]
    }

    fn begin(&self, now: DateTime<Utc>) -> Begun {
        let mut failed = self.rates.failed();
        make_room(&mut failed, now);
        for (key, most) in self.limits() {
            let Some(tries) = failed.get_mut(&key) else { continue };
            if tries.since + WINDOW <= now {
                (tries.since, tries.failed) = (now, 0);
            }
            if tries.failed >= most {
                let wait = (tries.since + WINDOW - now).num_seconds();
                return Begun::Refused(Exceeded { seconds: u64::try_from(wait).unwrap_or_default() + 1 });
            }
            if tries.failed + tries.under_way >= most {
                return Begun::Later;
            }
        }
        for (key, _) in self.limits() {
            failed.entry(key).or_insert(Tries { since: now, failed: 0, under_way: 0 }).under_way += 1;
        }
        Begun::Yes
    }

    /// The password was wrong.
    pub fn failed(self, app: &App) {
        let now = app.now();
        let mut failed = self.rates.failed();
        for (key, _) in self.limits() {
            if let Some(tries) = failed.get_mut(&key) {
                if tries.failed == 0 {
                    tries.since = now;
                }
                tries.failed += 1;
            }
        }
    }

    /// The password was right: earlier failures with the name are forgotten.
    pub fn succeeded(self) {
        if let Some(tries) = self.rates.failed().get_mut(&self.name) {
            tries.failed = 0;
        }
    }
}

impl Drop for Login<'_> {
    fn drop(&mut self) {
        let mut failed = self.rates.failed();
        for (key, _) in self.limits() {
            if let Some(tries) = failed.get_mut(&key) {
                tries.under_way = tries.under_way.saturating_sub(1);
                if tries.under_way == 0 && tries.failed == 0 {
                    failed.remove(&key);
                }
            }
        }
        drop(failed);
        self.rates.settled.notify_waiters();
    }
}

/// For how long failures are held against somebody.
const WINDOW: TimeDelta = TimeDelta::minutes(1);

fn make_room(failed: &mut HashMap<u64, Tries>, now: DateTime<Utc>) {
    if failed.len() < REMEMBERED {
        return;
    }
    failed.retain(|_, tries| tries.under_way > 0 || tries.since + WINDOW > now);
    if failed.len() >= REMEMBERED {
        failed.retain(|_, tries| tries.under_way > 0);
    }
}

/// The address that is counted: of IPv6 the network, because a client has a whole one to itself.
fn network(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates() -> Rates {
        let calls = |number| NonZeroU32::new(number).unwrap();
        Rates::new(RateRules { qr_codes: calls(3), failed_logins_by_name: calls(2), ..RateRules::default() })
    }

    #[test]
    fn calls_are_counted_by_address_and_door() {
        let rates = rates();
        let (one, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        for _ in 0..3 {
            assert_eq!(rates.count(Counted::QrCode, one), Ok(()));
        }
        let exceeded = rates.count(Counted::QrCode, one).unwrap_err();
        assert!((1..=21).contains(&exceeded.seconds), "{exceeded:?}");
        assert_eq!(rates.count(Counted::QrCode, other), Ok(()));
        assert_eq!(rates.count(Counted::QrPoll, one), Ok(()));
    }

    #[test]
    fn a_network_of_ipv6_is_one_client() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(network(address("2001:db8:1:2:3:4:5:6")), address("2001:db8:1:2::"));
        assert_eq!(network(address("::ffff:192.0.2.1")), address("192.0.2.1"));
    }

    #[test]
    fn tries_under_way_count_as_if_they_failed_until_they_have_ended() {
        let rates = rates();
        let now = DateTime::UNIX_EPOCH;
        let login = || Login { rates: &rates, name: 1, address: 2 };
        let (first, second) = (login(), login());
        assert!(matches!((first.begin(now), second.begin(now)), (Begun::Yes, Begun::Yes)));
        let third = std::mem::ManuallyDrop::new(login());
        assert!(matches!(third.begin(now), Begun::Later));
        drop(first);
        assert!(matches!(third.begin(now), Begun::Yes));
        second.succeeded();
        drop(std::mem::ManuallyDrop::into_inner(third));
        assert!(rates.failed().is_empty());
    }
}
