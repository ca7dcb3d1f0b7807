//! Hears every statement that a world's database is sent.

use std::sync::{Arc, Mutex};

use assetry::db::StatementHook;
use sea_orm::Statement;

/// The statements sent since somebody began to listen.
#[derive(Default)]
pub(crate) struct Statements(Mutex<Option<Vec<Statement>>>);

impl Statements {
    /// What the database calls with each statement.
    pub(crate) fn hook(self: &Arc<Self>) -> StatementHook {
        let heard = Arc::clone(self);
        Arc::new(move |statement| {
            if let Some(statements) = heard.0.lock().unwrap().as_mut() {
                statements.push(statement.clone());
            }
        })
    }

    /// What `work` gives, and the statements sent meanwhile.
    pub(crate) async fn during<T>(&self, work: impl Future<Output = T>) -> (T, Vec<Statement>) {
        *self.0.lock().unwrap() = Some(Vec::new());
        let value = work.await;
        (value, self.0.lock().unwrap().take().unwrap_or_default())
    }
}
