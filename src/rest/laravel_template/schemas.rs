//! Schemas of the payloads that no operation can say (contract: laravel-template §4, §6).

use serde_json::{Value, json};

/// An object with exactly these keys.
fn object(properties: Value) -> Value {
    let keys: Vec<_> = properties.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect();
    json!({ "type": "object", "properties": properties, "required": keys, "additionalProperties": false })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn number() -> Value {
    json!({ "type": "integer", "minimum": 1 })
}

/// A moment in local time.
fn moment() -> Value {
    json!({ "type": "string", "pattern": "^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d$" })
}

fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn data(data: Value) -> Value {
    object(json!({ "data": data }))
}

fn token_and_user() -> Value {
    object(json!({ "token": text(), "user": object(json!({ "name": text(), "username": text() })) }))
}

/// Token and person.
pub(super) fn holder() -> Value {
    data(token_and_user())
}

/// Token and person, twice.
pub(super) fn qr_holder() -> Value {
    object(json!({ "data": token_and_user(), "errors": token_and_user() }))
}

/// A file that was stored.
pub(super) fn stored() -> Value {
    let given = || json!({ "type": ["string", "null"] });
    data(object(json!({
        "id": { "type": "string", "pattern": "^[0-9a-f]{24}$" }, "tag": given(), "title": given(), "comment": given(),
        "name": text(), "mime": text(), "size": { "type": "integer", "minimum": 0 },
    })))
}

/// Token and person, on a page and beside it.
pub(super) fn code_holder() -> Value {
    let user = || object(json!({ "name": text(), "username": text() }));
    let one = || json!({ "const": 1 });
    let none = || json!({ "type": "null" });
    data(object(json!({
        "total": one(), "per_page": { "const": 15 }, "current_page": one(), "last_page": one(),
        "next_page_url": none(), "prev_page_url": none(), "from": one(), "to": one(), "data": token_and_user(),
        "token": text(), "user": user(),
    })))
}

/// A QR code.
pub(super) fn qr_code() -> Value {
    data(object(json!({ "expires": text(), "nonce": text(), "url": { "type": "string", "format": "uri" } })))
}

/// What a phone gets that has confirmed, or that has scanned.
pub(super) fn confirmed() -> Value {
    let client = object(json!({ "ip": text(), "agent": text(), "at": moment() }));
    let given = json!({ "anyOf": [token_and_user(), { "type": "null" }] });
    json!({ "type": "object", "properties": { "data": given, "client": client }, "required": ["data"] })
}

fn page(row: Value) -> Value {
    let count = || json!({ "type": "integer", "minimum": 0 });
    let url = || json!({ "type": ["string", "null"], "format": "uri" });
    let place = || json!({ "type": ["integer", "null"], "minimum": 1 });
    data(object(json!({
        "total": count(), "per_page": { "const": 15 }, "current_page": number(), "last_page": count(),
        "next_page_url": url(), "prev_page_url": url(), "from": place(), "to": place(), "data": list(row),
    })))
}

fn with(mut row: Value, key: &str, schema: Value) -> Value {
    row["properties"][key] = schema;
    if let Some(required) = row["required"].as_array_mut() {
        required.push(json!(key));
    }
    row
}

fn person() -> Value {
    object(json!({
        "created_at": moment(), "departments": text(), "email": { "type": ["string", "null"] }, "id": number(),
        "info": text(), "mobile": text(), "name": text(), "status": { "enum": [0, 1] }, "updated_at": moment(),
        "username": text(),
    }))
}

fn pivot() -> Value {
    object(json!({ "user_id": number(), "role_id": number() }))
}

/// A page of people.
pub(super) fn users() -> Value {
    page(person())
}

/// A page of people who have a role.
pub(super) fn role_members() -> Value {
    page(with(person(), "pivot", pivot()))
}

/// A page of departments.
pub(super) fn departments() -> Value {
    let row = with(person(), "parentid", json!({ "type": "integer", "minimum": 0 }));
    page(with(row, "order", json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX })))
}

fn role() -> Value {
    object(json!({
        "id": number(), "name": text(), "display_name": text(), "description": text(),
        "created_at": moment(), "updated_at": moment(),
    }))
}

/// Every role.
pub(super) fn roles() -> Value {
    data(list(role()))
}

/// The roles of a person.
pub(super) fn roles_of_person() -> Value {
    data(list(with(role(), "pivot", pivot())))
}
