use synndicate::traced;

type Number = u8;

#[traced(err)]
fn number() -> Number {
    1
}

#[traced(on_none)]
async fn list() -> Result<std::collections::BTreeSet<u8>, String> {
    Ok(Default::default())
}

#[traced(on_none)]
fn answer() -> Number {
    1
}

fn main() {
    number();
    answer();
    let _ = list();
}
