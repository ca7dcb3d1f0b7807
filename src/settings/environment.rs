//! The environment as a source of settings.

use figment::{
    Error, Metadata, Profile, Provider,
    value::{Dict, Map, Num, Value},
};

use super::{FILE_VARIABLE, Settings};

/// The variables `ASSETRY_…` as a tree of keys.
pub(super) struct Environment(Dict);

impl Environment {
    /// The tree that `variables` name. A variable is read as what its key's default is: a number, true or false, or a text; a
    /// key without a default is a text unless it says exactly `true` or `false`. So a secret of digits stays a text.
    pub(super) fn new(variables: Vec<(String, String)>, defaults: &Settings) -> Self {
        let defaults = Value::serialize(defaults).ok();
        let mut tree = Dict::new();
        for (name, text) in variables {
            let Some(key) = name.strip_prefix("ASSETRY_") else { continue };
            if name == FILE_VARIABLE || key.starts_with("TEST_") || text.is_empty() {
                continue;
            }
            let path: Vec<String> = key.to_lowercase().split("__").map(str::to_owned).collect();
            let default = defaults.as_ref().and_then(|defaults| defaults.find_ref(&path.join(".")));
            put(&mut tree, &path, typed(text, default));
        }
        Self(tree)
    }
}

impl Provider for Environment {
    fn metadata(&self) -> Metadata {
        Metadata::named("environment")
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Ok(Profile::Default.collect(self.0.clone()))
    }
}

fn put(tree: &mut Dict, path: &[String], value: Value) {
    match path {
        [] => {}
        [key] => {
            tree.insert(key.clone(), value);
        }
        [section, rest @ ..] => {
            let below = tree.entry(section.clone()).or_insert_with(|| Value::from(Dict::new()));
            if !matches!(below, Value::Dict(..)) {
                *below = Value::from(Dict::new());
            }
            if let Value::Dict(_, below) = below {
                put(below, rest, value);
            }
        }
    }
}

fn typed(text: String, default: Option<&Value>) -> Value {
    let switch = match text.as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    };
    match default {
        Some(Value::Num(..)) => text.parse::<u64>().map(|number| Value::from(Num::U64(number))).unwrap_or(text.into()),
        Some(Value::Bool(..) | Value::Empty(..)) => switch.map(Value::from).unwrap_or(text.into()),
        _ => text.into(),
    }
}
