use synndicate::traced;

#[traced(err, on_none)]
fn nothing() {}

#[traced(ret, err)]
async fn nothing_later() -> () {}

#[traced(ret)]
fn never() -> ! {
    loop {}
}

fn main() {
    nothing();
    let _ = nothing_later();
    never();
}
