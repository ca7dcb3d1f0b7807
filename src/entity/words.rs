//! The closed vocabularies of the database: each word is stored as the legacy dialects spell it.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Declares a vocabulary: its doc, its name in GraphQL, and each word with its stored spelling and its meaning.
macro_rules! words {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $meaning:literal])+ $word:ident = $stored:literal),+ $(,)? }) => {
        $(#[doc = $doc])+
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, DeriveActiveEnum, Enum, Serialize, Deserialize,
        )]
        #[sea_orm(rs_type = "String", db_type = "Text")]
        pub enum $name {
            $(
                $(#[doc = $meaning])+
                #[sea_orm(string_value = $stored)]
                #[serde(rename = $stored)]
                $word,
            )+
        }

        impl $name {
            /// Every word, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$word),+];

            /// The spelling that is stored and that the legacy dialects send.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$word => $stored),+ }
            }

            /// The word with this spelling, compared exactly.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.word() == text)
            }
        }
    };
}

words! {
    /// The four built-in roles, exactly one a person.
    StaffGroup {
        /// 企业普通员工: holds and asks for assets.
        GeneralStaff = "generalstaff",
        /// 企业资产管理员: keeps assets and decides on requests.
        AssetAdmin = "assetadmin",
        /// 企业系统管理员: keeps staff and attendance.
        SystemAdmin = "systemadmin",
        /// 企业IT管理员: keeps staff, departments, roles and attendance.
        ItAdmin = "itadmin",
    }
}

impl StaffGroup {
    /// The Chinese name that the legacy dialects print.
    pub const fn title(self) -> &'static str {
        match self {
            Self::GeneralStaff => "企业普通员工",
            Self::AssetAdmin => "企业资产管理员",
            Self::SystemAdmin => "企业系统管理员",
            Self::ItAdmin => "企业IT管理员",
        }
    }
}

words! {
    /// Who locked a person; only the same party's news lifts a platform's lock.
    LockedBy {
        /// An administrator.
        Person = "person",
        /// News from Feishu.
        Feishu = "feishu",
        /// News from WeCom.
        Wecom = "wecom",
    }
}

words! {
    /// One thing, or a number of like things.
    AssetKind {
        /// 条目型: one thing.
        Item = "item",
        /// 数量型: a holding of like things with one holder and one status.
        Quantity = "quantity",
    }
}

words! {
    /// Where an asset stands in its life (contract: asset-platform §6).
    AssetStatus {
        /// 未使用: in store.
        Unused = "unused",
        /// 使用中: in use.
        InUse = "inuse",
        /// 领用待确认: a claim waits for a decision.
        ClaimPending = "get_confirming",
        /// 转移待确认: a transfer waits for a decision.
        TransferPending = "transfer_confirming",
        /// 退库待确认: a return waits for a decision.
        ReturnPending = "return_confirming",
        /// 维保申请: in repair.
        InRepair = "repair_apply",
        /// 已清退: cleared out for good.
        Retired = "deleted",
    }
}

impl AssetStatus {
    /// The Chinese name that the legacy dialects print.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Unused => "未使用",
            Self::InUse => "使用中",
            Self::ClaimPending => "领用待确认",
            Self::TransferPending => "转移待确认",
            Self::ReturnPending => "退库待确认",
            Self::InRepair => "维保申请",
            Self::Retired => "已清退",
        }
    }
}

words! {
    /// What a request asks for.
    ApprovalKind {
        /// 领用: to receive an asset that is in store.
        Claim = "claim",
        /// 退库: to give an asset back.
        Return = "return",
        /// 转移: to hand an asset to somebody else.
        Transfer = "transfer",
        /// 维保: to have an asset repaired.
        Repair = "repair",
    }
}

impl ApprovalKind {
    /// The Chinese name that people know.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Claim => "领用",
            Self::Return => "退库",
            Self::Transfer => "转移",
            Self::Repair => "维保",
        }
    }
}

words! {
    /// Whether a request was decided, and how.
    ApprovalState {
        /// Waits for a decision.
        Pending = "pending",
        /// Agreed to.
        Approved = "approved",
        /// Refused.
        Rejected = "rejected",
        /// Closed without a decision, because the asset was retired.
        Cancelled = "cancelled",
    }
}

words! {
    /// What a line of history tells. The legacy dialects show the first five only.
    HistoryKind {
        /// A claim was agreed to: the applicant received the asset.
        Apply = "apply",
        /// A transfer was agreed to: the asset changed hands.
        Transfer = "transfer",
        /// A return was agreed to: the asset went back into store.
        Return = "return",
        /// A repair was finished.
        Repair = "repair",
        /// The asset was retired.
        Delete = "delete",
        /// The asset was entered.
        Entry = "entry",
        /// What is recorded about the asset was changed.
        Edit = "edit",
        /// A request was submitted.
        Submit = "submit",
        /// A repair was accepted.
        Accept = "accept",
        /// A request was refused.
        Reject = "reject",
    }
}

words! {
    /// Another platform that we exchange news and messages with.
    Platform {
        /// Feishu.
        Feishu = "feishu",
        /// WeCom.
        Wecom = "wecom",
    }
}

words! {
    /// How far something that came in or goes out has come.
    DeliveryState {
        /// It waits to be acted on or sent, for the first time or again.
        Waiting = "waiting",
        /// It is being acted on or sent.
        Working = "working",
        /// Came in: it had its effect.
        Done = "done",
        /// Came in: it means nothing to us.
        Ignored = "ignored",
        /// Goes out: the platform took it.
        Sent = "sent",
        /// Goes out: nobody needs it any more.
        Dropped = "dropped",
        /// It was given up.
        Failed = "failed",
    }
}

words! {
    /// The door through which a request came in.
    Door {
        /// The asset-platform dialect.
        AssetPlatform = "asset_platform",
        /// The feishu-app dialect, and Feishu itself.
        Feishu = "feishu",
        /// The laravel-template dialect.
        Laravel = "laravel",
        /// GraphQL.
        Graphql = "graphql",
        /// The server itself: commands and background work.
        System = "system",
    }
}
