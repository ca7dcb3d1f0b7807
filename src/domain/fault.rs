//! The error catalogue: one code for each thing that can be wrong, with its kind and its texts.

use std::{error::Error, fmt, sync::Arc};

use async_graphql::Enum;
use sea_orm::DbErr;

use crate::{app::Busy, db::Transient};

/// What a domain function gives: a value or a fault.
pub type Outcome<T> = Result<T, Fault>;

/// How a door treats a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request as a whole is refused: GraphQL answers it in `errors`.
    Request,
    /// An ordinary refusal of what was asked: GraphQL answers it in `userErrors`.
    Refusal,
    /// A fault of ours: logged, shown without detail.
    Internal,
}

/// The language of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Simplified Chinese.
    #[default]
    Chinese,
    /// English.
    English,
}

/// Declares the catalogue: code, kind, Chinese text, English text. `{}` stands for the fault's subject.
macro_rules! catalogue {
    ($($code:ident $kind:ident $chinese:literal $english:literal;)+) => {
        /// What is wrong. Codes are stable: clients branch on them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enum)]
        #[graphql(name = "ErrorCode")]
        pub enum Code {
            $(#[doc = $english] $code,)+
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$code),+];

            /// How a door treats it.
            pub const fn kind(self) -> Kind {
                match self { $(Self::$code => Kind::$kind),+ }
            }

            /// The text, in which `{}` stands for the fault's subject.
            pub const fn text(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$code, Language::Chinese) => $chinese, (Self::$code, Language::English) => $english,)+
                }
            }
        }
    };
}

catalogue! {
    Unauthenticated Request "令牌失效，请重新登录" "Log in first: there is no live session.";
    Forbidden Request "没有权限" "You may not do this.";
    RequestInvalid Request "请求不正确" "The request is not valid.";
    LimitExceeded Request "请求超出限制：{}" "The request is over a limit: {}.";
    Busy Request "服务繁忙，请稍后再试" "The server is busy; try again later.";
    Timeout Request "请求超时" "The request took too long.";
    Internal Internal "未知错误" "Something went wrong on our side.";

    Required Refusal "缺少必填项" "A value is required.";
    Blank Refusal "内容不能为空" "The text must not be blank.";
    TooLong Refusal "内容过长" "The text is longer than {} characters.";
    CharacterForbidden Refusal "内容含有非法字符" "The text contains a character that is not allowed.";
    OutOfRange Refusal "数值超出范围" "The number is out of range.";
    TooMany Refusal "一次不能超过{}项" "More than {} at once.";
    VersionConflict Refusal "数据已被修改，请刷新后重试" "It was changed in the meantime; load it again.";
    IdempotencyKeyReused Refusal "幂等键已用于其他请求" "This idempotency key was used with another input.";

    LoginFailed Refusal "用户名或密码错误" "The name or the password is wrong.";
    StaffLocked Refusal "用户已被锁定" "This person is locked.";
    QrLoginExpired Refusal "二维码已失效，请刷新页面" "This code has expired, was used, or is somebody else's.";
    QrLoginPending Refusal "请扫码" "Nobody has scanned this code.";
    QrLoginScanned Refusal "请确认登录" "This code was scanned and waits for a decision.";
    StaffNotFound Refusal "用户不存在" "There is no such person.";
    UsernameTaken Refusal "用户名已存在" "This username is taken.";
    StaffGroupUnknown Refusal "用户角色不存在" "There is no such staff group.";
    NotYourself Refusal "不能对自己执行此操作" "You cannot do this to yourself.";
    StaffHoldsAssets Refusal "该用户名下仍有资产" "This person still holds assets.";
    StaffHasOpenRequests Refusal "该用户仍有待审批的申请" "This person is still named in requests that wait for a decision.";
    LastAdministrator Refusal "必须保留至少一名管理员" "Nobody would be left who can manage roles.";

    DepartmentNotFound Refusal "部门不存在" "There is no such department.";
    DepartmentParentNotFound Refusal "上级部门不存在" "There is no such department to put it under.";
    DepartmentIdTaken Refusal "id与已有部门冲突" "This department id is taken.";
    DepartmentHasChildren Refusal "部门有子部门" "The department still has departments below it.";
    DepartmentHasStaff Refusal "部门非空" "The department still has staff.";
    DepartmentCycle Refusal "上级部门不可为自己或自己的子部门" "A department cannot be below itself.";

    AssetGroupNotFound Refusal "没有这个资产分类" "There is no such asset group.";
    AssetGroupParentNotFound Refusal "父分组不存在" "There is no such asset group to put it under.";
    AssetGroupTaken Refusal "该分组已存在" "This asset group id or name is taken.";
    AssetGroupNameTaken Refusal "该分组名已存在" "This asset group name is taken.";
    AssetGroupIsRoot Refusal "禁止删除所有类别" "The root of all asset groups cannot be deleted or moved.";
    AssetGroupCycle Refusal "父分组不可为自己或自己的子类" "An asset group cannot be below itself.";

    AssetNotFound Refusal "资产不存在" "There is no such asset.";
    AssetParentNotFound Refusal "父资产不存在" "There is no such asset to put it under.";
    AssetCycle Refusal "父资产不可为自己或自己的子资产" "An asset cannot be below itself.";
    AssetStatusInvalid Refusal "资产状态不合法" "An asset cannot be entered with this status.";
    AssetStatusMismatch Refusal "资产状态不允许此操作" "The asset's status does not allow this.";
    AssetAlreadyRetired Refusal "资产已清退" "The asset is retired already.";
    NotHolder Refusal "资产不在您名下" "You do not hold this asset.";
    HolderNotFound Refusal "持有人不存在" "There is no such person to hold it.";

    ApprovalNotFound Refusal "申请不存在" "There is no such request.";
    ApprovalDecided Refusal "申请已处理" "The request was decided already.";
    TargetNotFound Refusal "转移员工ID不存在" "There is no such person to receive it.";
    ManagerNotFound Refusal "指定名称的资产管理员不存在" "The asset admin named is gone, locked, or no asset admin any more.";
    ClaimantNotGeneralStaff Refusal "只有用户才能接收资产" "Only general staff can claim assets.";
    ReturnerNotGeneralStaff Refusal "只有用户才能退库资产" "Only general staff can return assets.";
    SenderNotGeneralStaff Refusal "转移发起人必须是用户" "Only general staff can hand assets on.";
    ReceiverNotGeneralStaff Refusal "转移接收人必须是用户" "Only general staff can receive transferred assets.";
    ClaimantElsewhere Refusal "资产接收者与资产管理人不在同一部门下" "The claimant and the asset admin are not in the same department.";
    ReturnerElsewhere Refusal "资产退库者与资产管理人不在同一部门下" "The returner and the asset admin are not in the same department.";
    SenderElsewhere Refusal "资产转移者与资产管理人不在同一部门下" "The sender and the asset admin are not in the same department.";
    ClaimOfNothing Refusal "如果您不想要此资产，请什么都不做，而不是浪费时间" "Claim at least one piece.";
    ReturnOfNothing Refusal "如果您不想退库此资产，请什么都不做，而不是浪费时间" "Return at least one piece.";
    TransferOfNothing Refusal "如果您不想要转移此资产，请什么都不做，而不是浪费时间" "Hand on at least one piece.";
    NotQuantityAsset Refusal "资产{}不是数量类型资产，请再次检查" "Asset {} is one thing and cannot be asked for in pieces.";
    TargetGroupGone Refusal "指定名字的资产树结点不存在" "The asset group named for the receiver's side does not exist.";
    QuantityInsufficient Refusal "资产{}数量不足" "There are not enough pieces of asset {}.";
    TransferToSelf Refusal "未进行任何转移" "The receiver is the sender: nothing would be handed on.";

    FeishuNotConfigured Refusal "未配置飞书应用" "Feishu is not set up here.";
    FeishuUnavailable Refusal "飞书服务暂时不可用，请稍后再试" "Feishu does not answer; try again later.";
    FeishuRefused Refusal "飞书拒绝了请求，请联系管理员" "Feishu refuses because of how the app is set up there; ask an administrator.";
    FeishuUnbound Refusal "提供的飞书用户未绑定用户" "No account is bound to this person of Feishu.";
    FeishuNameTaken Refusal "该飞书用户名对应的用户已经存在" "An account is bound under this Feishu name already.";
    FeishuPhoneTaken Refusal "该飞书电话号码对应的用户已经存在" "An account is bound under this Feishu phone number already.";
    FeishuMismatch Refusal "飞书用户名与飞书电话号码不匹配" "Feishu does not know this name with this phone number.";
    RedirectForbidden Refusal "redirect_uri不在允许范围内" "A login may not lead back to this address.";
    LoginStateInvalid Refusal "state不正确" "This state is unknown, used, too old, or another browser's.";
    EntityNotFound Refusal "找不到管理员的实体" "You belong to no department, so to no business entity.";
    SyncerUnbound Refusal "管理员尚未绑定飞书用户" "Your account is not bound to a person of Feishu.";
    WecomNotConfigured Refusal "未配置企业微信" "WeCom is not set up here.";
    WecomOutsider Refusal "不属于企业号，请联系管理员，或稍后再试" "WeCom does not know you as a member, or does not answer.";
    WecomNewcomer Refusal "或许您是新加入的成员，请耐心等待系统同步数据，十分钟后再来吧 :)" "You are a member of WeCom whom we do not know yet.";
    MessageFailed Refusal "发送消息失败" "The message could not be sent.";
    MessagePartlySent Refusal "部分发送失败" "The message did not reach everybody.";
    PushUnproven Refusal "签名不正确" "The push is not proven to come from the platform.";
    CardNotFound Refusal "对应id不存在" "There is no such card.";
    CardActionInvalid Refusal "操作类型无效!" "A card can be approved or rejected only.";
    CardForbidden Refusal "你无此权限" "The card was not sent to you, nor the request addressed to you.";
    PushesNotConfigured Refusal "回调验证未配置" "Nothing is set up that could prove pushes.";
    PushUnreadable Refusal "请求参数不正确" "The push cannot be read.";

    DeliveryNotFound Refusal "没有这条收发记录" "Nothing of this id came in or went out.";
    DeliverySettled Refusal "只有等待中或失败的收发可以重试" "Only what waits or failed can be tried again.";

    FileNotFound Refusal "文件不存在" "There is no such file.";
    FileMissing Refusal "上传文件失败" "There is no file in what was sent.";
    FileTooLarge Refusal "上传文件过大" "The file is larger than {} bytes.";

    RoleNotFound Refusal "角色名不存在" "There is no such role.";
    RoleNameTaken Refusal "角色名已存在" "This role name is taken.";
    RoleNameReserved Refusal "角色名不正确" "This role name cannot be used.";
    RoleProtected Refusal "操作失败" "This role cannot be deleted or emptied.";

    RankExceeded Refusal "不能授予或收回超出自身权限的角色" "You cannot grant or take away a role that holds more than you do.";
}

impl Code {
    /// This code about the input field `field`, in GraphQL's spelling.
    pub fn on(self, field: &'static str) -> Fault {
        Fault { field: Some(field), ..self.into() }
    }

    /// This code about `subject`, which the text names.
    pub fn about(self, subject: impl fmt::Display) -> Fault {
        Fault { subject: Some(subject.to_string()), ..self.into() }
    }
}

/// A refusal or failure: its code, the place in the input, and for faults of ours the cause, which is logged and never shown.
#[derive(Clone, Debug)]
pub struct Fault {
    /// What is wrong.
    pub code: Code,
    /// The input field it is about, in GraphQL's spelling.
    pub field: Option<&'static str>,
    /// The place in a list of items, from 0.
    pub item: Option<usize>,
    /// What the text names.
    pub subject: Option<String>,
    cause: Option<Arc<dyn Error + Send + Sync>>,
    transient: bool,
}

impl Fault {
    /// A fault of ours with its cause.
    pub fn internal(cause: impl Error + Send + Sync + 'static) -> Self {
        Self { cause: Some(Arc::new(cause)), ..Code::Internal.into() }
    }

    /// The same fault about item `item` of a list.
    #[must_use]
    pub fn at_item(self, item: usize) -> Self {
        Self { item: Some(item), ..self }
    }

    /// The same fault about the input as a whole, not one item of a list.
    #[must_use]
    pub fn of_whole(self) -> Self {
        Self { item: None, ..self }
    }

    /// The same fault about the input field `field`.
    #[must_use]
    pub fn on(self, field: &'static str) -> Self {
        Self { field: Some(field), ..self }
    }

    /// The cause of a fault of ours, for the log.
    pub fn cause(&self) -> Option<&(dyn Error + Send + Sync)> {
        self.cause.as_deref()
    }

    /// The text in `language`, with the subject in its place.
    pub fn text(&self, language: Language) -> String {
        self.code.text(language).replace("{}", self.subject.as_deref().unwrap_or_default())
    }
}

impl From<Code> for Fault {
    fn from(code: Code) -> Self {
        Self { code, field: None, item: None, subject: None, cause: None, transient: false }
    }
}

impl From<DbErr> for Fault {
    fn from(error: DbErr) -> Self {
        Self { transient: error.is_transient(), ..Self::internal(error) }
    }
}

impl From<Busy> for Fault {
    fn from(_: Busy) -> Self {
        Code::Busy.into()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text(Language::Chinese))
    }
}

impl Transient for Fault {
    fn is_transient(&self) -> bool {
        self.transient
    }
}
