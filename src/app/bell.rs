//! The bell that tells background work of this process that there is something to do.

use tokio::sync::watch::{Receiver, Sender};

/// Rung when something was written for background work. Work that other servers wrote is found by looking now and then.
#[derive(Debug, Default)]
pub struct Bell(Sender<()>);

impl Bell {
    /// Wakes everybody who listens.
    pub fn ring(&self) {
        self.0.send_replace(());
    }

    /// Hears every ring from now on; rings while nobody waits are heard at the next wait.
    pub fn listen(&self) -> Receiver<()> {
        self.0.subscribe()
    }
}
