//! A program that uses every option of `#[instrument]`, as a macro over the attribute: so it exists twice, word for word.

#![allow(unused_variables, reason = "arguments are there to be recorded")]

use futures::FutureExt as _;
use std::fmt;
use std::panic::catch_unwind;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use tracing::{Id, Level, Span, field};

pub(crate) const NAME: &str = "from a constant";
pub(crate) const TARGET: &str = "target";
pub(crate) const KEY: &str = "key.from.constant";

/// What nobody should see.
#[derive(Debug)]
pub(crate) struct Password(
    #[expect(dead_code, reason = "shown by `Debug`")] pub(crate) &'static str,
);

/// Makes a span while it is formatted.
pub(crate) struct Chatty;

impl fmt::Debug for Chatty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        tracing::info_span!("formatting").in_scope(|| f.write_str("chatty"))
    }
}

/// An error.
#[derive(Debug)]
pub(crate) struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is broken")
    }
}

impl std::error::Error for Broken {}

/// Runs a future that is ready at once.
pub(crate) fn ready<F: Future>(future: F) -> F::Output {
    future.now_or_never().expect("a future that is ready at once")
}

/// Polls a future once, which is not ready, and drops it.
pub(crate) fn poll_once<F: Future>(future: F) {
    let polled = pin!(future).poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(polled, Poll::Pending));
}

macro_rules! program {
    ($module:ident, $($attribute:tt)*) => {
        pub(crate) mod $module {
            use super::*;
            use $($attribute)* as instrument;

            #[instrument]
            pub(crate) fn program() {
                names();
                places();
                arguments();
                fields();
                outcomes();
                futures();
                Type { id: 7 }.everything();
            }

            #[instrument]
            fn names() {
                by_text();
                by_text_alone();
                by_constant();
                ready(by_everything());
            }

            #[instrument(name = "by text")]
            fn by_text() {}

            #[instrument("by text alone")]
            fn by_text_alone() {}

            #[instrument(name = NAME, target = TARGET, level = "trace")]
            fn by_constant() {}

            #[instrument(target = "elsewhere", level = Level::WARN, name = "by everything", skip_all)]
            async fn by_everything() {
                level_by_number();
            }

            #[instrument(level = 5)]
            fn level_by_number() {}

            #[instrument]
            fn places() {
                let elsewhere = tracing::info_span!(parent: None, "elsewhere");
                let id = elsewhere.id().expect("an id");
                below_span(&elsewhere);
                below_id(elsewhere.clone());
                no_parent();
                caused(std::slice::from_ref(&id));
                ready(caused_and_below(vec![Some(id), None], elsewhere.clone()));
                let later = made_in_another_span(elsewhere.clone());
                elsewhere.in_scope(|| ready(later));
            }

            #[instrument(parent = span, skip(span))]
            fn below_span(span: &Span) {
                child();
            }

            #[instrument]
            fn child() {}

            #[instrument(parent = span.id(), skip_all)]
            fn below_id(span: Span) {}

            #[instrument(parent = None)]
            fn no_parent() {}

            #[instrument(follows_from = causes, skip_all)]
            fn caused(causes: &[Id]) {}

            #[instrument(follows_from = causes, parent = &span, skip_all)]
            async fn caused_and_below(causes: Vec<Option<Id>>, span: Span) {
                child();
            }

            #[instrument(parent = Chosen.of(&span), skip_all)]
            async fn made_in_another_span(span: Span) {}

            struct Chosen;

            impl Chosen {
                #[instrument(name = "choosing a parent", skip_all)]
                fn of(&self, span: &Span) -> Option<Id> {
                    span.id()
                }
            }

            #[instrument]
            fn arguments() {
                by_rule(1, true, "text", "owned".into(), vec![1, 2], Some(3));
                skipped(1, "secret");
                login("ann", Password("hunter2"), 3);
                generic(&7, [1, 2]);
                patterns((1, 2));
                ready(formatted(Chatty));
            }

            #[instrument]
            fn by_rule(number: u8, flag: bool, text: &str, owned: String, list: Vec<u8>, option: Option<u8>) {}

            #[instrument(skip(secret))]
            fn skipped(number: u8, secret: &str) {}

            #[instrument]
            fn login(user: &str, password: Password, attempts: u8) {}

            #[instrument(skip_all, fields(value = %first))]
            fn generic<T: fmt::Display + ?Sized, const N: usize>(first: &T, second: [u8; N]) {}

            #[instrument]
            fn patterns((first, second): (u8, u8)) {}

            #[instrument(skip_all, fields(value = ?chatty))]
            async fn formatted(chatty: Chatty) {}

            #[instrument]
            fn fields() {
                every_form(7, "text");
                of_an_argument(7);
                values(Some(3));
            }

            #[instrument(skip_all, fields(
                user.id = id, shown = %id, debug = ?text, sum = id + 1, ?text, %id, {KEY} = 3, later, r#type = true,
            ))]
            fn every_form(id: u64, text: &str) {
                Span::current().record("later", "now");
            }

            #[instrument(fields(id))]
            fn of_an_argument(id: u64) {}

            #[instrument(skip_all, fields(
                empty = field::Empty, debug = field::debug(number), shown = field::display(1), option = number, words = format_args!("{}", 1),
                otel.kind = "client", otel.name = "renamed", otel.status_code = "ok",
            ))]
            fn values(number: Option<u8>) {}

            #[instrument]
            fn outcomes() {
                let _ = (number(), text(), told(), as_debug(), as_display(), of_a_result());
                let _ = (as_both(true), as_both(false), unasked(), asked(), asked_for_debug(), ready(later()));
                let _ = catch_unwind(panics);
            }

            #[instrument]
            fn number() -> u8 {
                7
            }

            #[instrument]
            fn text() -> String {
                "text".into()
            }

            #[instrument(ret)]
            fn told() -> Vec<u8> {
                vec![1]
            }

            #[instrument(ret(Debug))]
            fn as_debug() -> &'static str {
                "x"
            }

            #[instrument(ret(Display, level = "warn"))]
            fn as_display() -> &'static str {
                "x"
            }

            #[instrument(ret)]
            fn of_a_result() -> Result<u8, Broken> {
                Ok(1)
            }

            #[instrument(ret, err, skip_all)]
            fn as_both(ok: bool) -> Result<u8, Broken> {
                if ok { Ok(1) } else { Err(Broken) }
            }

            #[instrument]
            fn unasked() -> Result<u8, Broken> {
                Err(Broken)
            }

            #[instrument(err)]
            fn asked() -> Result<u8, Broken> {
                Err(Broken)
            }

            #[instrument(err(Debug, level = "info"))]
            fn asked_for_debug() -> Result<u8, Broken> {
                Err(Broken)
            }

            #[instrument(err(Display), ret)]
            async fn later() -> Result<String, Broken> {
                child();
                Ok("text".into())
            }

            #[instrument]
            fn panics() {
                std::panic::resume_unwind(Box::new(1));
            }

            #[instrument]
            fn futures() {
                ready(waits());
                poll_once(never_ready());
                drop(waits());
                ready(boxed(1));
                ready(opaque());
                let handle = keeps_a_handle();
                after_it();
                drop(handle);
            }

            #[instrument]
            async fn waits() {
                std::future::ready(()).await;
                child();
            }

            #[instrument]
            async fn never_ready() {
                std::future::pending::<()>().await;
            }

            #[instrument(skip_all)]
            fn boxed(n: u8) -> Pin<Box<dyn Future<Output = ()> + Send>> {
                Box::pin(async move {
                    child();
                })
            }

            #[instrument]
            fn opaque() -> impl Future<Output = ()> {
                waits()
            }

            #[instrument(skip_all)]
            fn keeps_a_handle() -> Span {
                Span::current()
            }

            #[instrument]
            fn after_it() {}

            #[derive(Debug)]
            struct Type {
                id: u8,
            }

            impl Type {
                #[instrument]
                fn everything(mut self) {
                    self.method(1);
                    ready(self.later());
                    ready(self.run("text".into()));
                }

                #[instrument(skip(self), fields(id = self.id))]
                fn method(&self, n: u8) {}

                #[instrument(name = "method later", skip_all, fields(id = %self.id))]
                async fn later(&mut self) {
                    self.id += 1;
                }
            }

            #[async_trait::async_trait]
            trait Run {
                async fn run(&mut self, input: String);
            }

            #[async_trait::async_trait]
            impl Run for Type {
                #[instrument(skip(self, input), fields(length = input.len(), id = self.id))]
                async fn run(&mut self, input: String) {
                    self.id += 1;
                    child();
                }
            }
        }
    };
}

program!(by_instrument, tracing::instrument);
program!(by_traced, synndicate::traced);
