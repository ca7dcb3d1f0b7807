//! The pipeline: what every call of every dialect goes through, from the path to the reply.

use std::{collections::BTreeMap, fmt::Debug, sync::Arc};

use async_graphql::{Response as Executed, Variables};
use axum::{
    Router,
    extract::{RawPathParams, Request},
    response::Response,
    routing::any,
};
use futures_util::future::BoxFuture;

use super::{
    input,
    json::Document,
    payload::Payload,
    refused::{self, Problem, Refused},
    row::{Answer, Case, Choice, Row, Says, find},
    shape::Shape,
};
use crate::{
    app::App,
    domain::{Code, Context, Fault, Kind},
    graphql::{Door, StoredOperation},
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
    fn admit<'a>(&'a self, call: &'a Call, request: Request) -> BoxFuture<'a, Result<Admitted, Refused>>;

    /// The reply to a method that no row at the path has; `allowed` names those there are.
    fn wrong_method(&self, allowed: &str) -> Response;

    /// The reply to what went well.
    fn success(&self, says: &Says, payload: Payload) -> Response;

    /// The reply to what did not; `text` is what `says` says with names filled in.
    fn refusal(&self, says: &Says, text: &str) -> Response;

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
    rows.into_iter().fold(Router::new(), |router, (path, rows)| {
        let (served, rows) = (Arc::clone(&served), Arc::<[_]>::from(rows));
        router.route(
            &path,
            any(move |path: RawPathParams, request: Request| async move { served.reply(&rows, &path, request).await }),
        )
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

struct Served {
    dialect: &'static dyn Dialect,
    door: Door,
    operations: BTreeMap<String, (StoredOperation, Shape)>,
}

impl Served {
    async fn reply(&self, rows: &[&'static Row], path: &RawPathParams, request: Request) -> Response {
        let Some(row) = rows.iter().find(|row| row.verb.takes(request.method())) else {
            let verbs: Vec<_> = rows.iter().map(|row| row.verb.name()).collect();
            return self.dialect.wrong_method(&verbs.join(", "));
        };
        let path = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let call = Call { app: Arc::clone(self.door.app()), row, path };
        let reply = match self.call(&call, request).await {
            Ok((_, Payload::Reply(reply))) => reply,
            Ok((says, payload)) => self.dialect.success(&says, payload),
            Err(refused) => {
                let (says, text) = self.settle(row, refused);
                self.dialect.refusal(&says, &text)
            }
        };
        self.dialect.finish(&call, reply)
    }

    async fn call(&self, call: &Call, request: Request) -> Result<(Says, Payload), Refused> {
        let admitted = self.dialect.admit(call, request).await?;
        self.run(call.row, &admitted, Variables::default()).await
    }

    /// The gate, the input, the answer.
    async fn run(
        &self,
        row: &'static Row,
        call: &Admitted,
        mut variables: Variables,
    ) -> Result<(Says, Payload), Refused> {
        row.gate.pass(&call.context)?;
        let read =
            input::variables(row.input, call.body.root()).map_err(|wrong| Code::RequestInvalid.about(wrong.key))?;
        variables.extend(read.iter().map(|(name, value)| (name.clone(), value.clone())));
        match row.answer {
            Answer::Operation(name) => Ok((row.success, self.execute(name, row, call, variables).await?)),
            Answer::Native(function) => {
                let answered = function(call.context.clone(), variables).await;
                Ok((row.success, answered.inspect_err(log)?))
            }
            Answer::Choice(choice) => self.choose(choice, row, call, variables).await,
        }
    }

    async fn choose(
        &self,
        choice: &'static Choice,
        row: &'static Row,
        call: &Admitted,
        variables: Variables,
    ) -> Result<(Says, Payload), Refused> {
        if let Some(first) = choice.first {
            self.execute(first, row, call, variables.clone()).await?;
        }
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

    async fn execute(&self, name: &str, row: &Row, call: &Admitted, variables: Variables) -> Result<Payload, Refused> {
        let Some((operation, shape)) = self.operations.get(name) else {
            tracing::error!(operation = name, "there is no such operation");
            return Err(Code::Internal.into());
        };
        let executed: Executed = self.door.execute_stored(call.context.clone(), operation, variables).await;
        match refused::problem(&executed) {
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

fn settled(row: &'static Row, problem: &Problem) -> Option<Refused> {
    let says = row.case(problem.code, problem.field.as_deref())?;
    Some(Refused::Says(*says, problem.said(says)))
}

/// Writes the cause of a fault of ours to the log; the door does so for operations.
pub fn log(fault: &Fault) {
    if let Some(cause) = fault.cause() {
        tracing::error!(%cause, "a native row failed");
    }
}
