//! Where batches wait on disk.

use super::SpoolPlan;
use super::convert::Conversion;
use crate::settings::{Problem, show_size};

/// A segment takes a quarter of the spool at most, and a batch must fit into one.
const BATCHES: u64 = 4;

/// The spool, where a folder for it is named.
pub(super) fn spool(conversion: &mut Conversion<'_>) -> Option<SpoolPlan> {
    let settings = conversion.settings;
    let dir = settings.tracing_spool_dir.clone()?;
    let (max_bytes, request) =
        (settings.tracing_spool_max_bytes, settings.tracing_max_request_bytes);
    if !cfg!(feature = "spool") {
        let message = "`tracing_spool_dir` needs the cargo feature `spool`";
        let origin = conversion.origins.of("tracing_spool_dir");
        conversion.report.error(Problem::new(origin, message));
    }
    let keys = ["tracing_spool_max_bytes", "tracing_max_request_bytes"];
    if max_bytes < BATCHES * request && !conversion.is_doubtful(&keys) {
        let message = format!(
            "`tracing_spool_max_bytes` is `{}`, but must be at least `{}`, which is four times the largest batch: {}",
            show_size(max_bytes),
            show_size(BATCHES * request),
            conversion.cite("tracing_max_request_bytes")
        );
        let origin = conversion.origins.of("tracing_spool_max_bytes");
        conversion.refuse(Problem::new(origin, message));
    }
    Some(SpoolPlan { dir, max_bytes })
}
