use synndicate::traced;

#[traced(agent = 7)]
fn number() {}

#[traced(tool = true)]
fn boolean() {}

#[traced(tool =)]
fn nothing() {}

#[traced(agent("planner"))]
fn list() {}

#[traced(fields(?"a text", later, %"another" = 1))]
fn field() {}

fn main() {
    number();
    boolean();
    nothing();
    list();
    field();
}
