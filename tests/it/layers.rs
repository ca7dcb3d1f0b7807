//! Who may use whom inside `src`: the direction of the house, held by reading the imports.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Each room and the rooms that it may use.
const MAY_USE: [(&str, &[&str]); 13] = [
    ("main", &["commands"]),
    (
        "commands",
        &["serve", "rest", "delivery", "graphql", "domain", "feishu", "wecom", "entity", "app", "db", "settings"],
    ),
    ("serve", &["rest", "delivery", "graphql", "domain", "app", "db", "settings"]),
    ("delivery", &["graphql", "feishu", "wecom", "domain", "app", "db", "settings"]),
    ("rest", &["graphql", "pages", "domain", "entity", "app", "db"]),
    ("graphql", &["pages", "domain", "entity", "app", "db"]),
    ("pages", &[]),
    ("domain", &["feishu", "wecom", "entity", "app", "db"]),
    ("feishu", &[]),
    ("wecom", &[]),
    ("entity", &[]),
    ("app", &["feishu", "wecom", "db", "settings"]),
    ("db", &[]),
];

fn source_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            source_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The first path segments that follow `crate::` in `source`, comments aside, also inside `crate::{…}`.
fn rooms_named(source: &str) -> BTreeSet<String> {
    let code: String =
        source.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut rooms = BTreeSet::new();
    for (place, _) in code.match_indices("crate::") {
        let rest = &code[place + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => rooms.extend(word(rest)),
            Some(group) => {
                let mut depth = 0;
                let mut start = true;
                for (at, letter) in group.char_indices() {
                    match letter {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        letter if start && depth == 0 && letter.is_alphabetic() => {
                            rooms.extend(word(&group[at..]));
                            start = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    rooms
}

fn word(text: &str) -> Option<String> {
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

#[test]
fn every_room_uses_only_what_stands_below_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    source_files(&source, &mut files);
    let mut wrong = Vec::new();
    for file in files {
        let inner = file.strip_prefix(&source).unwrap();
        let room = inner.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
        let text = fs::read_to_string(&file).unwrap().replace("assetry::", "crate::");
        let may_use = match MAY_USE.iter().find(|(name, _)| *name == room) {
            Some((_, may_use)) => *may_use,
            // The contents page uses nothing, and settings are a room below all others.
            None if room == "lib" || room == "settings" => &[],
            None => panic!("{}: a room that the table of directions does not know", inner.display()),
        };
        for used in rooms_named(&text) {
            let is_room = MAY_USE.iter().any(|(name, _)| *name == used) || used == "settings";
            if is_room && used != room && !may_use.contains(&used.as_str()) {
                wrong.push(format!("{} uses {used}", inner.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "against the direction of the house:\n{}", wrong.join("\n"));
}

#[test]
fn imports_are_read_whole() {
    let source = "use crate::app::App;\nuse crate::{\n    db::{self, Database},\n    domain::{Code, text},\n};\n// crate::serve\nfn f() { crate::rest::x() }";
    assert_eq!(rooms_named(source), ["app", "db", "domain", "rest"].map(str::to_owned).into());
}
