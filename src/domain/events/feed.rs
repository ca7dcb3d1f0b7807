//! The one poller of history, running while somebody listens.

use std::{collections::HashSet, sync::Arc, time::Duration};

use chrono::TimeDelta;
use sea_orm::{EntityTrait, QueryOrder};
use tokio::sync::{
    Mutex,
    broadcast::{self, Receiver, Sender},
};

use crate::{app::App, domain::Outcome, entity::history};

use super::{Event, lines_after};

/// Lines younger than this may still be joined by lines with smaller keys, whose transactions commit later. Longer than a request
/// may take, and than the clocks of servers differ.
pub(super) const SETTLE: TimeDelta = TimeDelta::seconds(60);
/// How often history is looked at.
const EVERY: Duration = Duration::from_millis(250);
/// Lines kept for a listener that is behind.
const KEPT: usize = 1024;
/// Lines read by one statement.
const CHUNK: u64 = 500;

/// Tells every listener of each line of history once. It needs no notices from the database, so that any number of servers may
/// share one.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    running: Arc<Mutex<Option<Sender<Event>>>>,
}

impl Feed {
    /// A receiver of every line from now on; starts the poller when it does not run.
    pub(super) async fn listen(&self, app: &Arc<App>) -> Outcome<Receiver<Event>> {
        let mut running = self.running.lock().await;
        if let Some(sender) = running.as_ref() {
            return Ok(sender.subscribe());
        }
        let poller = Poller::start(app).await?;
        let (sender, receiver) = broadcast::channel(KEPT);
        *running = Some(sender.clone());
        tokio::spawn(poller.run(sender, Arc::clone(&self.running)));
        Ok(receiver)
    }
}

struct Poller {
    app: Arc<App>,
    /// Every line up to here was told.
    settled: i64,
    /// Lines above that were told.
    told: HashSet<i64>,
}

impl Poller {
    async fn start(app: &Arc<App>) -> Outcome<Self> {
        let newest = history::Entity::find().order_by_desc(history::Column::Id).one(app.db.read()).await?;
        let mut poller = Self { app: Arc::clone(app), settled: newest.map_or(0, |line| line.id), told: HashSet::new() };
        // Transactions under way may hold smaller keys: start a little earlier and count what is there as told.
        poller.settled = poller.settled.saturating_sub(KEPT as i64);
        poller.look(|_| {}).await?;
        Ok(poller)
    }

    async fn run(mut self, sender: Sender<Event>, running: Arc<Mutex<Option<Sender<Event>>>>) {
        let mut tick = tokio::time::interval(EVERY);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            if sender.receiver_count() == 0 {
                let mut running = running.lock().await;
                // Listeners are added under this lock, so nobody can have come in between.
                if sender.receiver_count() == 0 {
                    *running = None;
                    return;
                }
            }
            let told = self
                .look(|event| {
                    // Nobody listening any more is noticed at the next tick.
                    let _ = sender.send(event);
                })
                .await;
            if let Err(fault) = told {
                tracing::warn!(cause = ?fault.cause(), "history could not be read for listeners; trying again");
            }
        }
    }

    /// Tells every line that was not told before.
    async fn look(&mut self, tell: impl Fn(Event)) -> Outcome<()> {
        let cutoff = self.app.now() - SETTLE;
        let mut from = self.settled;
        let mut settling = true;
        loop {
            let lines = lines_after(&self.app, from, CHUNK).await?;
            let full = lines.len() as u64 == CHUNK;
            for line in lines {
                from = line.id;
                settling &= line.at < cutoff;
                if self.told.insert(line.id) {
                    tell(Event { settled: self.settled, line });
                }
                if settling {
                    self.settled = from;
                }
            }
            if !full {
                break;
            }
        }
        let settled = self.settled;
        self.told.retain(|id| *id > settled);
        Ok(())
    }
}
