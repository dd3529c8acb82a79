//! The reference file, `config/Synndicate.toml`, made from the table of keys.

use super::keys::{Initial, Key, SECTIONS, variable};
use super::rules;
use std::fmt::Write;

const WIDTH: usize = 100;

/// What editors check the file against, wherever it is copied to.
const SCHEMA: &str = concat!(
    "#:schema ",
    env!("CARGO_PKG_REPOSITORY"),
    "/raw/v",
    env!("CARGO_PKG_VERSION"),
    "/config/Synndicate.schema.json\n"
);

const HEAD: &str = "\
# Synndicate.toml: every setting with what it does, commented out at its default.
#
# Synndicate looks for a file of this name in the working directory and upwards. What it says can be
# said elsewhere too; from the lowest to the highest, a later source wins:
#
#   1. the defaults below; name and version of the service are those of the program's package
#   2. the arguments of #[traced_service(...)]
#   3. this file, or the one that SYN_CONFIG names
#   4. the profile of this file that SYN_PROFILE names, see the end
#   5. the standard OTEL_* variables, where one is named below
#   6. the variables SYN_OBSERVABILITY__<KEY>; a dot in a key is two underscores
#   7. the program itself, through the builder
#
# An empty variable is as if it were not set; in this file an empty text unsets a key that has no
# default. A mistake ends the program with code 78 before it starts; one in an OTEL_* variable is a
# warning, since the platform may set it for programs of every language.
#
# With SYN_COMMAND=check a service does not run: it says whether its settings are right and whether
# its backends take spans, and ends with code 0 if so. SYN_COMMAND=config lists what counts and who
# said so, SYN_COMMAND=help what else there is; the program `synndicate` does the same.
#
# A duration is a number in the unit that is given or a text with a unit: \"250ms\", \"10s\", \"1m\".
# A size is a number of bytes, or a text such as \"64 MiB\" or \"4MB\".

[observability]
";

const RULES: &str = "\
Rules for single spans, those of `#[traced]` functions and those that libraries make with `tracing`. \
There may be any number; each begins with the line below. A rule is for the spans that all of its \
`function`, `target` and `at_level` fit, and for every span without them. Where several rules are \
for one span, of each of the other keys the last rule that has it counts; attributes add up. Rules \
of a higher source come after those of a lower one. In a variable: \
SYN_OBSERVABILITY__SPAN='[{ function = \"planner::*\", enabled = false }]'.";

const TAIL: &str = "
# A profile: SYN_PROFILE=production puts its keys over those above.
#
#[profiles.production.observability]
#tracing_sample_rate = 0.1
";

/// The text of the reference file.
pub(crate) fn reference() -> String {
    let mut text = [SCHEMA, HEAD].concat();
    for section in &SECTIONS {
        let heading = format!("---- {} ", section.title);
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "\n# {heading:-<98}");
        section.keys.iter().for_each(|key| explain(key, &mut text));
    }
    explain_rules(&mut text);
    text + TAIL
}

fn explain(key: &Key, text: &mut String) {
    let (Initial::Default(value) | Initial::Example(value)) = key.initial else {
        return;
    };
    text.push('\n');
    paragraph(key.doc, text);
    let reasons = key.kind.reasons().unwrap_or_default();
    paragraph(&format!("Allowed: {}. {reasons}", key.kind.allowed()), text);
    let ours = variable(key.name);
    match key.otel {
        [] => paragraph(&format!("Variable: {ours}."), text),
        standard => {
            let names: Vec<_> =
                std::iter::once(&*ours).chain(standard.iter().rev().copied()).collect();
            paragraph(&format!("Variables, the strongest first: {}.", names.join(", ")), text);
        }
    }
    if let Initial::Example(_) = key.initial {
        paragraph("Not set by default; an example:", text);
    }
    let _ = writeln!(text, "#{} = {value}", key.name);
}

fn explain_rules(text: &mut String) {
    let heading = format!("---- {} ", "Single spans");
    let _ = writeln!(text, "\n# {heading:-<98}\n");
    paragraph(RULES, text);
    text.push_str("#\n#[[observability.span]]\n");
    for member in &rules::MEMBERS {
        text.push('\n');
        paragraph(member.doc, text);
        paragraph(&format!("Allowed: {}.", member.allowed), text);
        let _ = writeln!(text, "#{} = {}", member.name, member.example);
    }
}

fn paragraph(words: &str, text: &mut String) {
    let mut column = WIDTH;
    for word in words.split_whitespace() {
        if column + 1 + word.chars().count() > WIDTH {
            text.push_str(if text.ends_with('\n') { "#" } else { "\n#" });
            column = 1;
        }
        text.push(' ');
        text.push_str(word);
        column += 1 + word.chars().count();
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::fresh::assert_fresh;
    use crate::settings::{Sources, load};

    #[test]
    fn the_checked_in_file_is_what_the_table_of_keys_says() {
        assert_fresh("config/Synndicate.toml", &reference());
    }

    #[test]
    fn every_line_of_the_reference_is_valid_when_it_is_taken_in() {
        let taken_in = |line: &str| match line.strip_prefix('#') {
            Some(setting) if !setting.starts_with([' ', ':']) => setting.to_owned(),
            _ => line.to_owned(),
        };
        let text: Vec<_> = reference().lines().map(taken_in).collect();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("Synndicate.toml"), text.join("\n")).unwrap();
        let loaded = load(&Sources { directory: folder.path().into(), ..Sources::default() });
        loaded.report.finish(&loaded.origins).unwrap();
        let defaults = load(&Sources::default());
        for (key, default) in defaults.origins.iter() {
            let given = loaded.origins.get(key).unwrap();
            assert_eq!(given.value, default.value, "{key}");
            assert_ne!(given.origin, default.origin, "{key}");
        }
    }

    #[test]
    fn no_line_is_wider_than_the_page() {
        for line in reference().lines() {
            let words = line.split_whitespace().count();
            assert!(line.chars().count() <= WIDTH || words <= 2, "{line}");
        }
    }
}
