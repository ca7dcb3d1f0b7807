//! The database by itself: migrations, transactions, pages, and the demo data.

mod demo;
mod generated;
mod migrations;
mod pages;
mod search;
mod secrets;
mod transactions;
