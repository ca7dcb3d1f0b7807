//! Logging in: the page that asks a person, and what their code leads to (contract: feishu-app §5.3, §5.4).

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    Client, Config, Failure, Patience,
    client::{As, Call, Sent},
};

/// Codes of v2 upon which the old way is tried with the same code.
const OLD_WAY: [i64; 4] = [20003, 20024, 20063, 20071];

/// By which calls a code is exchanged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flow {
    /// [`Flow::V2`]; where that does not know the code, [`Flow::V1`].
    #[default]
    Auto,
    /// `authen/v2/oauth/token`.
    V2,
    /// `authen/v1/access_token`.
    V1,
    /// `suite/passport/oauth/token`.
    Passport,
}

/// What the page that asks a person is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// Where the person is sent afterwards.
    pub redirect_uri: &'a str,
    /// Comes back with the code.
    pub state: &'a str,
    /// What the app may do in the person's name, parted by blanks; v2 only.
    pub scope: Option<&'a str>,
    /// The S256 challenge of PKCE; v2 only.
    pub challenge: Option<&'a str>,
}

/// What a person brings back.
#[derive(Clone, Copy, Default)]
pub struct Brought<'a> {
    /// The code.
    pub code: &'a str,
    /// The `redirect_uri` it was made for; passport insists on it.
    pub redirect_uri: Option<&'a str>,
    /// The verifier of PKCE; v2 only.
    pub verifier: Option<&'a str>,
}

/// Who somebody is at Feishu. What is missing was not told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// The person, for this app.
    pub open_id: Option<String>,
    /// The person, for all apps of the developer.
    pub union_id: Option<String>,
    /// The person, within the tenant.
    pub user_id: Option<String>,
    /// The tenant.
    pub tenant_key: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// The English name.
    pub en_name: Option<String>,
    /// Where the picture is.
    pub avatar_url: Option<String>,
    /// The mail address.
    pub email: Option<String>,
    /// The phone number.
    pub mobile: Option<String>,
}

/// The tokens of a person, and the flow they are of.
#[derive(Clone, PartialEq, Eq)]
pub struct UserTokens {
    /// Which flow made them, and renews them.
    pub flow: Flow,
    /// Calls in the person's name.
    pub access: String,
    /// Seconds it lives.
    pub lives: i64,
    /// Gets the next pair, once.
    pub refresh: Option<String>,
    /// Seconds that lives.
    pub refresh_lives: Option<i64>,
}

impl std::fmt::Debug for Brought<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Brought(…)")
    }
}

impl std::fmt::Debug for UserTokens {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("UserTokens").field("flow", &self.flow).field("lives", &self.lives).finish_non_exhaustive()
    }
}

impl Profile {
    /// The profile in an object. What has a wrong type was not told.
    pub fn read(from: &Value) -> Self {
        let text = |key: &str| from[key].as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        Self {
            open_id: text("open_id"),
            union_id: text("union_id"),
            user_id: text("user_id"),
            tenant_key: text("tenant_key"),
            name: text("name"),
            en_name: text("en_name"),
            avatar_url: text("avatar_url").or_else(|| text("picture")),
            email: text("email").or_else(|| text("enterprise_email")),
            mobile: text("mobile"),
        }
    }

    /// The profile, if it says who it is of.
    fn of_somebody(from: &Value) -> Result<Self, Failure> {
        let profile = Self::read(from);
        let somebody = profile.open_id.is_some() || profile.union_id.is_some();
        if somebody { Ok(profile) } else { Err(Failure::NoAnswer("nobody is named")) }
    }
}

impl Config {
    /// The page that asks a person.
    pub fn authorize_url(&self, flow: Flow, asked: &Asked<'_>) -> String {
        let (base, id, path) = match flow {
            Flow::Auto | Flow::V2 => (&self.accounts_url, "client_id", "/open-apis/authen/v1/authorize"),
            Flow::V1 => (&self.base_url, "app_id", "/open-apis/authen/v1/index"),
            Flow::Passport => (&self.accounts_url, "client_id", "/suite/passport/oauth/authorize"),
        };
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair(id, &self.app_id).append_pair("redirect_uri", asked.redirect_uri);
        if flow != Flow::V1 {
            query.append_pair("response_type", "code");
        }
        query.append_pair("state", asked.state);
        if matches!(flow, Flow::Auto | Flow::V2) {
            if let Some(scope) = asked.scope {
                query.append_pair("scope", scope);
            }
            if let Some(challenge) = asked.challenge {
                query.append_pair("code_challenge", challenge).append_pair("code_challenge_method", "S256");
            }
        }
        format!("{}{path}?{}", base.trim_end_matches('/'), query.finish())
    }
}

impl Client {
    /// Who brought a code, and their tokens. A code is sent once; only [`Flow::Auto`] sends it a second time, the old way.
    pub async fn log_in(&self, flow: Flow, brought: Brought<'_>) -> Result<(Profile, UserTokens), Failure> {
        match flow {
            Flow::V1 => self.log_in_v1(brought).await,
            Flow::V2 => self.log_in_v2(brought).await,
            Flow::Passport => self.log_in_passport(brought).await,
            Flow::Auto => match self.log_in_v2(brought).await {
                Err(failure) if is_for_the_old_way(&failure) => self.log_in_v1(brought).await,
                outcome => outcome,
            },
        }
    }

    async fn log_in_v2(&self, brought: Brought<'_>) -> Result<(Profile, UserTokens), Failure> {
        let mut body = self.credentials("authorization_code");
        body["code"] = json!(brought.code);
        for (key, value) in [("redirect_uri", brought.redirect_uri), ("code_verifier", brought.verifier)] {
            if let Some(value) = value {
                body[key] = json!(value);
            }
        }
        let answer = self.call(&exchange("/open-apis/authen/v2/oauth/token", As::Nobody, Sent::Json(&body))).await?;
        self.with_profile(tokens(Flow::V2, &answer)?).await
    }

    async fn log_in_v1(&self, brought: Brought<'_>) -> Result<(Profile, UserTokens), Failure> {
        let body = json!({ "grant_type": "authorization_code", "code": brought.code });
        let answer = self.call(&exchange("/open-apis/authen/v1/access_token", As::Tenant, Sent::Json(&body))).await?;
        Ok((Profile::of_somebody(&answer["data"])?, tokens(Flow::V1, &answer["data"])?))
    }

    async fn log_in_passport(&self, brought: Brought<'_>) -> Result<(Profile, UserTokens), Failure> {
        let redirect_uri = brought.redirect_uri.ok_or(Failure::NotSent("passport needs the redirect_uri"))?;
        let fields = [("code", brought.code), ("redirect_uri", redirect_uri)];
        let tokens = self.passport("authorization_code", &fields).await?;
        self.with_profile(tokens).await
    }

    async fn with_profile(&self, tokens: UserTokens) -> Result<(Profile, UserTokens), Failure> {
        Ok((self.user_info(tokens.flow, &tokens.access).await?, tokens))
    }

    /// Whose token it is.
    pub async fn user_info(&self, flow: Flow, access: &str) -> Result<Profile, Failure> {
        let is_bare = flow == Flow::Passport;
        let path = if is_bare { "/suite/passport/oauth/userinfo" } else { "/open-apis/authen/v1/user_info" };
        let call = Call { by: As::Person(access), is_bare, ..Call::get(path, &[], Patience::Person) };
        let answer = self.call(&call).await?;
        Profile::of_somebody(if is_bare { &answer } else { &answer["data"] })
    }

    /// The next tokens for a refresh token, which is used up by it.
    pub async fn renew(&self, flow: Flow, refresh: &str) -> Result<UserTokens, Failure> {
        match flow {
            Flow::V1 => {
                let body = json!({ "grant_type": "refresh_token", "refresh_token": refresh });
                let path = "/open-apis/authen/v1/refresh_access_token";
                let answer = self.call(&exchange(path, As::Tenant, Sent::Json(&body))).await?;
                tokens(Flow::V1, &answer["data"])
            }
            Flow::Auto | Flow::V2 => {
                let mut body = self.credentials("refresh_token");
                body["refresh_token"] = json!(refresh);
                let path = "/open-apis/authen/v2/oauth/token";
                let answer = self.call(&exchange(path, As::Nobody, Sent::Json(&body))).await?;
                tokens(Flow::V2, &answer)
            }
            Flow::Passport => self.passport("refresh_token", &[("refresh_token", refresh)]).await,
        }
    }

    fn credentials(&self, grant_type: &str) -> Value {
        let Config { app_id, app_secret, .. } = self.config();
        json!({ "grant_type": grant_type, "client_id": app_id, "client_secret": app_secret })
    }

    async fn passport(&self, grant_type: &str, more: &[(&str, &str)]) -> Result<UserTokens, Failure> {
        let Config { app_id, app_secret, .. } = self.config();
        let mut fields = vec![("grant_type", grant_type), ("client_id", app_id), ("client_secret", app_secret)];
        fields.extend_from_slice(more);
        let call = exchange("/suite/passport/oauth/token", As::Nobody, Sent::Form(&fields));
        tokens(Flow::Passport, &self.call(&Call { is_bare: true, ..call }).await?)
    }
}

fn exchange<'a>(path: &'a str, by: As<'a>, sent: Sent<'a>) -> Call<'a> {
    Call { method: Method::POST, path, query: &[], sent, by, patience: Patience::Once, is_bare: false }
}

/// Whether v2 does not know the code, or is not there.
fn is_for_the_old_way(failure: &Failure) -> bool {
    failure.code().is_some_and(|code| OLD_WAY.contains(&code)) || matches!(failure.status(), Some(404 | 405))
}

fn tokens(flow: Flow, from: &Value) -> Result<UserTokens, Failure> {
    let text = |key: &str| from[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    Ok(UserTokens {
        flow,
        access: text("access_token").ok_or(Failure::NoAnswer("no token of the person"))?,
        lives: from["expires_in"].as_i64().unwrap_or_default(),
        refresh: text("refresh_token"),
        refresh_lives: from["refresh_token_expires_in"].as_i64().or_else(|| from["refresh_expires_in"].as_i64()),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_flow_has_its_page() {
        let config = Config {
            base_url: "https://open.test/".to_owned(),
            accounts_url: "https://accounts.test".to_owned(),
            app_id: "cli_x".to_owned(),
            app_secret: "hush".to_owned(),
            retry_base: Duration::ZERO,
        };
        let asked = Asked { redirect_uri: "https://a.test/?b=c", state: "s", scope: Some("x y"), challenge: Some("h") };
        let back = "redirect_uri=https%3A%2F%2Fa.test%2F%3Fb%3Dc";
        let v2 = format!(
            "https://accounts.test/open-apis/authen/v1/authorize?client_id=cli_x&{back}&response_type=code&state=s&scope=x+y\
             &code_challenge=h&code_challenge_method=S256"
        );
        for (flow, url) in [
            (Flow::Auto, v2.clone()),
            (Flow::V2, v2),
            (Flow::V1, format!("https://open.test/open-apis/authen/v1/index?app_id=cli_x&{back}&state=s")),
            (
                Flow::Passport,
                format!(
                    "https://accounts.test/suite/passport/oauth/authorize?client_id=cli_x&{back}&response_type=code&state=s"
                ),
            ),
        ] {
            assert_eq!(config.authorize_url(flow, &asked), url, "{flow:?}");
        }
    }

    #[test]
    fn profiles_are_read_as_far_as_they_are_told() {
        let profile =
            Profile::read(&json!({ "open_id": "ou_x", "name": " 张 ", "mobile": "", "email": 1, "picture": "p" }));
        let expected = Profile {
            open_id: Some("ou_x".to_owned()),
            name: Some("张".to_owned()),
            avatar_url: Some("p".to_owned()),
            ..Profile::default()
        };
        assert_eq!(profile, expected);
        assert_eq!(Profile::of_somebody(&json!({ "name": "x" })), Err(Failure::NoAnswer("nobody is named")));
    }
}
