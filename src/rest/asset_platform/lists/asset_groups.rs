//! Asset groups: those right below one, and the whole tree (contract: asset-platform §7.13, §7.14).

use std::collections::HashMap;

use async_graphql::Variables;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde::Serialize;

use super::{Answer, Choosable, Named, key};
use crate::{
    domain::{
        Context,
        asset_groups::listing::{self, Opened, Placed},
    },
    rest::payload::{Payload, Streamed, write_json},
};

/// 7.13, query: a group's name and the groups right below it.
pub(in crate::rest::asset_platform) fn query(context: Context, variables: Variables) -> Answer {
    Box::pin(async move {
        let Opened { group, children } = listing::opened(&context, &key(&variables, "id")).await?;
        let children = Streamed::list("data", children, |row, into| write_json(into, &Named::of(row))).await?;
        Ok(Payload::Streamed(children.behind(&Title { display_name: &group.name })))
    })
}

/// 7.14: every group in its place in the tree.
pub(in crate::rest::asset_platform) fn tree(context: Context, _: Variables) -> Answer {
    Box::pin(async move {
        let forest = forest(&listing::all(&context).await?);
        let items = stream::once(async { Ok(Bytes::from(forest)) }).boxed();
        Ok(Payload::Streamed(Streamed { open: b"\"data\":[".to_vec(), items, close: "]".to_owned() }))
    })
}

/// The name of the group that is queried; `data` follows.
#[derive(Serialize)]
struct Title<'a> {
    display_name: &'a str,
}

/// The groups without a parent, each with its children and theirs. Written without recursion: clients decide how deep a tree is.
fn forest(groups: &[Placed]) -> Vec<u8> {
    let mut below: HashMap<Option<i64>, Vec<&Placed>> = HashMap::new();
    // Backwards, because the last of a list is the next to be written.
    for group in groups.iter().rev() {
        below.entry(group.parent_id).or_default().push(group);
    }
    let mut bytes = Vec::new();
    let mut open = vec![below.remove(&None).unwrap_or_default()];
    while let Some(siblings) = open.last_mut() {
        match siblings.pop() {
            Some(group) => {
                if bytes.last() == Some(&b'}') {
                    bytes.push(b',');
                }
                write_json(&mut bytes, &Choosable { title: &group.name, value: &group.unique_id });
                bytes.pop();
                bytes.extend_from_slice(b",\"children\":[");
                open.push(below.remove(&Some(group.id)).unwrap_or_default());
            }
            None => {
                open.pop();
                if !open.is_empty() {
                    bytes.extend_from_slice(b"]}");
                }
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(id: i64, parent: i64) -> Placed {
        Placed { id, parent_id: (parent > 0).then_some(parent), unique_id: id.to_string(), name: format!("\"{id}\"") }
    }

    #[test]
    fn siblings_are_in_order_and_leaves_have_no_children() {
        let groups = [placed(1, 0), placed(2, 1), placed(3, 1), placed(4, 2), placed(5, 2)];
        let leaf = |id: i32| format!(r#"{{"title":"\"{id}\"","value":"{id}","children":[]}}"#);
        let two = format!(r#"{{"title":"\"2\"","value":"2","children":[{},{}]}}"#, leaf(4), leaf(5));
        let expected = format!(r#"{{"title":"\"1\"","value":"1","children":[{two},{}]}}"#, leaf(3));
        assert_eq!(String::from_utf8(forest(&groups)).unwrap(), expected);
        assert_eq!(forest(&[]), b"");
        assert_eq!(forest(&[placed(1, 0), placed(2, 0)]), [leaf(1), leaf(2)].join(",").into_bytes());
    }

    #[test]
    fn a_tree_may_be_as_deep_as_it_likes() {
        let groups: Vec<_> = (1..=200_000).map(|id| placed(id, id - 1)).collect();
        assert!(forest(&groups).ends_with(b"]}]}]}"));
    }
}
