//! Everything that `#[instrument]` takes, with the word replaced.
#![deny(warnings)]

use std::collections::HashMap;
use tracing::{Level, Span};

use synndicate::traced as instrument;

const TARGET: &str = "target";
const NAME: &str = "name";
const KEY: &str = "key";

#[instrument]
fn plain(a: u8, b: &str) {
    let _ = (a, b);
}

#[instrument()]
fn empty_parentheses() {}

#[instrument("a name")]
fn name_alone() {}

#[instrument(name = NAME, target = TARGET, level = "trace")]
fn constants() {}

#[instrument(target = "t", parent = span, level = Level::WARN, name = "n", skip(span))]
fn target_before_parent(span: &Span) {}

#[instrument(parent = span.id(), level = 5)]
fn parent_id(span: Span) {}

#[instrument(parent = None, follows_from = causes)]
fn no_parent(causes: Vec<tracing::Id>) {}

#[instrument(follows_from = causes, skip_all)]
async fn causes_later(causes: Vec<Option<tracing::Id>>) {}

#[instrument(follows_from = &*causes, parent = span, skip_all)]
async fn causes_and_parent(causes: &[tracing::Id], span: Span) {}

#[instrument(skip(secret), fields(user.id = id, kind = ?KEY, shown = %id, later, ?id, {KEY} = 3, sum = id + 1))]
fn fields(secret: &str, id: u64) {
    let _ = secret;
    Span::current().record("later", "now");
}

#[instrument(skip_all, fields(empty = tracing::field::Empty, debug = tracing::field::debug(map)))]
fn field_values(map: &HashMap<u8, u8>) {}

#[instrument(err)]
fn err() -> Result<u8, std::fmt::Error> {
    Ok(1)
}

#[instrument(err(Debug), ret(Display))]
async fn formats() -> Result<u8, String> {
    Ok(1)
}

#[instrument(ret(level = "warn", Debug), err(level = Level::INFO))]
fn levels() -> Result<Vec<u8>, String> {
    Ok(vec![])
}

#[instrument(ret)]
fn unit_like() -> (u8, &'static str) {
    (1, "")
}

struct Type {
    id: u8,
}

impl Type {
    #[instrument(skip(self), fields(id = self.id))]
    fn method(&self) -> u8 {
        self.id
    }

    #[instrument(skip_all, fields(id = %self.id))]
    async fn later(self: std::sync::Arc<Self>) {}
}

#[async_trait::async_trait]
trait Run {
    async fn run(&mut self, input: String) -> Result<String, String>;
}

#[async_trait::async_trait]
impl Run for Type {
    #[instrument(skip(self, input), fields(length = input.len(), id = self.id), err, ret)]
    async fn run(&mut self, input: String) -> Result<String, String> {
        self.id += 1;
        Ok(input)
    }
}

fn main() {
    plain(1, "");
    empty_parentheses();
    name_alone();
    constants();
    target_before_parent(&Span::none());
    parent_id(Span::none());
    no_parent(vec![]);
    drop(causes_later(vec![]));
    drop(causes_and_parent(&[], Span::none()));
    fields("", 1);
    field_values(&HashMap::new());
    let _ = (err(), levels(), unit_like());
    drop(formats());
    let mut value = Type { id: 1 };
    value.method();
    drop(value.run(String::new()));
    drop(std::sync::Arc::new(value).later());
}
