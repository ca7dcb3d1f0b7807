//! Logging in on a PC by a code that a phone confirms (contract: laravel-template §4.3, §4.4, §4.6, §5).

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel,
    ModelTrait, QueryFilter,
};

use crate::{
    app::{ALPHANUMERIC, App, draw},
    db,
    entity::{qr_login, staff},
};

use super::{
    Code, Context, Outcome, digest,
    sessions::{self, Opened},
    transact,
};

/// Characters of a nonce.
const NONCE_LENGTH: usize = 32;
/// Seconds that a code lives from its creation, and from each confirmation.
pub const LIFE_SECONDS: i64 = 60;
/// Seconds after its creation at which a code ends whatever happens.
const LONGEST_SECONDS: i64 = 180;
/// Most characters kept of what a browser says of itself.
const AGENT_LENGTH: usize = 255;

const PENDING: &str = "pending";
const SCANNED: &str = "scanned";
const CONFIRMED: &str = "confirmed";

/// Who asked for a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The address.
    pub address: String,
    /// What the browser says of itself.
    pub agent: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Makes a code for the PC that asks, and gives its nonce, which is stored as a hash only. For anybody.
pub async fn create(ctx: &Context, address: &str, agent: &str) -> Outcome<String> {
    let nonce = draw(&*ctx.app.random, ALPHANUMERIC, NONCE_LENGTH);
    let now = ctx.now();
    let agent: String = agent.chars().filter(|letter| !letter.is_control()).take(AGENT_LENGTH).collect();
    transact!(ctx, |tx| async {
        let row = qr_login::ActiveModel {
            nonce_hash: Set(digest::sha256(&nonce)),
            state: Set(PENDING.to_owned()),
            owner_id: Set(None),
            client_address: Set(address.to_owned()),
            client_agent: Set(agent.clone()),
            created_at: Set(now),
            expires_at: Set(now + TimeDelta::seconds(LIFE_SECONDS)),
            ..Default::default()
        };
        row.insert(&tx).await
    })?;
    Ok(nonce)
}

/// What a phone does with a code that it has scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tap {
    /// Has read it, and has not decided; also takes a confirmation back.
    Scan,
    /// Lets the PC in.
    Confirm,
    /// Wants nothing of it: the code is gone.
    Cancel,
}

/// Does to the code with `nonce` what the person who asks tapped, and gives who asked for the code. The first who scans or confirms
/// owns it. `QR_LOGIN_EXPIRED` if there is no such code any more, or it is somebody else's.
pub async fn tap(ctx: &Context, nonce: &str, tap: Tap) -> Outcome<Client> {
    let person = ctx.person()?.id;
    transact!(ctx, |tx| tap_in(&tx, ctx, nonce, person, tap))
}

async fn tap_in(db: &impl ConnectionTrait, ctx: &Context, nonce: &str, person: i64, tap: Tap) -> Outcome<Client> {
    let now = ctx.now();
    let row = find(db, nonce, now).await?.filter(|row| row.owner_id.is_none_or(|owner| owner == person));
    let row = row.ok_or(Code::QrLoginExpired)?;
    let client = Client { address: row.client_address.clone(), agent: row.client_agent.clone(), at: row.created_at };
    if tap == Tap::Cancel {
        row.delete(db).await?;
        return Ok(client);
    }
    let last = row.created_at + TimeDelta::seconds(LONGEST_SECONDS);
    let longer = (now + TimeDelta::seconds(LIFE_SECONDS)).min(last).max(row.expires_at);
    let mut row = row.into_active_model();
    row.state = Set(if tap == Tap::Confirm { CONFIRMED } else { SCANNED }.to_owned());
    row.owner_id = Set(Some(person));
    row.expires_at = Set(longer);
    row.update(db).await?;
    Ok(client)
}

/// How far a code has come.
#[derive(Clone, Debug)]
pub enum Progress {
    /// Nobody has scanned it.
    Pending,
    /// Somebody has scanned it and not decided.
    Scanned,
    /// Its owner confirmed it: a new session of theirs, once. The code is gone.
    Confirmed(Box<Opened>),
}

/// How far the code with `nonce` has come. Of any number of calls one alone gets the session. `QR_LOGIN_EXPIRED` if there is no such
/// code any more, or its owner may not log in. For anybody.
pub async fn poll(ctx: &Context, nonce: &str) -> Outcome<Progress> {
    // Nearly every call finds nothing new: it only reads.
    let row = find(ctx.db().read(), nonce, ctx.now()).await?.ok_or(Code::QrLoginExpired)?;
    match row.state.as_str() {
        PENDING => Ok(Progress::Pending),
        SCANNED => Ok(Progress::Scanned),
        _ => transact!(ctx, |tx| consume(&tx, ctx, row.id)),
    }
}

/// Whoever deletes the row has the session.
async fn consume(db: &impl ConnectionTrait, ctx: &Context, id: i64) -> Outcome<Progress> {
    let row = qr_login::Entity::find_by_id(id).one(db).await?;
    let row = row.filter(|row| row.state == CONFIRMED && row.expires_at > ctx.now()).ok_or(Code::QrLoginExpired)?;
    let deleted = qr_login::Entity::delete_by_id(id).filter(qr_login::Column::State.eq(CONFIRMED)).exec(db).await?;
    let owner = row.owner_id.filter(|_| deleted.rows_affected == 1).ok_or(Code::QrLoginExpired)?;
    let owner = staff::Entity::find_by_id(owner).one(db).await?.filter(|owner| !owner.locked);
    let Some(owner) = owner else { return Err(Code::QrLoginExpired.into()) };
    let opened = sessions::open_in(db, ctx, &owner).await?;
    Ok(Progress::Confirmed(Box::new(opened)))
}

async fn find(db: &impl ConnectionTrait, nonce: &str, now: DateTime<Utc>) -> Outcome<Option<qr_login::Model>> {
    let alive = Condition::all()
        .add(qr_login::Column::NonceHash.eq(digest::sha256(nonce)))
        .add(qr_login::Column::ExpiresAt.gt(now));
    Ok(qr_login::Entity::find().filter(alive).one(db).await?)
}

/// Deletes codes that have expired and gives their number.
pub async fn sweep(app: &App) -> Outcome<u64> {
    let dead = Condition::all().add(qr_login::Column::ExpiresAt.lte(app.now()));
    Ok(db::sweep::<qr_login::Entity>(&app.db, qr_login::Column::Id, dead).await?)
}
