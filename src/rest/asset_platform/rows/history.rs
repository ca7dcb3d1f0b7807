//! What happened: 7.33, 7.34.

use super::{
    super::{
        faults::{done, forbidden},
        lists::history as lists,
        spelling,
    },
    post,
};
use crate::{
    domain::Permission,
    rest::{
        field::{long_text, reference},
        openapi::Subject,
        row::Row,
    },
};

pub(super) const ROWS: &[Row] = &[
    // 7.33
    post("/api/single_asset_history/")
        .about(Subject::History, "Lists what happened to one asset.")
        .holds(Permission::Assets)
        .reads(&[reference("unique_id").to("id")])
        .native(lists::of_asset)
        .like("AssetHistory")
        .rewrites(spelling::HISTORY)
        .says(done("搜索成功"))
        .unless(&[forbidden("没有查看单个资产历史记录权限")]),
    // 7.34
    post("/api/search_assets_history/")
        .about(Subject::History, "Lists what happened where a text occurs: in the line, the asset or the person.")
        .holds(Permission::Assets)
        .reads(&[long_text("search_string").to("search")])
        .native(lists::search)
        .like("HistorySearch")
        .rewrites(spelling::HISTORY)
        .says(done("搜索成功"))
        .unless(&[forbidden("没有搜索资产历史记录权限")]),
];
