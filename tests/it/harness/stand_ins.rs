//! A clock and a source of randomness that tests hold in their hand.

use std::{
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
    time::Duration,
};

use assetry::{
    app::{Clock, Random},
    wecom::Time,
};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;

/// 2020-11-04 10:00:00 in Shanghai: the day after the demo data's history.
pub(crate) const START: DateTime<Utc> = DateTime::from_timestamp(1_604_455_200, 0).unwrap();

/// A clock that stands still until it is moved, or until somebody pauses: then it jumps.
#[derive(Debug)]
pub(crate) struct TestClock(AtomicI64);

impl Default for TestClock {
    fn default() -> Self {
        Self(AtomicI64::new(START.timestamp_micros()))
    }
}

impl TestClock {
    /// Moves the clock by `time`, which may be negative.
    pub(crate) fn advance(&self, time: TimeDelta) {
        self.0.fetch_add(time.num_microseconds().unwrap(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap()
    }

    fn pause(&self, time: Duration) -> BoxFuture<'_, ()> {
        self.advance(TimeDelta::from_std(time).unwrap());
        Box::pin(std::future::ready(()))
    }
}

impl Time for TestClock {
    fn now(&self) -> DateTime<Utc> {
        Clock::now(self)
    }

    fn pause(&self, time: Duration) -> BoxFuture<'_, ()> {
        Clock::pause(self, time)
    }
}

/// The same bytes in every run (SplitMix64 from zero).
#[derive(Debug, Default)]
pub(crate) struct TestRandom(AtomicU64);

impl Random for TestRandom {
    fn fill(&self, bytes: &mut [u8]) {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        for chunk in bytes.chunks_mut(8) {
            let mut word = self.0.fetch_add(STEP, Ordering::SeqCst).wrapping_add(STEP);
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(word ^ (word >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}
