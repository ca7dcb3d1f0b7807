//! Login names for newcomers: the display name, with `1` appended until it is free (contract: feishu-app §1.4).

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::write::{Account, Entry};
use crate::{
    domain::{Context, Outcome, text},
    entity::staff,
};

/// Names asked for in one statement; the databases bound the number of parameters.
const CHUNK: usize = 1000;

/// Gives every newcomer among `entries` a login name that nobody has.
pub(super) async fn give(db: &impl ConnectionTrait, ctx: &Context, entries: &mut [Entry]) -> Outcome<()> {
    let mut waiting: Vec<&mut String> = entries
        .iter_mut()
        .filter_map(|entry| match &mut entry.account {
            Account::New(row) => Some(&mut row.username),
            Account::Kept | Account::Changed { .. } => None,
        })
        .collect();
    let (mut taken, mut asked) = (HashSet::new(), HashSet::new());
    while !waiting.is_empty() {
        look(db, &candidates(&waiting), &mut taken, &mut asked).await?;
        waiting.retain_mut(|name| {
            while taken.contains(name.as_str()) {
                name.push('1');
            }
            if name.chars().count() > text::SHORT {
                **name = ctx.app.unique_id();
            }
            // A name that nobody was asked about is for the next round.
            let is_free = asked.contains(name.as_str());
            if is_free {
                taken.insert(name.clone());
            }
            !is_free
        });
    }
    Ok(())
}

/// What the names may become: each with as many `1` as there are namesakes.
fn candidates(waiting: &[&mut String]) -> HashSet<String> {
    let mut namesakes: HashMap<&str, usize> = HashMap::new();
    for name in waiting {
        *namesakes.entry(name).or_default() += 1;
    }
    let each =
        namesakes.into_iter().flat_map(|(name, many)| (0..=many).map(move |ones| name.to_owned() + &"1".repeat(ones)));
    each.collect()
}

/// Finds out which of `names` somebody has.
async fn look(
    db: &impl ConnectionTrait,
    names: &HashSet<String>,
    taken: &mut HashSet<String>,
    asked: &mut HashSet<String>,
) -> Outcome<()> {
    let names: Vec<&str> = names.iter().map(String::as_str).filter(|name| !asked.contains(*name)).collect();
    for chunk in names.chunks(CHUNK) {
        let found: Vec<String> = staff::Entity::find()
            .select_only()
            .column(staff::Column::Username)
            .filter(staff::Column::Username.is_in(chunk.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        taken.extend(found);
    }
    asked.extend(names.into_iter().map(str::to_owned));
    Ok(())
}
