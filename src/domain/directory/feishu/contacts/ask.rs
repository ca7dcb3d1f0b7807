//! Asking Feishu for what an event does not say: who somebody is, where they belong, which departments are above.

use crate::{
    domain::{
        Context, Outcome,
        directory::feishu::{
            act::Stopped,
            binding::knows_open_id,
            departments,
            people::{self, News, What},
        },
    },
    feishu::{Client, Department, Failure, Known, Meaning, Patience, Person, ROOT},
};

use super::Prepared;

/// Most departments above one another.
const DEEPEST: usize = 50;

/// Asks Feishu, if an app is set up.
pub(super) struct Asking<'a> {
    ctx: &'a Context,
    client: Option<&'a Client>,
}

/// What Feishu says; none where it refuses. Only where it cannot be reached does the event have to wait.
fn said<T>(answer: Result<Option<T>, Failure>) -> Result<Option<T>, Stopped> {
    match answer {
        Err(Failure::Status(status)) if (400..500).contains(&status) && status != 429 => Ok(None),
        Err(failure) if matches!(failure.meaning(), Meaning::Passing | Meaning::TooOften | Meaning::TenantToken) => {
            Err(Stopped::Feishu(failure))
        }
        answer => Ok(answer.unwrap_or_default()),
    }
}

impl<'a> Asking<'a> {
    pub(super) fn of(ctx: &'a Context) -> Self {
        Self { ctx, client: ctx.app.feishu.client.as_ref() }
    }

    /// Adds news of a person. One who is to have an account is asked for where their department is not known here, or the event names
    /// them only.
    pub(super) async fn person(&self, to: &mut Prepared, mut news: News, ids_only: bool) -> Result<(), Stopped> {
        if news.what == What::Left {
            to.people.push(news);
            return Ok(());
        }
        let link = people::link(self.ctx.db().read(), &news).await?.filter(|link| link.staff_id.is_some());
        let is_place_wanted = match &link {
            Some(link) => link.made_account && is_placed(&news.person),
            None => news.what == What::Came,
        };
        let is_nameless =
            news.what == What::Came && news.person.open_id.is_none() && !link.as_ref().is_some_and(knows_open_id);
        let is_lost = is_place_wanted && !self.is_known(&news.person).await?;
        if ids_only || is_nameless || is_lost {
            let asked = self.find_person(&news.person).await?.unwrap_or_default();
            let merged = merged(news.person, asked);
            let Some(found) = News::new(merged, news.what, news.at) else { return Ok(()) };
            news = found;
            let is_wanted = news.what != What::Left && (is_place_wanted || link.is_some_and(|link| link.made_account));
            if is_wanted && !self.is_known(&news.person).await? {
                let first = ids(&news.person).next().map(str::to_owned);
                self.above(&mut to.places, first).await?;
            }
        }
        to.people.push(news);
        Ok(())
    }

    /// Adds news of a department, with those above it that we do not know.
    pub(super) async fn department(
        &self,
        to: &mut Prepared,
        mut department: Department,
        ids_only: bool,
    ) -> Result<(), Stopped> {
        if ids_only {
            match self.find_department(&department.open_department_id).await? {
                Some(found) => department = found,
                None => return Ok(()),
            }
        }
        self.above(&mut to.departments, department.parent.clone()).await?;
        to.departments.push(department);
        Ok(())
    }

    /// Adds whatever we may see and do not know yet.
    pub(super) async fn scope(&self, to: &mut Prepared) -> Result<(), Stopped> {
        let Some(client) = self.client else { return Ok(()) };
        let Some(scope) = said(client.scope().await.map(Some))? else { return Ok(()) };
        let db = self.ctx.db().read();
        let places = departments::places(db, scope.departments.iter().map(String::as_str).collect()).await?;
        for id in scope.departments.iter().filter(|id| !places.contains_key(*id)) {
            if let Some(department) = self.find_department(id).await? {
                self.department(to, department, false).await?;
            }
        }
        let known = people::known(db, &scope.people).await?;
        let unknown: Vec<String> = scope.people.into_iter().filter(|id| !known.contains(id)).collect();
        for person in said(client.people(&unknown).await.map(Some))?.unwrap_or_default() {
            if let Some(news) = News::new(person, What::Came, to.at) {
                self.person(to, news, false).await?;
            }
        }
        Ok(())
    }

    /// The departments from `first` upwards that we do not know.
    async fn above(&self, to: &mut Vec<Department>, first: Option<String>) -> Result<(), Stopped> {
        let (mut next, mut levels) = (first, 0);
        while let Some(id) = next.take() {
            let is_here = to.iter().any(|it| it.open_department_id == id);
            if levels == DEEPEST || is_here || self.is_place(&id).await? {
                return Ok(());
            }
            if let Some(found) = self.find_department(&id).await? {
                next.clone_from(&found.parent);
                to.push(found);
            }
            levels += 1;
        }
        Ok(())
    }

    async fn find_person(&self, person: &Person) -> Result<Option<Person>, Stopped> {
        let known = match (&person.open_id, &person.user_id) {
            (Some(id), _) => Known::OpenId(id),
            (None, Some(id)) => Known::UserId(id),
            (None, None) => return Ok(None),
        };
        match self.client {
            Some(client) => {
                let found = said(client.find_person(known, Patience::Once).await)?;
                Ok(found.filter(|found| is_same(person, found)))
            }
            None => Ok(None),
        }
    }

    async fn find_department(&self, id: &str) -> Result<Option<Department>, Stopped> {
        match self.client {
            Some(client) => said(client.find_department(id, Patience::Once).await),
            None => Ok(None),
        }
    }

    /// Whether it is known where a person belongs.
    async fn is_known(&self, person: &Person) -> Outcome<bool> {
        if ids(person).any(|id| id == ROOT) {
            return Ok(true);
        }
        Ok(!departments::places(self.ctx.db().read(), ids(person).collect()).await?.is_empty())
    }

    async fn is_place(&self, id: &str) -> Outcome<bool> {
        Ok(id == ROOT || !departments::places(self.ctx.db().read(), vec![id]).await?.is_empty())
    }
}

/// Whether an answer is about who was asked about, as far as the ids tell: what belongs to somebody else must not be mixed in.
fn is_same(asked: &Person, found: &Person) -> bool {
    let agree = |one: &Option<String>, other: &Option<String>| one.is_none() || other.is_none() || one == other;
    agree(&asked.open_id, &found.open_id)
        && agree(&asked.union_id, &found.union_id)
        && agree(&asked.user_id, &found.user_id)
}

/// The departments of a person, the most important one first.
fn ids(person: &Person) -> impl Iterator<Item = &str> {
    person.primary_department.iter().chain(person.departments.iter().flatten()).map(String::as_str)
}

fn is_placed(person: &Person) -> bool {
    ids(person).next().is_some()
}

/// What is told of a person, and what was asked beside it. Where they belong is asked only when what was told of it is not known here.
fn merged(told: Person, asked: Person) -> Person {
    let is_placed = is_placed(&asked);
    let departments = if is_placed { asked.departments } else { told.departments };
    Person {
        open_id: told.open_id.or(asked.open_id),
        union_id: told.union_id.or(asked.union_id),
        user_id: told.user_id.or(asked.user_id),
        name: told.name.or(asked.name),
        mobile: told.mobile.or(asked.mobile),
        departments,
        primary_department: if is_placed { asked.primary_department } else { told.primary_department },
        is_frozen: told.is_frozen.or(asked.is_frozen),
        is_exited: told.is_exited.or(asked.is_exited),
        is_resigned: told.is_resigned.or(asked.is_resigned),
    }
}
