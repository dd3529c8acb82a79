//! The page on tuning says what the README and the settings say.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;

fn file(path: &str) -> String {
    fs::read_to_string(format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn page() -> String {
    file("runtime/src/guide/tuning.md")
}

#[test]
fn every_figure_of_the_page_is_one_of_the_readme() {
    let readme = file("README.md");
    let figures = readme.split("## Figures").nth(1).unwrap().split("\n## ").next().unwrap();
    let words: Vec<_> = figures.split(|char: char| !char.is_ascii_alphanumeric()).collect();
    let page = page();
    let table = page.lines().filter(|line| line.starts_with('|'));
    let told: Vec<_> = table.filter_map(|line| line.split("**").nth(1)).collect();
    assert!(told.len() > 5, "{told:?}");
    for figure in told {
        assert!(words.contains(&figure), "{figure} is not in the README");
    }
}

#[test]
fn every_key_of_the_page_is_a_setting() {
    let reference = file("config/Synndicate.toml");
    let page = page();
    let words = page.split(|char: char| !(char.is_ascii_lowercase() || char == '_'));
    let keys: Vec<_> = words
        .filter(|word| word.starts_with("tracing_") || word.starts_with("shutdown_"))
        .collect();
    assert!(keys.len() > 10, "{keys:?}");
    for key in keys {
        assert!(reference.contains(&format!("\n#{key} = ")), "{key} is no setting");
    }
}

#[test]
fn every_bound_of_the_page_is_the_default() {
    let reference = file("config/Synndicate.toml");
    for line in page().lines().filter(|line| line.starts_with("| ") && line.ends_with("` |")) {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let (value, key) = (cells[2].replace(',', ""), cells[3].trim_matches('`'));
        let [number, text] = [format!("\n#{key} = {value}\n"), format!("\n#{key} = \"{value}\"\n")];
        assert!(reference.contains(&number) || reference.contains(&text), "{line}");
    }
}
