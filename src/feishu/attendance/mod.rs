//! Attendance: which of Feishu's calls are passed on, and their limits (contract: feishu-app §6.1, §6.2).

mod limit;
mod problem;

pub use limit::Invalid;
pub use problem::Problem;

use reqwest::Method;
use serde_json::Value;

use super::{
    Client, Failure, Patience,
    client::{As, Call, Sent, segment},
};
use limit::Limit::{self, Dates, Items, Page, Seconds};

/// Where Feishu's calls are.
const BASE: &str = "/open-apis/attendance/v1";
/// Repetitions of a call that changed no row.
const REPETITIONS: u32 = 3;
/// Which ids of people are meant where a call does not say.
const EMPLOYEES: (&str, &str) = ("employee_type", "employee_id");
/// Which ids of departments are meant where a call does not say.
const DEPARTMENTS: (&str, &str) = ("dept_type", "open_id");

/// One of the calls that are passed on.
#[derive(Debug)]
pub struct Endpoint {
    method: Method,
    /// Below the base; `{}` is an id.
    path: &'static str,
    writes: bool,
    limits: &'static [Limit],
    defaults: &'static [(&'static str, &'static str)],
}

/// A call to be passed on.
#[derive(Clone, Copy, Debug)]
pub struct AttendanceCall<'a> {
    endpoint: &'static Endpoint,
    path: &'a str,
    query: &'a [(String, String)],
    body: Option<&'a Value>,
}

const fn read(
    method: Method,
    path: &'static str,
    limits: &'static [Limit],
    defaults: &'static [(&'static str, &'static str)],
) -> Endpoint {
    Endpoint { method, path, writes: false, limits, defaults }
}

const fn write(
    method: Method,
    path: &'static str,
    limits: &'static [Limit],
    defaults: &'static [(&'static str, &'static str)],
) -> Endpoint {
    Endpoint { method, path, writes: true, limits, defaults }
}

const USERS: Limit = Items("user_ids", 50);

static ENDPOINTS: [Endpoint; 18] = [
    read(Method::POST, "/user_tasks/query", &[USERS, Dates], &[EMPLOYEES]),
    read(Method::POST, "/user_flows/query", &[USERS, Seconds], &[EMPLOYEES]),
    read(Method::GET, "/user_flows/{}", &[], &[EMPLOYEES]),
    write(Method::POST, "/user_flows/batch_create", &[Limit::Flows], &[EMPLOYEES]),
    write(Method::POST, "/user_flows/batch_del", &[Items("record_ids", 10)], &[]),
    read(Method::GET, "/groups", &[Page], &[]),
    write(Method::POST, "/groups", &[], &[EMPLOYEES, DEPARTMENTS]),
    read(Method::GET, "/groups/{}", &[], &[EMPLOYEES, DEPARTMENTS]),
    write(Method::DELETE, "/groups/{}", &[], &[]),
    read(Method::POST, "/groups/search", &[Page], &[]),
    read(Method::GET, "/groups/{}/list_user", &[Page], &[EMPLOYEES, DEPARTMENTS]),
    read(Method::GET, "/shifts", &[Page], &[]),
    write(Method::POST, "/shifts", &[], &[EMPLOYEES]),
    read(Method::GET, "/shifts/{}", &[], &[]),
    write(Method::DELETE, "/shifts/{}", &[], &[]),
    read(Method::POST, "/shifts/query", &[], &[]),
    read(Method::POST, "/user_daily_shifts/query", &[USERS], &[EMPLOYEES]),
    write(Method::POST, "/user_daily_shifts/batch_create", &[Items("user_daily_shifts", 50)], &[EMPLOYEES]),
];

impl Endpoint {
    /// The call with this method and this path below `attendance/v1`; none if it is not passed on.
    pub fn find(method: &str, path: &str) -> Option<&'static Self> {
        let fits = |endpoint: &&Self| {
            let (mut expected, mut given) = (endpoint.path.split('/'), path.split('/'));
            let same = expected
                .by_ref()
                .zip(given.by_ref())
                .all(|(expected, given)| if expected == "{}" { segment(given).is_ok() } else { expected == given });
            same && endpoint.path.split('/').count() == path.split('/').count() && endpoint.method.as_str() == method
        };
        ENDPOINTS.iter().find(fits)
    }
}

impl<'a> AttendanceCall<'a> {
    /// The call of `endpoint`, which was found by `path`, if it keeps to the limits.
    pub fn new(
        endpoint: &'static Endpoint,
        path: &'a str,
        query: &'a [(String, String)],
        body: Option<&'a Value>,
    ) -> Result<Self, Invalid> {
        for limit in endpoint.limits {
            limit.check(query, body.unwrap_or(&Value::Null))?;
        }
        Ok(Self { endpoint, path, query, body })
    }

    /// A write goes out again after no answer came only if Feishu would know it again.
    fn patience(&self) -> Patience {
        if self.endpoint.writes && !self.is_idempotent() { Patience::Write } else { Patience::Person }
    }

    fn is_idempotent(&self) -> bool {
        let Some(body) = self.body else { return false };
        let known = |value: &Value| value["idempotent_id"].as_str().is_some_and(|id| !id.is_empty());
        known(body) || body["flow_records"].as_array().is_some_and(|records| records.iter().all(known))
    }
}

impl Client {
    /// Feishu's whole answer to `call`. One that changed no row is repeated up to three times.
    pub async fn attendance(&self, call: &AttendanceCall<'_>) -> Result<Value, Failure> {
        let segments: Result<Vec<_>, _> = call.path.split('/').skip(1).map(segment).collect();
        let path = format!("{BASE}/{}", segments?.join("/"));
        let mut query: Vec<_> = call.query.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let absent = |(key, _): &&(&str, &str)| !call.query.iter().any(|(given, _)| given == key);
        query.extend(call.endpoint.defaults.iter().filter(absent));
        let sent = call.body.map_or(Sent::Nothing, Sent::Json);
        let (method, patience) = (call.endpoint.method.clone(), call.patience());
        let passed = Call { method, path: &path, query: &query, sent, by: As::Tenant, patience, is_bare: false };
        let mut repeated = 0;
        loop {
            match self.call(&passed).await {
                Err(failure) if repeated < REPETITIONS && Problem::of(&failure).kind == problem::NO_ROW_AFFECTED => {
                    repeated += 1;
                    tokio::time::sleep(self.config().retry_base * 2_u32.pow(repeated) / 3).await;
                }
                outcome => return outcome,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_listed_calls_are_passed_on() {
        for endpoint in &ENDPOINTS {
            let path = endpoint.path.replace("{}", "x1");
            let found = Endpoint::find(endpoint.method.as_str(), &path).unwrap();
            assert_eq!((found.path, &found.method), (endpoint.path, &endpoint.method));
        }
        for (method, path) in [
            ("PUT", "/groups"),
            ("GET", "/groups/"),
            ("GET", "groups"),
            ("GET", "/groups/x/y"),
            ("GET", "/groups/.."),
            ("GET", "/user_settings/query"),
            ("GET", "/groups/x/list_user/"),
            ("DELETE", "/user_flows/1"),
            ("GET", ""),
        ] {
            assert!(Endpoint::find(method, path).is_none(), "{method} {path}");
        }
    }

    #[test]
    fn only_writes_that_feishu_would_know_again_are_repeated() {
        let patience = |method: &str, path: &str, body: &Value| {
            let endpoint = Endpoint::find(method, path).unwrap();
            AttendanceCall::new(endpoint, path, &[], Some(body)).unwrap().patience()
        };
        let known = json!({ "flow_records": [{ "idempotent_id": "a" }] });
        let partly = json!({ "flow_records": [{ "idempotent_id": "a" }, {}] });
        assert_eq!(patience("POST", "/user_flows/batch_create", &known), Patience::Person);
        assert_eq!(patience("POST", "/user_flows/batch_create", &partly), Patience::Write);
        assert_eq!(patience("POST", "/groups", &json!({})), Patience::Write);
        assert_eq!(patience("POST", "/groups/search", &json!({})), Patience::Person);
    }
}
