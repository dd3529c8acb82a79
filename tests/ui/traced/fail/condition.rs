use synndicate::traced;

#[traced(err(if error.is_empty()))]
fn no_closure() -> Result<u8, String> {
    Ok(1)
}

#[traced(on_none)]
fn no_option() -> u8 {
    1
}

#[traced(parent = 7)]
fn no_parent() {}

fn main() {
    let _ = no_closure();
    no_option();
    no_parent();
}
