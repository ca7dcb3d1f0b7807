//! Departments and members as WeCom tells of them, in answers and in events. What is absent or empty is none.

use serde_json::{Map, Value};

use super::{Fields, reply::number};

/// A department.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Department {
    /// WeCom's id, from 1.
    pub id: i64,
    /// The name.
    pub name: Option<String>,
    /// WeCom's id of the department above; 0 at a root.
    pub parent: Option<i64>,
    /// Its place among others, 0 … 4294967295.
    pub order: Option<i64>,
}

/// A member.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Member {
    /// Names the member, without regard to case; see [`is_userid`].
    pub userid: String,
    /// The display name.
    pub name: Option<String>,
    /// The phone number.
    pub mobile: Option<String>,
    /// The mail address.
    pub email: Option<String>,
    /// WeCom's ids of the departments that the member belongs to.
    pub departments: Option<Vec<i64>>,
    /// WeCom's id of the main one of them.
    pub main_department: Option<i64>,
    /// 1 active, 2 forbidden, 4 not yet active, 5 left.
    pub status: Option<i64>,
    /// What else is told, as delivered: of `userid`, `alias`, `position`, `gender`, `telephone`, `main_department`, `status`
    /// those that are there and not empty, in this order.
    pub info: Map<String, Value>,
}

/// The status of who has left.
const LEFT: i64 = 5;

const MOST: i64 = u32::MAX as i64;

/// Whether `text` can be a userid: a letter or digit, then at most 63 of those and `_.@-` (contract: laravel-template §9).
pub fn is_userid(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.@-".contains(&byte);
    text.len() <= 64 && text.bytes().all(plain) && text.starts_with(|first: char| first.is_ascii_alphanumeric())
}

impl Department {
    /// From an item of `department/list`.
    pub(super) fn read(item: &Map<String, Value>) -> Option<Self> {
        let number = |name: &str| item.get(name).and_then(number);
        Self::of(number("id"), text(item.get("name")), number("parentid"), number("order"))
    }

    /// From an event about a department.
    pub fn of_event(event: &Fields) -> Option<Self> {
        let number = |name| event.get(name).and_then(|text| text.parse().ok());
        Self::of(number("Id"), event.get("Name").map(str::to_owned), number("ParentId"), number("Order"))
    }

    fn of(id: Option<i64>, name: Option<String>, parent: Option<i64>, order: Option<i64>) -> Option<Self> {
        let id = id.filter(|id| (1..=MOST).contains(id))?;
        let order = order.filter(|order| (0..=MOST).contains(order));
        Some(Self { id, name, parent: parent.filter(|parent| (0..=MOST).contains(parent)), order })
    }
}

impl Member {
    /// From an item of `user/list`.
    pub(super) fn read(item: &Map<String, Value>) -> Option<Self> {
        let departments = item.get("department").and_then(Value::as_array);
        let told = |name: &str| item.get(name).filter(|value| text(Some(value)).is_some() || value.is_i64()).cloned();
        Self {
            userid: text(item.get("userid"))?,
            name: text(item.get("name")),
            mobile: text(item.get("mobile")),
            email: text(item.get("email")),
            departments: departments.map(|ids| ids.iter().filter_map(number).collect()),
            main_department: item.get("main_department").and_then(number),
            status: item.get("status").and_then(number),
            info: Map::new(),
        }
        .with_info(told)
    }

    /// From an event about a member.
    pub fn of_event(event: &Fields) -> Option<Self> {
        let text = |name| event.get(name).map(str::to_owned);
        let number = |name| event.get(name).and_then(|text| text.parse().ok());
        let told = |name: &str| {
            let text = |name| event.get(name).map(Value::from);
            match name {
                "userid" => text("UserID"),
                "alias" => text("Alias"),
                "position" => text("Position"),
                "gender" => text("Gender"),
                "telephone" => text("Telephone"),
                "main_department" => number("MainDepartment").map(Value::from),
                "status" => number("Status").map(Value::from),
                _ => None,
            }
        };
        let ids = |text: &str| text.split(',').filter_map(|id| id.trim().parse().ok()).collect();
        Self {
            userid: text("UserID")?,
            name: text("Name"),
            mobile: text("Mobile"),
            email: text("Email"),
            departments: event.get("Department").map(ids),
            main_department: number("MainDepartment"),
            status: number("Status"),
            info: Map::new(),
        }
        .with_info(told)
    }

    /// The same member under another userid; none when that cannot be one.
    pub fn called(mut self, userid: &str) -> Option<Self> {
        self.info.insert("userid".to_owned(), userid.into());
        self.userid = userid.to_owned();
        is_userid(userid).then_some(self)
    }

    /// The member with this userid, who has left the company.
    pub fn left(userid: &str) -> Self {
        let info = Map::from_iter([("status".to_owned(), LEFT.into())]);
        Self { userid: userid.to_owned(), status: Some(LEFT), info, ..Self::default() }
    }

    /// With what `told` tells, if all of it can be kept; none else.
    fn with_info(mut self, told: impl Fn(&str) -> Option<Value>) -> Option<Self> {
        const NAMES: [&str; 7] = ["userid", "alias", "position", "gender", "telephone", "main_department", "status"];
        let named = NAMES.iter().filter_map(|name| Some(((*name).to_owned(), told(name)?)));
        self.info = named.collect();
        (is_userid(&self.userid) && self.texts().all(can_be_kept)).then_some(self)
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        let told = [&self.name, &self.mobile, &self.email].into_iter().flatten().map(String::as_str);
        told.chain(self.info.values().filter_map(Value::as_str))
    }
}

fn can_be_kept(text: &str) -> bool {
    text.chars().count() <= LONGEST && !text.contains(char::is_control)
}

/// Most characters of a text about a member.
const LONGEST: usize = 255;

/// A text with something in it, without the blanks around it.
fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(json: &str) -> Option<Member> {
        Member::read(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn a_member_is_read_with_what_is_there() {
        let read = member(
            r#"{"userid":"ZhangSan","name":" 张三 ","department":[1,"2",null],"mobile":"","gender":"1","status":1,"alias":"","x":{}}"#,
        );
        let read = read.unwrap();
        assert_eq!((read.name.as_deref(), read.mobile, read.email), (Some("张三"), None, None));
        assert_eq!(read.departments, Some(vec![1, 2]));
        assert_eq!(Value::from(read.info).to_string(), r#"{"userid":"ZhangSan","gender":"1","status":1}"#);
    }

    #[test]
    fn what_cannot_be_kept_is_no_member() {
        for bad in [
            r#"{"name":"nobody"}"#,
            r#"{"userid":7}"#,
            r#"{"userid":"-a"}"#,
            r#"{"userid":"a b"}"#,
            r#"{"userid":"a","name":"a\u0000b"}"#,
            r#"{"userid":"a","position":"a\u0007"}"#,
        ] {
            assert_eq!(member(bad), None, "{bad}");
        }
        assert_eq!(member(&format!(r#"{{"userid":"{}"}}"#, "a".repeat(65))), None);
        assert_eq!(member(&format!(r#"{{"userid":"a","name":"{}"}}"#, "中".repeat(256))), None);
        assert!(member(&format!(r#"{{"userid":"{}","name":"{}"}}"#, "a".repeat(64), "中".repeat(255))).is_some());
    }

    #[test]
    fn a_department_needs_an_id() {
        let department = |json: &str| Department::read(&serde_json::from_str(json).unwrap());
        let read = department(r#"{"id":"2","name":"","parentid":1,"order":4294967296}"#).unwrap();
        assert_eq!(read, Department { id: 2, name: None, parent: Some(1), order: None });
        for bad in ["{}", r#"{"id":0}"#, r#"{"id":-1}"#, r#"{"id":4294967296}"#, r#"{"id":"x"}"#] {
            assert_eq!(department(bad), None, "{bad}");
        }
    }
}
