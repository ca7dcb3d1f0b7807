//! The order of fields: as they were asked for (GraphQL specification §6.3.1), not as they were ready, which async-graphql gives.

use async_graphql::{
    Name, Value,
    indexmap::IndexMap,
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};

/// The names under which fields were asked for, in their order, and the same for what is below each.
///
/// Fragments on different types count as one: only where they name the same fields in a different order is the order of the first
/// one given.
#[derive(Clone, Debug, Default)]
pub(super) struct Order(IndexMap<Name, Order>);

impl Order {
    /// The order that `set` asks for. Its fragments must not be circular.
    pub(super) fn of(document: &ExecutableDocument, set: &SelectionSet) -> Self {
        let mut order = Self::default();
        order.add(document, set);
        order
    }

    fn add(&mut self, document: &ExecutableDocument, set: &SelectionSet) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let below = self.0.entry(field.node.response_key().node.clone()).or_default();
                    below.add(document, &field.node.selection_set.node);
                }
                Selection::InlineFragment(inline) => self.add(document, &inline.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                        self.add(document, &fragment.node.selection_set.node);
                    }
                }
            }
        }
    }

    /// Brings the fields of `value` into this order.
    pub(super) fn restore(&self, value: &mut Value) {
        match value {
            Value::List(elements) => elements.iter_mut().for_each(|element| self.restore(element)),
            Value::Object(fields) => {
                let place = |name: &Name| self.0.get_index_of(name);
                if !fields.keys().map(place).is_sorted() {
                    fields.sort_by(|one, _, other, _| place(one).cmp(&place(other)));
                }
                for (name, value) in fields {
                    if let Some(below) = self.0.get(name).filter(|below| !below.0.is_empty()) {
                        below.restore(value);
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{parser::parse_query, value};

    use super::*;

    #[test]
    fn fields_come_as_they_were_asked_for() {
        let document =
            parse_query("{ z: a b { ...f c } ...on Query { d } b { e } } fragment f on B { g h { i j } }").unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let order = Order::of(&document, &operation.node.selection_set.node);
        let mut answer = value!({
            "d": { "kept": 1, "as": 2, "it": 3, "is": 4 },
            "b": [{ "e": 1, "c": 2, "h": { "j": 1, "i": 2 }, "g": 3 }, null, { "g": 1, "e": 2 }],
            "z": 1,
        });
        order.restore(&mut answer);
        let text = r#"{"z":1,"b":[{"g":3,"h":{"i":2,"j":1},"c":2,"e":1},null,{"g":1,"e":2}],"d":{"kept":1,"as":2,"it":3,"is":4}}"#;
        assert_eq!(serde_json::to_string(&answer).unwrap(), text);
    }
}
