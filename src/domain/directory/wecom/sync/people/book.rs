//! Everything that is looked up before a number of members is brought up to date.

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    sea_query::{Expr, Func},
};

use super::super::links::{self, Places};
use crate::{
    domain::{Outcome, directory::wecom::PLATFORM, rbac::Keepers},
    entity::{membership, person_binding, staff},
    wecom::Member,
};

/// What is known about some members.
pub(super) struct Book {
    links: HashMap<String, person_binding::Model>,
    people: HashMap<i64, staff::Model>,
    /// Keys of people by username in lower case.
    names: HashMap<String, Vec<i64>>,
    /// Who is linked to WeCom, whoever they are there.
    linked: HashSet<i64>,
    places: Places,
    memberships: HashMap<i64, Vec<i64>>,
    keepers: Keepers,
}

/// Whom a userid names among those without a link.
pub(super) enum Named<'a> {
    /// Nobody is called so.
    Nobody,
    /// One person.
    One(&'a staff::Model),
    /// Several, or somebody who is somebody else on WeCom.
    Unclear,
}

impl Book {
    /// Looks these members up.
    pub(super) async fn read(db: &impl ConnectionTrait, corp: &str, members: &[Member]) -> Outcome<Self> {
        let keys: Vec<String> = members.iter().map(|member| member.userid.to_ascii_lowercase()).collect();
        let links = person_binding::Entity::find()
            .filter(person_binding::Column::Platform.eq(PLATFORM))
            .filter(person_binding::Column::Tenant.eq(corp))
            .filter(person_binding::Column::ExternalId.is_in(keys.iter().map(String::as_str)))
            .all(db)
            .await?;
        let called = Expr::expr(Func::lower(Expr::col((staff::Entity, staff::Column::Username))));
        let wanted = Condition::any()
            .add(called.is_in(keys.iter().map(String::as_str)))
            .add(staff::Column::Id.is_in(links.iter().filter_map(|link| link.staff_id)));
        let people = staff::Entity::find().filter(wanted).order_by_asc(staff::Column::Id).all(db).await?;
        let mut names: HashMap<String, Vec<i64>> = HashMap::new();
        for person in &people {
            names.entry(person.username.to_ascii_lowercase()).or_default().push(person.id);
        }
        let linked = person_binding::Entity::find()
            .filter(person_binding::Column::Platform.eq(PLATFORM))
            .filter(person_binding::Column::StaffId.is_in(people.iter().map(|person| person.id)))
            .all(db)
            .await?;
        let belonging = membership::Entity::find()
            .filter(membership::Column::BindingId.is_in(links.iter().map(|link| link.id)))
            .order_by_asc(membership::Column::Place)
            .all(db)
            .await?;
        let mut memberships: HashMap<i64, Vec<i64>> = HashMap::new();
        for row in belonging {
            memberships.entry(row.binding_id).or_default().push(row.department_id);
        }
        let locking = members.iter().any(|member| member.status.and_then(super::locks) == Some(true));
        let places =
            members.iter().flat_map(|it| it.departments.iter().flatten().copied().chain(it.main_department)).collect();
        Ok(Self {
            links: links.into_iter().map(|link| (link.external_id.clone(), link)).collect(),
            people: people.into_iter().map(|person| (person.id, person)).collect(),
            names,
            linked: linked.iter().filter_map(|link| link.staff_id).collect(),
            places: links::of_some(db, corp, places).await?,
            memberships,
            keepers: if locking { Keepers::read(db).await? } else { Keepers::default() },
        })
    }

    /// The link of the member with this key, which is the userid in lower case.
    pub(super) fn link(&self, key: &str) -> Option<&person_binding::Model> {
        self.links.get(key)
    }

    /// The person with this key.
    pub(super) fn person(&self, id: i64) -> Option<&staff::Model> {
        self.people.get(&id)
    }

    /// Whom a userid names: exactly, else without regard to case if that is one person.
    pub(super) fn named(&self, userid: &str, key: &str) -> Named<'_> {
        let called = self.names.get(key).map(Vec::as_slice).unwrap_or_default();
        let people: Vec<_> = called.iter().filter_map(|id| self.people.get(id)).collect();
        let exactly = people.iter().find(|person| person.username == userid);
        match (exactly, people.as_slice()) {
            (None, []) => Named::Nobody,
            (Some(person), _) | (None, [person]) if !self.linked.contains(&person.id) => Named::One(person),
            _ => Named::Unclear,
        }
    }

    /// Our department for WeCom's id.
    pub(super) fn place(&self, id: i64) -> Option<i64> {
        self.places.get(&id).map(|link| link.department_id)
    }

    /// Our departments for WeCom's ids, each once, in their order.
    pub(super) fn places(&self, ids: &[i64]) -> Vec<i64> {
        let mut places = Vec::with_capacity(ids.len());
        for place in ids.iter().filter_map(|id| self.place(*id)) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        places
    }

    /// The departments that a link has now.
    pub(super) fn memberships(&self, link: i64) -> &[i64] {
        self.memberships.get(&link).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether an administrator remains when this person is locked, after those for whom that was said before.
    pub(super) fn may_be_locked(&mut self, person: i64) -> bool {
        self.keepers.spare(person)
    }
}
