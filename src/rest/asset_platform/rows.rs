//! The endpoints (contract: asset-platform §7). Each row reads like its table there: who may, what is read, what answers, what is said.

use super::{
    faults::{done, forbidden, malformed, when},
    lists,
};
use crate::{
    domain::{Code, Permission, text::PASSWORD},
    rest::{
        field::{Kind, any_word, each, field, long_text, name, number, objects, reference, text, word},
        row::{Row, Verb},
    },
};

const fn post(path: &'static str) -> Row {
    Row::new(Verb::Post, path)
}

/// `yes` or `no`.
const RESULT: &[(&str, &str)] = &[("yes", "APPROVE"), ("no", "REJECT")];

/// With which status an asset may be entered.
const ENTRY: &[(&str, &str)] =
    &[("unused", "UNUSED"), ("inuse", "IN_USE"), ("tobeconfirmed", "TO_BE_CONFIRMED"), ("deleted", "RETIRED")];

/// The endpoints.
pub const ROWS: &[Row] = &[
    // 7.1; without the slash the path is the laravel dialect's.
    post("/api/login/")
        .exactly()
        .open()
        .reads(&[text("username"), field("password", Kind::Bytes(PASSWORD))])
        .runs("Login")
        .says(done("Login successful"))
        .unless(&[when(Code::LoginFailed, -4, "用户名或密码错误"), when(Code::StaffLocked, -4, "用户已被锁定")]),
    // 7.2
    post("/api/staff_info/").native(lists::staff_info).says(done("Get user info success")),
    // 7.10
    post("/api/asset_list/")
        .holds(Permission::Assets)
        .native(lists::asset_list)
        .says(done("成功获取资产列表"))
        .unless(&[forbidden("没有获取资产列表权限")]),
    // 7.12; what an item leaves out is what the operation says: unused, worth 1 over 5 years, "unknown", "无".
    post("/api/add_assets/")
        .holds(Permission::Assets)
        .reads(&[objects(
            "data",
            &[
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
            ],
        )
        .to("items")])
        .runs("AddAssets")
        .says(done("成功"))
        .unless(&[
            malformed("录入资产失败，JSON参数错误"),
            forbidden("没有录入资产权限"),
            when(Code::AssetGroupNotFound, -2, "录入资产失败，资产分类不存在"),
            when(Code::AssetParentNotFound, -2, "录入资产失败，父资产不存在"),
            when(Code::AssetStatusInvalid, -2, "录入资产失败，资产状态不合法"),
        ]),
    // 7.16
    post("/api/assets_apply/")
        .reads(&[each("data", &reference("asset_id")).to("assetIds")])
        .runs("AssetsApply")
        .says(done("成功申请领用资产"))
        .unless(&[
            malformed("申请领用资产失败，JSON参数错误"),
            when(Code::AssetNotFound, -6, "asset_id不存在"),
            when(Code::AssetStatusMismatch, -7, "资产状态应为未使用才能申请领用"),
        ]),
    // 7.17: -6 and -7 are the other way round than in the batches.
    post("/api/assets_apply/confirm/")
        .holds(Permission::Approvals)
        .reads(&[reference("asset_id").to("assetId"), word("result", RESULT).to("decision")])
        .runs("AssetsApplyConfirm")
        .says(done("操作成功"))
        .unless(&[
            malformed("审批领用资产失败，JSON参数错误"),
            forbidden("没有审批领用资产的权限"),
            when(Code::AssetNotFound, -7, "asset_id不存在"),
            when(Code::AssetStatusMismatch, -6, "审批资产状态应为领用待确认"),
        ]),
    // 7.33
    post("/api/single_asset_history/")
        .holds(Permission::Assets)
        .reads(&[reference("unique_id")])
        .native(lists::single_asset_history)
        .says(done("搜索成功"))
        .unless(&[forbidden("没有查看单个资产历史记录权限")]),
];
