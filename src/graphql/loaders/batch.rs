//! Values by key: what is expected is read at once, what is not waits a moment for company.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::{Mutex, PoisonError},
};

use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};

use crate::domain::{Fault, Outcome};

/// What a key can be.
pub trait Key: Copy + Eq + Hash + Send + Sync + 'static {}
impl<K: Copy + Eq + Hash + Send + Sync + 'static> Key for K {}

/// A loader that remembers what it has read for one request.
pub struct Batch<K: Key, L: Loader<K, Error = Fault>> {
    loader: DataLoader<L, HashMapCache>,
    known: Mutex<HashSet<K>>,
}

impl<K: Key, L: Loader<K, Error = Fault, Value: Clone>> Batch<K, L> {
    /// An empty memory over `loader`.
    pub fn new(loader: L) -> Self {
        let loader = DataLoader::with_cache(loader, tokio::spawn, HashMapCache::default());
        Self { loader, known: Mutex::default() }
    }

    /// Forgets everything, because something was changed.
    pub fn forget(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.loader.clear::<K>();
    }

    /// The value of `key`, together with those that others ask for at this moment.
    pub async fn one(&self, key: K) -> Outcome<Option<L::Value>> {
        self.loader.load_one(key).await
    }

    /// The values of `keys`, in any order.
    pub async fn many(&self, keys: impl IntoIterator<Item = K>) -> Outcome<HashMap<K, L::Value>> {
        self.loader.load_many(keys).await
    }

    /// Reads the values of `keys` that were not read yet, now and without company; a key without a value is then known to have
    /// `absent`, if that is given.
    pub async fn expect(&self, keys: impl IntoIterator<Item = K>, absent: Option<L::Value>) -> Outcome<()> {
        let wanted: Vec<K> = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            keys.into_iter().filter(|key| known.insert(*key)).collect()
        };
        if wanted.is_empty() {
            return Ok(());
        }
        let mut found = self.loader.loader().load(&wanted).await?;
        if let Some(absent) = absent {
            for key in wanted {
                found.entry(key).or_insert_with(|| absent.clone());
            }
        }
        self.loader.feed_many(found).await;
        Ok(())
    }
}
