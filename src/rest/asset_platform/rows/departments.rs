//! The tree of departments: 7.27 to 7.31.

use super::{
    super::{
        faults::{done, forbidden, when},
        lists::departments as lists,
    },
    post,
};
use crate::{
    domain::{Code, Permission},
    rest::{
        field::{Field, name, reference, text},
        openapi::Subject,
        row::Row,
    },
};

/// The department.
const DEPARTMENT: Field = reference("department_id").to("id");

pub(super) const ROWS: &[Row] = &[
    // 7.27
    post("/api/department/create/")
        .about(Subject::Departments, "Makes a department.")
        .holds(Permission::Departments)
        .reads(&[
            reference("parent_id").or_none().to("parentId"),
            name("new_id").to("uniqueId"),
            name("new_name").to("name"),
            text("location"),
        ])
        .runs("DepartmentCreate")
        .says(done("添加部门成功!"))
        .unless(&[
            forbidden("没有添加部门权限"),
            when(Code::DepartmentParentNotFound, -2, "上级部门不存在"),
            when(Code::DepartmentIdTaken, -2, "id与已有部门冲突"),
        ]),
    // 7.28
    post("/api/department/delete/")
        .about(Subject::Departments, "Deletes a department without staff and departments below it.")
        .holds(Permission::Departments)
        .reads(&[DEPARTMENT])
        .runs("DepartmentDelete")
        .says(done("删除部门成功!"))
        .unless(&[
            forbidden("没有删除部门权限"),
            when(Code::DepartmentNotFound, -2, "删除的部门不存在"),
            when(Code::DepartmentHasChildren, -2, "删除的部门有子部门"),
            when(Code::DepartmentHasStaff, -2, "删除的部门非空"),
        ]),
    // 7.29
    post("/api/department/info/")
        .about(Subject::Departments, "Shows a department, its people and what is directly below it.")
        .reads(&[DEPARTMENT])
        .native(lists::info)
        .like("DepartmentInfo")
        .says(done("查询部门成功!"))
        .unless(&[when(Code::DepartmentNotFound, -2, "查询的部门不存在")]),
    // 7.30
    post("/api/department/all/")
        .about(Subject::Departments, "Lists all departments, each with those directly below it.")
        .native(lists::all)
        .like("Departments")
        .says(done("查询部门成功!")),
    // 7.31
    post("/api/department/modify/")
        .about(Subject::Departments, "Renames or moves a department; what is not sent stays.")
        .holds(Permission::Departments)
        .reads(&[
            DEPARTMENT,
            name("new_name").if_sent().to("name"),
            text("new_location").if_sent().to("location"),
            reference("new_parent_id").or_none().if_sent().to("parentId"),
        ])
        .runs("DepartmentUpdate")
        .says(done("修改部门成功!"))
        .unless(&[
            forbidden("没有修改部门权限"),
            when(Code::DepartmentNotFound, -2, "修改的部门不存在"),
            when(Code::DepartmentParentNotFound, -2, "上级部门不存在"),
            when(Code::DepartmentCycle, -2, "修改失败，上级部门不可为自己或自己的子部门"),
        ]),
];
