//! Call sites: what is known of a span when the program is compiled, and whether it is recorded.

use super::encoder::{Attributes, Content, INTERNAL, Key, Limits, field::NAME};
use super::policy::{Decision, Policy};
use super::registry::{self, Site};
use super::rules::{REDACTED, Ruling};
use crate::plan::Scalar;
use std::fmt;
use tracing_core::callsite::DefaultCallsite;
use tracing_core::{LevelFilter, Metadata};

/// One `#[traced]` function: a `static` that the macro makes.
pub struct CallSite {
    pub(crate) metadata: &'static Metadata<'static>,
    pub(crate) callsite: &'static DefaultCallsite,
    constants: &'static [Constant],
    /// The kind of its spans, by its number in OTLP.
    pub(crate) kind: u8,
    pub(super) policy: Policy,
}

/// An attribute that every span of a call site has. The worker adds it, so that the traced thread neither copies nor stores it.
#[derive(Clone, Copy, Debug)]
pub enum Constant {
    /// A text.
    Text(&'static str, &'static str),
    /// An integer.
    Integer(&'static str, i64),
}

/// The keys that constants may have: the macro knows them, and leaves out what the user writes.
const CONSTANT_KEYS: [&str; 8] = [
    "code.function.name",
    "code.file.path",
    "code.line.number",
    "agent_type",
    "agent_trait",
    "gen_ai.operation.name",
    "gen_ai.agent.name",
    "gen_ai.tool.name",
];

/// Whether `key` may stand among the constants of a call site.
pub(crate) fn is_constant(key: &[u8]) -> bool {
    CONSTANT_KEYS.iter().any(|known| known.as_bytes() == key)
}

impl CallSite {
    /// A call site. `constants` have only keys of [`CONSTANT_KEYS`], each once.
    #[must_use]
    pub const fn new(
        metadata: &'static Metadata<'static>,
        callsite: &'static DefaultCallsite,
        constants: &'static [Constant],
    ) -> CallSite {
        CallSite { metadata, callsite, constants, kind: INTERNAL, policy: Policy::unresolved() }
    }

    /// The same with spans of another kind, by its number in OTLP.
    #[must_use]
    pub const fn of_kind(mut self, kind: u8) -> CallSite {
        self.kind = kind;
        self
    }

    /// Whether anybody may want it: a quick no, never a yes.
    #[inline]
    pub(crate) fn may_be_enabled(&self) -> bool {
        let level = *self.metadata.level();
        level <= tracing::level_filters::STATIC_MAX_LEVEL && level <= LevelFilter::current()
    }

    /// What `recorder` has decided.
    #[inline]
    pub(crate) fn decision(&'static self, recorder: u32) -> Decision {
        match self.policy.of(recorder) {
            Some(decision) => decision,
            None => registry::resolve(self, recorder),
        }
    }

    /// What is known of it without a recorder.
    pub(super) fn site(&self) -> Site {
        Site { metadata: self.metadata, constants: self.constants, ruling: None }
    }
}

impl fmt::Debug for CallSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CallSite").field(&self.metadata.name()).finish()
    }
}

/// What is known of a `tracing` call site.
#[derive(Debug)]
pub(crate) struct TracingSite {
    pub(super) metadata: &'static Metadata<'static>,
    pub(super) policy: Policy,
    /// Its fields are all different and none has a special meaning, so that a new span's attributes need no second look.
    pub(crate) plain: bool,
    /// The keys of its fields, in their order.
    pub(crate) keys: Box<[Key<'static>]>,
}

impl TracingSite {
    /// It stays for good: a call site lives as long as the process, and so there are no more of them than there is code.
    pub(super) fn new(metadata: &'static Metadata<'static>) -> &'static TracingSite {
        let names: Vec<_> = metadata.fields().iter().map(|field| field.name()).collect();
        let repeated = names
            .iter()
            .enumerate()
            .any(|(at, name)| names.iter().skip(at + 1).any(|other| other == name));
        let special = names.iter().any(|name| {
            name.starts_with("otel.")
                || ["level", "target"].contains(name)
                || is_constant(name.as_bytes())
        });
        Box::leak(Box::new(TracingSite {
            metadata,
            policy: Policy::unresolved(),
            plain: !repeated && !special,
            keys: names.into_iter().map(Key::new).collect(),
        }))
    }

    /// What `recorder` has decided.
    #[inline]
    pub(crate) fn decision(&self, recorder: u32) -> Decision {
        match self.policy.of(recorder) {
            Some(decision) => decision,
            None => registry::resolve_of_tracing(self.metadata, &self.policy, recorder),
        }
    }
}

/// Where a span has its name from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum SpanName {
    /// It says it itself.
    Own,
    /// Its call site says it, or the rules for that.
    OfSite,
}

/// What constants may hold, whatever the settings allow a span.
const LIMITS: Limits =
    Limits { attributes: 128, events: 0, links: 0, value_bytes: 4096, span_bytes: 64 * 1024 };

/// What a call site's spans have in common, as bytes to append.
pub(crate) fn encode_constants(
    site: &Site,
    name: SpanName,
    is_overridden: impl Fn(&str) -> bool,
) -> Vec<u8> {
    let mut content = Content::default();
    if name == SpanName::OfSite {
        let name = site.ruling.and_then(|ruling| ruling.name.as_deref());
        content.buffer().field(NAME, name.unwrap_or(site.metadata.name()).as_bytes());
    }
    let mut attributes = content.attributes(LIMITS);
    for constant in site.constants.iter().copied().chain(location(site)) {
        let key = constant.key();
        if !is_overridden(key) && !site.ruling.is_some_and(|ruling| ruling.has(key)) {
            constant.record(&mut attributes, site.ruling);
        }
    }
    for (key, value) in site.ruling.iter().flat_map(|ruling| &ruling.attributes) {
        record_scalar(&mut attributes, key, value);
    }
    content.bytes().to_vec()
}

impl Constant {
    fn key(self) -> &'static str {
        let (Constant::Text(key, _) | Constant::Integer(key, _)) = self;
        key
    }

    fn record(self, attributes: &mut Attributes<'_>, ruling: Option<&Ruling>) {
        match self {
            _ if ruling.is_some_and(|ruling| ruling.redact.fit(self.key())) => {
                attributes.record_as(self.key(), REDACTED);
            }
            Constant::Text(key, value) => attributes.record_as(key, value),
            Constant::Integer(key, value) => attributes.record_as(key, &value),
        }
    }
}

fn record_scalar(attributes: &mut Attributes<'_>, key: &str, value: &Scalar) {
    match value {
        Scalar::Text(text) => attributes.record_as(key, text),
        Scalar::Integer(integer) => attributes.record_as(key, integer),
        Scalar::Float(float) => attributes.record_as(key, float),
        Scalar::Flag(flag) => attributes.record_as(key, flag),
    }
}

/// Where a `tracing` span stands; a `#[traced]` one has it among its constants.
fn location(site: &Site) -> impl Iterator<Item = Constant> {
    let metadata = site.constants.is_empty().then_some(site.metadata);
    let file = metadata.and_then(Metadata::file).map(|file| Constant::Text("code.file.path", file));
    let line = metadata
        .and_then(Metadata::line)
        .map(|line| Constant::Integer("code.line.number", line.into()));
    file.into_iter().chain(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::__private::call_site;
    use crate::recorder::registry::{of_tracing, site};
    use crate::recorder::{Config, Core, Filter, Outlet};
    use opentelemetry_proto::tonic::trace::v1::Span;
    use std::sync::Arc;
    use tracing_core::{Callsite, Level};

    static INFO: CallSite = call_site!(
        name: "callsite_info",
        target: "callsite::tests",
        level: Level::INFO,
        fields: [],
        constants: [Constant::Text("agent_type", "Planner"), Constant::Integer("code.line.number", 7)],
    );

    static DEBUG: CallSite = call_site!(name: "callsite_debug", target: "callsite::tests", level: Level::DEBUG, fields: [], constants: []);

    struct Nowhere;

    impl Outlet for Nowhere {
        fn accept(&self, _: crate::batch::Chunk) {}

        fn wake(&self) {}
    }

    fn recorder(filter: &str) -> Arc<Core> {
        let filter = Filter(filter.parse().unwrap());
        Core::new(Config { filter, ..crate::testing::everything() }, Arc::new(Nowhere))
    }

    #[test]
    fn each_recorder_decides_by_its_own_filter() {
        let (all, some, none) =
            (recorder("trace"), recorder("info"), recorder("callsite=off,debug"));
        for _ in 0..2 {
            let off =
                |core: &Core| (INFO.decision(core.id).is_off(), DEBUG.decision(core.id).is_off());
            assert_eq!(
                (off(&all), off(&some), off(&none)),
                ((false, false), (false, true), (true, true))
            );
        }
    }

    #[test]
    fn a_recorder_that_is_gone_wants_nothing() {
        static LEFT: CallSite = call_site!(name: "callsite_left", target: "tests", level: Level::INFO, fields: [], constants: []);
        let core = recorder("trace");
        let gone = core.id;
        let in_tracing = of_tracing(LEFT.metadata);
        assert!(!LEFT.decision(gone).is_off() && !in_tracing.decision(gone).is_off());
        let other = recorder("trace");
        assert!(!LEFT.decision(other.id).is_off() && !in_tracing.decision(other.id).is_off());
        drop(core);
        for nobody in [gone, 0] {
            assert!(LEFT.decision(nobody).is_off() && in_tracing.decision(nobody).is_off());
        }
    }

    #[test]
    fn before_any_recorder_has_decided_nothing_is_recorded() {
        static UNRESOLVED: CallSite = call_site!(name: "callsite_unresolved", target: "tests", level: Level::INFO, fields: [], constants: []);
        assert!(UNRESOLVED.decision(0).is_off());
    }

    #[test]
    fn a_number_is_given_once_and_leads_back_to_the_call_site() {
        let core = recorder("trace");
        let decision = INFO.decision(core.id);
        assert_eq!(site(decision.info() >> 8).unwrap().metadata.name(), "callsite_info");
        assert_eq!(INFO.decision(recorder("info").id), decision);
        assert!(site(0).is_none() && site(u32::MAX).is_none());
    }

    #[test]
    fn a_tracing_call_site_has_one_number_too() {
        let core = recorder("trace");
        let number = |site: &CallSite| of_tracing(site.metadata).decision(core.id).info() >> 8;
        assert_eq!(number(&INFO), number(&INFO));
        assert_ne!(number(&INFO), number(&DEBUG));
        assert_eq!(site(number(&DEBUG)).unwrap().metadata.name(), "callsite_debug");
        assert!(INFO.callsite.metadata().is_span());
    }

    fn constants(site: &CallSite, name: SpanName, overridden: &[&str]) -> Span {
        let bytes = encode_constants(&site.site(), name, |key| overridden.contains(&key));
        prost::Message::decode(&bytes[..]).unwrap()
    }

    fn keys(span: &Span) -> Vec<&str> {
        span.attributes.iter().map(|attribute| &attribute.key[..]).collect()
    }

    #[test]
    fn constants_are_added_but_for_those_that_a_span_has_itself() {
        let all = constants(&INFO, SpanName::OfSite, &[]);
        assert_eq!(
            (&all.name[..], keys(&all)),
            ("callsite_info", vec!["agent_type", "code.line.number"])
        );
        let some = constants(&INFO, SpanName::Own, &["agent_type"]);
        assert_eq!((&some.name[..], keys(&some)), ("", vec!["code.line.number"]));
    }

    #[test]
    fn a_span_without_constants_says_where_it_stands() {
        let span = constants(&DEBUG, SpanName::OfSite, &[]);
        assert_eq!(keys(&span), ["code.file.path", "code.line.number"]);
    }
}
