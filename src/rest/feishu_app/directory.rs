//! Bringing people and departments up to date with Feishu (contract: feishu-app §1.4).

use super::faults::{self, when};
use crate::{
    domain::{Code, Permission},
    rest::{
        openapi::Subject,
        row::{Row, Verb},
    },
};

pub(super) const ROWS: &[Row] = &[Row::new(Verb::Post, "/api/feishu_users/{session}")
    .about(Subject::Platforms, "Brings people and departments up to date with Feishu, and answers when that is done.")
    .holds(Permission::Users)
    .runs("Sync")
    .says(faults::SUCCESS)
    .unless(&[
        when(Code::EntityNotFound, 6, "找不到管理员的实体"),
        when(Code::SyncerUnbound, 7, "管理员尚未绑定飞书用户"),
    ])];
