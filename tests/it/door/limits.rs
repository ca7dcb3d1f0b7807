//! What is too much.

use std::time::Instant;

use serde_json::{Value, json};

use assetry::graphql::{Introspection, Limits};

use super::{Little, ask, code, door, shown};

async fn refused(door: &Little, query: &str) -> Value {
    let begun = Instant::now();
    let response = ask(door, query, json!({})).await;
    assert!(begun.elapsed().as_secs() < 5, "{:.80} took {:?}", query, begun.elapsed());
    shown(&response)["errors"][0]["extensions"]["limit"].clone()
}

#[tokio::test]
async fn bombs_are_refused_at_once() {
    let door = door(Limits { introspection: Introspection::Everybody, ..Limits::default() }).await;
    let nested = |open: &str, close: &str| format!("{{said(text:{}{})}}", open.repeat(5000), close.repeat(5000));
    assert_eq!(refused(&door, &nested("[", "]")).await, "nesting");
    assert_eq!(refused(&door, &nested("{a:", "}")).await, "nesting");
    assert_eq!(refused(&door, &"{a".repeat(5000)).await, "nesting");

    let doubling = |levels: usize, spread: &str| {
        let fragments: Vec<_> = (0..levels)
            .map(|level| format!("fragment f{level} on Query {{ {} }}", spread.replace('#', &(level + 1).to_string())))
            .collect();
        format!("{{...f0}} {} fragment f{levels} on Query {{ said }}", fragments.join(" "))
    };
    assert_eq!(refused(&door, &doubling(24, "...f# ...f#")).await, "selections");
    assert_eq!(refused(&door, &doubling(60, "...f# ...f#")).await, "levels");
    assert_eq!(refused(&door, &doubling(500, "...f#")).await, "levels");
    // Not even when no operation uses them.
    assert_eq!(refused(&door, &doubling(24, "...f# ...f#").replacen("{...f0}", "{said}", 1)).await, "selections");

    let wide = format!("{{things{{nodes{{{}}}}}}}", "number ".repeat(10_001));
    assert_eq!(refused(&door, &wide).await, "selections");
    let spread = format!("{{{}}} fragment f on Query {{{}}}", "...f ".repeat(200), "said ".repeat(100));
    assert_eq!(refused(&door, &spread).await, "selections");
    let aliases: String = (0..101).map(|number| format!("a{number}:said ")).collect();
    assert_eq!(
        refused(&door, &format!("{{things{{nodes{{{}}}}}}}", aliases.replace("said", "number"))).await,
        "aliases"
    );
    assert_eq!(refused(&door, &format!("{{{}}}", "said ".repeat(21))).await, "root fields");
    assert_eq!(refused(&door, &format!("{{{}}}", "__typename ".repeat(21))).await, "root fields");
    let things = "{things(first:200){nodes{more(first:200){nodes{more(first:2){nodes{number}}}}}}}";
    assert_eq!(refused(&door, things).await, "weight");
    let types = "{__schema{types{fields{type{fields{type{fields{type{fields{name}}}}}}}}}}";
    assert_eq!(refused(&door, types).await, "lists of introspection");
    assert_eq!(refused(&door, &format!("{{{}}}", "a".repeat(500_000))).await, "name length");
}

#[tokio::test]
async fn a_fragment_in_itself_is_refused() {
    let door = door(Limits::default()).await;
    for query in
        ["{...f} fragment f on Query {...f}", "{...f} fragment f on Query {...g} fragment g on Query {said ...f}"]
    {
        assert_eq!(code(&ask(&door, query, json!({})).await), "REQUEST_INVALID");
    }
}

#[tokio::test]
async fn no_text_brings_the_door_down() {
    const WORDS: [&str; 40] = [
        "{",
        "}",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "[[[[[[[[",
        "{a:{a:",
        ":",
        "=",
        "!",
        "$",
        "@",
        "...",
        "\"",
        "\"\"\"",
        "\"\"",
        "\\",
        "\\\"\"\"",
        "#",
        "\n",
        "\r",
        " ",
        ",",
        "query",
        "mutation",
        "fragment",
        "on",
        "f",
        "Query",
        "said",
        "things",
        "nodes",
        "text:",
        "first:",
        "@include(if:",
        "true",
        "\u{feff}é",
    ];
    let door = door(Limits::default()).await;
    let mut seed = 1u64;
    let mut next = move |below: usize| {
        // Knuth's linear congruence.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    for _ in 0..3000 {
        let text: String = (0..next(60)).map(|_| WORDS[next(WORDS.len())]).collect();
        let response = ask(&door, &text, json!({"n": 1})).await;
        let internal = shown(&response).to_string().contains("INTERNAL");
        assert!(!internal, "{text}");
    }
}
