//! What other libraries are given of ours. Each uses the public functions of this crate, and holds no logic of its own.

pub mod axum;
