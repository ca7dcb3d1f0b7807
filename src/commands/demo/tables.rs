//! The demo data as tables (contract: README, "Demo data").

use crate::entity::words::{AssetStatus, StaffGroup};

/// A department.
#[derive(Clone, Copy, Debug)]
pub struct Department {
    /// The legacy key.
    pub unique_id: &'static str,
    /// The name.
    pub name: &'static str,
    /// The legacy key of the department above.
    pub parent: Option<&'static str>,
}

const fn department(unique_id: &'static str, name: &'static str, parent: Option<&'static str>) -> Department {
    Department { unique_id, name, parent }
}

/// Departments 1 to 3.
pub const DEPARTMENTS: [Department; 3] = [
    department("sampledepartment", "测试部门", None),
    department("subdepartment1", "子部门", Some("sampledepartment")),
    department("sampledepartment2", "子部门2", Some("sampledepartment")),
];

/// Where every department is.
pub const LOCATION: &str = "default";

/// A person.
#[derive(Clone, Copy, Debug)]
pub struct Staff {
    /// The legacy key.
    pub unique_id: &'static str,
    /// The login name.
    pub username: &'static str,
    /// The password.
    pub password: &'static str,
    /// The display name.
    pub name: &'static str,
    /// The staff group.
    pub group: StaffGroup,
    /// The legacy key of the department.
    pub department: &'static str,
    /// The role beside the staff group.
    pub role: Option<&'static str>,
}

/// Staff 1 to 11.
pub const STAFF: [Staff; 11] = {
    use StaffGroup::{AssetAdmin, GeneralStaff, ItAdmin, SystemAdmin};
    const TOP: &str = "sampledepartment";
    const SUB: &str = "subdepartment1";
    const USER: Option<&str> = Some("user");
    const fn staff(
        unique_id: &'static str,
        (username, password): (&'static str, &'static str),
        name: &'static str,
        group: StaffGroup,
        department: &'static str,
        role: Option<&'static str>,
    ) -> Staff {
        Staff { unique_id, username, password, name, group, department, role }
    }
    [
        staff("suadmin", ("suadmin", "suadminpass"), "超级管理员", ItAdmin, TOP, Some("suadmin")),
        staff("samplestaff", ("myusername", "mypassword"), "测试员工", GeneralStaff, TOP, USER),
        staff("lwk4j5lk234", ("asdf", "asdfpass"), "测试员工 资产", AssetAdmin, TOP, USER),
        staff("29384uieweretr", ("sdfg", "sdfgpass"), "测试员工 系统", SystemAdmin, TOP, USER),
        staff("1603162639kQsLBBHw", ("staff3", "staff3pass"), "测试员工3", GeneralStaff, TOP, USER),
        staff("1602554050TBuCGtE", ("leaver", "leaverpass"), "待删除员工", GeneralStaff, SUB, None),
        staff("1602514534djDKboCE", ("forgetful", "forgetfulpass"), "忘记密码员工", GeneralStaff, SUB, None),
        staff("1602554682pJpNnlfJ", ("mover", "moverpass"), "待调岗员工", AssetAdmin, TOP, None),
        staff("demo", ("demo", "testpw"), "测试姓名", GeneralStaff, TOP, USER),
        staff("admin", ("admin", "adminpass"), "管理员", ItAdmin, TOP, Some("admin")),
        staff("testuser", ("testuser", "testuserpass"), "测试用户", GeneralStaff, TOP, USER),
    ]
};

/// An asset group below the root, which every database has.
#[derive(Clone, Copy, Debug)]
pub struct AssetGroup {
    /// The legacy key.
    pub unique_id: &'static str,
    /// The name.
    pub name: &'static str,
    /// The legacy key of the group above.
    pub parent: &'static str,
}

/// The asset groups in order.
pub const ASSET_GROUPS: [AssetGroup; 3] = [
    AssetGroup { unique_id: "sampleassetgroup1", name: "test_asset_group", parent: "0" },
    AssetGroup { unique_id: "test1", name: "test1", parent: "sampleassetgroup1" },
    AssetGroup { unique_id: "others", name: "其他", parent: "0" },
];

/// An asset.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// The legacy key.
    pub unique_id: &'static str,
    /// The name.
    pub name: &'static str,
    /// The legacy key of the asset it is part of.
    pub under: Option<&'static str>,
    /// The legacy key of the holder.
    pub holder: Option<&'static str>,
    /// Where it stands.
    pub status: AssetStatus,
    /// The day of entry.
    pub entered_on: (i32, u32, u32),
    /// What it cost.
    pub value_origin: i64,
    /// Years of use.
    pub use_year: i64,
    /// Maker, model and serial number.
    pub make: [&'static str; 3],
    /// Free text.
    pub remarks: &'static str,
}

/// The asset group of every asset.
pub const ASSET_GROUP: &str = "sampleassetgroup1";

/// The asset that most others are part of: spare, and nobody's.
const WHOLE: Asset = Asset {
    unique_id: "34k5jfkwertfwer",
    name: "test_asset",
    under: None,
    holder: None,
    status: AssetStatus::Unused,
    entered_on: (2020, 10, 20),
    value_origin: 1,
    use_year: 5,
    make: ["unknown"; 3],
    remarks: "无",
};

/// A part of it that lies with the asset admin.
const SPARE: Asset = Asset {
    under: Some(WHOLE.unique_id),
    holder: Some("lwk4j5lk234"),
    value_origin: 100,
    use_year: 3,
    make: ["Unknown"; 3],
    remarks: "Write something",
    ..WHOLE
};

/// A part of it that a person uses.
const USED: Asset =
    Asset { holder: Some("samplestaff"), status: AssetStatus::InUse, entered_on: (2020, 10, 27), ..SPARE };

/// The assets in order.
pub const ASSETS: [Asset; 9] = [
    WHOLE,
    Asset { unique_id: "1603191152ZrfbUKEi", name: "test_asset1", ..SPARE },
    Asset { unique_id: "1603191152cvwLfWvh", name: "test_asset2", ..SPARE },
    Asset { unique_id: "1603191152IdSfJKmr", name: "test_asset3", remarks: "Unknown", ..SPARE },
    Asset { unique_id: "1603191717PqTxpBFu", name: "test_asset3", remarks: "Unknown", ..SPARE },
    Asset { unique_id: "1603786083cjxyxHTB", name: "test_asset1", make: ["苹果", "Macbook air", "123456"], ..USED },
    Asset { unique_id: "1603786083EzlAqBbc", name: "test_asset2", ..USED },
    Asset { unique_id: "1603786083MWxAHSEX", name: "test_asset3", remarks: "Unknown", ..USED },
    Asset {
        unique_id: TRANSFER.asset,
        name: "测试资产 转移中",
        under: None,
        status: AssetStatus::TransferPending,
        use_year: 5,
        remarks: "Unknown",
        ..USED
    },
];

/// A transfer that waits for a decision.
#[derive(Clone, Copy, Debug)]
pub struct Transfer {
    /// The legacy key of the asset.
    pub asset: &'static str,
    /// The legacy key of the holder, who asks.
    pub applicant: &'static str,
    /// The legacy key of who is to receive it.
    pub target: &'static str,
    /// The legacy key of the asset admin to whom it is addressed.
    pub manager: &'static str,
    /// Feishu's id of the card that the asset admin has.
    pub card: &'static str,
}

/// The transfer that waits (contract: feishu-app §1.6 for its card).
pub const TRANSFER: Transfer = Transfer {
    asset: "test_asset_transfering",
    applicant: "samplestaff",
    target: "1603162639kQsLBBHw",
    manager: "lwk4j5lk234",
    card: "qewqdadfwefsf",
};

/// A line of history.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// The legacy key of the asset.
    pub asset: &'static str,
    /// The legacy key of the person it is about.
    pub related: &'static str,
    /// The sentence.
    pub description: &'static str,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
}

/// The transfer that the asset-platform document prints.
pub const HISTORY: Line = Line {
    asset: "1603786083EzlAqBbc",
    related: "samplestaff",
    description: "2020-11-03 11:42:19.538946, 员工samplestaff(测试员工)转移了资产1603786083EzlAqBbc(test_asset2)给员工1603162639kQsLBBHw(测试员工3)",
    at_ms: 1_604_374_939_540,
};

/// When everything else was entered: the time in the legacy keys of the latest assets, in milliseconds since 1970.
pub const ENTERED_MS: i64 = 1_603_786_083_000;
