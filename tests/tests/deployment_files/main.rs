//! The files of `config/tracing` fit together, and fit this version: nobody finds out at night that a name was changed in one of
//! them. What a collector thinks of its files, `real_collector_files` asks.

mod collectors;
mod compose;
mod images;
mod kubernetes;
mod page;
mod settings;
