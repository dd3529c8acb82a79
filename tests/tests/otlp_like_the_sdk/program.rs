//! The program: spans and events by the macros of `tracing`, of every kind and with every type of value. Names differ, so that
//! spans are told apart by them.

use std::error::Error;
use std::fmt;
use std::num::Wrapping;
use tracing::field::{self, Empty};
use tracing::{
    Instrument, Level, Span, debug, debug_span, error, event, info, info_span, trace_span, warn,
};

/// The target of all its spans.
pub(crate) const TARGET: &str = module_path!();

pub(crate) fn run() {
    info_span!("program", version = "1.0").in_scope(|| {
        kinds();
        nesting();
        values();
        texts();
        errors();
        names_and_statuses();
        events();
        records();
        links();
        futures();
    });
}

fn kinds() {
    for kind in ["internal", "server", "client", "producer", "consumer", "SERVER", "sideways", ""] {
        let name = format!("kind `{kind}`");
        drop(info_span!("kind", otel.name = name, otel.kind = kind));
    }
    drop(info_span!("kind by `Display`", otel.kind = %"client"));
    drop(info_span!("kind by `Debug`", otel.kind = ?Bare("producer")));
}

/// Its `Debug` has no quotes.
struct Bare(&'static str);

impl fmt::Debug for Bare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

fn nesting() {
    let outer = info_span!("outer");
    outer.in_scope(|| {
        debug_span!("middle").in_scope(|| {
            trace_span!("inner").in_scope(|| drop(info_span!("innermost")));
            drop(info_span!("a second inner"));
        });
        drop(info_span!(parent: None, "a root inside"));
    });
    let elsewhere = info_span!(parent: &outer, "an explicit child");
    drop(outer);
    elsewhere.in_scope(|| drop(info_span!("a child of one whose parent has ended")));
    drop(info_span!("never entered"));
    drop(info_span!("entered again and again").entered().exit().entered().exit());
}

fn values() {
    drop(info_span!("booleans", yes = true, no = false));
    drop(info_span!(
        "integers",
        zero = 0,
        small = -1_i8,
        large = i64::MAX,
        least = i64::MIN,
        wrapped = Wrapping(7)
    ));
    drop(info_span!(
        "unsigned integers",
        small = 7_u64,
        tiny = 7_u8,
        size = 7_usize,
        large = u64::MAX
    ));
    drop(info_span!(
        "wide integers",
        small = 7_i128,
        below = -7_i128,
        large = i128::MAX,
        unsigned = 7_u128,
        most = u128::MAX
    ));
    drop(info_span!(
        "floats",
        half = 0.5,
        single = 0.25_f32,
        tiny = 5e-324,
        none = f64::NAN,
        all = f64::NEG_INFINITY,
        below = -0.0
    ));
    drop(info_span!(
        "options",
        some = Some(3),
        text = Some("x"),
        none = None::<i64>,
        later = Empty
    ));
    drop(info_span!(
        "references",
        number = &5,
        text = &"x",
        owned = String::from("y"),
        boxed = Box::new(true)
    ));
    drop(info_span!("bytes", some = &[0_u8, 1, 255][..], none = &[][..]));
}

fn texts() {
    drop(info_span!(
        "texts",
        empty = "",
        quoted = "\"'\\",
        lines = "a\nb\tc\u{0}d",
        unicode = "日本語 🦀 e\u{301}"
    ));
    drop(
        info_span!("formatted", display = %"x y", debug = ?"x y", list = ?[1, 2], arguments = format_args!("{}-{}", 1, 2)),
    );
    drop(info_span!(
        "keys",
        "with.dots" = 1,
        "with space" = 2,
        "ключ" = 3,
        r#type = 4,
        http.request.method = "GET"
    ));
    drop(info_span!("ünïcödé 名前", otel.kind = "server"));
    let long = "é".repeat(20_000);
    drop(info_span!("a long text", long));
}

#[derive(Debug)]
struct Failure(&'static str, Option<Box<Failure>>);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.1.as_deref().map(|source| source as _)
    }
}

fn failure() -> Failure {
    Failure(
        "cannot start",
        Some(Box::new(Failure("cannot read", Some(Box::new(Failure("not found", None)))))),
    )
}

fn errors() {
    let failure = failure();
    let error = &failure as &(dyn Error + 'static);
    drop(info_span!("an error as a field", error));
    drop(info_span!("an error as text", error = %failure));
    info_span!("an event with an error").in_scope(|| warn!(error, "attention"));
    info_span!("an event with an error alone").in_scope(|| warn!(error));
    info_span!("an event with an error as text").in_scope(|| warn!(error = %failure));
    info_span!("an event of level error").in_scope(|| error!("failed"));
    info_span!("an event of level error after success", otel.status_code = "OK")
        .in_scope(|| error!("failed"));
}

fn names_and_statuses() {
    drop(info_span!("renamed", otel.name = "renamed: GET /cart"));
    drop(info_span!("renamed by `Display`", otel.name = %format_args!("renamed: {}", 7)));
    for code in ["OK", "ok", "ERROR", "Error", "UNSET", "maybe"] {
        drop(info_span!("status", otel.name = format!("status `{code}`"), otel.status_code = code));
    }
    drop(info_span!(
        "a status with words",
        otel.status_code = "ERROR",
        otel.status_description = "out of paper"
    ));
    drop(info_span!(
        "words and then a status",
        otel.status_description = "out of paper",
        otel.status_code = "ERROR"
    ));
    drop(info_span!("words alone", otel.status_description = "out of paper"));
    drop(
        info_span!("words by `Debug`", otel.status_code = "ERROR", otel.status_description = ?"out of paper"),
    );
    drop(info_span!("another special key", otel.other = 1));
}

fn events() {
    info_span!("events of all levels").in_scope(|| {
        info!("an info");
        warn!("a warning");
        debug!("a detail");
        event!(Level::TRACE, "a trace");
    });
    info_span!("events with fields").in_scope(|| {
        info!(number = 1, text = "x", flag = true, ratio = 0.5, shown = %"y", seen = ?"z", "all of {}", "them");
        info!(target: "otlp_like_the_sdk::program::elsewhere", "another target");
        info!(name: "a name", number = 2, "and a message");
        info!(name: "only a name", number = 3);
        info!(message = "a message as a field", level = "mine");
        info!("日本語 🦀");
    });
    let aside = info_span!("an event from aside");
    info!(parent: &aside, "to another span");
    info!(parent: None, "to no span");
}

fn records() {
    let span = info_span!("recorded later", number = Empty, text = Empty, kept = 1, never = Empty);
    span.record("number", 2).record("text", field::display("later"));
    drop(span);
    let special =
        info_span!("named later", otel.name = Empty, otel.kind = Empty, otel.status_code = Empty);
    special
        .record("otel.name", "renamed later")
        .record("otel.kind", "client")
        .record("otel.status_code", "ERROR");
    drop(special);
    let twice = info_span!("recorded twice", number = 1);
    twice.record("number", 2);
    drop(twice);
    let current = info_span!("recorded by its current handle", number = Empty);
    current.in_scope(|| {
        Span::current().record("number", 3);
    });
}

fn links() {
    let (first, second) = (info_span!("first"), info_span!("second"));
    let follower = info_span!("a follower");
    follower.follows_from(&first);
    follower.follows_from(&second);
    drop((first, second));
    follower.in_scope(|| drop(info_span!("a follower's child")));
}

fn futures() {
    let step = |name: &'static str, steps| async move {
        for step in 0..steps {
            tokio::task::yield_now().await;
            info!(step, "{name} goes on");
        }
    };
    let left = step("left", 2).instrument(info_span!("left future", side = "left"));
    let right = step("right", 3).instrument(info_span!("right future", side = "right"));
    let both = async { futures::join!(left, right) }.instrument(info_span!("both futures"));
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    assert!(runtime.map(|runtime| runtime.block_on(both)).is_ok());
}
