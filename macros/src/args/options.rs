//! The options that `#[traced]` knows: one table for the parser's errors, its suggestions and its examples.

/// How each option is written.
const OPTIONS: [(&str, &str); 21] = [
    ("name", "name = \"checkout\""),
    ("target", "target = \"billing\""),
    ("level", "level = \"debug\""),
    ("kind", "kind = client"),
    ("parent", "parent = &span"),
    ("root", "root"),
    ("follows_from", "follows_from = causes"),
    ("skip", "skip(token)"),
    ("skip_all", "skip_all"),
    ("skip_methods", "skip_methods(len, is_empty)"),
    ("capture", "capture(query)"),
    ("capture_all", "capture_all"),
    ("redact", "redact(card)"),
    ("hash", "hash(email)"),
    ("fields", "fields(order.id = id, user = %user)"),
    ("ret", "ret"),
    ("err", "err(if |error| !error.is_timeout())"),
    ("on_none", "on_none"),
    ("agent", "agent = \"planner\""),
    ("tool", "tool = \"search\""),
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
