//! The pipeline: what every call of every dialect goes through, from the path to the reply.

use std::{collections::BTreeMap, fmt::Debug, sync::Arc};

use async_graphql::{Value, Variables};
use axum::{
    Router,
    body::Body,
    extract::{RawPathParams, Request, rejection::RawPathParamsRejection},
    http::{HeaderMap, StatusCode, request::Parts},
    response::{IntoResponse, Response},
    routing::any,
};
use futures_util::future::BoxFuture;

use super::{
    input,
    json::Document,
    openapi::{self, Manual},
    payload::Payload,
    refused::{self, Problem, Refused},
    row::{Answer, Case, Choice, Row, Says, find},
    shape::Shape,
};
use crate::{
    app::App,
    domain::{Code, Context, Fault, Kind, Language},
    graphql::{Door, Reader, StoredOperation},
};

/// A dialect: its table, and the four things in which it is unlike the others.
pub trait Dialect: Debug + Send + Sync {
    /// The endpoints.
    fn rows(&self) -> &'static [Row];

    /// The text of the `.graphql` file with the operations that the rows run.
    fn operations(&self) -> &'static str;

    /// What faults say where the row has nothing of its own to say; knows `RequestInvalid` at least.
    fn cases(&self) -> &'static [Case];

    /// What a fault of ours says.
    fn failure(&self) -> &'static Says;

    /// Checks in the dialect's own order what comes before the input of a row: rate, size, form of the body, who asks.
    fn admit<'a>(&'a self, call: &'a mut Call, body: Body) -> BoxFuture<'a, Result<Admitted, Refused>>;

    /// The reply to a method that no row at the path has; `allowed` names those there are.
    fn wrong_method(&self, allowed: &str) -> Response;

    /// The reply to a path that no row of any dialect has, if it is for this dialect to say so.
    fn nothing_here(&self, _path: &str) -> Option<Response> {
        None
    }

    /// The reply to what went well.
    fn success(&self, says: &Says, payload: Payload) -> Response;

    /// The reply to what did not; `text` is what `says` says with names filled in.
    fn refusal(&self, says: &Says, text: &str) -> Response;

    /// What the dialect says of itself.
    fn manual(&self) -> &'static Manual;

    /// The schema of what [`Self::success`] writes.
    fn success_schema(&self, says: &Says, payload: openapi::schema::Payload) -> serde_json::Value;

    /// The schema of what [`Self::refusal`] writes; `text` is the schema of the text.
    fn refusal_schema(&self, says: &Says, text: serde_json::Value) -> serde_json::Value;

    /// Pages of its own, for people.
    fn pages(&self) -> Router {
        Router::new()
    }

    /// Has the last word on every reply to `call`.
    fn finish(&self, _call: &Call, reply: Response) -> Response {
        reply
    }
}

/// A call of a row.
#[derive(Debug)]
pub struct Call {
    /// Everything it can reach.
    pub app: Arc<App>,
    /// The row.
    pub row: &'static Row,
    /// The segments of the path that the row names.
    pub path: Vec<(String, String)>,
    /// The request without its body: headers, query, and in its extensions the peer.
    pub head: Parts,
    /// Headers of the reply, whatever it will say.
    pub headers: HeaderMap,
    /// The body, where [`Row::unread`] leaves it to the function that answers.
    pub body: Body,
}

/// A call that may look at its input.
#[derive(Debug)]
pub struct Admitted {
    /// Who asks.
    pub context: Context,
    /// What was sent.
    pub body: Document,
}

/// Routes to every row of `dialect`.
pub fn router(dialect: &'static dyn Dialect, door: Door) -> Router {
    let mut rows: BTreeMap<String, Vec<&'static Row>> = BTreeMap::new();
    for row in dialect.rows() {
        for path in row.paths() {
            rows.entry(path).or_default().push(row);
        }
    }
    let served = Arc::new(Served { dialect, door, operations: operations(dialect) });
    rows.into_iter().fold(dialect.pages(), |router, (path, rows)| {
        let (served, rows) = (Arc::clone(&served), Arc::<[_]>::from(rows));
        let answer = move |path: Result<RawPathParams, RawPathParamsRejection>, request: Request| async move {
            match path {
                Ok(path) => served.reply(&rows, &path, request).await,
                // A segment that is not UTF-8 names nothing.
                Err(_) => served.nothing_here(&request),
            }
        };
        router.route(&path, any(answer))
    })
}

/// The operations of `dialect`, by name, each with the shape of its payload.
fn operations(dialect: &dyn Dialect) -> BTreeMap<String, (StoredOperation, Shape)> {
    let parsed =
        StoredOperation::parse_all(dialect.operations()).expect("the file is part of the program and a test parses it");
    parsed
        .into_iter()
        .map(|(name, operation)| {
            let shape = Shape::of(operation.document());
            (name, (operation, shape))
        })
        .collect()
}

/// An admitted call, and who reads the answer: the legacy dialects speak Chinese only.
struct Asked {
    context: Context,
    body: Document,
    reader: Reader,
}

struct Served {
    dialect: &'static dyn Dialect,
    door: Door,
    operations: BTreeMap<String, (StoredOperation, Shape)>,
}

impl Served {
    fn nothing_here(&self, request: &Request) -> Response {
        let own = || StatusCode::NOT_FOUND.into_response();
        self.dialect.nothing_here(request.uri().path()).unwrap_or_else(own)
    }

    async fn reply(&self, rows: &[&'static Row], path: &RawPathParams, request: Request) -> Response {
        let Some(row) = rows.iter().find(|row| row.takes(request.method(), request.headers())) else {
            let always = rows.iter().filter(|row| row.only_if.is_none());
            let mut verbs: Vec<_> = always.map(|row| row.verb.name()).collect();
            verbs.dedup();
            return self.dialect.wrong_method(&verbs.join(", "));
        };
        let path = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let (head, body) = request.into_parts();
        let app = Arc::clone(self.door.app());
        let mut call = Call { app, row, path, head, headers: HeaderMap::new(), body: Body::empty() };
        let mut reply = match self.answer(&mut call, body).await {
            Ok((_, Payload::Reply(reply))) => reply,
            Ok((says, payload)) => self.dialect.success(&says, payload),
            Err(refused) => {
                let (says, text) = self.settle(row, refused);
                self.dialect.refusal(&says, &text)
            }
        };
        reply.headers_mut().extend(std::mem::take(&mut call.headers));
        self.dialect.finish(&call, reply)
    }

    async fn answer(&self, call: &mut Call, body: Body) -> Result<(Says, Payload), Refused> {
        let Admitted { context, body } = self.dialect.admit(call, body).await?;
        let reader = Reader { language: Language::Chinese, ..Reader::of(&call.app, &call.head.headers) };
        let asked = Asked { context, body, reader };
        let row = call.row;
        let Answer::Exchange(function) = row.answer else { return self.run(row, &asked, Variables::default()).await };
        row.gate.pass(&asked.context)?;
        let variables = if row.unread { Variables::default() } else { read(row, &asked)? };
        let exchanged = function(call, asked.context, variables).await?;
        Ok((exchanged.says.unwrap_or(row.success), exchanged.payload))
    }

    /// The gate, the input, the answer.
    async fn run(&self, row: &'static Row, call: &Asked, mut variables: Variables) -> Result<(Says, Payload), Refused> {
        row.gate.pass(&call.context)?;
        let mut read = read(row, call)?;
        variables.append(&mut read);
        if let Some(first) = row.first {
            let found = self.execute(first, row, call, variables.clone()).await?;
            if let Payload::Members(Value::Object(found)) = found {
                variables.extend(found);
            }
        }
        if let Some(unlisted) = input::unlisted(row.input, &variables) {
            return Err(unlisted.into());
        }
        match row.answer {
            Answer::Operation(name) => Ok((row.success, self.execute(name, row, call, variables).await?)),
            Answer::Native(function) => Ok((row.success, function(call.context.clone(), variables).await?)),
            Answer::Choice(choice) => self.choose(choice, call, variables).await,
            Answer::Exchange(_) => {
                tracing::error!("a function that takes part in the exchange cannot be one of several");
                Err(Code::Internal.into())
            }
        }
    }

    async fn choose(
        &self,
        choice: &'static Choice,
        call: &Asked,
        variables: Variables,
    ) -> Result<(Says, Payload), Refused> {
        let sent = call.body.root().get(choice.key).and_then(input::characters);
        let word = sent.ok_or_else(|| Code::RequestInvalid.about(choice.key))?;
        let Some((_, chosen)) = choice.words.iter().find(|(name, _)| *name == word) else {
            choice.otherwise.pass(&call.context)?;
            return Err(Code::RequestInvalid.about(choice.key).into());
        };
        let answered = Box::pin(self.run(chosen, call, variables)).await;
        answered.map_err(|refused| match refused {
            Refused::Problem(problem) => settled(chosen, &problem).unwrap_or(Refused::Problem(problem)),
            settled => settled,
        })
    }

    async fn execute(&self, name: &str, row: &Row, call: &Asked, variables: Variables) -> Result<Payload, Refused> {
        let Some((operation, shape)) = self.operations.get(name) else {
            tracing::error!(operation = name, "there is no such operation");
            return Err(Code::Internal.into());
        };
        let request = async_graphql::Request::new("").variables(variables).data(call.reader.clone());
        let executed = self.door.execute_stored_for(call.context.clone(), operation, request).await;
        match refused::problem(&executed, row.missing) {
            Some(problem) => Err(problem.into()),
            None => Ok(Payload::Members(shape.apply(executed.data, row.rewrites, call.context.app.zone))),
        }
    }

    /// What is said to a refusal: by the row, else by the dialect. An ordinary refusal that neither knows is a wrong input; anything else is
    /// a fault of ours.
    fn settle(&self, row: &'static Row, refused: Refused) -> (Says, String) {
        let problem = match refused {
            Refused::Says(says, text) => return (says, text),
            Refused::Problem(problem) => problem,
        };
        let said =
            |code, field: Option<&str>| row.case(code, field).or_else(|| find(self.dialect.cases(), code, field));
        let unknown = || match problem.code.kind() {
            Kind::Refusal => said(Code::RequestInvalid, None),
            Kind::Request | Kind::Internal => None,
        };
        let says = said(problem.code, problem.field.as_deref()).or_else(unknown).unwrap_or(self.dialect.failure());
        (*says, problem.said(says))
    }
}

/// The variables that the input of `row` gives, or what is wrong with it.
fn read(row: &Row, call: &Asked) -> Result<Variables, Refused> {
    let read = input::variables(row.input, call.body.root());
    Ok(read.map_err(|wrong| Fault::on(Code::RequestInvalid.about(wrong.key), wrong.key))?)
}

fn settled(row: &'static Row, problem: &Problem) -> Option<Refused> {
    let says = row.case(problem.code, problem.field.as_deref())?;
    Some(Refused::Says(*says, problem.said(says)))
}
