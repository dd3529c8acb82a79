//! Captured spans as a tree: to be read, and to be compared with what a test expects.

use super::spans::{AttributeValue, Span, Spans, Status};
use std::fmt;

impl Spans {
    /// Compares names, parents and order with a tree written by indentation, two spaces a level; roots and siblings in the order
    /// in which they began. Attributes that a line names, `key=value` as [`AttributeValue`] shows it, must be there; others may.
    ///
    /// ```
    /// use synndicate::{testing, traced};
    ///
    /// #[traced]
    /// fn plan(steps: u32) {
    ///     (0..steps).for_each(step);
    /// }
    ///
    /// #[traced]
    /// fn step(n: u32) {}
    ///
    /// testing::capture(|| plan(2)).assert_tree(
    ///     "plan steps=2
    ///        step n=0
    ///        step",
    /// );
    /// ```
    ///
    /// The first line may stand alone, and all others may be indented further by the same number of spaces.
    ///
    /// # Panics
    ///
    /// When the spans are others. The message shows both trees.
    #[track_caller]
    #[expect(clippy::panic, reason = "an assertion")]
    pub fn assert_tree(&self, expected: &str) {
        let expected = lines(expected);
        let found = self.rows();
        let is_same = expected.len() == found.len()
            && expected.iter().zip(&found).all(|(line, (depth, span))| line.is(*depth, span));
        if !is_same {
            let expected: Vec<_> = expected.iter().map(Line::to_string).collect();
            panic!("expected\n{}\nbut these are the spans:\n{self}", expected.join("\n"));
        }
    }

    /// Each span with its depth, parents before their children.
    fn rows(&self) -> Vec<(usize, &Span)> {
        let mut rows = Vec::new();
        let mut open = self.below(None, 0);
        while let Some((depth, span)) = open.pop() {
            rows.push((depth, span));
            open.extend(self.below(Some(span), depth + 1));
        }
        rows
    }

    /// The children of a span, or what has no parent here; the last one first.
    fn below(&self, parent: Option<&Span>, depth: usize) -> Vec<(usize, &Span)> {
        let is_known = |id| self.iter().any(|span| span.span_id == id);
        let is_below = |span: &&Span| match parent {
            Some(parent) => span.is_child_of(parent),
            None => span.parent_span_id.is_none_or(|id| !is_known(id)),
        };
        let mut below: Vec<_> = self.iter().filter(is_below).map(|span| (depth, span)).collect();
        below.sort_by_key(|(_, span)| std::cmp::Reverse((span.start, span.end)));
        below
    }
}

/// The spans as an indented tree, with their attributes and how they failed.
impl fmt::Display for Spans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rows().into_iter().try_for_each(|(depth, span)| {
            write!(f, "{:indent$}{}", "", span.name, indent = depth * 2)?;
            for (key, value) in &span.attributes {
                write!(f, " {key}={value}")?;
            }
            match &span.status {
                Status::Error(message) if message.is_empty() => writeln!(f, " (failed)"),
                Status::Error(message) => writeln!(f, " (failed: {message})"),
                Status::Unset | Status::Ok => writeln!(f),
            }
        })
    }
}

/// Texts in quotes, as in Rust; everything else bare.
impl fmt::Display for AttributeValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AttributeValue::Text(text) => write!(f, "{text:?}"),
            AttributeValue::Boolean(value) => value.fmt(f),
            AttributeValue::Integer(value) => value.fmt(f),
            AttributeValue::Double(value) => write!(f, "{value:?}"),
            AttributeValue::Bytes(bytes) => {
                f.write_str("0x")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
            AttributeValue::Array(values) => {
                f.write_str("[")?;
                separated(f, values, |f, value| value.fmt(f))?;
                f.write_str("]")
            }
            AttributeValue::Map(entries) => {
                f.write_str("{")?;
                separated(f, entries, |f, (key, value)| write!(f, "{key}={value}"))?;
                f.write_str("}")
            }
            AttributeValue::Empty => f.write_str("empty"),
        }
    }
}

fn separated<T>(
    f: &mut fmt::Formatter<'_>,
    items: &[T],
    write: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    items.iter().enumerate().try_for_each(|(at, item)| {
        f.write_str(if at == 0 { "" } else { "," })?;
        write(f, item)
    })
}

/// A line of an expected tree.
struct Line {
    depth: usize,
    name: String,
    /// Each as `key=value`.
    attributes: Vec<String>,
}

impl Line {
    fn of(text: &str, indent: usize) -> Line {
        let words = words(text.trim());
        let is_attribute = |word: &&String| word.contains('=');
        let names = words.iter().take_while(|word| !is_attribute(word));
        let name = names.map(String::as_str).collect::<Vec<_>>().join(" ");
        Line {
            depth: indent_of(text).saturating_sub(indent) / 2,
            name,
            attributes: words.iter().filter(is_attribute).cloned().collect(),
        }
    }

    fn is(&self, depth: usize, span: &Span) -> bool {
        let shown = |(key, value): &(String, AttributeValue)| format!("{key}={value}");
        let has =
            |attribute: &String| span.attributes.iter().any(|found| shown(found) == *attribute);
        self.depth == depth && self.name == span.name && self.attributes.iter().all(has)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:indent$}{}", "", self.name, indent = self.depth * 2)?;
        self.attributes.iter().try_for_each(|attribute| write!(f, " {attribute}"))
    }
}

/// The lines of a tree. The first one may stand behind a quote, so that the indent of the others says where it would be.
fn lines(tree: &str) -> Vec<Line> {
    let mut texts = tree.lines().filter(|line| !line.trim().is_empty());
    let Some(first) = texts.next() else { return Vec::new() };
    let others: Vec<&str> = texts.collect();
    let least = others.iter().map(|line| indent_of(line)).min().unwrap_or_default();
    let indent = if indent_of(first) == 0 && least > 2 { least - 2 } else { indent_of(first) };
    let others = others.iter().map(|line| Line::of(line, indent));
    std::iter::once(Line::of(first.trim(), 0)).chain(others).collect()
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The words of a line; blanks between quotes belong to their word.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let (mut is_quoted, mut is_escaped) = (false, false);
    for char in line.chars() {
        is_quoted ^= char == '"' && !is_escaped;
        is_escaped = char == '\\' && !is_escaped;
        match words.last_mut() {
            Some(word) if is_quoted || !char.is_whitespace() => word.push(char),
            _ => words.push(String::new()),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::capture;
    use std::panic::catch_unwind;
    use tracing::info_span;

    fn shop() -> Spans {
        capture(|| {
            info_span!("GET /cart", user = "ann b", n = 1).in_scope(|| {
                info_span!("load", cached = true).in_scope(|| info_span!("query").in_scope(|| {}));
                info_span!("render", otel.status_code = "ERROR").in_scope(|| {});
            });
            info_span!("tidy up").in_scope(|| {});
        })
    }

    #[test]
    fn a_tree_is_compared_however_it_is_indented() {
        let spans = shop();
        spans.assert_tree("GET /cart\n  load\n    query\n  render\ntidy up");
        spans.assert_tree(
            r#"
            GET /cart n=1 user="ann b"
              load cached=true
                query
              render
            tidy up
            "#,
        );
    }

    #[test]
    fn any_difference_fails_and_shows_both_trees() {
        let spans = shop();
        for expected in [
            "",
            "GET /cart",
            "GET /cart\n  load\n  query\n  render\ntidy up",
            "GET /cart\n  render\n  load\n    query\ntidy up",
            "GET /cart n=2\n  load\n    query\n  render\ntidy up",
            "GET /cart\n  load\n    query\n  render\ntidy",
            "GET /cart\n  load\n    query\n  render\ntidy up\nmore",
        ] {
            let failure = catch_unwind(|| spans.assert_tree(expected)).expect_err(expected);
            let message = failure.downcast::<String>().unwrap();
            assert!(message.contains("but these are the spans:\nGET /cart"), "{message}");
        }
    }

    #[test]
    fn a_tree_shows_attributes_and_failures() {
        let shown = shop().to_string();
        assert!(shown.contains("GET /cart"), "{shown}");
        assert!(shown.contains(r#" user="ann b" n=1"#), "{shown}");
        let render = shown.lines().find(|line| line.starts_with("  render")).unwrap();
        assert!(render.ends_with(" (failed)"), "{shown}");
    }

    #[test]
    fn values_are_shown_as_they_are_written() {
        let text = |text: &str| AttributeValue::Text(text.into());
        let values = [
            (text("say \"hi\""), r#""say \"hi\"""#),
            (AttributeValue::Double(1.0), "1.0"),
            (AttributeValue::Bytes(vec![1, 255]), "0x01ff"),
            (AttributeValue::Array(vec![text("a"), 1.into()]), r#"["a",1]"#),
            (AttributeValue::Map(vec![("k".into(), true.into())]), "{k=true}"),
            (AttributeValue::Empty, "empty"),
        ];
        for (value, shown) in values {
            assert_eq!(value.to_string(), shown);
        }
    }
}
