//! The door: every operation, whatever transport brought it, passes the same checks and leaves with the same kind of errors.

use std::{any::Any, fmt, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use async_graphql::{
    ObjectType, Request, Response, Schema, ServerError, SubscriptionType, Variables,
    parser::{
        parse_query,
        types::{ExecutableDocument, OperationType},
    },
};
use futures_util::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use tokio::{sync::Semaphore, time};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{Instrument, Span, field};

use super::{
    Introspection, Limits, Reader, StoredOperation, api, faults,
    limits::{Shape, scan, weigh},
    loaders, omit,
    order::Order,
    select, variables,
};
use crate::{
    app::App,
    domain::{Actor, Code, Context, Fault},
};

/// The door. Cloning shares it.
#[derive(Clone)]
pub struct Door(Arc<Inner>);

struct Inner {
    app: Arc<App>,
    schema: Box<dyn Runs>,
    shape: Shape,
    limits: Limits,
    /// Mutations, which run to their end even when nobody waits for the answer any more.
    mutations: TaskTracker,
    closing: CancellationToken,
    streams: Arc<Semaphore>,
}

impl fmt::Debug for Door {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Door").field("limits", &self.0.limits).finish_non_exhaustive()
    }
}

/// A schema, whatever its roots.
trait Runs: Send + Sync {
    fn run(&self, request: Request) -> BoxFuture<'static, Response>;

    fn events(&self, request: Request) -> BoxStream<'static, Response>;
}

impl<Q: ObjectType + 'static, M: ObjectType + 'static, S: SubscriptionType + 'static> Runs for Schema<Q, M, S> {
    fn run(&self, request: Request) -> BoxFuture<'static, Response> {
        let schema = self.clone();
        async move { schema.execute(request).await }.boxed()
    }

    fn events(&self, request: Request) -> BoxStream<'static, Response> {
        self.execute_stream(request)
    }
}

/// An operation that passed every check and waits to run.
pub(super) struct Ready {
    request: Request,
    kind: OperationType,
    order: Arc<Order>,
    reader: Reader,
    span: Span,
    /// How long it may take; as long as it needs when none.
    time: Option<Duration>,
}

impl Ready {
    /// Whether it is a query, a mutation or a subscription.
    pub(super) fn kind(&self) -> OperationType {
        self.kind
    }

    /// The refusal of this operation with `code`.
    pub(super) fn refuse(&self, code: Code) -> Response {
        faults::refusal(faults::error(code.into()), &self.reader)
    }
}

impl Door {
    /// The door to our schema with these limits.
    pub fn new(app: Arc<App>, limits: Limits) -> Self {
        Self::to(api::schema(), app, limits)
    }

    /// The door to any schema; tests of the door bring one of their own.
    pub fn to<Q, M, S>(schema: Schema<Q, M, S>, app: Arc<App>, limits: Limits) -> Self
    where
        Q: ObjectType + 'static,
        M: ObjectType + 'static,
        S: SubscriptionType + 'static,
    {
        let shape = Shape::parse(&schema.sdl()).expect("the schema prints itself in its own language");
        let streams = Arc::new(Semaphore::new(limits.streams.min(Semaphore::MAX_PERMITS)));
        let (mutations, closing) = (TaskTracker::new(), CancellationToken::new());
        Self(Arc::new(Inner { app, schema: Box::new(schema), shape, limits, mutations, closing, streams }))
    }

    /// Everything a request can reach.
    pub fn app(&self) -> &Arc<App> {
        &self.0.app
    }

    /// The limits.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Answers a request. A [`Reader`] in its data tells the language of messages and the id of the request.
    pub async fn execute(&self, context: Context, request: Request) -> Response {
        match self.ready(context, request) {
            Ok(ready) => self.run(ready).await,
            Err(refusal) => *refusal,
        }
    }

    /// Answers an operation of our own, which no limit applies to.
    pub async fn execute_stored(
        &self,
        context: Context,
        operation: &StoredOperation,
        variables: Variables,
    ) -> Response {
        let request = Request::new("").operation_name(operation.name()).variables(variables);
        self.execute_stored_for(context, operation, request).await
    }

    /// Answers an operation of our own; the variables and further data, such as a [`Reader`], come with `request`.
    pub async fn execute_stored_for(
        &self,
        context: Context,
        operation: &StoredOperation,
        mut request: Request,
    ) -> Response {
        let reader = Reader::within(&self.0.app, &request);
        request.operation_name = Some(operation.name().to_owned());
        match self.equip(context, request, operation.document().clone(), &reader) {
            Ok(request) => {
                let ready = self.named(request, operation.kind(), operation.order(), reader);
                // The dialect bounds what a call may send, and has no words for "it took too long".
                self.run(Ready { time: None, ..ready }).await
            }
            Err(errors) => faults::refusal(errors, &reader),
        }
    }

    /// Answers a request bit by bit: events of a subscription, or the one response of anything else.
    pub fn execute_stream(&self, context: Context, request: Request) -> BoxStream<'static, Response> {
        match self.ready(context, request) {
            Ok(ready) => self.stream(ready),
            Err(refusal) => stream::once(async { *refusal }).boxed(),
        }
    }

    /// Ends all streams: WebSockets and event streams, which would go on for as long as their readers like.
    pub fn end_streams(&self) {
        self.0.closing.cancel();
    }

    /// Ends all streams and waits until the mutations under way have ended.
    pub async fn close(&self) {
        self.end_streams();
        self.0.mutations.close();
        self.0.mutations.wait().await;
    }

    /// Resolves when the server stops; streams end then.
    pub(super) async fn closing(&self) {
        self.0.closing.cancelled().await;
    }

    /// A place among the open streams; nothing when all are taken.
    pub(super) fn stream_place(&self) -> Option<tokio::sync::OwnedSemaphorePermit> {
        Arc::clone(&self.0.streams).try_acquire_owned().ok()
    }

    /// Makes every check that can be made before the operation runs.
    pub(super) fn ready(&self, context: Context, mut request: Request) -> Result<Ready, Box<Response>> {
        let reader = Reader::within(&self.0.app, &request);
        let checked = self.check(&context, &mut request);
        let ready = checked.and_then(|(kind, order, document)| {
            let request = self.equip(context, request, document, &reader)?;
            Ok(self.named(request, kind, Arc::new(order), reader.clone()))
        });
        ready.map_err(|errors| Box::new(faults::refusal(errors, &reader)))
    }

    /// Parses the document, chooses the operation, settles the variables and weighs it.
    fn check(
        &self,
        context: &Context,
        request: &mut Request,
    ) -> Result<(OperationType, Order, ExecutableDocument), Vec<ServerError>> {
        let limits = &self.0.limits;
        scan(&request.query, limits.nesting)?;
        let mut document = parse_query(&request.query).map_err(|error| faults::syntax(&error))?;
        let (name, operation) = select::operation(&document, request.operation_name.as_deref())?;
        variables::settle(&operation.node, &mut request.variables)?;
        let weighed = weigh(limits, &self.0.shape, &document, &operation.node, &request.variables)?;
        if weighed.introspects {
            may_introspect(limits.introspection, context).map_err(faults::error)?;
        }
        let kind = operation.node.ty;
        let order = Order::of(&document, &operation.node.selection_set.node);
        if let Some(name) = name.cloned() {
            select::isolate(&mut document, &name);
            request.operation_name = Some(name.to_string());
        }
        Ok((kind, order, document))
    }

    /// Gives the request its document without what was omitted, its context and its loaders.
    fn equip(
        &self,
        context: Context,
        mut request: Request,
        mut document: ExecutableDocument,
        reader: &Reader,
    ) -> Result<Request, Vec<ServerError>> {
        let (_, operation) = select::operation(&document, request.operation_name.as_deref())?;
        let omitted = variables::settle(&operation.node, &mut request.variables)?;
        omit::prune(&mut document, &omitted);
        request.set_parsed_query(document);
        Ok(loaders::attach(request, &context).data(reader.clone()).data(context))
    }

    fn named(&self, request: Request, kind: OperationType, order: Arc<Order>, reader: Reader) -> Ready {
        let name = request.operation_name.as_deref().map(faults::shortened);
        let span = tracing::info_span!(
            "operation",
            operation.kind = %kind,
            operation.name = name,
            request_id = reader.request_id,
            errors = field::Empty,
        );
        Ready { request, kind, order, reader, span, time: Some(self.0.limits.time) }
    }

    /// Runs a query or a mutation within the time limit.
    ///
    /// A query stops when the time is over or the client is gone. A mutation has a task of its own and runs to its end in any case,
    /// so that no commit is cut off; [`Self::close`] waits for it.
    pub(super) async fn run(&self, ready: Ready) -> Response {
        let Ready { request, kind, order, reader, span, time } = ready;
        let work = AssertUnwindSafe(self.0.schema.run(request)).catch_unwind().instrument(span.clone());
        let done = match kind {
            OperationType::Mutation => {
                let task = self.0.mutations.spawn(work);
                in_time(time, task).await.and_then(|joined| joined.map_err(Fault::internal))
            }
            OperationType::Query | OperationType::Subscription => in_time(time, work).await,
        };
        let mut response = done
            .and_then(|caught| caught.map_err(|panic| Fault::internal(Panicked::from(panic))))
            .unwrap_or_else(|fault| Response::from_errors(vec![faults::error(fault)]));
        order.restore(&mut response.data);
        span.record("errors", response.errors.len());
        span.in_scope(|| faults::finish(&mut response, &reader));
        response
    }

    /// The events of a subscription; the one response of anything else.
    pub(super) fn stream(&self, ready: Ready) -> BoxStream<'static, Response> {
        if ready.kind != OperationType::Subscription {
            let door = self.clone();
            return stream::once(async move { door.run(ready).await }).boxed();
        }
        let Ready { request, order, reader, span, .. } = ready;
        let events = span.in_scope(|| self.0.schema.events(request));
        let events = AssertUnwindSafe(events).catch_unwind().map(move |caught| {
            let mut response = caught.unwrap_or_else(|panic| {
                Response::from_errors(vec![faults::error(Fault::internal(Panicked::from(panic)))])
            });
            order.restore(&mut response.data);
            span.in_scope(|| faults::finish(&mut response, &reader));
            response
        });
        events.boxed()
    }
}

async fn in_time<T>(limit: Option<Duration>, work: impl Future<Output = T>) -> Result<T, Fault> {
    match limit {
        Some(limit) => time::timeout(limit, work).await.map_err(|_| Code::Timeout.into()),
        None => Ok(work.await),
    }
}

fn may_introspect(rule: Introspection, context: &Context) -> Result<(), Fault> {
    match (rule, &context.actor) {
        (Introspection::Everybody, _) | (_, Actor::System) | (Introspection::SignedIn, Actor::Person(_)) => Ok(()),
        (Introspection::SignedIn, Actor::Nobody) => Err(Code::Unauthenticated.into()),
        (Introspection::Nobody, _) => Err(Code::Forbidden.into()),
    }
}

/// A resolver panicked with this text.
#[derive(Debug, thiserror::Error)]
#[error("panicked: {0}")]
struct Panicked(String);

impl From<Box<dyn Any + Send>> for Panicked {
    fn from(panic: Box<dyn Any + Send>) -> Self {
        let text =
            panic.downcast_ref::<&str>().map(ToString::to_string).or_else(|| panic.downcast_ref::<String>().cloned());
        Self(text.unwrap_or_else(|| "with a value that is no text".to_owned()))
    }
}
