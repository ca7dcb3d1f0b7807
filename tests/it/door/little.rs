//! A little schema: what the door can be asked.

use async_graphql::{Object, SimpleObject, Subscription as Events};
use futures_util::{Stream, stream};

use assetry::domain::{Code, Context, Outcome};

/// The schema with its three roots.
pub(super) type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// The schema.
pub(super) fn schema() -> Schema {
    Schema::build(Query, Mutation, Subscription).finish()
}

/// What can be read.
#[derive(Debug, Default)]
pub(super) struct Query;

/// What can be changed.
#[derive(Debug, Default)]
pub(super) struct Mutation;

/// What can be listened to.
#[derive(Debug, Default)]
pub(super) struct Subscription;

/// A thing in a list.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct Thing {
    /// Its number.
    number: i32,
}

#[async_graphql::ComplexObject]
impl Thing {
    /// Further things.
    async fn more(&self, #[graphql(default = 20)] first: i32) -> Things {
        Things::of(first)
    }
}

/// A page of things.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct Things {
    /// The things.
    nodes: Vec<Thing>,
    /// How many there are.
    total_count: i32,
}

impl Things {
    fn of(count: i32) -> Self {
        Self { nodes: (0..count).map(|number| Thing { number }).collect(), total_count: count }
    }
}

/// An input.
#[derive(Debug, async_graphql::InputObject)]
pub(super) struct Heard {
    /// A text.
    text: async_graphql::MaybeUndefined<String>,
    /// Texts.
    list: Option<Vec<Option<String>>>,
    /// An input within.
    inner: Option<Box<Heard>>,
}

impl Heard {
    fn told(&self) -> String {
        use async_graphql::MaybeUndefined::{Null, Undefined, Value};
        if let Some(inner) = &self.inner {
            return format!("inner {}", inner.told());
        }
        let mut told = match &self.text {
            Undefined => "omitted".to_owned(),
            Null => "null".to_owned(),
            Value(text) => text.clone(),
        };
        if let Some(list) = &self.list {
            let list: Vec<_> = list.iter().map(|text| text.as_deref().unwrap_or("null")).collect();
            told = format!("{told}, list of {}", list.join(" "));
        }
        told
    }
}

#[Object]
impl Query {
    /// The text that was given: `omitted`, `null`, or itself.
    async fn said(&self, text: async_graphql::MaybeUndefined<String>) -> String {
        match text {
            async_graphql::MaybeUndefined::Undefined => "omitted".into(),
            async_graphql::MaybeUndefined::Null => "null".into(),
            async_graphql::MaybeUndefined::Value(text) => text,
        }
    }

    /// What was understood of an input.
    async fn heard(&self, input: Heard) -> String {
        input.told()
    }

    /// Things.
    async fn things(&self, #[graphql(default = 20)] first: i32) -> Things {
        Things::of(first)
    }

    /// The name of who asks.
    async fn viewer(&self, ctx: &async_graphql::Context<'_>) -> async_graphql::Result<String> {
        Ok(ctx.data::<Context>()?.person()?.name.clone())
    }

    /// Fails as an unexpected error of a library does.
    async fn broken(&self) -> async_graphql::Result<i32> {
        Err(std::io::Error::other("FOREIGN KEY constraint failed"))?
    }

    /// Panics.
    async fn panics(&self, #[graphql(default)] spared: bool) -> i32 {
        assert!(spared, "as it should");
        0
    }

    /// Takes its time.
    async fn slow(&self, milliseconds: u64) -> u64 {
        tokio::time::sleep(std::time::Duration::from_millis(milliseconds)).await;
        milliseconds
    }
}

#[Object]
impl Mutation {
    /// Says that it is forbidden.
    async fn forbidden(&self) -> Outcome<bool> {
        Err(Code::Forbidden.into())
    }

    /// Takes its time and is done in any case.
    async fn slow(&self, milliseconds: u64) -> u64 {
        tokio::time::sleep(std::time::Duration::from_millis(milliseconds)).await;
        DONE.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        milliseconds
    }
}

/// How many slow mutations came to their end.
pub(super) static DONE: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);

#[Events]
impl Subscription {
    /// Counts up to a number, at once.
    async fn count(&self, to: i32) -> impl Stream<Item = i32> {
        stream::iter(1..=to)
    }

    /// Never says anything.
    async fn silence(&self) -> impl Stream<Item = i32> {
        stream::pending()
    }
}
