//! Listing, entering, looking up and editing assets: 7.10 to 7.12, 7.15, 7.25, 7.26, 7.32.

use super::{
    super::{
        faults::{done, forbidden, malformed, when},
        lists::assets as lists,
        spelling,
    },
    post,
};
use crate::{
    domain::{Code, Permission},
    rest::{
        field::{Field, any_word, long_text, members, name, number, objects, reference, text},
        openapi::Subject,
        row::Row,
    },
};

/// With which status an asset may be entered.
const ENTRY: &[(&str, &str)] =
    &[("unused", "UNUSED"), ("inuse", "IN_USE"), ("tobeconfirmed", "TO_BE_CONFIRMED"), ("deleted", "RETIRED")];

/// What an item of 7.12 leaves out is what the operation says: unused, worth 1 over 5 years, "unknown", "无".
const ITEM: &[Field] = &[
    reference("group").to("groupId"),
    name("display_name").to("name"),
    reference("under").or_none().if_sent().to("underId"),
    any_word("status", ENTRY).optional(),
    number("value_origin").optional().to("valueOrigin"),
    number("use_year").optional().to("useYear"),
    text("brand").optional(),
    text("model").optional(),
    text("serial_number").optional().to("serialNumber"),
    long_text("remarks").optional(),
];

/// What 7.26 may change; that there is no group for `null` and `""` is said in its turn.
const EDIT: &[Field] = &[
    reference("group").or_none().if_sent().to("groupId"),
    reference("under").or_none().if_sent().to("underId"),
    name("display_name").if_sent().to("name"),
    long_text("remarks").if_sent(),
    number("use_year").if_sent().to("useYear"),
    number("value_origin").if_sent().to("valueOrigin"),
    text("brand").if_sent(),
    text("model").if_sent(),
    text("serial_number").if_sent().to("serialNumber"),
];

pub(super) const ROWS: &[Row] = &[
    // 7.10
    post("/api/asset_list/")
        .about(Subject::Assets, "Lists all assets, the newest first.")
        .holds(Permission::Assets)
        .native(lists::newest_first)
        .like("AssetList")
        .rewrites(spelling::ASSETS)
        .says(done("成功获取资产列表"))
        .unless(&[forbidden("没有获取资产列表权限")]),
    // 7.11
    post("/api/asset_list_title_value/")
        .about(Subject::Assets, "Lists all assets by name and id, for choosing from.")
        .native(lists::by_title)
        .like("AssetTitles")
        .says(done("成功获取资产列表")),
    // 7.12
    post("/api/add_assets/")
        .about(Subject::Assets, "Enters assets, all or none.")
        .holds(Permission::Assets)
        .reads(&[objects("data", ITEM).to("items")])
        .runs("AddAssets")
        .says(done("成功"))
        .unless(&[
            malformed("录入资产失败，JSON参数错误"),
            forbidden("没有录入资产权限"),
            when(Code::AssetGroupNotFound, -2, "录入资产失败，资产分类不存在"),
            when(Code::AssetParentNotFound, -2, "录入资产失败，父资产不存在"),
            when(Code::AssetStatusInvalid, -2, "录入资产失败，资产状态不合法"),
        ]),
    // 7.15
    post("/api/search_asset/")
        .about(Subject::Assets, "Lists the assets whose name or remarks contain a text.")
        .alias(&["/api/search_assets/"])
        .holds(Permission::Assets)
        .reads(&[long_text("search_string").to("search")])
        .native(lists::search)
        .like("AssetSearch")
        .rewrites(spelling::ASSETS)
        .says(done("搜索成功"))
        .unless(&[forbidden("没有搜索资产列表权限")]),
    // 7.25: -5 has another meaning here, so who may not look gets -4.
    post("/api/asset_info")
        .about(Subject::Assets, "Shows everything about one asset to its holder and to those who keep assets.")
        .reads(&[reference("asset_id").also("unique_id").to("id")])
        .runs("AssetInfo")
        .must_find(Code::AssetNotFound)
        .rewrites(spelling::ASSETS)
        .says(done("成功获取资产信息"))
        .unless(&[when(Code::AssetNotFound, -5, "该资产不存在"), when(Code::Forbidden, -4, "没有查看该资产的权限")]),
    // 7.26
    post("/api/modify_asset")
        .about(Subject::Assets, "Changes what is sent of an asset and leaves the rest.")
        .holds(Permission::Assets)
        .reads(&[reference("asset_id").also("unique_id").to("id"), members("data", EDIT)])
        .runs("AssetUpdate")
        .says(done("操作成功"))
        .unless(&[
            malformed("修改资产失败，JSON参数错误"),
            forbidden("没有修改资产权限"),
            when(Code::AssetNotFound, -2, "修改资产失败，该资产不存在"),
            when(Code::AssetGroupNotFound, -2, "修改资产失败，资产必须属于一个存在的分组"),
            when(Code::AssetParentNotFound, -2, "修改资产失败，父资产不存在"),
            when(Code::AssetCycle, -2, "修改资产失败，父资产不可为自己或自己的子资产"),
        ]),
    // 7.32: -5 has another meaning here, so who may not look gets -4.
    post("/api/assets_of_staff_list/")
        .about(
            Subject::Assets,
            "Shows everything about the assets of one person to that person and to those who keep assets.",
        )
        .reads(&[reference("unique_id").to("id")])
        .native(lists::held_by)
        .like("AssetsOfStaff")
        .rewrites(spelling::ASSETS)
        .says(done("成功获取单个员工名下挂账资产"))
        .unless(&[
            when(Code::StaffNotFound, -5, "员工unique_id不存在"),
            when(Code::Forbidden, -4, "没有查看该员工资产的权限"),
        ]),
];
