//! The operations behind the rows: each is valid by the schema, and each is some row's.

use std::{collections::BTreeSet, sync::Arc};

use assetry::{
    graphql::{StoredOperation, api},
    rest::{DIALECTS, row::Row},
};
use async_graphql::{
    Request, Response, Schema, Value,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute},
};

#[tokio::test]
async fn every_operation_is_valid() {
    let schema = Schema::build(api::Query::default(), api::Mutation::default(), api::Subscription::default())
        .extension(ValidateOnly)
        .finish();
    for dialect in DIALECTS {
        for (name, operation) in StoredOperation::parse_all(dialect.operations()).unwrap() {
            let mut request = Request::new("").operation_name(&name);
            request.set_parsed_query(operation.document().clone());
            let response = schema.execute(request).await;
            assert!(response.errors.is_empty(), "{dialect:?} {name}: {:?}", response.errors);
        }
    }
}

#[test]
fn rows_and_operations_belong_together() {
    for dialect in DIALECTS {
        let there: BTreeSet<_> = StoredOperation::parse_all(dialect.operations()).unwrap().into_keys().collect();
        let wanted: BTreeSet<_> = dialect.rows().iter().flat_map(Row::operations).map(str::to_owned).collect();
        assert_eq!(there, wanted, "{dialect:?}");
    }
}

/// Answers every valid operation at once, without running it.
struct ValidateOnly;

impl ExtensionFactory for ValidateOnly {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for ValidateOnly {
    async fn execute(&self, _: &ExtensionContext<'_>, _: Option<&str>, _: NextExecute<'_>) -> Response {
        Response::new(Value::Null)
    }
}
