//! What a test's own thread logs, at every level.

use std::{
    cell::RefCell,
    io,
    sync::{Arc, Mutex, Once},
};

use tracing_subscriber::{
    filter::{LevelFilter, dynamic_filter_fn},
    fmt::{self, MakeWriter},
    layer::{Layer, SubscriberExt},
    util::SubscriberInitExt,
};

/// The lines of one test.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

thread_local! {
    /// Where the lines of this thread go: those of other tests are theirs.
    static LISTENING: RefCell<Option<Log>> = const { RefCell::new(None) };
}

impl Log {
    /// Keeps every line that this thread writes from now on.
    pub(crate) fn listen() -> Self {
        static START: Once = Once::new();
        START.call_once(|| {
            // Without this every other test would write its lines as well, to nobody.
            let listening = dynamic_filter_fn(|_, _| LISTENING.with_borrow(Option::is_some));
            let log = fmt::layer().with_ansi(false).with_writer(Lines);
            let log = log.with_filter(listening.with_max_level_hint(LevelFilter::TRACE));
            tracing_subscriber::registry().with(log).init();
        });
        let log = Self::default();
        LISTENING.set(Some(log.clone()));
        log
    }

    /// The lines so far.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// Hands each line to the thread's own log.
struct Lines;

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LISTENING.with_borrow(|log| {
            if let Some(Log(lines)) = log {
                lines.lock().unwrap().extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        Self
    }
}
