//! Sessions: three faces of one row, who gets one, and what ends it.

use std::{sync::Arc, time::Duration};

use assetry::{
    app::HashingRules,
    domain::{
        Actor, Code, Context, Key, Outcome, Permission,
        sessions::{Create, Face, Opened, Refused, authenticate, create, end, examine, open_for, sweep},
        staff,
    },
    entity::{
        session,
        words::{Door, StaffGroup},
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use super::code;
use crate::harness::{self, World};

async fn login(world: &World, username: &str, password: &str) -> Outcome<Opened> {
    create(&world.nobody(), Create { username: username.to_owned(), password: password.to_owned() }).await
}

fn faces(world: &World, opened: &Opened) -> [String; 3] {
    [Face::Token, Face::Session, Face::Jwt { issuer: "http://localhost/api/login" }]
        .map(|face| opened.token(&world.app, face).unwrap())
}

async fn refusal(world: &World, token: impl AsRef<str>) -> Option<Refused> {
    examine(&world.app, token.as_ref()).await.err()
}

macro_rules! assert_refused {
    ($world:expr, $token:expr, $expected:pat) => {
        let refused = refusal(&$world, &$token).await;
        assert!(matches!(refused, Some($expected)), "{} gives {refused:?}", stringify!($token));
    };
}

#[tokio::test]
async fn one_session_has_three_faces() {
    let world = World::empty().await;
    let person = world.person("demo", StaffGroup::AssetAdmin).await;
    let opened = login(&world, "demo", "demopass").await.unwrap();
    let [token, session, jwt] = faces(&world, &opened);
    assert!(token.starts_with(&world.app.now().timestamp().to_string()));
    assert_eq!((token.len(), session.len()), (34, 32));
    assert!(session.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    for face in [&token, &session, &jwt] {
        let found = authenticate(&world.app, face).await.unwrap();
        assert_eq!((found.id, found.session_id), (person.id, Some(opened.session.id)));
        assert!(found.permissions.contains(Permission::Assets) && found.permissions.contains(Permission::QrLogin));
        assert!(!found.permissions.contains(Permission::Users));
    }
    let second = login(&world, "demo", "demopass").await.unwrap();
    assert_ne!(second.token(&world.app, Face::Token).unwrap(), token);
    assert!(authenticate(&world.app, &token).await.is_ok(), "a further login leaves the first alive");
}

#[tokio::test]
async fn a_failed_login_tells_nothing() {
    let world = World::empty().await;
    let person = world.person("demo", StaffGroup::GeneralStaff).await;
    let blank = staff::Create {
        group: Some(StaffGroup::GeneralStaff),
        department: None,
        name: "no password".to_owned(),
        username: "silent".to_owned(),
        password: None,
        mobile: None,
        email: None,
        idempotency_key: None,
    };
    staff::create(&world.system(), blank).await.unwrap();
    let long = "x".repeat(1025);
    for (username, password) in [
        ("nobody", "demopass"),
        ("demo", "wrong"),
        ("Demo", "demopass"),
        ("demo ", "demopass"),
        ("demo", "Demopass"),
        ("demo", ""),
        ("demo\0", "demopass"),
        ("demo", "demopass\0"),
        ("demo", &long),
        (&long, "demopass"),
        ("silent", ""),
        ("silent", "demopass"),
    ] {
        let fault = login(&world, username, password).await.unwrap_err();
        assert_eq!((fault.code, fault.field), (Code::LoginFailed, None), "{username:?} {password:?}");
    }
    staff::lock(&world.system(), &Key::Id(person.id)).await.unwrap();
    assert_eq!(code(login(&world, "demo", "wrong").await), Some(Code::LoginFailed));
    assert_eq!(code(login(&world, "demo", "demopass").await), Some(Code::StaffLocked));
    staff::unlock(&world.system(), &Key::Id(person.id)).await.unwrap();
    assert!(login(&world, "demo", "demopass").await.is_ok());
}

/// A hasher without places answers "busy" whenever it is asked, so "busy" shows that it was.
#[tokio::test]
async fn the_password_is_hashed_for_unknown_names_too() {
    let world = World::empty().await;
    let rules = HashingRules { memory_kib: 8, passes: 1, at_once: 0, waiting: 0 };
    let app = Arc::new(harness::app(world.db().clone(), world.clock.clone(), &rules, world.app.files.clone()));
    world.person("known", StaffGroup::GeneralStaff).await;
    let ctx = Context::new(app, Actor::Nobody, Door::Graphql);
    let long = "x".repeat(1025);
    for (username, password) in
        [("known", "x"), ("nobody", "x"), ("nobody\0", "x"), ("nobody", ""), ("nobody", &long), ("known", &long)]
    {
        let attempt = Create { username: username.to_owned(), password: password.to_owned() };
        assert_eq!(code(create(&ctx, attempt).await), Some(Code::Busy), "{username:?}");
    }
}

#[tokio::test]
async fn jwt_claims_stand_in_the_order_of_the_contract() {
    let world = World::empty().await;
    let person = world.person("demo", StaffGroup::GeneralStaff).await;
    let opened = login(&world, "demo", "demopass").await.unwrap();
    let [_, _, jwt] = faces(&world, &opened);
    let parts: Vec<String> =
        jwt.split('.').take(2).map(|part| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()).collect();
    assert_eq!(parts[0], r#"{"typ":"JWT","alg":"HS256"}"#);
    let claims: Value = serde_json::from_str(&parts[1]).unwrap();
    let names: Vec<&String> = claims.as_object().unwrap().keys().collect();
    assert_eq!(names, ["iss", "iat", "exp", "nbf", "jti", "sub", "user", "sid"]);
    let now = world.app.now().timestamp();
    assert_eq!(claims["iss"], "http://localhost/api/login");
    assert_eq!((&claims["iat"], &claims["exp"], &claims["nbf"]), (&json!(now), &json!(now + 3600), &json!(now)));
    assert_eq!((&claims["sub"], &claims["user"]), (&json!(person.id), &json!({"id": person.id})));
    assert_eq!(claims["jti"].as_str().unwrap().len(), 16);
}

fn claims(jwt: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

#[tokio::test]
async fn a_jwt_slides_but_never_past_the_end() {
    let world = World::empty().await;
    world.person("demo", StaffGroup::GeneralStaff).await;
    let opened = login(&world, "demo", "demopass").await.unwrap();
    let [_, _, first] = faces(&world, &opened);
    let began = world.app.now().timestamp();
    let mut jwt = first.clone();
    let end = opened.session.ends_at;
    while world.app.now() + TimeDelta::minutes(59) < end {
        world.clock.advance(TimeDelta::minutes(59));
        let live = examine(&world.app, &jwt).await.unwrap();
        jwt = live.jwt(&world.app, "http://localhost/api/limits").unwrap();
        assert_eq!(claims(&jwt)["iat"], json!(began));
        assert!(claims(&jwt)["exp"].as_i64().unwrap() <= end.timestamp());
    }
    assert_eq!(claims(&jwt)["exp"], json!(end.timestamp()));
    assert_refused!(world, first, Refused::Expired);
    world.clock.advance(TimeDelta::hours(1));
    assert_refused!(world, jwt, Refused::Expired);
}

/// Waits until a use of now is noted: the request itself does not wait long for that.
async fn use_is_noted(world: &World) {
    let noted = session::Entity::find().filter(session::Column::SeenAt.eq(world.app.now()));
    let waiting = async {
        while noted.clone().count(world.db().read()).await.unwrap() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), waiting).await.unwrap();
}

#[tokio::test]
async fn opaque_faces_die_unused_or_of_age() {
    let world = World::empty().await;
    world.person("demo", StaffGroup::GeneralStaff).await;
    let [used, _, _] = faces(&world, &login(&world, "demo", "demopass").await.unwrap());
    let [unused, _, _] = faces(&world, &login(&world, "demo", "demopass").await.unwrap());
    world.clock.advance(TimeDelta::days(6));
    assert!(authenticate(&world.app, &used).await.is_ok());
    use_is_noted(&world).await;
    world.clock.advance(TimeDelta::days(1));
    assert!(authenticate(&world.app, &used).await.is_ok());
    use_is_noted(&world).await;
    assert_refused!(world, unused, Refused::Expired);
    world.clock.advance(TimeDelta::days(6) + TimeDelta::hours(23));
    assert!(authenticate(&world.app, &used).await.is_ok());
    use_is_noted(&world).await;
    world.clock.advance(TimeDelta::hours(2));
    assert_refused!(world, used, Refused::ExpiredForGood);
    assert_eq!(code(authenticate(&world.app, &used).await), Some(Code::Unauthenticated));
    assert_eq!(sweep(&world.app).await.unwrap(), 0);
    world.clock.advance(TimeDelta::days(31));
    assert_eq!(sweep(&world.app).await.unwrap(), 2);
    assert_refused!(world, used, Refused::Unknown);
}

#[tokio::test]
async fn a_fresh_session_costs_one_statement() {
    let world = World::empty().await;
    let person = world.person("demo", StaffGroup::GeneralStaff).await;
    world.give(&person, &["suadmin", "admin", "user"]).await;
    let all = faces(&world, &login(&world, "demo", "demopass").await.unwrap());
    for face in &all {
        let (found, statements) = world.statements(authenticate(&world.app, face)).await;
        assert_eq!(found.unwrap().permissions.iter().count(), 9);
        assert_eq!(statements.len(), 1, "{statements:?}");
    }
}

#[tokio::test]
async fn whatever_ends_a_session_ends_all_its_faces() {
    let world = World::empty().await;
    let key = async |username: &str| Key::Id(world.person(username, StaffGroup::GeneralStaff).await.id);
    let system = world.system();

    let locked = key("locked").await;
    let opened =
        [login(&world, "locked", "lockedpass").await.unwrap(), login(&world, "locked", "lockedpass").await.unwrap()];
    staff::lock(&system, &locked).await.unwrap();
    for opened in &opened {
        for face in faces(&world, opened) {
            assert_refused!(world, face, Refused::Locked);
        }
    }
    staff::unlock(&system, &locked).await.unwrap();
    for face in faces(&world, &opened[0]) {
        assert_refused!(world, face, Refused::Ended);
    }

    let changed = key("changed").await;
    let opened = login(&world, "changed", "changedpass").await.unwrap();
    staff::set_password(&system, &changed, "another").await.unwrap();
    for face in faces(&world, &opened) {
        assert_refused!(world, face, Refused::Ended);
    }
    assert_eq!(code(login(&world, "changed", "changedpass").await), Some(Code::LoginFailed));
    assert!(login(&world, "changed", "another").await.is_ok());

    key("leaving").await;
    let opened = login(&world, "leaving", "leavingpass").await.unwrap();
    let other = login(&world, "leaving", "leavingpass").await.unwrap();
    end(&world.as_person(opened.person.clone())).await.unwrap();
    for face in faces(&world, &opened) {
        assert_refused!(world, face, Refused::Ended);
    }
    assert!(authenticate(&world.app, &faces(&world, &other)[0]).await.is_ok(), "logout ends one session");

    let deleted = key("deleted").await;
    let opened = login(&world, "deleted", "deletedpass").await.unwrap();
    staff::delete(&system, &deleted).await.unwrap();
    let [token, session, jwt] = faces(&world, &opened);
    assert_refused!(world, token, Refused::Unknown);
    assert_refused!(world, session, Refused::Unknown);
    assert_refused!(world, jwt, Refused::PersonGone);
}

#[tokio::test]
async fn refusals_of_a_jwt_are_told_from_the_top() {
    let world = World::empty().await;
    let person = world.person("demo", StaffGroup::GeneralStaff).await;
    let opened = login(&world, "demo", "demopass").await.unwrap();
    let [token, _, jwt] = faces(&world, &opened);
    let good = claims(&jwt);
    let signed = |change: &dyn Fn(&mut Value)| {
        let mut claims = good.clone();
        change(&mut claims);
        world.app.jwt.sign(&claims).unwrap()
    };
    let now = world.app.now().timestamp();

    for malformed in ["", "x", "a.b", "a.b.c.d", "null", &token[..30], "12345678901"] {
        assert_refused!(world, malformed, Refused::Malformed);
    }
    assert_refused!(world, format!("{}{}", &token[..10], "x".repeat(24)), Refused::Unknown);
    assert_refused!(world, "x".repeat(32), Refused::Unknown);
    assert_refused!(world, "a.b.c", Refused::Undecodable);
    assert_refused!(world, "..", Refused::Undecodable);
    let parts: Vec<&str> = jwt.split('.').collect();
    assert_refused!(world, format!("{}.{}.", parts[0], parts[1]), Refused::BadSignature);
    assert_refused!(world, format!("{}.{}.{}", parts[0], parts[1], parts[0]), Refused::BadSignature);
    for algorithm in ["none", "None", "HS512", "RS256", "HS256 "] {
        let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"typ":"JWT","alg":"{algorithm}"}}"#));
        assert_refused!(world, format!("{header}.{}.{}", parts[1], parts[2]), Refused::BadSignature);
        assert_refused!(world, format!("{header}.{}.", parts[1]), Refused::BadSignature);
    }
    for claim in ["iss", "iat", "exp", "nbf", "sub", "jti"] {
        let without = signed(&|claims| {
            claims.as_object_mut().unwrap().remove(claim);
        });
        assert_refused!(world, without, Refused::ClaimsMissing);
        let wrong = signed(&|claims| claims[claim] = json!(["x"]));
        assert_refused!(world, wrong, Refused::ClaimsMissing);
    }
    assert_refused!(world, signed(&|claims| claims["nbf"] = json!(now + 6)), Refused::NotYetValid);
    assert_refused!(world, signed(&|claims| claims["exp"] = json!(now)), Refused::Expired);
    assert_refused!(world, signed(&|claims| claims["iat"] = json!(now - 15 * 86400)), Refused::ExpiredForGood);
    assert_refused!(world, signed(&|claims| claims["sid"] = json!(4711)), Refused::Ended);
    assert_refused!(world, signed(&|claims| claims["sub"] = json!(person.id + 1)), Refused::PersonGone);
    let other = world.person("other", StaffGroup::GeneralStaff).await;
    assert_refused!(world, signed(&|claims| claims["sub"] = json!(other.id)), Refused::Ended);
    assert!(authenticate(&world.app, &signed(&|claims| claims["nbf"] = json!(now + 5))).await.is_ok());
}

#[tokio::test]
async fn rights_are_those_of_the_moment() {
    let world = World::empty().await;
    let person = world.person("demo", StaffGroup::GeneralStaff).await;
    let opened = open_for(&world.system(), person.id).await.unwrap();
    let token = opened.token(&world.app, Face::Session).unwrap();
    world.person("spare", StaffGroup::ItAdmin).await;
    let holds = async |permission| authenticate(&world.app, &token).await.unwrap().permissions.contains(permission);
    assert!(!holds(Permission::Rbac).await);
    world.give(&person, &["admin"]).await;
    assert!(holds(Permission::Rbac).await && !holds(Permission::Assets).await);
    staff::set_group(&world.system(), &Key::Id(person.id), Some(StaffGroup::AssetAdmin)).await.unwrap();
    assert!(holds(Permission::Rbac).await && holds(Permission::Assets).await);
    world.give(&person, &[]).await;
    assert!(!holds(Permission::Rbac).await);
}

#[tokio::test]
async fn no_session_is_opened_for_the_locked_or_unknown() {
    let world = World::empty().await;
    let person = world.person("demo", StaffGroup::GeneralStaff).await;
    staff::lock(&world.system(), &Key::Id(person.id)).await.unwrap();
    assert_eq!(code(open_for(&world.system(), person.id).await), Some(Code::StaffLocked));
    assert_eq!(code(open_for(&world.system(), person.id + 1).await), Some(Code::StaffNotFound));
}

/// A login that races with a new password either comes first and its session is ended, or is refused.
#[tokio::test]
async fn a_login_never_survives_a_password_change() {
    let world = World::empty().await;
    let world = Arc::new(world);
    let person = world.person("demo", StaffGroup::GeneralStaff).await;
    for round in 0..8 {
        let old = if round == 0 { "demopass".to_owned() } else { format!("pass{round}") };
        let new = format!("pass{}", round + 1);
        let logins = (0..4).map(|_| {
            let (world, old) = (Arc::clone(&world), old.clone());
            tokio::spawn(async move { login(&world, "demo", &old).await })
        });
        let logins: Vec<_> = logins.collect();
        let ctx = Context::new(world.app.clone(), Actor::System, Door::System);
        staff::set_password(&ctx, &Key::Id(person.id), &new).await.unwrap();
        for task in logins {
            match task.await.unwrap() {
                Ok(opened) => {
                    let token = opened.token(&world.app, Face::Token).unwrap();
                    assert!(matches!(refusal(&world, &token).await, Some(Refused::Ended)));
                }
                Err(fault) => assert_eq!(fault.code, Code::LoginFailed),
            }
        }
    }
}
