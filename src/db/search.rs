//! Finding text in rows with the index that the database has for it.

use sea_orm::{
    ColumnTrait, Condition, EntityTrait,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};

use super::{Database, contains};

/// An index of the pieces of texts. PostgreSQL has one for each column and finds it by itself.
#[derive(Clone, Copy, Debug)]
pub struct Pieces<E: EntityTrait + 'static> {
    /// The columns that are searched.
    pub columns: &'static [E::Column],
    /// The key.
    pub id: E::Column,
    /// On SQLite, the table of all trigrams of the columns in lower case, each text with two more characters at its end.
    pub trigrams: &'static str,
    /// On SQLite, the same by trigram.
    pub terms: &'static str,
}

/// Greater than any character.
const LAST: char = char::MAX;

impl<E: EntityTrait> Pieces<E> {
    /// The condition that one of the columns contains `needle`: ASCII letters compare without case, and no character has a special
    /// meaning. None for the empty text, which everything contains.
    pub fn containing(&self, db: &Database, needle: &str) -> Option<Condition> {
        if needle.is_empty() {
            return None;
        }
        let any = self.columns.iter().fold(Condition::any(), |any, column| any.add(contains(*column, needle)));
        let indexed = if db.is_sqlite() { self.trigrams_with(&needle.to_ascii_lowercase()) } else { None };
        Some(Condition::all().add_option(indexed.map(|rows| self.id.in_subquery(rows))).add(any))
    }

    /// The keys of the rows that hold `needle`, where that is found sooner than by reading the table: one ASCII character is in nearly every
    /// row.
    fn trigrams_with(&self, needle: &str) -> Option<SelectStatement> {
        let mut rows = Query::select();
        match needle.chars().count() {
            1 if needle.is_ascii() => return None,
            1 | 2 => {
                let last = format!("{needle}{LAST}{LAST}");
                rows.column("doc").from(self.terms);
                rows.and_where(Expr::col("term").gte(needle)).and_where(Expr::col("term").lte(last));
            }
            _ => {
                // Everything between quotes is literal.
                let phrase = format!("\"{}\"", needle.replace('"', "\"\""));
                rows.column("rowid").from(self.trigrams);
                rows.and_where(Expr::cust_with_values(format!("{} MATCH ?", self.trigrams), [phrase]));
            }
        }
        Some(rows)
    }
}
