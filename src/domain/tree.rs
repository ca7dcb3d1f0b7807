//! Rows that belong somewhere in a tree.

use sea_orm::{
    ColumnTrait, IntoSimpleExpr,
    sea_query::{BinOper, Expr, ExprTrait, SimpleExpr},
};

use crate::db::Tree;

/// The condition "`column` is `root` or something below it".
pub fn in_subtree(column: impl ColumnTrait, tree: Tree, root: i64) -> SimpleExpr {
    column.into_simple_expr().binary(BinOper::In, Expr::cust(format!("({})", tree.subtree_sql(root))))
}
