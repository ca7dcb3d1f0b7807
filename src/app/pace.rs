//! How fast messages leave this process (contract: feishu-app §3.5).

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

/// Messages to one person within [`SPAN`].
const MOST: usize = 5;
/// The time within which they are counted.
const SPAN: TimeDelta = TimeDelta::seconds(1);

/// Counts messages to people, and remembers what wants to be left alone.
#[derive(Debug, Default)]
pub struct Pace(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    sent: HashMap<i64, VecDeque<DateTime<Utc>>>,
    closed: HashMap<&'static str, DateTime<Utc>>,
}

impl Pace {
    fn counts(&self, now: DateTime<Utc>) -> MutexGuard<'_, Counts> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.sent.retain(|_, times| {
            times.retain(|time| now - *time < SPAN);
            !times.is_empty()
        });
        counts.closed.retain(|_, until| *until > now);
        counts
    }

    /// Whether another message may go to this person now; if so it is counted.
    pub fn may(&self, person: i64, now: DateTime<Utc>) -> bool {
        let mut counts = self.counts(now);
        let times = counts.sent.entry(person).or_default();
        let may = times.len() < MOST;
        if may {
            times.push_back(now);
        }
        may
    }

    /// Those to whom no message may go now.
    pub fn exhausted(&self, now: DateTime<Utc>) -> Vec<i64> {
        let counts = self.counts(now);
        counts.sent.iter().filter(|(_, times)| times.len() >= MOST).map(|(person, _)| *person).collect()
    }

    /// What is named `name` wants to be left alone until then.
    pub fn close(&self, name: &'static str, until: DateTime<Utc>, now: DateTime<Utc>) {
        let mut counts = self.counts(now);
        let known = counts.closed.entry(name).or_insert(until);
        *known = until.max(*known);
    }

    /// What wants to be left alone now.
    pub fn closed(&self, now: DateTime<Utc>) -> Vec<&'static str> {
        self.counts(now).closed.keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_a_second_go_to_one_person() {
        let (pace, now) = (Pace::default(), DateTime::UNIX_EPOCH);
        assert!((0..5).all(|_| pace.may(1, now)));
        assert!(!pace.may(1, now) && pace.may(2, now));
        assert_eq!(pace.exhausted(now), [1]);
        let later = now + SPAN;
        assert!(pace.exhausted(later).is_empty() && pace.may(1, later));
    }

    #[test]
    fn what_is_closed_opens_again() {
        let (pace, now) = (Pace::default(), DateTime::UNIX_EPOCH);
        pace.close("send", now + SPAN * 2, now);
        pace.close("send", now + SPAN, now);
        assert_eq!(pace.closed(now + SPAN), ["send"]);
        assert!(pace.closed(now + SPAN * 2).is_empty());
    }
}
