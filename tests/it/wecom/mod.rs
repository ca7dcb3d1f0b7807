//! WeCom, against a server that stands in for it.

mod client;
