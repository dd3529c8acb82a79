use synndicate::traced;

#[traced(__block)]
fn nothing() {}

#[traced(__block("a", 1, ()))]
fn wrong() {}

fn main() {
    nothing();
    wrong();
}
