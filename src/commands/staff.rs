//! Makes people from the command line: the first administrator, or one more when everybody is locked out.

use std::{
    io::{self, BufRead, IsTerminal, Write},
    sync::Arc,
};

use clap::{Args, Subcommand};

use crate::{
    domain::{
        Actor, Context, Key,
        rbac::{self, RoleKey},
        staff,
    },
    entity::words::{Door, StaffGroup},
    settings::Settings,
};

use super::{Stop, logging, start};

/// What `assetry staff` takes.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Makes a person. The password is the first line of stdin.
    Create(Create),
}

#[derive(Args)]
struct Create {
    /// The login name.
    #[arg(long)]
    username: String,
    /// The display name.
    #[arg(long)]
    name: String,
    /// The staff group: generalstaff, assetadmin, systemadmin or itadmin.
    #[arg(long, default_value = "itadmin", value_parser = group)]
    group: StaffGroup,
    /// A role beside the staff group; suadmin may do everything.
    #[arg(long)]
    role: Option<String>,
    /// The id (legacy key) of the department the person belongs to.
    #[arg(long)]
    department: Option<String>,
}

fn group(word: &str) -> Result<StaffGroup, String> {
    StaffGroup::parse(word).ok_or_else(|| {
        let words: Vec<_> = StaffGroup::ALL.iter().map(|group| group.word()).collect();
        format!("one of {}", words.join(", "))
    })
}

pub(super) async fn run(arguments: Arguments) -> Result<(), Stop> {
    let Verb::Create(wanted) = arguments.verb;
    let settings = Settings::load()?;
    logging::start(&settings.log);
    let password = password()?;
    let db = start::database(&settings).await?;
    start::ready_tables(&db, &settings, false).await?;
    let app = start::open(&settings, db, settings.listen).await?;
    let ctx = Context::new(Arc::clone(&app), Actor::System, Door::System);
    let made = create(&ctx, wanted, password).await;
    app.db.clone().close().await?;
    writeln!(io::stdout(), "{}", made?)?;
    Ok(())
}

/// Makes the person, and answers with the legacy key.
async fn create(ctx: &Context, wanted: Create, password: String) -> Result<String, Stop> {
    let role = wanted.role.map(RoleKey::Name);
    if let Some(role) = &role {
        // Looked up first, so that a misspelt role leaves nobody behind.
        rbac::find(ctx.db().read(), role).await?;
    }
    let input = staff::Create {
        group: Some(wanted.group),
        department: wanted.department.map(Key::UniqueId),
        name: wanted.name,
        username: wanted.username,
        password: Some(password),
        mobile: None,
        email: None,
        idempotency_key: None,
    };
    let person = staff::create(ctx, input).await?;
    if let Some(role) = role {
        staff::set_roles(ctx, &Key::Id(person.id), &[role]).await?;
    }
    Ok(person.unique_id)
}

/// The first line of stdin.
fn password() -> Result<String, Stop> {
    let mut input = io::stdin().lock();
    if input.is_terminal() {
        write!(io::stderr(), "Password (it will be seen): ")?;
    }
    let mut line = String::new();
    input.read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(Stop::because("Give the password as the first line of stdin."));
    }
    Ok(password.to_owned())
}
