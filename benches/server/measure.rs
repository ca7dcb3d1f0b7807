//! Times and how they are printed.

use std::time::{Duration, Instant};

/// The median time of `work` over `times` runs, after one that does not count.
pub(crate) async fn median<F: Future>(times: usize, mut work: impl FnMut() -> F) -> Duration {
    work().await;
    let mut taken = Vec::with_capacity(times);
    for _ in 0..times {
        let begun = Instant::now();
        work().await;
        taken.push(begun.elapsed());
    }
    taken.sort_unstable();
    taken[times / 2]
}

/// Milliseconds.
pub(crate) fn ms(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1000.0)
}

/// How many times `baseline` `time` is.
pub(crate) fn ratio(time: Duration, baseline: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() / baseline.as_secs_f64())
}

/// Mebibytes.
pub(crate) fn mib(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1_048_576.0)
}
