//! Assets: what is shown of them, what becomes of them, and what is told of it (contract: asset-platform, 7.10–7.12, 7.15–7.26,
//! 7.32–7.35, §8–§10).

mod apply;
mod batches;
mod history;
mod like;
mod lists;
mod machine;
mod past;
mod plans;
mod racing;
mod register;
mod shown;
mod volume;
mod worth;
