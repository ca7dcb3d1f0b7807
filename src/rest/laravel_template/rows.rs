//! The endpoints (contract: laravel-template §4), in its order.

use super::{
    faults::{gone, says, status, when, wrong},
    files, gate,
    lists::{pages, roles},
    logins, qr, schemas,
    spelling::LIMITS,
    wecom,
};
use crate::{
    domain::{Code, Permission, text::PASSWORD},
    rest::{
        field::{Field, Kind, field, name, text, text_or_texts, texts, truth},
        openapi::Subject,
        row::{Case, Row, Says, Verb},
    },
};

const fn get(path: &'static str) -> Row {
    Row::new(Verb::Get, path)
}

const fn post(path: &'static str) -> Row {
    Row::new(Verb::Post, path)
}

/// A key that holds text which is only compared: whatever is sent, it is found or not.
const fn compared(key: &'static str) -> Field {
    field(key, Kind::Bytes(64 * 1024))
}

/// The number of a page.
const PAGE: Field = compared("page").optional();

const NO_PERSON: Case = gone(Code::StaffNotFound, "用户不存在");
const NO_ROLE: Case = gone(Code::RoleNotFound, "角色不存在");
const CODE_EXPIRED: Case = when(Code::QrLoginExpired, "二维码已失效，请刷新页面");
const LOCKED: Case = when(Code::StaffLocked, "账号已被锁定");

const NO_WECOM: Case = when(Code::WecomNotConfigured, "未配置企业微信");
const UNAVAILABLE: Says = status(503, "未配置企业微信");
const SYNCING: Says = says("已经开始同步，请稍后刷新页面查看同步结果");

const PUSHED: &[Case] = &[
    Case { code: Code::WecomNotConfigured, field: None, says: UNAVAILABLE },
    Case { code: Code::PushUnreadable, field: None, says: status(400, "请求参数不正确") },
    Case { code: Code::PushUnproven, field: None, says: status(403, "签名不正确") },
];

const SEND: Row = post("/api/users/sendmessage")
    .about(Subject::Staff, "Sends a text to people on WeCom.")
    .holds(Permission::Users)
    .reads(&[text_or_texts("username").to("usernames"), field("message", Kind::Bytes(1024 * 1024)).to("text")])
    .runs("MessageSend")
    .says(says("发送消息成功"))
    .unless(&[
        wrong(Code::RequestInvalid, "请求参数不正确", "username", "不能为空"),
        wrong(Code::RequestInvalid, "请求参数不正确", "message", "不能为空").on("message"),
        wrong(Code::Required, "请求参数不正确", "username", "不能为空"),
        wrong(Code::Required, "请求参数不正确", "message", "不能为空").on("text"),
        wrong(Code::StaffNotFound, "发送消息失败", "username", "用户不存在"),
        when(Code::MessageFailed, "发送消息失败"),
        when(Code::MessagePartlySent, "部分发送失败"),
        NO_WECOM,
    ]);

const FILE: Row = get("/api/file")
    .about(Subject::Files, "Hands out a file, or its thumbnail, whole or a range of its bytes.")
    .reads(&[compared("id").optional(), compared("thumb").optional()])
    .exchange(files::download)
    .gives("application/octet-stream")
    .unless(&[gone(Code::FileNotFound, "文件不存在"), gone(Code::RequestInvalid, "文件不存在")]);

const UPLOAD: Row = post("/api/file/upload")
    .about(Subject::Files, "Stores a file: a part of a form, a data URL, base64, or a text.")
    .unread()
    .reads(&[
        field("file", Kind::Bytes(64 * 1024 * 1024)),
        text("name").optional(),
        text("mime").optional(),
        text("tag").optional(),
        text("title").optional(),
        field("comment", Kind::Text(4000)).optional(),
    ])
    .exchange(files::upload)
    .replies(schemas::stored)
    .says(says("上传成功"))
    .unless(&[
        when(Code::FileMissing, "上传文件失败"),
        Case { code: Code::FileTooLarge, field: None, says: status(413, "上传文件过大") },
        when(Code::TooLong, "保存文件信息失败"),
        when(Code::CharacterForbidden, "保存文件信息失败"),
        when(Code::RequestInvalid, "保存文件信息失败"),
    ]);

/// The endpoints.
pub const ROWS: &[Row] = &[
    // 4.1
    get("/api/limits")
        .about(Subject::Sessions, "Shows the caller's roles and everything they hold.")
        .runs("Limits")
        .rewrites(LIMITS)
        .says(says("获取成功")),
    // 4.2; with the slash the path is the asset platform's.
    post("/api/login")
        .about(Subject::Sessions, "Logs in by name and password and gives a token.")
        .exactly()
        .open()
        .unread()
        .reads(&[field("username", Kind::Bytes(PASSWORD)), field("password", Kind::Bytes(PASSWORD))])
        .exchange(logins::login)
        .like("Login")
        .replies(schemas::holder)
        .says(says("登录成功"))
        .unless(&[when(Code::LoginFailed, "账号或者密码有误"), LOCKED]),
    // 4.3
    get("/api/qrcode")
        .about(Subject::Sessions, "Makes a QR code that a phone can confirm to log the caller in.")
        .open()
        .exchange(qr::create)
        .replies(schemas::qr_code)
        .says(says("获取成功")),
    // 4.4
    post("/api/qrlogin")
        .about(
            Subject::Sessions,
            "Tells how far a QR code has come; the first call after its confirmation gets the token.",
        )
        .open()
        .reads(&[text("nonce").optional().else_fault(Code::QrLoginExpired)])
        .exchange(qr::poll)
        .replies(schemas::qr_holder)
        .says(says("登录成功"))
        .unless(&[CODE_EXPIRED, when(Code::QrLoginPending, "请扫码"), when(Code::QrLoginScanned, "请确认登录")]),
    // 4.5
    post("/api/codelogin")
        .about(Subject::Sessions, "Logs in with a code of WeCom and gives a token.")
        .open()
        .reads(&[compared("code")])
        .exchange(wecom::code_login)
        .replies(schemas::code_holder)
        .says(says("登录成功"))
        .unless(&[
            when(Code::RequestInvalid, "未提供code"),
            NO_WECOM,
            when(Code::WecomOutsider, "不属于企业号，请联系管理员，或稍后再试"),
            when(Code::WecomNewcomer, "或许您是新加入的成员，请耐心等待系统同步数据，十分钟后再来吧 :)"),
            LOCKED,
        ]),
    // 4.6
    post("/api/confirmqrlogin")
        .about(Subject::Sessions, "Does with a QR code what the caller's phone says: scanned, confirmed, given up.")
        .reads(&[text("nonce"), truth("login").optional(), truth("cancel").optional()])
        .exchange(qr::confirm)
        .replies(schemas::confirmed)
        .says(says("确认登录成功"))
        .or_says(qr::CANCELLED)
        .unless(&[
            when(Code::RequestInvalid, "未提供nonce").on("nonce"),
            wrong(Code::RequestInvalid, "请求参数不正确", "login", "应为 true 或 false").on("login"),
            wrong(Code::RequestInvalid, "请求参数不正确", "cancel", "应为 true 或 false").on("cancel"),
            CODE_EXPIRED,
        ]),
    // 4.7
    FILE,
    Row { path: "/api/file/{id}", ..FILE },
    // 4.8
    UPLOAD,
    Row { verb: Verb::Get, only_if: Some(gate::has_body), ..UPLOAD }
        .about(Subject::Files, "Stores a file, as old clients ask for it: with a body."),
    // 4.9
    post("/api/users/sync")
        .about(Subject::Staff, "Has departments and people synced with WeCom soon.")
        .holds(Permission::Users)
        .runs("UsersSync")
        .says(SYNCING)
        .unless(&[NO_WECOM]),
    // 4.10
    get("/api/users")
        .about(Subject::Staff, "Lists everybody, locked people included, in numbered pages of 15.")
        .holds(Permission::Users)
        .reads(&[PAGE, compared("search").optional()])
        .native(pages::users)
        .like("Users")
        .replies(schemas::users)
        .says(says("获取成功")),
    // 4.11
    SEND,
    Row { path: "/api/users/sendmessage/{username}", ..SEND },
    // 4.12
    get("/api/rbac/roles")
        .about(Subject::Roles, "Lists every role.")
        .holds(Permission::Rbac)
        .native(roles::all)
        .like("Roles")
        .replies(schemas::roles)
        .says(says("获取成功")),
    // 4.13
    post("/api/rbac/roles")
        .about(Subject::Roles, "Makes a role that grants nothing.")
        .holds(Permission::Rbac)
        .reads(&[
            name("name"),
            text("display").also("display_name").optional().to("displayName"),
            text("description").optional(),
        ])
        .runs("RoleCreate")
        .says(says("创建角色成功"))
        .unless(&[
            WRONG_NAME,
            WRONG_DISPLAY.on("display"),
            wrong(Code::RequestInvalid, "角色名不正确", "description", "长度不能超过255").on("description"),
            wrong(Code::CharacterForbidden, "角色名不正确", "display", "含有非法字符").on("displayName"),
            wrong(Code::RoleNameReserved, "角色名不正确", "name", "角色名不正确"),
            wrong(Code::RoleNameTaken, "角色名已存在", "name", "角色名已存在"),
        ]),
    // 4.14
    Row::new(Verb::Delete, "/api/rbac/roles/{key}")
        .about(Subject::Roles, "Deletes a role, named by its number or its name, and takes it from everybody.")
        .by("roleid")
        .holds(Permission::Rbac)
        .reads(&[compared("roleid").to("id")])
        .runs("RoleDelete")
        .says(says("操作成功"))
        .unless(&[
            NO_ROLE,
            gone(Code::RequestInvalid, "角色不存在"),
            when(Code::RoleProtected, "操作失败"),
            when(Code::RankExceeded, "操作失败"),
            when(Code::LastAdministrator, "操作失败"),
        ]),
    // 4.15
    post("/api/rbac/roles/attch")
        .about(Subject::Roles, "Gives a person exactly these roles beside the staff group.")
        .alias(&["/api/rbac/roles/attach"])
        .holds(Permission::Rbac)
        .reads(&[compared("username"), texts("rolenames").optional().else_fault(Code::RoleNotFound)])
        .first("Person")
        .must_find(Code::StaffNotFound)
        .runs("RolesAttach")
        .says(says("操作成功"))
        .unless(&[
            NO_PERSON,
            gone(Code::RequestInvalid, "用户不存在"),
            when(Code::RoleNotFound, "出现一点错误，角色名不存在"),
            when(Code::RankExceeded, "不能授予或收回超出自身权限的角色"),
            when(Code::RoleProtected, "操作失败"),
            when(Code::LastAdministrator, "操作失败"),
        ]),
    // 4.16
    get("/api/rbac/roles/{key}")
        .about(Subject::Roles, "Lists the roles of a person beside the staff group.")
        .by("username")
        .holds(Permission::Rbac)
        .reads(&[compared("username")])
        .native(roles::of_person)
        .like("PersonRoles")
        .replies(schemas::roles_of_person)
        .says(says("获取成功"))
        .unless(&[NO_PERSON, gone(Code::RequestInvalid, "用户不存在")]),
    // 4.17
    get("/api/rbac/roles/users/{rolename}")
        .about(Subject::Roles, "Lists the people who have a role, in numbered pages of 15.")
        .holds(Permission::Rbac)
        .reads(&[compared("rolename"), PAGE])
        .native(pages::role_members)
        .like("RoleMembers")
        .replies(schemas::role_members)
        .says(says("获取成功"))
        .unless(&[NO_ROLE, gone(Code::RequestInvalid, "角色不存在")]),
    // 4.18
    post("/api/departments/sync")
        .about(Subject::Departments, "Has departments and people synced with WeCom soon.")
        .holds(Permission::Departments)
        .runs("DepartmentsSync")
        .says(SYNCING)
        .unless(&[NO_WECOM]),
    // 4.19
    get("/api/departments")
        .about(Subject::Departments, "Lists all departments in numbered pages of 15.")
        .holds(Permission::Departments)
        .reads(&[PAGE])
        .native(pages::departments)
        .like("Departments")
        .replies(schemas::departments)
        .says(says("获取成功")),
    // 4.20
    get("/api/wxcode")
        .about(Subject::Sessions, "Leads a browser to WeCom's login page, and from there to ours.")
        .open()
        .reads(&[compared("next").optional(), compared("code").optional(), compared("state").optional()])
        .exchange(wecom::way)
        .gives("")
        .says(Says { status: 302, ..says("") })
        .unless(&[
            Case { code: Code::WecomNotConfigured, field: None, says: UNAVAILABLE },
            Case { code: Code::PushUnproven, field: None, says: status(400, "state 不正确") },
        ]),
    // 10
    get("/api/wechat/callback")
        .about(Subject::Platforms, "Answers WeCom's question whether its callbacks arrive.")
        .open()
        .unread()
        .reads(&[compared("msg_signature"), compared("timestamp"), compared("nonce"), compared("echostr")])
        .exchange(wecom::echo)
        .gives("text/plain")
        .unless(PUSHED),
    post("/api/wechat/callback")
        .about(Subject::Platforms, "Takes an event of WeCom, which is acted on afterwards.")
        .open()
        .unread()
        .exchange(wecom::callback)
        .gives("")
        .unless(PUSHED),
];

const WRONG_NAME: Case = wrong(Code::RequestInvalid, "角色名不正确", "name", "角色名不正确");
const WRONG_DISPLAY: Case = wrong(Code::RequestInvalid, "角色名不正确", "display", "长度不能超过255");
