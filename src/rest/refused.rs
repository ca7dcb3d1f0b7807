//! Why a call is refused: a fault of the domain, or what stands in the response of an operation.

use async_graphql::{InputType, Response, ServerError, Value};

use super::row::Says;
use crate::domain::{Code, Fault, Language};

/// Why a call is refused.
#[derive(Clone, Debug)]
pub enum Refused {
    /// For a reason that the tables know what to say about.
    Problem(Problem),
    /// With these words.
    Says(Says, String),
}

/// A fault as the tables see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub code: Code,
    /// The input field it is about, in GraphQL's spelling.
    pub field: Option<String>,
    /// What the text names.
    pub subject: Option<String>,
    /// The fault's own text.
    pub text: String,
}

impl Problem {
    /// What `says` says about this.
    pub fn said(&self, says: &Says) -> String {
        if says.text.is_empty() {
            return self.text.clone();
        }
        says.text.replace("{}", self.subject.as_deref().unwrap_or_default())
    }
}

impl From<Says> for Refused {
    fn from(says: Says) -> Self {
        Self::Says(says, says.text.to_owned())
    }
}

/// A fault of ours leaves its cause in the log, which a reply never shows.
impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        if let Some(cause) = fault.cause() {
            tracing::error!(%cause, "a legacy call failed");
        }
        Self::Problem((&fault).into())
    }
}

impl From<Code> for Refused {
    fn from(code: Code) -> Self {
        Fault::from(code).into()
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<&Fault> for Problem {
    fn from(fault: &Fault) -> Self {
        Self {
            code: fault.code,
            field: fault.field.map(str::to_owned),
            subject: fault.subject.clone(),
            text: fault.text(Language::Chinese),
        }
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        (&Fault::from(code)).into()
    }
}

/// The first problem in a response: an error, a user error in the payload of a mutation, or a root field that is `null` where that is
/// the fault `missing`.
pub fn problem(response: &Response, missing: Option<Code>) -> Option<Problem> {
    if let Some(error) = response.errors.first() {
        return Some(of_error(error));
    }
    let Value::Object(roots) = &response.data else { return None };
    let missing = missing.filter(|_| roots.values().any(|root| *root == Value::Null));
    roots.values().find_map(of_payload).or_else(|| missing.map(Problem::from))
}

/// A resolver's fault travels as the source of its error; an error without one is a mistake in our own operation.
fn of_error(error: &ServerError) -> Problem {
    match error.source::<Fault>() {
        Some(fault) => fault.into(),
        None => {
            tracing::error!(error = %error.message, "a stored operation failed");
            Code::Internal.into()
        }
    }
}

fn of_payload(payload: &Value) -> Option<Problem> {
    let Value::Object(payload) = payload else { return None };
    let Some(Value::List(errors)) = payload.get("userErrors") else { return None };
    let Value::Object(error) = errors.first()? else { return None };
    let code = Code::parse(error.get("code").cloned()).unwrap_or(Code::Internal);
    let text = |key| match error.get(key) {
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    };
    let own = text("message").unwrap_or_else(|| code.text(Language::Chinese).to_owned());
    Some(Problem { code, field: text("field"), subject: text("subject"), text: own })
}

#[cfg(test)]
mod tests {
    use async_graphql::Name;
    use serde_json::json;

    use super::*;

    fn data(json: serde_json::Value) -> Response {
        Response::new(Value::from_json(json).unwrap())
    }

    #[test]
    fn user_errors_are_read_by_their_code() {
        let response = data(json!({"_": {"userErrors": [
            {"code": "ASSET_NOT_FOUND", "field": "assetIds", "itemIndex": 3, "message": "no"},
            {"code": "FORBIDDEN"},
        ]}}));
        let found = problem(&response, None).unwrap();
        assert_eq!(
            (found.code, found.field.as_deref(), found.text.as_str()),
            (Code::AssetNotFound, Some("assetIds"), "no")
        );
        let mut enumerated = response;
        if let Value::Object(roots) = &mut enumerated.data
            && let Some(Value::Object(payload)) = roots.get_mut("_")
        {
            let error =
                Value::Object([(Name::new("code"), Value::Enum(Name::new("NOT_HOLDER")))].into_iter().collect());
            payload.insert(Name::new("userErrors"), Value::List(vec![error]));
        }
        assert_eq!(problem(&enumerated, None).map(|problem| problem.code), Some(Code::NotHolder));
        assert_eq!(problem(&data(json!({"a": {"userErrors": []}, "b": null, "c": [1]})), None), None);
        let missing = problem(&data(json!({"a": {"userErrors": []}, "b": null})), Some(Code::AssetNotFound));
        assert_eq!(missing.map(|problem| problem.code), Some(Code::AssetNotFound));
        assert_eq!(problem(&data(json!({"a": {}, "b": 0})), Some(Code::AssetNotFound)), None);
    }

    #[test]
    fn errors_are_read_by_their_source() {
        let fault = Code::QuantityInsufficient.about("x").on("items");
        let error = async_graphql::Error::new_with_source(fault).into_server_error(async_graphql::Pos::default());
        let found = problem(&Response::from_errors(vec![error]), None).unwrap();
        assert_eq!(found.code, Code::QuantityInsufficient);
        assert_eq!((found.field.as_deref(), found.subject.as_deref()), (Some("items"), Some("x")));
        let unknown = Response::from_errors(vec![ServerError::new("a mistake", None)]);
        assert_eq!(problem(&unknown, None).map(|problem| problem.code), Some(Code::Internal));
    }
}
