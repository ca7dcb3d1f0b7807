//! The weight of an operation: every fragment is weighed once, however often it is spread.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, ServerError, Value as Const, Variables,
    parser::types::{
        ExecutableDocument, Field, FragmentDefinition, OperationDefinition, OperationType, Selection, SelectionSet,
    },
};
use async_graphql_value::Value;

use super::{
    Limits, over,
    shape::{FieldShape, Shape, is_page},
};

/// A mutation's field weighs this much more: it writes.
const MUTATION: u64 = 10;
/// Asking for the schema weighs this much more: the types are many.
const SCHEMA: u64 = 1000;
/// Fields, fragment spreads and inline fragments inside one another. async-graphql stops at 32 without a code of ours.
const LEVELS: u64 = 30;
/// Lists of an introspection query inside one another; the query of the tools needs two.
const SCHEMA_LISTS: u32 = 3;

/// What was found about an operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::graphql) struct Weighed {
    /// The weight.
    pub(in crate::graphql) weight: u64,
    /// Whether it asks for the schema itself.
    pub(in crate::graphql) introspects: bool,
}

/// Weighs `operation`, which is one of `document`, and passes the document if it is within the limits.
pub(in crate::graphql) fn weigh(
    limits: &Limits,
    shape: &Shape,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
) -> Result<Weighed, ServerError> {
    let mut scale = Scale { limits, shape, document, variables, fragments: HashMap::new(), aliases: 0 };
    let mut selections = 0u64;
    for name in document.fragments.keys() {
        selections = selections.saturating_add(scale.fragment(name, 0)?.selections);
    }
    let mut load = Load::default();
    for (_, other) in document.operations.iter() {
        let other_load = scale.set(&other.node.selection_set.node, shape.root(other.node.ty), 0)?;
        selections = selections.saturating_add(other_load.selections);
        if std::ptr::eq(&other.node, operation) {
            load = other_load;
        }
    }
    // Validation walks all of it, whichever operation is asked for.
    if selections > limits.selections {
        return Err(over("selections", limits.selections));
    }
    if scale.aliases > limits.aliases {
        return Err(over("aliases", limits.aliases));
    }
    if load.depth > limits.depth {
        return Err(over("depth", limits.depth));
    }
    if load.direct > limits.root_fields {
        return Err(over("root fields", limits.root_fields));
    }
    let dear = if operation.ty == OperationType::Mutation { MUTATION.saturating_mul(load.direct) } else { 0 };
    let weight = load.total(limits.list).saturating_add(dear);
    if weight > limits.weight {
        return Err(over("weight", limits.weight));
    }
    Ok(Weighed { weight, introspects: load.introspects })
}

/// What a selection set weighs in an object of which nothing but the type is known.
#[derive(Clone, Copy, Debug, Default)]
struct Load {
    /// What weighs once.
    once: u64,
    /// What weighs once for each element of the page that the object stands for.
    each: u64,
    /// Selections with every fragment written out.
    selections: u64,
    /// Fields of the object itself.
    direct: u64,
    /// Fields, fragment spreads and inline fragments below.
    height: u64,
    /// Fields below, those of introspection apart.
    depth: u64,
    /// Lists of introspection inside one another.
    schema_lists: u32,
    /// Whether the schema itself is asked for.
    introspects: bool,
}

impl Load {
    /// The weight when the page has `page` elements.
    fn total(self, page: u64) -> u64 {
        self.once.saturating_add(self.each.saturating_mul(page))
    }

    fn add(&mut self, other: Self) {
        self.once = self.once.saturating_add(other.once);
        self.each = self.each.saturating_add(other.each);
        self.selections = self.selections.saturating_add(other.selections);
        self.direct = self.direct.saturating_add(other.direct);
        self.height = self.height.max(other.height);
        self.depth = self.depth.max(other.depth);
        self.schema_lists = self.schema_lists.max(other.schema_lists);
        self.introspects |= other.introspects;
    }
}

struct Scale<'a> {
    limits: &'a Limits,
    shape: &'a Shape,
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    /// Nothing while a fragment is being weighed.
    fragments: HashMap<&'a str, Option<Load>>,
    aliases: u64,
}

impl<'a> Scale<'a> {
    fn set(&mut self, set: &'a SelectionSet, on: Option<&'a str>, level: u64) -> Result<Load, ServerError> {
        let mut sum = Load::default();
        for selection in &set.items {
            let level = level + 1;
            if level > LEVELS {
                return Err(over("levels", LEVELS));
            }
            let mut load = match &selection.node {
                Selection::Field(field) => self.field(&field.node, on, level)?,
                Selection::InlineFragment(inline) => {
                    let on = inline
                        .node
                        .type_condition
                        .as_ref()
                        .map_or(on, |condition| Some(condition.node.on.node.as_str()));
                    self.set(&inline.node.selection_set.node, on, level)?
                }
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node, level)?,
            };
            load.height += 1;
            load.selections = load.selections.saturating_add(1);
            sum.add(load);
        }
        Ok(sum)
    }

    fn fragment(&mut self, name: &str, level: u64) -> Result<Load, ServerError> {
        // Validation tells that there is no such fragment.
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else { return Ok(Load::default()) };
        let load = match self.fragments.get(name.as_str()) {
            Some(Some(load)) => *load,
            Some(None) => return Err(circle(name, fragment)),
            None => {
                self.fragments.insert(name, None);
                let on = fragment.node.type_condition.node.on.node.as_str();
                let load = self.set(&fragment.node.selection_set.node, Some(on), level)?;
                self.fragments.insert(name, Some(load));
                load
            }
        };
        if level.saturating_add(load.height) > LEVELS {
            return Err(over("levels", LEVELS));
        }
        Ok(load)
    }

    fn field(&mut self, field: &'a Field, on: Option<&str>, level: u64) -> Result<Load, ServerError> {
        self.aliases += u64::from(field.alias.is_some());
        let name = field.name.node.as_str();
        let known = self.shape.field(on, name);
        let inner = self.set(&field.selection_set.node, known.map(|known| known.type_name.as_str()), level)?;
        let mut load = Load {
            once: 1,
            selections: inner.selections,
            direct: 1,
            height: inner.height,
            depth: inner.depth.saturating_add(1),
            schema_lists: inner.schema_lists,
            introspects: inner.introspects,
            ..Load::default()
        };
        match name {
            "__schema" | "__type" => {
                if inner.schema_lists > SCHEMA_LISTS {
                    return Err(over("lists of introspection", SCHEMA_LISTS));
                }
                load.introspects = true;
                load.depth = 1;
                load.once = SCHEMA.saturating_add(inner.total(self.limits.list).saturating_mul(self.limits.list));
            }
            "fields" | "inputFields" | "interfaces" | "possibleTypes" if known.is_none() => load.schema_lists += 1,
            _ => {}
        }
        if load.introspects {
            return Ok(load);
        }
        let size = self.page(field, known);
        match (known.is_some_and(|known| known.list), size) {
            (true, Some(size)) => load.once = size.saturating_mul(inner.total(self.limits.list)).saturating_add(1),
            (true, None) => load.each = inner.total(self.limits.list),
            (false, size) => load.once = inner.total(size.unwrap_or(self.limits.list)).saturating_add(1),
        }
        Ok(load)
    }

    /// The number of elements that the arguments of `field` ask for.
    fn page(&self, field: &Field, known: Option<&FieldShape>) -> Option<u64> {
        let mut asked = None;
        for (name, value) in &field.arguments {
            let page = known.is_some_and(|known| known.paged) && is_page(&name.node);
            let size = match self.size(&value.node) {
                Some(Size::Number(number)) if page => number.min(self.limits.page),
                Some(Size::Elements(elements)) if known.is_some_and(|known| known.list) => elements,
                _ => continue,
            };
            asked = Some(asked.unwrap_or(0).max(size));
        }
        let known = known.filter(|known| known.paged);
        asked.or_else(|| Some(known?.page.unwrap_or(self.limits.page_unasked).min(self.limits.page)))
    }

    fn size(&self, value: &Value) -> Option<Size> {
        match value {
            Value::Number(number) => Some(Size::Number(number.as_u64().unwrap_or(0))),
            Value::List(elements) => Some(Size::Elements(elements.len() as u64)),
            Value::Variable(name) => match self.variables.get(name)? {
                Const::Number(number) => Some(Size::Number(number.as_u64().unwrap_or(0))),
                Const::List(elements) => Some(Size::Elements(elements.len() as u64)),
                _ => None,
            },
            _ => None,
        }
    }
}

enum Size {
    Number(u64),
    Elements(u64),
}

fn circle(name: &Name, fragment: &Positioned<FragmentDefinition>) -> ServerError {
    ServerError::new(format!("Cannot spread fragment \"{name}\" within itself."), Some(fragment.pos))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = "schema { query: Query mutation: Mutation } \
        type Query { name: String, all(first: Int, last: Int): Rows!, some: [Row!]!, named(ids: [ID!]!): [Row]! } \
        type Mutation { change: Row } \
        type Rows { nodes: [Row!]!, edges: [Edge!]!, totalCount: Int! } type Edge { node: Row! } \
        type Row { id: ID!, more(first: Int = 5): Rows!, parts: [Row!]!, parent: Row }";

    fn weigh_with(limits: &Limits, query: &str, variables: serde_json::Value) -> Result<u64, String> {
        let shape = Shape::parse(SCHEMA).unwrap();
        let document = async_graphql::parser::parse_query(query).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let weighed = weigh(limits, &shape, &document, &operation.node, &Variables::from_json(variables));
        weighed.map(|weighed| weighed.weight).map_err(|error| error.message)
    }

    fn weight(query: &str) -> u64 {
        let limits = Limits { weight: u64::MAX, selections: u64::MAX, root_fields: u64::MAX, ..Limits::default() };
        weigh_with(&limits, query, serde_json::json!({"n": 7, "ids": ["a", "b", "c"]})).unwrap()
    }

    #[test]
    fn rows_weigh_as_many_times_as_there_may_be() {
        for (query, wanted) in [
            ("{name}", 1),
            ("{name __typename}", 2),
            ("{all(first:7){totalCount}}", 2),
            ("{all(first:7){nodes{id}}}", 2 + 7),
            ("{all(last:7){nodes{id}}}", 2 + 7),
            ("query($n:Int){all(first:$n){nodes{id}}}", 2 + 7),
            ("{all(first:7){edges{node{id}}}}", 2 + 7 * 2),
            ("{all{nodes{id}}}", 2 + 50),
            ("{all(first:1000000){nodes{id}}}", 2 + 200),
            ("{all(first:-5){nodes{id}}}", 2),
            ("{some{id}}", 1 + 10),
            ("{some{parts{id}}}", 1 + 10 * (1 + 10)),
            ("{named(ids:[\"a\",\"b\"]){id}}", 1 + 2),
            ("query($ids:[ID!]!){named(ids:$ids){id}}", 1 + 3),
            ("{all(first:7){nodes{more{nodes{id}}}}}", 2 + 7 * (2 + 5)),
            ("{all(first:7){nodes{parent{parts{id}}}}}", 2 + 7 * (2 + 10)),
            ("mutation{change{id}}", 2 + 10),
        ] {
            assert_eq!(weight(query), wanted, "{query}");
        }
    }

    #[test]
    fn weight_is_linear_in_pages_and_repetitions() {
        let page = |size: u64| weight(&format!("{{all(first:{size}){{totalCount nodes{{id}}}}}}"));
        for size in [0, 1, 7, 100, 200] {
            assert_eq!(page(size), page(0) + size);
        }
        for count in [1, 10, 1000] {
            assert_eq!(weight(&format!("{{{}}}", "name ".repeat(count))), count as u64);
            let spreads =
                format!("{{{}}} fragment f on Query{{name all(first:1){{totalCount}}}}", "...f ".repeat(count));
            assert_eq!(weight(&spreads), 3 * count as u64);
        }
    }

    #[test]
    fn a_fragment_weighs_what_it_stands_for() {
        let written = weight("{all(first:7){totalCount nodes{id more(first:3){nodes{id}}}}}");
        let spread = weight(
            "{all(first:7){...page}} fragment page on Rows{totalCount nodes{...row}} \
             fragment row on Row{id more(first:3){...on Rows{nodes{id}}}}",
        );
        assert_eq!(written, spread);
    }

    #[test]
    fn depth_counts_fields_and_not_fragments() {
        let limits = Limits { depth: 3, ..Limits::default() };
        let asked = |query: &str| weigh_with(&limits, query, serde_json::Value::Null);
        assert!(asked("{some{...on Row{...f}}} fragment f on Row{parent{...on Row{__typename}}}").is_ok());
        assert!(asked("{some{parent{parent{id}}}}").unwrap_err().contains("3 for depth"));
        // The tools' own query is as deep as it is.
        assert!(asked("{__schema{types{fields{args{type{ofType{ofType{name}}}}}}}}").is_ok());
    }
}
