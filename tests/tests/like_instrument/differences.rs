//! The differences between `#[instrument]` and `#[traced]`, as the documentation of `#[traced]` lists them.

/// What a span says under one of the two attributes only.
pub(crate) struct Difference {
    /// The row of the table in the documentation.
    pub(crate) row: &'static str,
    pub(crate) span: &'static str,
    pub(crate) instrument: &'static [&'static str],
    pub(crate) traced: &'static [&'static str],
}

/// The row that every span shows.
pub(crate) const WHERE_THE_CODE_IS: &str = "where the code is";

/// Rows of what does not compile with one of the attributes, and who shows them.
pub(crate) const SHOWN_ELSEWHERE: &[(&str, &str)] = &[
    ("`ret` where nothing is returned", "ui/traced/fail/no_result.rs"),
    ("`impl` blocks, traits, modules", "tests/traced_blocks.rs"),
    ("captured collections, tuples, paths, durations", "tests/traced_arguments/main.rs"),
];

const fn differs(
    row: &'static str,
    span: &'static str,
    instrument: &'static [&'static str],
    traced: &'static [&'static str],
) -> Difference {
    Difference { row, span, instrument, traced }
}

pub(crate) const DIFFERENCES: &[Difference] = &[
    differs(
        "arguments",
        "by_rule",
        &[r#"text="text""#, r#"owned="owned""#, r#"list="[1, 2]""#],
        &["text_length=4", "owned_length=5", "list_length=2"],
    ),
    differs("arguments", "login", &[r#"user="ann""#], &["user_length=3"]),
    differs("`self`", "everything", &[r#"self="Type { id: 7 }""#], &[]),
    differs("`Option`s, names in patterns", "by_rule", &[r#"option="Some(3)""#], &["option=3"]),
    differs(
        "`Option`s, names in patterns",
        "patterns",
        &[r#"first="1""#, r#"second="2""#],
        &["first=1", "second=2"],
    ),
    differs("names of secrets", "login", &[r#"password="Password(\"hunter2\")""#], &[]),
    differs("`fields(name)` with an argument's name", "of_an_argument", &[], &["id=7"]),
    differs("results", "number", &[], &["result=7"]),
    differs("results", "text", &[], &["result_length=4"]),
    differs(
        "`ret`",
        "told",
        &[r#"event record level="INFO" return="[1]""#],
        &["result=Bytes([1])"],
    ),
    differs(
        "`ret`",
        "as_debug",
        &[r#"event record level="INFO" return="\"x\"""#],
        &[r#"result="\"x\"""#],
    ),
    differs(
        "`ret`",
        "of_a_result",
        &[r#"event record level="INFO" return="Ok(1)""#],
        &["result=1"],
    ),
    differs("`ret`", "as_both", &[r#"event record level="INFO" return="1""#], &["result=1"]),
    differs(
        "`ret`",
        "later",
        &[r#"event record level="INFO" return="\"text\"""#],
        &[r#"result="text""#],
    ),
    differs(
        "`level` in `ret(…)`, `err(…)`",
        "as_display",
        &[r#"event record level="WARN" return="x""#],
        &[r#"result="x""#],
    ),
    differs(
        "`level` in `ret(…)`, `err(…)`",
        "asked_for_debug",
        &["Unset", r#"event exception level="INFO" exception.message="Broken""#],
        &[
            "failed",
            r#"error.type="like_instrument::program::Broken""#,
            r#"event exception exception.type="like_instrument::program::Broken" exception.message="Broken""#,
        ],
    ),
    differs(
        "an `Err` without `err`",
        "unasked",
        &["Unset"],
        &[
            "failed",
            r#"error.type="like_instrument::program::Broken""#,
            r#"event exception exception.type="like_instrument::program::Broken" exception.message="it is broken""#,
        ],
    ),
    differs(
        "an `Err` with `err`",
        "asked",
        &[r#"event exception level="ERROR" exception.message="it is broken""#],
        &[
            r#"error.type="like_instrument::program::Broken""#,
            r#"event exception exception.type="like_instrument::program::Broken" exception.message="it is broken""#,
        ],
    ),
    differs(
        "an `Err` with `err`",
        "as_both 2",
        &[r#"event exception level="ERROR" exception.message="it is broken""#],
        &[
            r#"error.type="like_instrument::program::Broken""#,
            r#"event exception exception.type="like_instrument::program::Broken" exception.message="it is broken""#,
        ],
    ),
    differs(
        "a panic",
        "panics",
        &["Unset"],
        &[
            "failed",
            r#"error.type="panic""#,
            r#"event exception exception.type="panic" exception.message="the function panicked""#,
        ],
    ),
    differs(
        "functions that return a future or a stream",
        "waits 2",
        &["child of futures"],
        &["child of opaque"],
    ),
    differs(
        "`parent` on an `async fn`",
        "choosing a parent",
        &["child of elsewhere"],
        &["child of places"],
    ),
    differs(
        "spans that a `Debug` makes",
        "formatting",
        &[],
        &["child of formatted", "kind 1", "Unset"],
    ),
    differs("a future that is dropped", "never_ready", &[], &["synndicate.cancelled=true"]),
    differs("the span's end", "keeps_a_handle", &["goes on in after_it"], &[]),
];
