//! The decision whether a trace is recorded, made once at its root.

/// Decides by trace id ratio; below the root the parent's decision counts.
///
/// The ratio compares the last 63 bits of the trace id with a bound, as other SDKs do, so that services with the same rate
/// keep the same traces. Source: <https://opentelemetry.io/docs/specs/otel/trace/sdk/#traceidratiobased>.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sampler {
    bound: u64,
}

impl Sampler {
    /// A sampler that keeps `rate` of all traces, 0.0 to 1.0; what is outside is taken as the nearer end.
    pub(crate) fn new(rate: f64) -> Sampler {
        Sampler { bound: (rate.clamp(0.0, 1.0) * (1_u64 << 63) as f64) as u64 }
    }

    /// Whether a trace that begins here is recorded.
    #[inline]
    pub(crate) fn samples(self, trace_id: u128) -> bool {
        (trace_id as u64 >> 1) < self.bound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_the_scale_keep_everything_and_nothing() {
        for id in [0, 1, u128::MAX, 1 << 64, u128::from(u64::MAX)] {
            assert!(Sampler::new(1.0).samples(id));
            assert!(!Sampler::new(0.0).samples(id));
            assert!(!Sampler::new(-0.0).samples(id));
        }
    }

    #[test]
    fn only_the_last_half_of_the_id_decides() {
        let half = Sampler::new(0.5);
        assert!(half.samples(u128::MAX << 64));
        assert!(!half.samples(u128::from(u64::MAX)));
    }

    #[test]
    fn the_rate_is_kept_over_many_traces() {
        let mut ids = super::super::ids::IdGenerator::UNSEEDED;
        let sampler = Sampler::new(0.1);
        let (traces, most) = if cfg!(miri) { (1000, 50) } else { (100_000, 1000) };
        let kept = (0..traces).filter(|_| sampler.samples(ids.trace_id())).count();
        assert!(kept.abs_diff(traces / 10) < most, "{kept} of {traces}");
    }
}
