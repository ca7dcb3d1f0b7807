//! When something that failed is tried again: messages that did not leave, events that could not be acted on (contract: feishu-app §3.5,
//! §4.3).

use chrono::{DateTime, TimeDelta, Utc};

use super::App;

/// Longest wait between two tries.
const LONGEST: TimeDelta = TimeDelta::minutes(10);
/// How long something is tried.
const PATIENCE: TimeDelta = TimeDelta::hours(72);
/// Hundredths by which a wait is longer or shorter, so that what failed together is not tried together.
const SPREAD: i64 = 20;

/// How long to wait after the try with this number, from 1: twice as long each time, up to ten minutes, a fifth more or less.
pub fn wait(app: &App, tries: i64) -> TimeDelta {
    let base = i64::try_from(app.feishu.retry_base.as_millis()).unwrap_or(i64::MAX);
    let doublings = u32::try_from(tries - 1).unwrap_or_default();
    let most = LONGEST.num_milliseconds();
    let wait = 2_i64.checked_pow(doublings).and_then(|factor| base.checked_mul(factor)).unwrap_or(most).min(most);
    let mut byte = [0];
    app.random.fill(&mut byte);
    let hundredths = 100 - SPREAD + i64::from(byte[0]) * 2 * SPREAD / i64::from(u8::MAX);
    TimeDelta::milliseconds((wait * hundredths / 100).clamp(1, most))
}

/// The longest wait, for what will not go well until somebody changes a setting.
pub const fn longest() -> TimeDelta {
    LONGEST
}

/// Whether what began then has been tried for long enough.
pub fn is_over(app: &App, began: DateTime<Utc>) -> bool {
    app.now() - began >= PATIENCE
}
