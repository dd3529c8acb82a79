//! Whatever a span holds, Zipkin can read it.

use super::encoded;
use crate::exporter::decoded::arbitrary::{batch_of, spans};
use proptest::collection::vec;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_span_with_ids_is_in_the_list_and_the_list_is_right(spans in vec(spans(), 0..4)) {
        let (body, left_out) = encoded(&batch_of(&spans));
        prop_assert_eq!(left_out.rejected, 0);
        let body = body.as_array().unwrap();
        prop_assert_eq!(body.len(), spans.len());
        for (span, written) in spans.iter().zip(body) {
            for attribute in &span.attributes {
                let is_there = written["tags"].get(&attribute.key).is_some();
                prop_assert!(is_there || attribute.key == "error", "{}", attribute.key);
            }
        }
    }

    #[test]
    fn a_span_of_any_bytes_is_in_the_list_or_counted(bytes in vec(any::<u8>(), 0..200)) {
        let mut chunk = Vec::new();
        crate::batch::protobuf::put_bytes(&mut chunk, 2, &bytes);
        let mut batch = batch_of(&[]);
        batch.push(crate::batch::Chunk::new(chunk.into(), 1));
        let (body, left_out) = encoded(&batch);
        prop_assert_eq!(body.as_array().unwrap().len() as u64 + left_out.rejected, 1);
    }
}
