//! What standard error is, for those who write to it.

use super::sources::Environment;

/// What decides how the console shows spans. No key of ours sets it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own about the environment"
)]
pub(crate) struct Terminal {
    /// Whether standard error is a terminal.
    pub(crate) attached: bool,
    /// `TERM=dumb`: it shows no colours.
    pub(crate) dumb: bool,
    /// `NO_COLOR`: nobody wants colours. Source: <https://no-color.org>.
    pub(crate) no_color: bool,
    /// `CLICOLOR_FORCE`, `FORCE_COLOR`: colours also in a pipe. Sources: <https://bixense.com/clicolors>,
    /// <https://force-color.org>.
    pub(crate) forced: bool,
    /// `COLUMNS`: how wide it is.
    pub(crate) columns: Option<usize>,
}

impl Terminal {
    pub(super) fn read(attached: bool, environment: &Environment<'_>) -> Terminal {
        let text = |name| environment.get(name).and_then(Result::ok);
        let is_on = |name| text(name).is_some_and(|value| !matches!(value, "0" | "false"));
        Terminal {
            attached,
            dumb: text("TERM") == Some("dumb"),
            no_color: text("NO_COLOR").is_some(),
            forced: is_on("CLICOLOR_FORCE") || is_on("FORCE_COLOR"),
            columns: text("COLUMNS")
                .and_then(|columns| columns.parse().ok())
                .filter(|columns| *columns > 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Terminal {
        let variables: Vec<_> =
            variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
        Terminal::read(true, &Environment::new(&variables))
    }

    #[test]
    fn the_usual_variables_are_understood() {
        let terminal =
            read(&[("TERM", "dumb"), ("NO_COLOR", "1"), ("FORCE_COLOR", "3"), ("COLUMNS", "120")]);
        let expected = Terminal {
            attached: true,
            dumb: true,
            no_color: true,
            forced: true,
            columns: Some(120),
        };
        assert_eq!(terminal, expected);
    }

    #[test]
    fn empty_off_and_malformed_values_say_nothing() {
        for off in ["", "0", "false"] {
            let variables = [
                ("NO_COLOR", ""),
                ("FORCE_COLOR", off),
                ("CLICOLOR_FORCE", off),
                ("COLUMNS", "wide"),
            ];
            assert_eq!(read(&variables), Terminal { attached: true, ..Terminal::default() });
        }
    }
}
