//! WeCom's protocol: the calls to its servers and the callbacks that it sends; knows nothing of who uses it (contract: laravel-template §8, §10).

mod api;
mod callback;
mod client;
mod contacts;
mod failure;
mod reply;
mod token;
mod xml;

pub use api::{MOST_RECIPIENTS, Sent, cut};
pub use callback::{Callback, Refused, Stamp};
pub use client::{Client, Rules, Time};
pub use contacts::{Department, Member, is_userid};
pub use failure::Failure;
pub use reply::Listed;
pub use xml::Fields;

/// The company and the app on WeCom, with what of it is set up.
#[derive(Debug)]
pub struct Wecom {
    /// The company.
    pub corp_id: String,
    /// The app's number; without it no message can be sent.
    pub agent: Option<i64>,
    /// Calls WeCom's servers; none without the app's secret.
    pub client: Option<Client>,
    /// Reads callbacks; none without their token and key.
    pub callback: Option<Callback>,
}
