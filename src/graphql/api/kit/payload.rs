//! What mutations answer: the object, and ordinary refusals as data.

use async_graphql::{Context, SimpleObject};

use crate::domain::{Code, Fault, Kind, Language, Outcome, approvals};

use super::Caller;

/// An ordinary refusal of what was asked.
#[derive(Clone, Debug, SimpleObject)]
pub(in crate::graphql::api) struct UserError {
    /// What is wrong; stable.
    code: Code,
    /// The field of the input it is about.
    field: Option<&'static str>,
    /// The place in a list of items it is about, from 0.
    item_index: Option<usize>,
    /// The text for people, in the reader's language.
    message: String,
    /// The number of this refusal on approval cards, where it has one.
    legacy_code: Option<i32>,
}

impl UserError {
    fn new(fault: &Fault, language: Language) -> Self {
        Self {
            code: fault.code,
            field: fault.field,
            item_index: fault.item,
            message: fault.text(language),
            legacy_code: approvals::legacy_code(fault.code),
        }
    }
}

/// Refusals as data.
pub(in crate::graphql::api) fn user_errors(ctx: &Context<'_>, faults: &[Fault]) -> Vec<UserError> {
    faults.iter().map(|fault| UserError::new(fault, ctx.language())).collect()
}

/// Parts ordinary refusals, which are data, from what refuses the request as a whole, which is an error. What was read before the
/// mutation is forgotten, so that its answer and the next mutation of the document see what it did.
pub(in crate::graphql::api) async fn settle<T>(
    ctx: &Context<'_>,
    outcome: Outcome<T>,
) -> Outcome<(Option<T>, Vec<UserError>)> {
    ctx.loaders()?.forget().await;
    match outcome {
        Ok(value) => Ok((Some(value), Vec::new())),
        Err(fault) if fault.code.kind() == Kind::Refusal => Ok((None, user_errors(ctx, &[fault]))),
        Err(fault) => Err(fault),
    }
}

/// Declares a payload: its fields, and `userErrors`.
macro_rules! payload {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $about:literal])+ $field:ident: $type:ty),* $(,)? }) => {
        $(#[doc = $doc])+
        #[derive(async_graphql::SimpleObject)]
        pub(in $crate::graphql::api) struct $name {
            $($(#[doc = $about])+ $field: $type,)*
            /// Why it was refused; empty when it was done.
            user_errors: Vec<$crate::graphql::api::kit::UserError>,
        }
    };
}
pub(in crate::graphql::api) use payload;
