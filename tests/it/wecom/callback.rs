//! Callbacks: proved, kept once, acted on in order (contract: laravel-template §10).

use assetry::{
    domain::{
        directory::wecom::{self, Answer, Push},
        staff,
    },
    entity::{
        inbox,
        words::{DeliveryState, LockedBy},
    },
    settings::Wecom,
    wecom::Stamp,
};
use chrono::TimeDelta;
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait, QueryOrder};
use serde_json::json;

use super::{both, department, member};
use crate::harness::{Content, WecomStandIn, World, sealed};

const RANDOM: &[u8; 16] = b"fedcba9876543210";

impl World {
    /// Pushes this message, signed now.
    async fn push(&self, message: &str) -> Answer {
        self.push_behind(message, RANDOM).await
    }

    async fn push_behind(&self, message: &str, random: &[u8; 16]) -> Answer {
        let (stamp, sealed) = sealed(message, random, self.app.now().timestamp());
        let body = format!("<xml><AgentID/><Encrypt><![CDATA[{sealed}]]></Encrypt><ToUserName>x</ToUserName></xml>");
        wecom::receive(&self.app, Some(stamp), Push::Event(body.into_bytes())).await.unwrap()
    }

    /// Pushes a change of contacts and acts on it.
    async fn change(&self, kind: &str, elements: &str) {
        self.clock.advance(TimeDelta::seconds(1));
        let at = self.app.now().timestamp();
        assert_eq!(self.push(&event(kind, at, elements)).await, Answer::Taken);
        self.act().await;
    }

    async fn kept(&self) -> Vec<inbox::Model> {
        inbox::Entity::find().order_by_asc(inbox::Column::Id).all(self.db().read()).await.unwrap()
    }
}

fn event(kind: &str, at: i64, elements: &str) -> String {
    format!(
        "<xml><FromUserName>sys</FromUserName><CreateTime>{at}</CreateTime><MsgType><![CDATA[event]]></MsgType>\
         <Event>change_contact</Event><ChangeType>{kind}</ChangeType>{elements}</xml>"
    )
}

#[tokio::test]
async fn what_is_wrong_is_answered_from_the_top() {
    let (world, _wecom) = both(Content::Tables).await;
    let now = world.app.now().timestamp();
    let (stamp, good) = sealed("<xml/>", RANDOM, now);
    let xml = |encrypted: &str| format!("<xml><Encrypt>{encrypted}</Encrypt></xml>").into_bytes();
    let ask =
        async |stamp: Option<Stamp>, body: Vec<u8>| wecom::receive(&world.app, stamp, Push::Event(body)).await.unwrap();
    let stamped = || Some(stamp.clone());
    assert_eq!(ask(stamped(), xml(&good)).await, Answer::Taken);
    assert_eq!(ask(stamped(), vec![b' '; 256 * 1024 + 1]).await, Answer::TooLarge);
    for bad in ["", "{}", "<xml></xml>", "<xml><Encrypt/></xml>", "<!DOCTYPE a><xml><Encrypt>x</Encrypt></xml>"] {
        assert_eq!(ask(stamped(), bad.as_bytes().to_vec()).await, Answer::Malformed, "{bad}");
    }
    assert_eq!(ask(stamped(), vec![0xff; 8]).await, Answer::Malformed);
    assert_eq!(ask(None, xml(&good)).await, Answer::Malformed);
    assert_eq!(ask(stamped(), xml("other")).await, Answer::Unproved);
    let late = sealed("<xml/>", RANDOM, now - 301);
    assert_eq!(ask(Some(late.0), xml(&late.1)).await, Answer::Unproved);
    assert!(world.kept().await.iter().all(|row| row.state.word() == "waiting"));

    let plain = World::empty().await;
    let answer = wecom::receive(&plain.app, stamped(), Push::Event(Vec::new())).await.unwrap();
    assert_eq!(answer, Answer::NotConfigured);
    let stand_in = WecomStandIn::start().await;
    let without = World::on_wecom(Content::Tables, Wecom { callback_token: None, ..stand_in.settings() }).await;
    assert_eq!(without.push("<xml/>").await, Answer::NotConfigured);
}

#[tokio::test]
async fn the_echo_gives_back_what_was_encrypted() {
    let (world, _wecom) = both(Content::Tables).await;
    let (stamp, echo) = sealed("3141592653589793238", RANDOM, world.app.now().timestamp());
    let ask =
        async |echo: Option<String>| wecom::receive(&world.app, Some(stamp.clone()), Push::Echo(echo)).await.unwrap();
    assert_eq!(ask(Some(echo.clone())).await, Answer::Echo(b"3141592653589793238".to_vec()));
    assert_eq!(ask(Some(echo.replace('+', " "))).await, Answer::Echo(b"3141592653589793238".to_vec()));
    assert_eq!(ask(None).await, Answer::Malformed);
    assert_eq!(ask(Some(echo[1..].to_owned())).await, Answer::Unproved);
    assert!(world.kept().await.is_empty());
}

#[tokio::test]
async fn a_message_that_cannot_be_used_is_taken_and_forgotten() {
    let (world, _wecom) = both(Content::Tables).await;
    for useless in ["", "not xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><xml/>", "<xml>"] {
        assert_eq!(world.push(useless).await, Answer::Taken, "{useless}");
    }
    assert!(world.kept().await.is_empty());
    for ignored in ["<xml/>", "<xml><MsgType>text</MsgType><MsgId>7</MsgId></xml>"] {
        assert_eq!(world.push(ignored).await, Answer::Taken, "{ignored}");
    }
    world.change("create_tag", "<UserID>x</UserID>").await;
    world.change("create_user", "<Name>nobody</Name>").await;
    world.change("create_party", "<Id>-1</Id>").await;
    world.act().await;
    assert!(world.kept().await.iter().all(|row| row.state.word() == "ignored"));
}

#[tokio::test]
async fn members_come_change_and_leave() {
    let (world, wecom) = both(Content::Demo).await;
    wecom.departments(&[department(30, 0, "a"), department(31, 0, "b")]);
    world.sync().await;
    world
        .change(
            "create_user",
            "<UserID>LiSi</UserID><Name><![CDATA[李四]]></Name><Department>30,31</Department><MainDepartment>31</MainDepartment>\
             <Mobile>139</Mobile><Position>p</Position><Gender>2</Gender><Email>l@x</Email><Status>1</Status>",
        )
        .await;
    let person = world.person_called("LiSi").await;
    assert_eq!((person.name.as_str(), person.department_id), ("李四", Some(31)));
    assert_eq!((person.mobile.as_deref(), person.email.as_deref()), (Some("139"), Some("l@x")));
    let profile = async || wecom::profiles(&world.server(), &[person.id]).await.unwrap().remove(&person.id).unwrap();
    assert_eq!(
        profile().await.info,
        r#"{"userid":"LiSi","position":"p","gender":"2","main_department":31,"status":1}"#
    );
    assert_eq!(profile().await.departments, r#"[{"30":{"id":30,"name":"a"}},{"31":{"id":31,"name":"b"}}]"#);

    world.change("update_user", "<UserID>lisi</UserID><Department>30</Department><Name/>").await;
    assert_eq!(world.person_called("LiSi").await.name, "李四");
    assert_eq!(profile().await.departments, r#"[{"30":{"id":30,"name":"a"}}]"#);

    world.change("delete_user", "<UserID>LISI</UserID>").await;
    let left = world.person_called("LiSi").await;
    assert_eq!((left.id, left.locked_by), (person.id, Some(LockedBy::Wecom)));
    assert_eq!(staff::roles_of(world.db().read(), &[left.id]).await.unwrap()[&left.id].len(), 1);
    world.change("update_user", "<UserID>lisi</UserID><Status>4</Status>").await;
    assert!(!world.person_called("LiSi").await.locked);

    // Nobody is made to be locked.
    world.change("delete_user", "<UserID>stranger</UserID>").await;
    assert!(world.maybe_called("stranger").await.is_none());
    // Who was here before is found by name.
    world.change("update_user", "<UserID>ASDF</UserID><Mobile>555</Mobile>").await;
    assert_eq!(world.person_called("asdf").await.mobile.as_deref(), Some("555"));
}

#[tokio::test]
async fn a_new_userid_moves_the_link_and_the_username_that_was_the_old_one() {
    let (world, wecom) = both(Content::Demo).await;
    wecom.departments(&[department(1, 0, "a")]);
    wecom.members(1, &["old", "asdf", "third"].map(|userid| member(userid, json!({}))));
    world.sync().await;
    let old = world.person_called("old").await;
    world.change("update_user", "<UserID>old</UserID><NewUserID>New</NewUserID><Mobile>1</Mobile>").await;
    let person = world.person_called("New").await;
    assert_eq!((person.id, person.mobile.as_deref()), (old.id, Some("1")));
    assert_eq!(world.link_of(person.id).await.unwrap().external_id, "new");
    // The same name in another spelling is a new userid too.
    world.change("update_user", "<UserID>NEW</UserID><NewUserID>NEW2</NewUserID>").await;
    world.change("update_user", "<UserID>new2</UserID><NewUserID>New</NewUserID>").await;
    assert_eq!(world.person_called("New").await.id, old.id);
    // Told once more by a repetition that WeCom numbers anew, nothing changes.
    world.change("update_user", "<UserID>old</UserID><NewUserID>New</NewUserID>").await;
    assert_eq!(world.person_called("New").await.id, old.id);
    assert!(world.maybe_called("old").await.is_none());

    // A name that somebody has is not taken from them, but the link moves.
    let asdf = world.person_called("asdf").await;
    world.change("update_user", "<UserID>asdf</UserID><NewUserID>demo</NewUserID>").await;
    assert_eq!(world.person_called("asdf").await.id, asdf.id);
    assert_eq!(world.link_of(asdf.id).await.unwrap().external_id, "demo");

    // A username of one's own stays.
    let third = world.person_called("third").await;
    let own = staff::Update { username: Some("own".to_owned()), ..Default::default() };
    staff::update(&world.server(), &assetry::domain::Key::Id(third.id), &own).await.unwrap();
    world.change("update_user", "<UserID>third</UserID><NewUserID>fourth</NewUserID>").await;
    assert_eq!(world.person_called("own").await.id, third.id);
    assert_eq!(world.link_of(third.id).await.unwrap().user_id.as_deref(), Some("fourth"));
}

#[tokio::test]
async fn departments_come_change_and_go() {
    let (world, _wecom) = both(Content::Demo).await;
    world.change("create_party", "<Id>50</Id><Name>五十</Name><ParentId>0</ParentId><Order>7</Order>").await;
    world.change("create_party", "<Id>51</Id><Name>五一</Name><ParentId>50</ParentId>").await;
    let (row, link) = world.place(51).await.unwrap();
    assert_eq!((row.id, row.name.as_str(), row.parent_id, link.position), (51, "五一", Some(50), 0));
    world.change("update_party", "<Id>51</Id><Name>改名</Name>").await;
    let (row, _) = world.place(51).await.unwrap();
    assert_eq!((row.name.as_str(), row.parent_id), ("改名", Some(50)));
    world.change("delete_party", "<Id>50</Id>").await;
    let (row, link) = world.place(50).await.unwrap();
    assert_eq!((row.name.as_str(), link.delivered, link.position), ("五十", false, 7));
    assert!(world.place(51).await.unwrap().1.delivered);
    world.change("delete_party", "<Id>999</Id>").await;
}

#[tokio::test]
async fn an_event_is_kept_once_however_often_it_is_pushed() {
    let (world, _wecom) = both(Content::Tables).await;
    let at = world.app.now().timestamp();
    let made = event("create_user", at, "<UserID>once</UserID>");
    for random in [b"0000000000000000", b"1111111111111111", b"2222222222222222"] {
        assert_eq!(world.push_behind(&made, random).await, Answer::Taken);
        world.clock.advance(TimeDelta::seconds(5));
    }
    world.act().await;
    assert_eq!(world.push(&made).await, Answer::Taken);
    assert_eq!(world.kept().await.len(), 1);
    // Another time, another person, another kind: other events.
    for other in [
        event("create_user", at + 1, "<UserID>once</UserID>"),
        event("create_user", at, "<UserID>twice</UserID>"),
        event("update_user", at, "<UserID>once</UserID>"),
        event("create_party", at, "<Id>5</Id>"),
    ] {
        world.push(&other).await;
    }
    assert_eq!(world.kept().await.len(), 5);
    let numbered = "<xml><MsgId>12</MsgId><CreateTime>1</CreateTime></xml>";
    world.push(numbered).await;
    world.push(&numbered.replace("Time>1", "Time>2")).await;
    assert_eq!(world.kept().await.len(), 6);

    // Remembered for a day at least, and not for ever.
    world.act().await;
    world.clock.advance(TimeDelta::days(1));
    wecom::sweep(&world.app).await.unwrap();
    assert_eq!(world.kept().await.len(), 6);
    world.clock.advance(TimeDelta::days(7));
    assert_eq!(wecom::sweep(&world.app).await.unwrap(), 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn events_are_acted_on_in_order_of_arrival_by_however_many_servers() {
    let (world, _wecom) = both(Content::Tables).await;
    let at = world.app.now().timestamp();
    for turn in 0..20 {
        let elements = format!("<UserID>u</UserID><Name>name {turn}</Name>");
        world.push(&event("update_user", at + turn, &elements)).await;
    }
    let servers = (0..4).map(|_| {
        let app = world.app.clone();
        tokio::spawn(async move { while wecom::act_on_next(&app).await.unwrap() {} })
    });
    for server in servers.collect::<Vec<_>>() {
        server.await.unwrap();
    }
    let person = world.person_called("u").await;
    assert_eq!((person.name.as_str(), person.version), ("name 19", 20));
    assert!(world.kept().await.iter().all(|row| row.state.word() == "done" && row.attempts == 1));
}

#[tokio::test]
async fn what_came_in_before_a_restart_is_acted_on_after_it() {
    let (world, wecom) = both(Content::Tables).await;
    world.push(&event("create_user", world.app.now().timestamp(), "<UserID>kept</UserID>")).await;
    assert!(world.maybe_called("kept").await.is_none());
    let again = world.restarted(wecom.settings()).await;
    while wecom::act_on_next(&again).await.unwrap() {}
    assert!(world.maybe_called("kept").await.is_some());
    assert_eq!(inbox::Entity::find().count(world.db().read()).await.unwrap(), 1);
}

#[tokio::test]
async fn an_event_waits_for_the_sync_under_way_to_end() {
    let (world, wecom) = both(Content::Tables).await;
    wecom.departments(&[department(1, 0, "a")]);
    wecom::sync_soon(&world.server(), wecom::Part::Staff).await.unwrap();
    let held = assetry::domain::jobs::claim(&world.app, "wecom_sync").await.unwrap().unwrap();
    world.push(&event("create_user", world.app.now().timestamp(), "<UserID>waits</UserID>")).await;
    assert!(!wecom::act_on_next(&world.app).await.unwrap());
    assetry::domain::jobs::end(&world.app, &held, None).await.unwrap();
    assert!(wecom::act_on_next(&world.app).await.unwrap());
}

#[tokio::test]
async fn an_event_that_fails_is_tried_again_and_given_up_in_the_end_while_those_behind_it_wait() {
    let (world, _wecom) = both(Content::Tables).await;
    let at = world.app.now().timestamp();
    world.push(&event("create_party", at, "<Id>5</Id>")).await;
    world.act().await;
    let rename = async |from: &str, to: &str| {
        let tx = world.db().begin().await.unwrap();
        tx.execute_unprepared(&format!("ALTER TABLE {from} RENAME TO {to}")).await.unwrap();
        tx.commit().await.unwrap();
    };
    world.push(&event("create_user", at, "<UserID>one</UserID>")).await;
    world.push(&event("delete_party", at, "<Id>5</Id>")).await;
    rename("membership", "elsewhere").await;
    for waits in [10, 20, 40, 80] {
        assert!(!wecom::act_on_next(&world.app).await.unwrap());
        world.clock.advance(TimeDelta::seconds(waits - 1));
        assert!(!wecom::act_on_next(&world.app).await.unwrap());
        world.clock.advance(TimeDelta::seconds(1));
    }
    assert_eq!(world.kept().await[1].attempts, 4);
    assert!(world.place(5).await.unwrap().1.delivered);
    world.act().await;
    assert!(!world.place(5).await.unwrap().1.delivered);
    rename("elsewhere", "membership").await;
    let told: Vec<_> = world.kept().await.into_iter().map(|row| (row.state, row.last_error)).collect();
    assert_eq!(told[1], (DeliveryState::Failed, Some("Something went wrong on our side.".to_owned())));
    assert_eq!(told[2], (DeliveryState::Done, None));
}
