//! Asking for assets, deciding, repairing and clearing out: 7.16 to 7.24, 7.35. In the decisions -6 and -7 are the other way round
//! than in the batches.

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
        field::{Field, each, reference, word},
        openapi::Subject,
        row::Row,
    },
};

/// The assets of a batch.
const BATCH: Field = each("data", &reference("asset_id")).to("assetIds");

/// The asset that is decided on.
const ASSET: Field = reference("asset_id").to("assetId");

/// The decision.
const RESULT: Field = word("result", &[("yes", "APPROVE"), ("no", "REJECT")]).to("decision");

const UNKNOWN: &str = "asset_id不存在";

pub(super) const ROWS: &[Row] = &[
    // 7.16
    post("/api/assets_apply/")
        .about(Subject::Approvals, "Asks for assets that are in store.")
        .reads(&[BATCH])
        .runs("AssetsApply")
        .says(done("成功申请领用资产"))
        .unless(&[
            malformed("申请领用资产失败，JSON参数错误"),
            when(Code::AssetNotFound, -6, UNKNOWN),
            when(Code::AssetStatusMismatch, -7, "资产状态应为未使用才能申请领用"),
        ]),
    // 7.17
    post("/api/assets_apply/confirm/")
        .about(Subject::Approvals, "Decides on a request for an asset.")
        .holds(Permission::Approvals)
        .reads(&[ASSET, RESULT])
        .runs("AssetsApplyConfirm")
        .says(done("操作成功"))
        .unless(&[
            malformed("审批领用资产失败，JSON参数错误"),
            forbidden("没有审批领用资产的权限"),
            when(Code::AssetNotFound, -7, UNKNOWN),
            when(Code::AssetStatusMismatch, -6, "审批资产状态应为领用待确认"),
        ]),
    // 7.18
    post("/api/assets_delete/")
        .about(Subject::Assets, "Clears assets out for good.")
        .holds(Permission::Assets)
        .reads(&[BATCH])
        .runs("AssetsDelete")
        .says(done("成功清退资产"))
        .unless(&[
            malformed("清退资产失败，JSON参数错误"),
            forbidden("没有清退资产的权限"),
            when(Code::AssetNotFound, -6, UNKNOWN),
            when(Code::AssetAlreadyRetired, -7, "存在资产状态已为清退状态"),
        ]),
    // 7.19
    post("/api/assets_transfer_to_apply/")
        .about(Subject::Approvals, "Asks to hand the caller's assets on to somebody.")
        .reads(&[reference("transfer_to_id").to("targetId"), BATCH])
        .runs("AssetsTransferApply")
        .says(done("成功申请转移资产"))
        .unless(&[
            malformed("申请转移资产失败，JSON参数错误"),
            when(Code::TargetNotFound, -6, "转移员工ID不存在"),
            when(Code::AssetNotFound, -6, UNKNOWN),
            when(Code::NotHolder, -5, "没有转移资产的权限"),
            when(Code::AssetStatusMismatch, -7, "资产状态应为使用中才能申请转移"),
        ]),
    // 7.20
    post("/api/assets_transfer_to/confirm/")
        .about(Subject::Approvals, "Decides on handing an asset on.")
        .holds(Permission::Approvals)
        .reads(&[ASSET, RESULT])
        .runs("AssetsTransferConfirm")
        .says(done("操作成功"))
        .unless(&[
            malformed("审批转移资产失败，JSON参数错误"),
            forbidden("没有审批转移资产的权限"),
            when(Code::AssetNotFound, -7, UNKNOWN),
            when(Code::AssetStatusMismatch, -6, "审批资产状态应为转移待确认"),
        ]),
    // 7.21
    post("/api/assets_return_apply/")
        .about(Subject::Approvals, "Asks to give the caller's assets back.")
        .reads(&[BATCH])
        .runs("AssetsReturnApply")
        .says(done("成功申请资产退库"))
        .unless(&[
            malformed("申请资产退库失败，JSON参数错误"),
            when(Code::AssetNotFound, -6, UNKNOWN),
            when(Code::NotHolder, -5, "没有申请资产退库的权限"),
            when(Code::AssetStatusMismatch, -7, "资产状态应为使用中才能申请退库"),
        ]),
    // 7.22
    post("/api/assets_return/confirm/")
        .about(Subject::Approvals, "Decides on giving an asset back.")
        .holds(Permission::Approvals)
        .reads(&[ASSET, RESULT])
        .runs("AssetsReturnConfirm")
        .says(done("操作成功"))
        .unless(&[
            malformed("审批资产退库失败，JSON参数错误"),
            forbidden("没有审批资产退库的权限"),
            when(Code::AssetNotFound, -7, UNKNOWN),
            when(Code::AssetStatusMismatch, -6, "审批资产状态应为退库待确认"),
        ]),
    // 7.23
    post("/api/assets_repair_apply/")
        .about(Subject::Approvals, "Asks for the repair of the caller's assets.")
        .reads(&[BATCH])
        .runs("AssetsRepairApply")
        .says(done("成功申请资产维保"))
        .unless(&[
            malformed("申请资产维保失败，JSON参数错误"),
            when(Code::AssetNotFound, -6, UNKNOWN),
            when(Code::NotHolder, -5, "没有申请资产维保的权限"),
            when(Code::AssetStatusMismatch, -7, "资产状态应为使用中才能申请维保"),
        ]),
    // 7.24
    post("/api/asset_repair_finish/")
        .about(Subject::Approvals, "Says that a repair is done.")
        .holds(Permission::Approvals)
        .reads(&[ASSET])
        .runs("AssetRepairFinish")
        .says(done("操作成功"))
        .unless(&[
            malformed("资产维保失败，JSON参数错误"),
            forbidden("没有通过资产维保的权限"),
            when(Code::AssetNotFound, -7, UNKNOWN),
            when(Code::AssetStatusMismatch, -6, "审批资产状态应为维保申请"),
        ]),
    // 7.35
    post("/api/asset_pending_list/")
        .about(Subject::Approvals, "Lists the assets that wait for a decision.")
        .holds(Permission::Approvals)
        .native(lists::pending)
        .like("AssetsPending")
        .rewrites(spelling::ASSETS)
        .says(done("列出成功"))
        .unless(&[forbidden("没有列出待审批列表权限")]),
];
