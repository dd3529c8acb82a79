//! The page that explains the files names all of them, and starts none that is not there.

use std::collections::BTreeSet;
use synndicate_tests::deployment::{files, is_yaml, text};

#[test]
fn the_page_names_every_file_and_starts_none_that_is_not_there() {
    let page = text("README.md");
    let words = page.split(|c: char| c.is_whitespace() || "`,()".contains(c));
    let named: BTreeSet<_> = words.filter(|word| is_yaml(word)).map(str::to_owned).collect();
    let there: BTreeSet<_> = files(".yml").into_iter().chain(files(".yaml")).collect();
    assert_eq!(named, there);
}
