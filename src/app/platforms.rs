//! The apps on other platforms, as the settings name them.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;

use super::Clock;
use crate::{
    settings,
    wecom::{Callback, Client, Rules, Time, Wecom},
};

/// The app's clock in a platform's hands.
#[derive(Debug)]
struct Lent(Arc<dyn Clock>);

impl Time for Lent {
    fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }

    fn pause(&self, time: Duration) -> BoxFuture<'_, ()> {
        self.0.pause(time)
    }
}

/// The app on WeCom; none when no company is named. Fails when TLS cannot be set up.
pub fn wecom(settings: &settings::Wecom, clock: Arc<dyn Clock>) -> Result<Option<Wecom>, reqwest::Error> {
    let Some(corp_id) = settings.corp_id.as_deref() else { return Ok(None) };
    let client = match &settings.corp_secret {
        Some(secret) => {
            let rules = Rules::new(&settings.base_url, corp_id, secret.expose());
            Some(Client::new(rules, Arc::new(Lent(clock)))?)
        }
        None => None,
    };
    let proof = settings.callback_token.as_ref().zip(settings.callback_aes_key.as_ref());
    // The settings passed their check: the key is one.
    let callback = proof.and_then(|(token, key)| Callback::new(token.expose(), key.expose(), corp_id));
    let agent = settings.agent_id.as_deref().and_then(|agent| agent.parse().ok());
    Ok(Some(Wecom { corp_id: corp_id.to_owned(), agent, client, callback }))
}
