use synndicate::traced;

#[traced(skip(a), capture(a, b))]
fn both(a: u8, b: u8) {
    let _ = (a, b);
}

#[traced(skip(a), skip_all, capture_all)]
fn all(a: u8) {
    let _ = a;
}

#[traced(redact(a), capture(a), skip(a))]
fn three(a: u8) {
    let _ = a;
}

#[traced(parent = span, root, agent, tool = "t", skip_methods(one))]
fn options(span: &tracing::Span) {}

fn main() {
    three(1);
    options(&tracing::Span::none());
    both(1, 2);
    all(1);
}
