//! Assets: what is shown of them, what becomes of them, and what is told of it (contract: asset-platform, 7.11, 7.15–7.26, 7.32–7.35,
//! §8–§10).

mod batches;
mod machine;
mod past;
mod racing;
mod shown;
mod worth;
