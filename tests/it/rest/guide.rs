//! The guides in `docs/`: kept as they are printed, and whole.

use std::{collections::BTreeSet, fs, path::Path};

use assetry::{
    graphql::StoredOperation,
    rest::{DIALECTS, guide, row::Row},
};

#[test]
fn the_kept_guides_are_those_that_are_printed() {
    for dialect in DIALECTS {
        let name = dialect.manual().name;
        let file = format!("docs/migration-{name}.md");
        let kept = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&file)).unwrap_or_default();
        assert!(
            kept == guide::guide(*dialect),
            "{file} is stale: run `cargo run -- migration-guide {name} > {file}` and read the difference"
        );
    }
}

#[test]
fn every_call_stands_beside_its_operations() {
    for dialect in DIALECTS {
        let guide = guide::guide(*dialect);
        let mut shown = BTreeSet::new();
        for block in guide.split("```graphql\n").skip(1).filter_map(|rest| rest.split("\n```").next()) {
            shown.extend(StoredOperation::parse_all(block).unwrap().into_keys());
            for definition in block.split("\n\n") {
                assert!(dialect.operations().contains(definition), "not as it stands in the file:\n{definition}");
            }
            for spread in block.split("...").skip(1).filter_map(|rest| rest.split([' ', '\n']).next()) {
                assert!(spread.is_empty() || block.contains(&format!("fragment {spread} on ")), "{spread} is missing");
            }
        }
        let wanted: BTreeSet<_> = dialect.rows().iter().flat_map(Row::operations).map(str::to_owned).collect();
        assert_eq!(shown, wanted);
        for row in dialect.rows() {
            assert!(guide.contains(&format!("\n### `{} {}`\n", row.verb.name(), row.path)), "{}", row.path);
            for case in row.cases.iter().filter(|case| !case.says.text.is_empty()) {
                assert!(guide.contains(case.says.text), "{} does not say {}", row.path, case.says.text);
            }
        }
    }
}
