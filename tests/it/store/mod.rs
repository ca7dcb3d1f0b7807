//! The database by itself: migrations, transactions, pages, and the demo data.

mod demo;
mod migrations;
mod pages;
mod transactions;
