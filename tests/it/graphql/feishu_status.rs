//! How we stand with Feishu, for administrators.

use assetry::{
    entity::{inbox, outbox, words::DeliveryState},
    settings::{self, FeishuCard, Secret},
};
use sea_orm::{ActiveModelTrait, Set};
use serde_json::{Value, json};

use crate::harness::{Content, FEISHU_SECRET, Feishu, FeishuFault as Fault, World};

const CONTACTS: &str = "/open-apis/contact/v3/scopes";
const GROUPS: &str = "/open-apis/attendance/v1/groups";
const ASKED: &str =
    "tokenObtainable contactsReadable attendanceReadable missingScopes failure { code feishuCode message }";

async fn status(world: &World, fields: &str) -> Value {
    let token = world.token("29384uieweretr").await;
    let reply = world.graphql(&format!("{{ feishuStatus {{ {fields} }} }}"), json!({}), Some(&token)).await;
    assert!(reply["errors"].is_null(), "{reply}");
    assert!(!reply.to_string().contains(FEISHU_SECRET), "{reply}");
    reply["data"]["feishuStatus"].clone()
}

#[tokio::test]
async fn without_an_app_nothing_is_asked() {
    let world = World::demo().await;
    let failure = json!({ "code": "FEISHU_NOT_CONFIGURED", "feishuCode": null, "message": "未配置飞书应用" });
    let expected = json!({
        "configured": false, "tenantKnown": false, "tokenObtainable": false, "contactsReadable": false, "attendanceReadable": false,
        "missingScopes": [], "failure": failure,
    });
    assert_eq!(status(&world, &format!("configured tenantKnown {ASKED}")).await, expected);
}

#[tokio::test]
async fn feishu_is_asked_once_and_only_by_what_says_so() {
    let feishu = Feishu::start().await;
    let world = World::on_feishu(Content::Demo, feishu.settings()).await;
    status(&world, "configured tenantKnown eventsProved cardsProved inbox { failed } outbox { failed } lastEventAt")
        .await;
    assert_eq!(feishu.tokens(), 0);
    let expected = json!({
        "configured": true, "tokenObtainable": true, "contactsReadable": true, "attendanceReadable": true, "missingScopes": [],
        "failure": null,
    });
    for round in 1..=2 {
        assert_eq!(status(&world, &format!("configured {ASKED}")).await, expected);
        assert_eq!(feishu.tokens(), round, "a kept token would tell nothing of the secret");
        assert_eq!((feishu.calls(CONTACTS).len(), feishu.calls(GROUPS).len()), (round, round));
        assert_eq!(feishu.calls(GROUPS)[0].query, "page_size=1");
    }
}

#[tokio::test]
async fn refusals_are_told_by_their_codes_and_scopes_by_their_names() {
    let scopes = "Access denied. One of the following scopes is required: [contact:contact:readonly, contact:contact.base:readonly]. \
        https://open.feishu.cn/app/cli_x/auth?q=contact:contact:readonly t-0123:SECRET";
    let refused = ("FEISHU_REFUSED", "飞书拒绝了请求，请联系管理员");
    let silent = ("FEISHU_UNAVAILABLE", "飞书服务暂时不可用，请稍后再试");
    for (path, fault, can, told, code, missing) in [
        ("token", Fault::Code(200, 10014), [false; 3], refused, Some(10014), json!([])),
        ("token", Fault::Status(502), [false; 3], silent, None, json!([])),
        (CONTACTS, Fault::Code(400, 99_991_401), [true, false, true], refused, Some(99_991_401), json!([])),
        (CONTACTS, Fault::Cut, [true, false, true], silent, None, json!([])),
        (
            CONTACTS,
            Fault::Refused(400, 99_991_672, scopes),
            [true, false, true],
            refused,
            Some(99_991_672),
            json!(["contact:contact.base:readonly", "contact:contact:readonly"]),
        ),
        (
            GROUPS,
            Fault::Refused(400, 99_991_672, "[attendance:task:readonly]"),
            [true, true, false],
            refused,
            Some(99_991_672),
            json!(["attendance:task:readonly"]),
        ),
    ] {
        let feishu = Feishu::start().await;
        let world = World::on_feishu(Content::Demo, feishu.settings()).await;
        if path == "token" {
            feishu.refuse_tokens([fault.clone()])
        } else {
            feishu.fail(path, [fault.clone()])
        }
        let failure = json!({ "code": told.0, "feishuCode": code, "message": told.1 });
        let expected = json!({
            "tokenObtainable": can[0], "contactsReadable": can[1], "attendanceReadable": can[2], "missingScopes": missing,
            "failure": failure,
        });
        assert_eq!(status(&world, ASKED).await, expected, "{path} {fault:?}");
    }
}

#[tokio::test]
async fn refused_credentials_are_not_shown_to_feishu_again_and_again() {
    let feishu = Feishu::start().await;
    let world = World::on_feishu(Content::Demo, feishu.settings()).await;
    feishu.refuse_tokens([Fault::Code(200, 10014)]);
    for _ in 0..3 {
        let seen = status(&world, "tokenObtainable failure { feishuCode }").await;
        assert_eq!(seen, json!({ "tokenObtainable": false, "failure": { "feishuCode": 10014 } }));
    }
    assert_eq!(feishu.tokens(), 1);
    world.clock.advance(chrono::TimeDelta::seconds(31));
    assert_eq!(
        status(&world, "tokenObtainable failure { feishuCode }").await,
        json!({ "tokenObtainable": true, "failure": null })
    );
}

#[tokio::test]
async fn what_is_proved_follows_from_the_settings() {
    let secret = |text: &str| Some(Secret::new(text));
    let none = || settings::Feishu { allow_unsigned: Some(true), ..settings::Feishu::default() };
    let interactive = |settings| settings::Feishu { card: FeishuCard::Interactive, ..settings };
    for (settings, events, cards) in [
        (none(), false, false),
        (settings::Feishu { allow_unsigned: Some(false), ..none() }, false, true),
        (settings::Feishu { encrypt_key: secret("k"), ..none() }, true, false),
        (settings::Feishu { verification_token: secret("t"), ..none() }, true, false),
        (settings::Feishu { approval_callback_token: secret("t"), ..none() }, false, true),
        (settings::Feishu { approval_callback_key: secret("k"), ..none() }, false, true),
        (interactive(none()), false, false),
        (interactive(settings::Feishu { verification_token: secret("t"), ..none() }), true, true),
        (interactive(settings::Feishu { approval_callback_token: secret("t"), ..none() }), false, false),
    ] {
        let world = World::on_feishu(Content::Demo, settings.clone()).await;
        let expected = json!({ "eventsProved": events, "cardsProved": cards });
        assert_eq!(status(&world, "eventsProved cardsProved").await, expected, "{settings:?}");
    }
    let world = World::on_feishu(Content::Demo, settings::Feishu { tenant_key: Some("t".to_owned()), ..none() }).await;
    assert_eq!(status(&world, "tenantKnown").await, json!({ "tenantKnown": true }));
}

#[tokio::test]
async fn what_waits_and_failed_is_counted_for_feishu_alone() {
    let world = World::demo().await;
    let fields = "inbox { waiting failed } outbox { waiting failed } lastEventAt";
    let none = json!({ "waiting": 0, "failed": 0 });
    assert_eq!(status(&world, fields).await, json!({ "inbox": none, "outbox": none, "lastEventAt": null }));
    let now = world.app.now();
    let tx = world.db().begin().await.unwrap();
    for (at, (platform, state)) in
        [("feishu", "waiting"), ("feishu", "working"), ("feishu", "failed"), ("feishu", "done"), ("wecom", "failed")]
            .iter()
            .enumerate()
    {
        let row = inbox::ActiveModel {
            source: Set((*platform).to_owned()),
            once_key: Set(at.to_string()),
            kind: Set("k".to_owned()),
            body: Set("{}".to_owned()),
            happened_at: Set(now),
            received_at: Set(now + chrono::TimeDelta::seconds(at as i64)),
            state: Set(DeliveryState::parse(state).unwrap()),
            attempts: Set(0),
            next_at: Set(now),
            ..Default::default()
        };
        row.insert(&tx).await.unwrap();
    }
    for (at, (platform, state)) in
        [("feishu", "failed"), ("feishu", "failed"), ("feishu", "waiting"), ("feishu", "sent"), ("wecom", "waiting")]
            .iter()
            .enumerate()
    {
        let row = outbox::ActiveModel {
            uuid: Set(at.to_string()),
            channel: Set((*platform).to_owned()),
            kind: Set("text".to_owned()),
            lane: Set(at.to_string()),
            body: Set("{}".to_owned()),
            state: Set(DeliveryState::parse(state).unwrap()),
            attempts: Set(0),
            next_at: Set(now),
            created_at: Set(now),
            ..Default::default()
        };
        row.insert(&tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    let latest = (now + chrono::TimeDelta::seconds(3)).to_rfc3339();
    let expected = json!({
        "inbox": { "waiting": 2, "failed": 1 }, "outbox": { "waiting": 1, "failed": 2 }, "lastEventAt": latest,
    });
    assert_eq!(status(&world, fields).await, expected);
}

#[tokio::test]
async fn what_the_setup_guide_asks_is_answered() {
    let guide = include_str!("../../../docs/feishu-setup.md");
    let asked: Vec<_> = guide.split("```graphql\n").skip(1).filter_map(|rest| rest.split("\n```").next()).collect();
    assert_eq!((asked.len(), &asked[..3]), (6, &asked[3..]), "both languages ask the same");
    let world = World::demo().await;
    let token = world.token("29384uieweretr").await;
    for query in asked {
        let reply = world.graphql(query, json!({}), Some(&token)).await;
        assert!(reply["errors"].is_null(), "{query}: {reply}");
    }
}
