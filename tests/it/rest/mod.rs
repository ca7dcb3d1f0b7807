//! The legacy dialects, each to the letter of its contract.

mod asset_platform;
mod engine;
mod feishu_app;
mod files;
mod guide;
mod laravel_template;
mod openapi;
mod operations;
