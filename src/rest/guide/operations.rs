//! The text of single operations, cut out of the file that holds all of them.

/// The definition of the operation or fragment `name` in `file`, letter by letter.
fn definition<'a>(file: &'a str, name: &str) -> Option<&'a str> {
    let mut from = 0;
    for line in file.split_inclusive('\n') {
        let mut words = line.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        let first = words.next().unwrap_or_default();
        let defines = matches!(first, "query" | "mutation" | "subscription" | "fragment");
        if defines && words.next() == Some(name) {
            return Some(&file[from..from + length(&file[from..])]);
        }
        from += line.len();
    }
    None
}

/// How long the definition at the beginning of `text` is: up to the brace that closes its selection.
fn length(text: &str) -> usize {
    let (mut braces, mut parens) = (0usize, 0usize);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => parens += 1,
            ')' => parens = parens.saturating_sub(1),
            '{' if parens == 0 => braces += 1,
            '}' if parens == 0 && braces == 1 => return at + 1,
            '}' if parens == 0 => braces = braces.saturating_sub(1),
            _ => {}
        }
    }
    text.len()
}

/// The operation `name` of `file` with the fragments that it needs: what a client sends.
pub(super) fn alone(file: &str, name: &str) -> String {
    let mut parts: Vec<&str> = definition(file, name).into_iter().collect();
    let mut at = 0;
    while let Some(part) = parts.get(at).copied() {
        for spread in spreads(part) {
            if let Some(fragment) = definition(file, spread)
                && !parts.contains(&fragment)
            {
                parts.push(fragment);
            }
        }
        at += 1;
    }
    parts.join("\n\n")
}

/// The names of the fragments that `part` spreads.
fn spreads(part: &str) -> impl Iterator<Item = &str> {
    part.split("...").skip(1).map(|rest| {
        let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
        &rest[..end]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# Of a.\nquery A($x: X = { y: 1 }) {\n  a(b: { c: $x }) { ...F }\n}\n\nquery Ab { b }\n\
                        # Of both.\nfragment F on A {\n  ...G\n  ... on B { g }\n}\nfragment G on A { g }\nfragment H on A { h }\n";

    #[test]
    fn an_operation_comes_with_its_fragments() {
        let expected = "query A($x: X = { y: 1 }) {\n  a(b: { c: $x }) { ...F }\n}\n\n\
                        fragment F on A {\n  ...G\n  ... on B { g }\n}\n\nfragment G on A { g }";
        assert_eq!(alone(FILE, "A"), expected);
        assert_eq!(alone(FILE, "Ab"), "query Ab { b }");
        assert_eq!(alone(FILE, "Nothing"), "");
    }
}
