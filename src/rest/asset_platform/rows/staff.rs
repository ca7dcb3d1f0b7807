//! Login, the caller, and keeping staff: 7.1 to 7.9.

use super::{
    super::{
        faults::{done, done_in_words, forbidden, malformed, own_words, when},
        lists::staff as lists,
        spelling,
    },
    post,
};
use crate::{
    domain::{Code, Permission, text::PASSWORD},
    rest::{
        field::{Kind, any_word, field, name, password, reference, text},
        openapi::Subject,
        row::{Choice, Gate, Row},
    },
};

/// The four staff groups.
const GROUPS: &[(&str, &str)] = &[
    ("generalstaff", "GENERAL_STAFF"),
    ("assetadmin", "ASSET_ADMIN"),
    ("systemadmin", "SYSTEM_ADMIN"),
    ("itadmin", "IT_ADMIN"),
];

pub(super) const ROWS: &[Row] = &[
    // 7.1; without the slash the path is the laravel dialect's.
    post("/api/login/")
        .about(Subject::Sessions, "Logs in by name and password and gives a token.")
        .exactly()
        .open()
        .reads(&[text("username"), field("password", Kind::Bytes(PASSWORD))])
        .runs("Login")
        .says(done("Login successful"))
        .unless(&[when(Code::LoginFailed, -4, "用户名或密码错误"), when(Code::StaffLocked, -4, "用户已被锁定")]),
    // 7.2
    post("/api/staff_info/")
        .about(Subject::Sessions, "Shows the caller and the assets they hold.")
        .native(lists::own)
        .like("StaffInfo")
        .rewrites(spelling::STAFF)
        .says(done("Get user info success")),
    // 7.3
    post("/api/user_manage/create_new_staff/")
        .about(Subject::Staff, "Makes a person, unlocked and without further roles.")
        .holds(Permission::Users)
        .reads(&[
            any_word("group", GROUPS).else_fault(Code::StaffGroupUnknown),
            reference("department").to("departmentId"),
            name("display_name").to("name"),
            name("username"),
            password("password"),
        ])
        .runs("StaffCreate")
        .says(done_in_words("创建用户成功!"))
        .unless(&[
            malformed("创建用户失败，JSON参数错误"),
            forbidden("没有添加新用户的权限"),
            when(Code::StaffGroupUnknown, -2, "创建用户失败，用户角色不存在"),
            when(Code::DepartmentNotFound, -2, "创建用户失败，部门不存在"),
            when(Code::UsernameTaken, -2, "创建用户失败，用户名已存在"),
        ]),
    // 7.4
    post("/api/user_manage/delete_staff/")
        .about(Subject::Staff, "Deletes a person who holds nothing and is named in no open request.")
        .holds(Permission::Users)
        .reads(&[reference("unique_id").to("id")])
        .runs("StaffDelete")
        .says(done_in_words("成功删除"))
        .unless(&[
            malformed("删除用户失败，JSON参数错误"),
            forbidden("没有删除用户的权限"),
            when(Code::StaffNotFound, -2, "删除用户失败，用户不存在"),
            when(Code::NotYourself, -2, "不能对自己执行此操作"),
            when(Code::StaffHoldsAssets, -2, "删除用户失败，该用户名下仍有资产"),
            when(Code::StaffHasOpenRequests, -2, "删除用户失败，该用户仍有待审批的申请"),
            own_words(Code::LastAdministrator, -2),
        ]),
    // 7.5
    post("/api/user_manage/change_staff_password/")
        .about(Subject::Staff, "Gives a person a new password and ends their sessions.")
        .holds(Permission::Users)
        .reads(&[reference("unique_id").to("id"), password("new_password").to("password")])
        .runs("StaffPasswordSet")
        .says(done_in_words("重置密码成功"))
        .unless(&[
            malformed("更改用户密码失败，JSON参数错误"),
            forbidden("没有更改用户密码的权限"),
            when(Code::StaffNotFound, -2, "更改用户密码失败，用户不存在"),
        ]),
    // 7.6
    post("/api/user_manage/locked_staff/")
        .about(Subject::Staff, "Locks a person out, or lets them in again.")
        .holds(Permission::Users)
        .reads(&[reference("unique_id").to("id")])
        .chooses(&LOCK_OR_UNLOCK)
        .unless(&[
            malformed("锁定/解锁失败，JSON参数错误"),
            forbidden("没有锁定或解锁用户的权限"),
            when(Code::StaffNotFound, -2, "锁定/解锁失败，用户不存在"),
            when(Code::NotYourself, -2, "不能对自己执行此操作"),
            own_words(Code::LastAdministrator, -2),
        ]),
    // 7.7
    post("/api/user_manage/set_character/")
        .about(Subject::Staff, "Puts a person into another of the four staff groups.")
        .holds(Permission::Users)
        .reads(&[reference("unique_id").to("id"), any_word("group", GROUPS).else_fault(Code::StaffGroupUnknown)])
        .first("StaffMember")
        .must_find(Code::StaffNotFound)
        .runs("StaffGroupSet")
        .says(done_in_words("设置成功"))
        .unless(&[
            malformed("设置用户角色失败，JSON参数错误"),
            forbidden("没有设置用户角色的权限"),
            when(Code::StaffNotFound, -2, "设置用户角色失败，用户不存在"),
            when(Code::StaffGroupUnknown, -2, "设置用户角色失败，用户角色不存在"),
            when(Code::NotYourself, -2, "不能对自己执行此操作"),
            own_words(Code::LastAdministrator, -2),
        ]),
    // 7.8
    post("/api/staff_list/")
        .about(Subject::Staff, "Lists everybody, the oldest first.")
        .native(lists::everybody)
        .like("StaffList")
        .rewrites(spelling::STAFF)
        .says(done("成功")),
    // 7.9
    post("/api/staff_list_title_value/")
        .about(Subject::Staff, "Lists everybody by name and id, for choosing from.")
        .native(lists::by_title)
        .like("StaffTitles")
        .says(done("成功获取用户列表")),
];

const LOCK_OR_UNLOCK: Choice = Choice {
    key: "locked",
    words: &[
        ("lock", post("").holds(Permission::Users).runs("StaffLock").says(done_in_words("成功锁定"))),
        ("unlock", post("").holds(Permission::Users).runs("StaffUnlock").says(done_in_words("成功解锁"))),
    ],
    otherwise: Gate::Session,
};
