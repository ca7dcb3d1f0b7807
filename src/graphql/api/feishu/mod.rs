//! Feishu in GraphQL: logging in from there and binding oneself, bringing people and departments up to date, messages, and how we stand
//! with it.

mod login;
mod messages;
mod status;
mod sync;

pub(super) use login::{FeishuMutation, FeishuProfile};
pub(super) use messages::NoticeMutation;
pub(super) use status::FeishuStatusQuery;
pub(super) use sync::FeishuSyncMutation;
