use synndicate::traced;

#[traced(name, skip, capture = query, skip_all = true, fields, capture_all(x))]
fn forms(query: &str) {
    let _ = query;
}

#[traced(kind = clent, kind = 3, kind = "spam", root = 1, agent = 7, follows_from)]
fn kinds() {}

#[traced(level = "loud", level = 9, target = , fields(= 1), crate = 7, level = true)]
fn values() {}

#[traced(name = "a" target = "b", skip_all level = "info")]
fn commas() {}

#[traced(err(Loud), ret(Displya), skip(1, 2), fields(a b), 7)]
fn words(a: u8) -> Result<u8, String> {
    Ok(a)
}

fn main() {
    forms("");
    kinds();
    values();
    commas();
    let _ = words(1);
}
