//! The tree of asset groups: 7.13, 7.14.

use serde_json::json;

use super::{
    super::{
        faults::{done, forbidden, when},
        lists::asset_groups as lists,
    },
    post,
};
use crate::{
    domain::{Code, Permission},
    rest::{
        field::{name, reference},
        openapi::Subject,
        row::{Choice, Gate, Row},
    },
};

pub(super) const ROWS: &[Row] = &[
    // 7.13
    post("/api/asset_group_tree/")
        .about(
            Subject::AssetGroups,
            "Shows what is directly below an asset group, or adds, deletes, moves or renames one, as `option` says.",
        )
        .reads(&[reference("unique_id").to("id")])
        .first("AssetGroup")
        .must_find(Code::AssetGroupNotFound)
        .chooses(&OPTIONS)
        .unless(&[when(Code::AssetGroupNotFound, -2, "没有这个资产分类"), forbidden("没有修改资产分类树权限")]),
    // 7.14
    post("/api/get_all_asset_group/")
        .about(Subject::AssetGroups, "Shows the whole tree of asset groups.")
        .native(lists::tree)
        .like("AssetGroups")
        .replies(forest)
        .says(done("成功获取所有资产分类")),
];

/// The payload of 7.14, whose trees may be of any depth.
fn forest() -> serde_json::Value {
    let trees = json!({ "type": "array", "items": { "$ref": "#/$defs/AssetGroupTree" } });
    let tree = json!({
        "type": "object",
        "properties": { "title": { "type": "string" }, "value": { "type": "string" }, "children": trees },
        "required": ["title", "value", "children"],
        "additionalProperties": false,
    });
    json!({
        "type": "object",
        "properties": { "data": trees },
        "required": ["data"],
        "$defs": { "AssetGroupTree": tree },
    })
}

const OPTIONS: Choice = Choice {
    key: "option",
    words: &[
        ("query", post("").native(lists::query).like("AssetGroupChildren").says(done("成功获取资产分类子类"))),
        (
            "add",
            post("")
                .holds(Permission::AssetGroups)
                .reads(&[name("new_group_id").to("uniqueId"), name("new_group_name").to("name")])
                .runs("AssetGroupCreate")
                .says(done("创建分组成功"))
                .unless(&[
                    when(Code::AssetGroupParentNotFound, -2, "没有这个资产分类"),
                    when(Code::AssetGroupTaken, -2, "添加失败，该分组已存在"),
                ]),
        ),
        (
            "delete",
            post("")
                .holds(Permission::AssetGroups)
                .runs("AssetGroupDelete")
                .says(done("删除分组成功"))
                .unless(&[when(Code::AssetGroupIsRoot, -2, "禁止删除所有类别")]),
        ),
        (
            "change_parent",
            post("")
                .holds(Permission::AssetGroups)
                .reads(&[reference("new_parent_id").or_none().to("parentId")])
                .runs("AssetGroupMove")
                .says(done("修改分组成功"))
                .unless(&[
                    when(Code::AssetGroupParentNotFound, -2, "修改失败，父分组不存在"),
                    when(Code::AssetGroupCycle, -2, "修改失败，父分组不可为自己或自己的子类"),
                ]),
        ),
        (
            "change_name",
            post("")
                .holds(Permission::AssetGroups)
                .reads(&[name("new_group_name").to("name")])
                .runs("AssetGroupRename")
                .says(done("修改分组成功"))
                .unless(&[when(Code::AssetGroupNameTaken, -2, "修改失败，该分组名已存在")]),
        ),
    ],
    otherwise: Gate::Holds(Permission::AssetGroups),
};
