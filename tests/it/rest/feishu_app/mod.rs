//! The feishu-app dialect (contract: feishu-app §1).

mod directory;
mod pushes;
