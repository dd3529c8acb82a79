//! The rules that an attribute must keep, one function each, with what breaks it.

use super::{Argument, argument, attribute};
use crate::args::{Args, Format, Slot};
use crate::diagnostics::{Diagnostics, nearest};
use crate::item::{Body, Function};
use crate::output::Content;
use crate::shape::Shape;
use crate::types::spoken;
use proc_macro2::Ident;
use syn::Signature;
use syn::ext::IdentExt as _;

/// Checks everything that concerns one function.
pub(crate) fn check(function: &Function, args: &Args, diagnostics: &Diagnostics) {
    check_is_traceable(function, diagnostics);
    check_arguments_exist(args, &[&function.signature], diagnostics);
    check_options_agree(args, diagnostics);
    check_names_agree(args, diagnostics);
    check_has_result(&function.signature, args, diagnostics);
    check_keys(args, diagnostics);
    if let Some(word) = args.skip_methods.word() {
        diagnostics.error(word, "`skip_methods` is for blocks; here there is one function only");
    }
}

/// Checks the attribute of a block that has functions with these `signatures`.
pub(crate) fn check_block(args: &Args, signatures: &[&Signature], diagnostics: &Diagnostics) {
    check_arguments_exist(args, signatures, diagnostics);
    check_methods_exist(args, signatures, diagnostics);
    check_options_agree(args, diagnostics);
    check_names_agree(args, diagnostics);
    check_keys(args, diagnostics);
    if let Some(word) = args.name.word() {
        let advice = "put it on the function it is for";
        diagnostics.error(word, format!("one `name` would stand for several functions; {advice}"));
    }
    if let Some(word) = args.on_none.word() {
        let advice = "put it on each function that returns an `Option`";
        diagnostics.error(word, format!("`on_none` is not for whole blocks; {advice}"));
    }
}

/// ```text
/// #[traced] const fn f() {}
/// #[traced] fn f();
/// #[traced] #[unsafe(naked)] extern "C" fn f() { naked_asm!("ret") }
/// ```
fn check_is_traceable(function: &Function, diagnostics: &Diagnostics) {
    if let Some(constness) = &function.signature.constness {
        let reason = "it may run while the program is compiled";
        diagnostics.error(constness, format!("a `const fn` cannot be traced: {reason}"));
    }
    if let Some(attribute) = attribute::naked(&function.attributes) {
        diagnostics
            .error(attribute, "a naked function cannot be traced: it is nothing but assembly");
    }
    if let Body::None(semicolon) = &function.body {
        let advice =
            "put `#[traced]` on the implementations, or on the trait to trace its default methods";
        diagnostics.error(semicolon, format!("there is nothing to trace here: {advice}"));
    }
}

/// ```text
/// #[traced(skip(tokn))] fn f(token: &str) {}
/// ```
fn check_arguments_exist(args: &Args, signatures: &[&Signature], diagnostics: &Diagnostics) {
    let known: Vec<String> =
        signatures.iter().flat_map(|signature| argument_names(signature)).collect();
    for name in [&args.skip, &args.capture, &args.redact, &args.hash].into_iter().flat_map(listed) {
        check_is_known(name, &known, "argument", diagnostics);
    }
}

fn argument_names(signature: &Signature) -> Vec<String> {
    let arguments = argument::arguments(signature, |_| None);
    let names = arguments.iter().flat_map(Argument::bindings);
    let receiver = signature.receiver().map(|_| "self".to_owned());
    names.map(|(name, _)| name.unraw().to_string()).chain(receiver).collect()
}

/// ```text
/// #[traced(skip_methods(lne))] impl List { fn len(&self) {} }
/// ```
fn check_methods_exist(args: &Args, signatures: &[&Signature], diagnostics: &Diagnostics) {
    let known: Vec<String> =
        signatures.iter().map(|signature| signature.ident.unraw().to_string()).collect();
    for name in listed(&args.skip_methods) {
        check_is_known(name, &known, "function", diagnostics);
    }
}

fn check_is_known(name: &Ident, known: &[String], what: &str, diagnostics: &Diagnostics) {
    let text = name.unraw().to_string();
    if known.contains(&text) {
        return;
    }
    let advice = match nearest(&text, known.iter().map(String::as_str)) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => String::new(),
    };
    diagnostics.error(name, format!("there is no {what} `{text}`{advice}"));
}

fn listed(names: &Slot<Vec<Ident>>) -> impl Iterator<Item = &Ident> {
    names.get().into_iter().flatten()
}

/// ```text
/// #[traced(skip(a), skip_all)] fn f(a: u8) {}
/// #[traced(root, parent = span)] fn f(span: &Span) {}
/// ```
fn check_options_agree(args: &Args, diagnostics: &Diagnostics) {
    let pairs = [
        (args.skip.word(), args.skip_all.word(), "`skip_all` leaves nothing to `skip`"),
        (
            args.skip_all.word(),
            args.capture_all.word(),
            "`capture_all` and `skip_all` contradict each other",
        ),
        (args.parent.word(), args.root.word(), "a `root` has no `parent`"),
        (args.agent.word(), args.tool.word(), "a function is an `agent` or a `tool`"),
    ];
    for (first, second, message) in pairs {
        if let (Some(_), Some(word)) = (first, second) {
            diagnostics.error(word, format!("{message}; keep one of them"));
        }
    }
}

/// ```text
/// #[traced(skip(a), capture(a))] fn f(a: u8) {}
/// #[traced(redact(a), fields(a))] fn f(a: u8) {}
/// ```
fn check_names_agree(args: &Args, diagnostics: &Diagnostics) {
    let lists = [
        (&args.skip, "skipped"),
        (&args.capture, "captured"),
        (&args.redact, "redacted"),
        (&args.hash, "hashed"),
    ];
    for (at, (names, second)) in lists.iter().enumerate() {
        for name in listed(names) {
            let earlier =
                lists.iter().take(at).find(|(other, _)| listed(other).any(|other| other == name));
            if let Some((_, first)) = earlier {
                diagnostics.error(name, format!("`{name}` cannot be both {first} and {second}"));
            }
        }
    }
    for field in args.fields.get().into_iter().flatten().filter(|field| field.value.is_none()) {
        let is_key = |name: &Ident| field.key.text() == Some(&name.unraw().to_string());
        let hides = |names| listed(names).any(is_key);
        let hidden = [(&args.redact, "redacted"), (&args.hash, "hashed")];
        // `skip(a), fields(?a)` is how `#[instrument]` is told to show an argument in another form.
        let skipped = (field.format == Format::Value).then_some((&args.skip, "skipped"));
        if let Some((_, first)) = hidden.into_iter().chain(skipped).find(|(names, _)| hides(names))
        {
            let key = field.key.text().unwrap_or_default();
            let message = format!("`{key}` cannot be both {first} and recorded as a field");
            diagnostics.error(&field.key, message);
        }
    }
}

/// ```text
/// #[traced(ret)] fn f() {}
/// #[traced(err)] fn f() -> u8 { 1 }
/// #[traced(on_none)] fn f() -> Vec<u8> { vec![] }
/// #[traced(err)] fn f() -> impl Future { g() }
/// ```
fn check_has_result(signature: &Signature, args: &Args, diagnostics: &Diagnostics) {
    let shape = Shape::of(signature);
    let output = shape.output(signature);
    if let (None, Shape::Returned(_)) = (output, &shape) {
        for word in [args.ret.word(), args.err.word(), args.on_none.word()].into_iter().flatten() {
            let advice = "write `impl Future<Output = …>`";
            diagnostics
                .error(word, format!("`{word}` has to know what the future resolves to: {advice}"));
        }
        return;
    }
    let content = Content::of(output);
    if let (Content::Nothing, Some(word)) = (content, args.ret.word()) {
        diagnostics.error(word, "`ret` needs a function that returns something");
    }
    for (word, needed) in [(args.err.word(), "a `Result`"), (args.on_none.word(), "an `Option`")] {
        if let (Some(word), Content::Nothing | Content::Other | Content::Value) = (word, content) {
            let found = match output {
                Some(output) if content != Content::Nothing => format!("`{}`", spoken(output)),
                _ => "nothing".to_owned(),
            };
            let needs = format!("`{word}` needs a function that returns {needed}");
            diagnostics.error(word, format!("{needs}, and this one returns {found}"));
        }
    }
}

/// ```text
/// #[traced(fields("" = 1))] fn f() {}
/// ```
fn check_keys(args: &Args, diagnostics: &Diagnostics) {
    for field in args.fields.get().into_iter().flatten() {
        if field.key.text() == Some("") {
            diagnostics.error(&field.key, "the key of an attribute cannot be empty");
        }
    }
}
