//! The options that `#[traced]` knows: one table for the parser's errors, its suggestions and its examples.

/// How each option is written.
const OPTIONS: [(&str, &str); 11] = [
    ("name", "name = \"checkout\""),
    ("target", "target = \"billing\""),
    ("level", "level = \"debug\""),
    ("skip", "skip(token)"),
    ("skip_all", "skip_all"),
    ("capture", "capture(query)"),
    ("capture_all", "capture_all"),
    ("fields", "fields(order.id = id, user = %user)"),
    ("err", "err"),
    ("ret", "ret"),
    ("crate", "crate = \"synndicate\""),
];

/// All names.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    OPTIONS.iter().map(|&(name, _)| name)
}

/// An example of how `name` is written.
pub(super) fn example(name: &str) -> &'static str {
    OPTIONS.iter().find(|(known, _)| *known == name).map_or("", |&(_, example)| example)
}
