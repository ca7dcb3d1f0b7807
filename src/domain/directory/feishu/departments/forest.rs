//! All departments as a forest, into which those from Feishu are planted and in which they are moved; never below themselves.

use std::collections::{HashMap, HashSet};

use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};

use super::{CHUNK, name};
use crate::{
    domain::{Context, Outcome},
    entity::department,
    feishu::{Department, ROOT},
};

/// All departments, and which of them are Feishu's.
pub(super) struct Forest {
    rows: HashMap<i64, department::Model>,
    /// Our keys by Feishu's ids.
    ours: HashMap<String, i64>,
    /// Made in this transaction.
    made: HashSet<i64>,
    /// Where those of the first level belong, and those whose place is not known.
    root: Option<i64>,
}

impl Forest {
    pub(super) fn new<'a>(
        rows: Vec<department::Model>,
        links: impl Iterator<Item = (&'a str, i64)>,
        root: Option<i64>,
    ) -> Self {
        Self {
            rows: rows.into_iter().map(|row| (row.id, row)).collect(),
            ours: links.map(|(external, id)| (external.to_owned(), id)).collect(),
            made: HashSet::new(),
            root,
        }
    }

    /// Our key for Feishu's id.
    pub(super) fn ours(&self, id: &str) -> Option<i64> {
        self.ours.get(id).copied()
    }

    /// Makes the departments that we do not know, under Feishu's id and as roots for now. One that has this id already and is nobody's on
    /// Feishu was Feishu's before, and is so again.
    pub(super) async fn plant(
        &mut self,
        db: &impl ConnectionTrait,
        ctx: &Context,
        delivered: &[&Department],
    ) -> Outcome<()> {
        let linked: HashSet<i64> = self.ours.values().copied().collect();
        let named: HashMap<String, i64> = self.rows.values().map(|row| (row.unique_id.clone(), row.id)).collect();
        let (mut rows, mut theirs) = (Vec::new(), HashMap::new());
        for it in delivered {
            let id = &it.open_department_id;
            if self.ours.contains_key(id) {
                continue;
            }
            let unique_id = match named.get(id) {
                Some(ours) if !linked.contains(ours) => {
                    self.ours.insert(id.clone(), *ours);
                    continue;
                }
                Some(_) => ctx.app.unique_id(),
                None => id.clone(),
            };
            theirs.insert(unique_id.clone(), id.clone());
            rows.push(new(ctx, unique_id, it));
        }
        for chunk in rows.chunks(CHUNK) {
            let rows = chunk.iter().map(|row| {
                let mut row = row.clone().into_active_model().reset_all();
                row.not_set(department::Column::Id);
                row
            });
            for row in department::Entity::insert_many(rows).exec_with_returning(db).await? {
                self.made.insert(row.id);
                self.ours.extend(theirs.get(&row.unique_id).map(|theirs| (theirs.clone(), row.id)));
                self.rows.insert(row.id, row);
            }
        }
        Ok(())
    }

    /// Names and places everything as delivered, and gives the rows to be written.
    pub(super) fn arrange(&mut self, ctx: &Context, delivered: &[&Department]) -> Vec<department::Model> {
        let mut changed = Vec::new();
        for (it, is_loose) in from_above(delivered) {
            let Some(id) = self.ours(&it.open_department_id) else { continue };
            let place = self.place(id, it, is_loose);
            let is_new = self.made.contains(&id);
            let Some(row) = self.rows.get_mut(&id) else { continue };
            let before = row.clone();
            row.name = it.name.as_deref().and_then(name).unwrap_or_else(|| row.name.clone());
            row.parent_id = place;
            if *row != before {
                row.version += i64::from(!is_new);
                row.updated_at = ctx.now();
                changed.push(row.clone());
            }
        }
        changed
    }

    /// Below which department one belongs from now on.
    fn place(&self, id: i64, it: &Department, is_loose: bool) -> Option<i64> {
        let now = self.rows.get(&id).and_then(|row| row.parent_id);
        let place = match it.parent.as_deref() {
            None if !self.made.contains(&id) => return now,
            _ if is_loose => self.root,
            None | Some(ROOT) => self.root,
            Some(parent) => self.ours(parent).or(self.root),
        };
        // Where no root is known, what has a place stays there.
        let place = place.or(now);
        if Some(id) == self.root {
            return now;
        }
        if place.is_some_and(|place| self.is_within(place, id)) {
            tracing::warn!(department = id, "Feishu would put a department below itself; it stays where it is");
            return now;
        }
        place
    }

    /// Whether `place` is `id` or somewhere below it.
    fn is_within(&self, place: i64, id: i64) -> bool {
        let (mut at, mut seen) = (Some(place), HashSet::new());
        while let Some(here) = at {
            if here == id {
                return true;
            }
            if !seen.insert(here) {
                return false;
            }
            at = self.rows.get(&here).and_then(|row| row.parent_id);
        }
        false
    }
}

fn new(ctx: &Context, unique_id: String, it: &Department) -> department::Model {
    department::Model {
        id: 0,
        unique_id,
        name: it.name.as_deref().and_then(name).unwrap_or_else(|| it.open_department_id.clone()),
        location: String::new(),
        parent_id: None,
        version: 1,
        created_at: ctx.now(),
        updated_at: ctx.now(),
    }
}

/// The departments, each behind the one above it; and whether one is in a circle, which is cut there.
fn from_above<'a>(delivered: &[&'a Department]) -> Vec<(&'a Department, bool)> {
    let by_id: HashMap<&str, usize> =
        delivered.iter().enumerate().map(|(at, it)| (it.open_department_id.as_str(), at)).collect();
    let above = |at: usize| delivered[at].parent.as_deref().and_then(|parent| by_id.get(parent).copied());
    let mut below: HashMap<usize, Vec<usize>> = HashMap::new();
    for at in 0..delivered.len() {
        if let Some(parent) = above(at) {
            below.entry(parent).or_default().push(at);
        }
    }
    let mut done = vec![false; delivered.len()];
    let mut order = Vec::with_capacity(delivered.len());
    let tops = (0..delivered.len()).filter(|at| above(*at).is_none()).map(|at| (at, false));
    // Whom no top leads to is in a circle, or below one.
    let circles = (0..delivered.len()).map(|at| (at, true));
    for (top, is_loose) in tops.chain(circles) {
        let mut next = vec![(top, is_loose)];
        while let Some((at, is_loose)) = next.pop() {
            if std::mem::replace(&mut done[at], true) {
                continue;
            }
            order.push((delivered[at], is_loose));
            next.extend(below.get(&at).into_iter().flatten().rev().map(|at| (*at, false)));
        }
    }
    order
}
