//! The calls themselves (contract: laravel-template §8.3–8.5).

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use serde_json::json;

use super::{Client, Department, Failure, Listed, Member, client::Api};

/// Most recipients of one call of [`Client::send`].
pub const MOST_RECIPIENTS: usize = 1000;
/// Most bytes of a message.
const LONGEST_MESSAGE: usize = 2048;

/// What became of a message that WeCom took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// WeCom's id of the message.
    pub message_id: Option<String>,
    /// The userids that it does not reach: unknown, out of the app's sight, or without a licence. Spelt as WeCom does.
    pub unreached: Vec<String>,
}

/// As much of `text` as a message can hold, cut between two characters.
pub fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST_MESSAGE)]
}

impl Client {
    /// The userid of the member to whom an OAuth code belongs; none for an outsider.
    pub async fn userid_of_code(&self, code: &str) -> Result<Option<String>, Failure> {
        let reply = self.call(Api::Code, |request| request.query(&[("code", code)])).await?;
        let userid = ["userid", "UserId"].iter().find_map(|name| reply.text(name).filter(|text| !text.is_empty()));
        Ok(userid.filter(|userid| !userid.contains('/')).map(str::to_owned))
    }

    /// Every department that the app sees.
    pub async fn departments(&self) -> Result<Listed<Department>, Failure> {
        self.call(Api::Departments, |request| request).await?.list("department", Department::read)
    }

    /// The members who belong to a department directly.
    pub async fn members(&self, department: i64) -> Result<Listed<Member>, Failure> {
        let department = department.to_string();
        let query = [("department_id", department.as_str()), ("fetch_child", "0")];
        self.call(Api::Members, |request| request.query(&query)).await?.list("userlist", Member::read)
    }

    /// Sends a text to at most [`MOST_RECIPIENTS`] members.
    pub async fn send(&self, agent: i64, recipients: &[String], text: &str) -> Result<Sent, Failure> {
        let body = json!({
            "touser": recipients.join("|"), "msgtype": "text", "agentid": agent, "text": { "content": cut(text) }, "safe": 0,
        });
        let body = body.to_string();
        let write = |request: reqwest::RequestBuilder| {
            request.header(CONTENT_TYPE, HeaderValue::from_static("application/json")).body(body.clone())
        };
        let reply = self.call(Api::Send, write).await?;
        let names = |name| reply.text(name).unwrap_or_default().split('|').filter(|userid| !userid.is_empty());
        let unreached = names("invaliduser").chain(names("unlicenseduser")).map(str::to_owned).collect();
        Ok(Sent { message_id: reply.text("msgid").map(str::to_owned), unreached })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_cut_between_characters() {
        assert_eq!(cut("short"), "short");
        assert_eq!(cut(&"a".repeat(2049)).len(), 2048);
        // 2048 is no multiple of three.
        assert_eq!(cut(&"中".repeat(700)), "中".repeat(682));
    }
}
