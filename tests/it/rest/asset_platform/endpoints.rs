//! §3 and §7: every endpoint that takes a token, with its texts, who may call it, and a body whose answer changes nothing.

use std::collections::BTreeSet;

use super::paths;

/// What the contract calls SA, AA, AG, AP and DP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Right {
    Users,
    Assets,
    Groups,
    Approvals,
    Departments,
}

/// One endpoint.
#[derive(Clone, Copy, Debug)]
pub(super) struct Endpoint {
    pub(super) path: &'static str,
    /// What a wrong body is told.
    pub(super) malformed: &'static str,
    /// What the caller has to hold, and what they are told who do not.
    pub(super) guard: Option<(Right, &'static str)>,
    /// A body in order, which changes nothing.
    pub(super) harmless: &'static str,
    /// The code and the message that somebody who may is answered.
    pub(super) answer: (i32, &'static str),
}

impl Endpoint {
    const fn malformed(self, malformed: &'static str) -> Self {
        Self { malformed, ..self }
    }

    const fn guard(self, right: Right, forbidden: &'static str) -> Self {
        Self { guard: Some((right, forbidden)), ..self }
    }
}

const fn at(path: &'static str, harmless: &'static str, code: i32, message: &'static str) -> Endpoint {
    Endpoint { path, malformed: MALFORMED, guard: None, harmless, answer: (code, message) }
}

pub(super) const MALFORMED: &str = "JSON参数错误";

const BATCH: &str = r#"{"data":[{"asset_id":"nothing"}]}"#;
const DECISION: &str = r#"{"asset_id":"nothing","result":"yes"}"#;
const NO_ASSET: &str = "asset_id不存在";

pub(super) const ENDPOINTS: [Endpoint; 34] = [
    at("/api/staff_info/", "{}", 0, "Get user info success"),
    at(
        "/api/user_manage/create_new_staff/",
        r#"{"group":"nothing","department":"sampledepartment","display_name":"x","username":"x","password":"x"}"#,
        -2,
        "创建用户失败，用户角色不存在",
    )
    .malformed("创建用户失败，JSON参数错误")
    .guard(Right::Users, "没有添加新用户的权限"),
    at("/api/user_manage/delete_staff/", r#"{"unique_id":"nobody"}"#, -2, "删除用户失败，用户不存在")
        .malformed("删除用户失败，JSON参数错误")
        .guard(Right::Users, "没有删除用户的权限"),
    at(
        "/api/user_manage/change_staff_password/",
        r#"{"unique_id":"nobody","new_password":"x"}"#,
        -2,
        "更改用户密码失败，用户不存在",
    )
    .malformed("更改用户密码失败，JSON参数错误")
    .guard(Right::Users, "没有更改用户密码的权限"),
    at("/api/user_manage/locked_staff/", r#"{"unique_id":"nobody","locked":"lock"}"#, -2, "锁定/解锁失败，用户不存在")
        .malformed("锁定/解锁失败，JSON参数错误")
        .guard(Right::Users, "没有锁定或解锁用户的权限"),
    at(
        "/api/user_manage/set_character/",
        r#"{"unique_id":"nobody","group":"itadmin"}"#,
        -2,
        "设置用户角色失败，用户不存在",
    )
    .malformed("设置用户角色失败，JSON参数错误")
    .guard(Right::Users, "没有设置用户角色的权限"),
    at("/api/staff_list/", "{}", 0, "成功"),
    at("/api/staff_list_title_value/", "{}", 0, "成功获取用户列表"),
    at("/api/asset_list/", "{}", 0, "成功获取资产列表").guard(Right::Assets, "没有获取资产列表权限"),
    at("/api/asset_list_title_value/", "{}", 0, "成功获取资产列表"),
    at("/api/add_assets/", r#"{"data":[]}"#, 0, "成功")
        .malformed("录入资产失败，JSON参数错误")
        .guard(Right::Assets, "没有录入资产权限"),
    at("/api/asset_group_tree/", r#"{"unique_id":"0","option":"query"}"#, 0, "成功获取资产分类子类"),
    at("/api/get_all_asset_group/", "{}", 0, "成功获取所有资产分类"),
    at("/api/search_asset/", r#"{"search_string":"nothing like it"}"#, 0, "搜索成功")
        .guard(Right::Assets, "没有搜索资产列表权限"),
    at("/api/assets_apply/", BATCH, -6, NO_ASSET).malformed("申请领用资产失败，JSON参数错误"),
    at("/api/assets_apply/confirm/", DECISION, -7, NO_ASSET)
        .malformed("审批领用资产失败，JSON参数错误")
        .guard(Right::Approvals, "没有审批领用资产的权限"),
    at("/api/assets_delete/", BATCH, -6, NO_ASSET)
        .malformed("清退资产失败，JSON参数错误")
        .guard(Right::Assets, "没有清退资产的权限"),
    at(
        "/api/assets_transfer_to_apply/",
        r#"{"transfer_to_id":"nobody","data":[{"asset_id":"nothing"}]}"#,
        -6,
        "转移员工ID不存在",
    )
    .malformed("申请转移资产失败，JSON参数错误"),
    at("/api/assets_transfer_to/confirm/", DECISION, -7, NO_ASSET)
        .malformed("审批转移资产失败，JSON参数错误")
        .guard(Right::Approvals, "没有审批转移资产的权限"),
    at("/api/assets_return_apply/", BATCH, -6, NO_ASSET).malformed("申请资产退库失败，JSON参数错误"),
    at("/api/assets_return/confirm/", DECISION, -7, NO_ASSET)
        .malformed("审批资产退库失败，JSON参数错误")
        .guard(Right::Approvals, "没有审批资产退库的权限"),
    at("/api/assets_repair_apply/", BATCH, -6, NO_ASSET).malformed("申请资产维保失败，JSON参数错误"),
    at("/api/asset_repair_finish/", r#"{"asset_id":"nothing"}"#, -7, NO_ASSET)
        .malformed("资产维保失败，JSON参数错误")
        .guard(Right::Approvals, "没有通过资产维保的权限"),
    at("/api/asset_info", r#"{"asset_id":"nothing"}"#, -5, "该资产不存在"),
    at("/api/modify_asset", r#"{"asset_id":"nothing","data":{}}"#, -2, "修改资产失败，该资产不存在")
        .malformed("修改资产失败，JSON参数错误")
        .guard(Right::Assets, "没有修改资产权限"),
    at(
        "/api/department/create/",
        r#"{"parent_id":"nothing","new_id":"x","new_name":"x","location":"x"}"#,
        -2,
        "上级部门不存在",
    )
    .guard(Right::Departments, "没有添加部门权限"),
    at("/api/department/delete/", r#"{"department_id":"nothing"}"#, -2, "删除的部门不存在")
        .guard(Right::Departments, "没有删除部门权限"),
    at("/api/department/info/", r#"{"department_id":"nothing"}"#, -2, "查询的部门不存在"),
    at("/api/department/all/", "{}", 0, "查询部门成功!"),
    at("/api/department/modify/", r#"{"department_id":"nothing"}"#, -2, "修改的部门不存在")
        .guard(Right::Departments, "没有修改部门权限"),
    at("/api/assets_of_staff_list/", r#"{"unique_id":"nobody"}"#, -5, "员工unique_id不存在"),
    at("/api/single_asset_history/", r#"{"unique_id":"nothing"}"#, 0, "搜索成功")
        .guard(Right::Assets, "没有查看单个资产历史记录权限"),
    at("/api/search_assets_history/", r#"{"search_string":"nothing like it"}"#, 0, "搜索成功")
        .guard(Right::Assets, "没有搜索资产历史记录权限"),
    at("/api/asset_pending_list/", "{}", 0, "列出成功").guard(Right::Approvals, "没有列出待审批列表权限"),
];

#[test]
fn all_35_endpoints_are_served_and_nothing_else() {
    let served: BTreeSet<_> = paths().map(|path| path.trim_end_matches('/').to_owned()).collect();
    let mut known: BTreeSet<_> =
        ENDPOINTS.iter().map(|endpoint| endpoint.path.trim_end_matches('/').to_owned()).collect();
    known.extend(["/api/login".to_owned(), "/api/search_assets".to_owned()]);
    assert_eq!(served, known);
    for path in &known {
        assert!(paths().any(|served| served == format!("{path}/")), "{path}/");
        assert_eq!(paths().any(|served| served == *path), path != "/api/login", "{path}");
    }
}
