//! Reading the whole directory of Feishu, at most four calls at a time (contract: feishu-app §1.4).

use std::collections::{HashMap, HashSet};

use futures_util::{FutureExt, StreamExt, TryStreamExt, future::BoxFuture, stream};

use crate::feishu::{Client, Department, Failure, Meaning, Patience, Person, ROOT};

/// Most calls at a time.
const AT_ONCE: usize = 4;
/// A department has too much below it to be read with all of it.
const TOO_BIG: i64 = 43010;
/// The app may not see the whole company.
const NOT_ALL: i64 = 40004;
/// People asked for by one call.
const BATCH: usize = 50;

/// Everything that Feishu shows.
pub(super) struct Fetched {
    /// The departments, each once.
    pub(super) departments: Vec<Department>,
    /// The people, each once.
    pub(super) people: Vec<Person>,
}

/// Reads departments and people.
pub(super) async fn everything(client: &Client) -> Result<Fetched, Failure> {
    let (departments, named) = match below(client, ROOT).await {
        Ok(departments) => (departments, None),
        Err(failure) if failure.code() == Some(NOT_ALL) => {
            let (departments, people) = in_scope(client).await?;
            (departments, Some(people))
        }
        Err(failure) => return Err(failure),
    };
    let mut seen = HashSet::new();
    let departments: Vec<Department> =
        departments.into_iter().filter(|it| seen.insert(it.open_department_id.clone())).collect();
    // Where not all is shown, those of no department are named one by one.
    let mut ids: Vec<&str> = if named.is_none() { vec![ROOT] } else { Vec::new() };
    ids.extend(departments.iter().map(|it| it.open_department_id.as_str()));
    let mut met = Met::default();
    for (id, people) in ids.iter().zip(at_once(ids.iter().map(|id| people_of(client, id).boxed())).await?) {
        met.within(id, people);
    }
    if let Some(named) = named {
        met.people(some(client, &named).await?);
    }
    Ok(Fetched { departments, people: met.people })
}

/// The answers to these calls, in their order; the first failure ends it.
async fn at_once<'a, T>(calls: impl Iterator<Item = BoxFuture<'a, Result<T, Failure>>>) -> Result<Vec<T>, Failure> {
    // Gathered first: a call that is made on the way would bind the whole to its own lifetime.
    let calls: Vec<_> = calls.collect();
    stream::iter(calls).buffered(AT_ONCE).try_collect().await
}

/// The people right within a department. Nobody stands right below the company where the app may not see that.
async fn people_of(client: &Client, department: &str) -> Result<Vec<Person>, Failure> {
    match client.people_of(department).await {
        Err(failure) if department == ROOT && failure.code() == Some(NOT_ALL) => Ok(Vec::new()),
        people => people,
    }
}

/// All departments below one; level by level where they are too many.
async fn below(client: &Client, department: &str) -> Result<Vec<Department>, Failure> {
    match client.departments_below(department, true).await {
        Err(failure) if failure.code() == Some(TOO_BIG) => {}
        all => return all,
    }
    let mut level = vec![department.to_owned()];
    let (mut all, mut seen) = (Vec::new(), HashSet::new());
    while !level.is_empty() {
        let mut next = Vec::new();
        for it in
            at_once(level.iter().map(|id| client.departments_below(id, false).boxed())).await?.into_iter().flatten()
        {
            if seen.insert(it.open_department_id.clone()) {
                next.push(it.open_department_id.clone());
                all.push(it);
            }
        }
        level = next;
    }
    Ok(all)
}

/// The departments that the app may see, with all below them, and the people whom it may see beside them.
async fn in_scope(client: &Client) -> Result<(Vec<Department>, Vec<String>), Failure> {
    let scope = client.scope().await?;
    let tops = scope.departments.iter().map(|id| client.department(id, Patience::Sync).boxed());
    let mut departments = at_once(tops).await?;
    // One after the other: what is below one may itself be read in four calls at a time.
    for id in &scope.departments {
        departments.extend(below(client, id).await?);
    }
    Ok((departments, scope.people))
}

/// Those of these people whom Feishu tells of.
pub(super) async fn some(client: &Client, open_ids: &[String]) -> Result<Vec<Person>, Failure> {
    let people = at_once(open_ids.chunks(BATCH).map(|batch| batch_of(client, batch).boxed())).await?;
    Ok(people.into_iter().flatten().collect())
}

/// Those of a batch of people whom Feishu tells of. Where it refuses because of one of them, the others are asked for by themselves.
async fn batch_of(client: &Client, batch: &[String]) -> Result<Vec<Person>, Failure> {
    let (mut people, mut batches) = (Vec::new(), vec![batch]);
    while let Some(batch) = batches.pop() {
        match client.people(batch).await {
            Ok(found) => people.extend(found),
            Err(failure) if failure.meaning() == Meaning::Person => {
                if batch.len() > 1 {
                    let (one, other) = batch.split_at(batch.len() / 2);
                    batches.extend([other, one]);
                }
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(people)
}

/// Who was met, each once.
#[derive(Default)]
struct Met {
    people: Vec<Person>,
    places: HashMap<String, usize>,
}

impl Met {
    /// These people were met in a department. It is their most important one if none is said to be and they were met nowhere before.
    fn within(&mut self, department: &str, people: Vec<Person>) {
        for mut person in people {
            person.primary_department.get_or_insert_with(|| department.to_owned());
            person.departments.get_or_insert_default().push(department.to_owned());
            self.person(person);
        }
    }

    fn people(&mut self, people: Vec<Person>) {
        for person in people {
            self.person(person);
        }
    }

    fn person(&mut self, person: Person) {
        let Some(id) = person.open_id.clone().or_else(|| person.user_id.clone()) else { return };
        let next = self.people.len();
        match *self.places.entry(id).or_insert(next) {
            place if place == next => self.people.push(person),
            place => {
                let known = self.people[place].departments.get_or_insert_default();
                known.extend(person.departments.into_iter().flatten());
            }
        }
    }
}
