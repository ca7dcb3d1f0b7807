//! Asset groups and departments (contract: asset-platform, 7.13, 7.14, 7.27–7.31).

mod departments;
mod groups;
