//! Jaeger's own protocol by generated code, which is none of ours: what our bytes are tried against.
//!
//! `api_v2.rs` is what `tonic-prost-build` makes of the messages of `proto/api_v2/model.proto` and the service of
//! `proto/api_v2/collector.proto` in <https://github.com/jaegertracing/jaeger-idl>, at commit 74be563, without their options
//! for Go and HTTP. They are Copyright (c) 2018-2019 Uber Technologies, Inc. and The Jaeger Authors, under the Apache License,
//! Version 2.0.

#![expect(clippy::pedantic, reason = "the code is generated")]

mod api_v2;

pub use api_v2::*;
