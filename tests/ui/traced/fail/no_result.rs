use std::future::Future;
use synndicate::traced;

#[traced(err, on_none)]
fn nothing() {}

#[traced(ret, err)]
async fn nothing_later() -> () {}

#[traced(ret)]
fn never() -> ! {
    loop {}
}

#[traced(err, on_none)]
fn number() -> u8 {
    1
}

#[traced(err(Debug), on_none)]
async fn list() -> Vec<Option<u8>> {
    vec![]
}

#[traced(err)]
fn pair() -> (u8, Result<u8, String>) {
    (1, Ok(1))
}

#[traced(err, ret)]
fn unknown() -> impl Future {
    std::future::ready(1)
}

struct Type;

#[traced(on_none, err)]
impl Type {
    fn number(&self) -> u8 {
        1
    }
}

fn main() {
    nothing();
    let _ = (nothing_later(), list(), unknown(), pair());
    never();
    number();
    Type.number();
}
