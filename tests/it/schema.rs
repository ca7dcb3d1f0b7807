//! The printed schema: kept in the repository, described to the last argument, named by one convention, free of secrets.

use assetry::graphql::api;
use async_graphql::{
    Positioned,
    parser::{
        parse_schema,
        types::{FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind, TypeSystemDefinition},
    },
};

#[test]
fn the_kept_schema_is_the_one_that_is_served() {
    assert!(
        api::sdl() == include_str!("../../schema.graphql"),
        "schema.graphql is stale: run `cargo run -- schema > schema.graphql` and read the difference"
    );
}

/// Types of the specification and of async-graphql, which describe themselves elsewhere.
const FOREIGN: [&str; 3] = ["Date", "DateTime", "PageInfo"];

fn types() -> Vec<TypeDefinition> {
    let document = parse_schema(api::sdl()).unwrap();
    document
        .definitions
        .into_iter()
        .filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some(definition.node),
            _ => None,
        })
        .filter(|definition| !FOREIGN.contains(&definition.name.node.as_str()))
        .collect()
}

fn fields(definition: &TypeDefinition) -> &[Positioned<FieldDefinition>] {
    match &definition.kind {
        TypeKind::Object(object) => &object.fields,
        TypeKind::Interface(interface) => &interface.fields,
        _ => &[],
    }
}

fn inputs(definition: &TypeDefinition) -> Vec<(String, &InputValueDefinition)> {
    let of = |owner: String, value: &InputValueDefinition| format!("{owner}.{}", value.name.node);
    let owner = definition.name.node.to_string();
    let mut inputs = Vec::new();
    if let TypeKind::InputObject(object) = &definition.kind {
        inputs.extend(object.fields.iter().map(|field| (of(owner.clone(), &field.node), &field.node)));
    }
    for field in fields(definition) {
        let owner = format!("{owner}.{}", field.node.name.node);
        inputs.extend(field.node.arguments.iter().map(|value| (of(owner.clone(), &value.node), &value.node)));
    }
    inputs
}

#[test]
fn every_type_field_argument_and_value_is_described() {
    let mut bare = Vec::new();
    for definition in types() {
        let name = definition.name.node.to_string();
        if definition.description.is_none() {
            bare.push(name.clone());
        }
        for field in fields(&definition) {
            if field.node.description.is_none() {
                bare.push(format!("{name}.{}", field.node.name.node));
            }
        }
        bare.extend(
            inputs(&definition).into_iter().filter(|(_, value)| value.description.is_none()).map(|(name, _)| name),
        );
        if let TypeKind::Enum(words) = &definition.kind {
            let bare_words = words.values.iter().filter(|word| word.node.description.is_none());
            bare.extend(bare_words.map(|word| format!("{name}.{}", word.node.value.node)));
        }
    }
    assert!(bare.is_empty(), "without a description: {bare:#?}");
}

#[test]
fn nothing_is_named_like_a_secret() {
    // What a client sends to log in or to set a password, the one answer that carries the session it asked for, and whether there could be
    // a token.
    let meant = [
        "FeishuStatus.tokenObtainable",
        "FeishuLoginPayload.token",
        "SessionCreateInput.password",
        "SessionCreatePayload.token",
        "StaffCreateInput.password",
        "StaffPasswordSetInput.password",
    ];
    let secret = |name: &str| {
        let name = name.to_lowercase();
        ["password", "secret", "hash", "token", "credential", "salt"].iter().any(|word| name.contains(word))
    };
    let mut leaks = Vec::new();
    for definition in types() {
        let owner = definition.name.node.as_str();
        let names = fields(&definition).iter().map(|field| format!("{owner}.{}", field.node.name.node));
        let names = names.chain(inputs(&definition).into_iter().map(|(name, _)| name));
        let is_root = ["Query", "Mutation"].contains(&owner);
        leaks.extend(names.filter(|name| !is_root && secret(name.rsplit('.').next().unwrap_or_default())));
    }
    leaks.retain(|name| !meant.contains(&name.as_str()));
    assert!(leaks.is_empty(), "{leaks:#?}");
}

#[test]
fn mutations_take_one_input_and_give_one_payload_with_user_errors() {
    let types = types();
    let named = |name: &str| types.iter().find(|definition| definition.name.node == name);
    for mutation in fields(named("Mutation").unwrap()) {
        let name = mutation.node.name.node.as_str();
        let pascal = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        assert_eq!(mutation.node.ty.node.to_string(), format!("{pascal}Payload!"), "{name}");
        let arguments: Vec<_> = mutation
            .node
            .arguments
            .iter()
            .map(|argument| format!("{}: {}", argument.node.name.node, argument.node.ty.node))
            .collect();
        // Logging out takes nothing.
        if name != "sessionDelete" {
            assert_eq!(arguments, [format!("input: {pascal}Input!")], "{name}");
        }
        let payload = named(&format!("{pascal}Payload")).unwrap();
        assert!(fields(payload).iter().any(|field| field.node.name.node == "userErrors"), "{name}");
    }
}
