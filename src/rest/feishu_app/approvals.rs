//! Taps on cards: callbacks of approval cards, and what taps on interactive ones are answered (contract: feishu-app §1.6, §4.4).

use async_graphql::Variables;
use axum::response::Response;
use serde_json::{Value, json};

use super::{
    envelope,
    faults::{self, own_words},
    gate::{bytes, text},
    pushes::LARGEST,
};
use crate::{
    domain::{
        Code, Context, Fault, Language,
        approvals::{self, CardAnswer, legacy_code},
    },
    rest::{
        field::Field,
        openapi::Subject,
        payload::Payload,
        row::{Case, Exchanging, Row, Verb},
        run::Call,
    },
};

/// What a callback looks like that is not encrypted.
const CALLBACK: &[Field] = &[
    text("action_type"),
    text("message_id").optional(),
    text("user_id").optional(),
    text("action_context").optional(),
    text("reason").optional(),
    text("token").optional(),
];

/// What a tap is refused with, in the order of the contract.
const REFUSALS: &[Case] = &[
    own_words(Code::CardNotFound, 1),
    own_words(Code::CardActionInvalid, 11),
    own_words(Code::CardForbidden, 1),
    own_words(Code::AssetNotFound, 2),
    own_words(Code::ManagerNotFound, 2),
    own_words(Code::ClaimantNotGeneralStaff, 2),
    own_words(Code::ReturnerNotGeneralStaff, 2),
    own_words(Code::SenderNotGeneralStaff, 2),
    own_words(Code::ReceiverNotGeneralStaff, 2),
    own_words(Code::ClaimantElsewhere, 2),
    own_words(Code::ReturnerElsewhere, 2),
    own_words(Code::SenderElsewhere, 2),
    own_words(Code::ClaimOfNothing, 250),
    own_words(Code::ReturnOfNothing, 250),
    own_words(Code::TransferOfNothing, 250),
    own_words(Code::NotQuantityAsset, 3),
    own_words(Code::TargetGroupGone, 2),
    own_words(Code::QuantityInsufficient, 4),
    own_words(Code::TransferToSelf, 529),
];

pub(super) const ROWS: &[Row] = &[Row::new(Verb::Post, "/api/feishu_approval")
    .about(
        Subject::Approvals,
        "Decides on a request as somebody tapped its approval card. Refusals of callbacks that were proved have the status 422.",
    )
    .open()
    .reads(CALLBACK)
    .unread()
    .exchange(callback)
    .like("Decide")
    .says(faults::SUCCESS)
    .unless(REFUSALS)];

fn callback(call: &mut Call, context: Context, _: Variables) -> Exchanging<'_> {
    Box::pin(async move {
        let bytes = bytes(std::mem::take(&mut call.body), LARGEST).await?;
        let called = approvals::called_back(&context.app, &bytes).await?;
        Ok(match called.outcome {
            Ok(_) => Payload::Members(async_graphql::Value::Object(Default::default())),
            Err(fault) => Payload::Reply(refusal(&fault, called.genuine)),
        }
        .into())
    })
}

/// A refusal; Feishu shows its text to the person only above 400, and only as `message`.
fn refusal(fault: &Fault, genuine: bool) -> Response {
    let (code, text) = (legacy_code(fault.code).unwrap_or(-2), fault.text(Language::Chinese));
    if !genuine {
        return envelope::reply(400, json!({ "code": code, "info": text }).to_string().into());
    }
    let told = json!({ "code": code, "info": text, "message": text, "without_prefix": "true" });
    envelope::reply(422, told.to_string().into())
}

/// What Feishu wants to hear of a tap on an interactive card: `{}` where it is not ours.
pub(super) fn answer(answer: Option<CardAnswer>) -> Value {
    let Some(answer) = answer else { return json!({}) };
    let (kind, content) = match answer.told {
        Ok(content) => ("success", content.to_owned()),
        Err(content) => ("error", content),
    };
    let toast = json!({ "type": kind, "content": content });
    match (answer.shown, answer.side_by_side) {
        (Some(card), true) => json!({ "toast": toast, "card": { "type": "raw", "data": card } }),
        (Some(Value::Object(mut card)), false) => {
            card.insert("toast".to_owned(), toast);
            Value::Object(card)
        }
        _ => json!({ "toast": toast }),
    }
}
