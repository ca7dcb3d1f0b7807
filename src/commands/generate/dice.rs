//! Chance that repeats.

use chrono::{DateTime, TimeDelta, Utc};

use crate::app::LETTERS;

/// Dice thrown for one row (SplitMix64).
pub(super) struct Dice(u64);

impl Dice {
    /// The dice of row `place` of `table` in the installation of `seed`.
    pub(super) fn new(seed: u64, table: u64, place: u64) -> Self {
        let mut dice = Self(seed);
        dice.0 = dice.next() ^ table;
        dice.0 = dice.next() ^ place;
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// A number below `end`, which is not 0.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// One of `choices`.
    pub(super) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[(self.next() % choices.len() as u64) as usize]
    }

    /// A legacy key: the place as the seconds of a time, and eight letters.
    pub(super) fn unique_id(&mut self, place: u64) -> String {
        let letters: String = (0..8).map(|_| char::from(self.pick(LETTERS))).collect();
        format!("{:010}{letters}", FIRST_SECOND + place)
    }

    /// A time in the five years from 2021.
    pub(super) fn time(&mut self) -> DateTime<Utc> {
        first() + TimeDelta::seconds(self.below(FIVE_YEARS) as i64)
    }
}

/// 2021-01-01 in seconds since 1970.
const FIRST_SECOND: u64 = 1_609_459_200;
/// In seconds.
const FIVE_YEARS: u64 = 5 * 365 * 24 * 60 * 60;

/// When the installation began.
pub(super) fn first() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(FIRST_SECOND as i64)
}
