use synndicate::traced;

struct Opaque;

#[traced(capture(second))]
fn one(first: Opaque, second: Opaque) {
    let _ = (first, second);
}

#[traced(capture_all)]
async fn all<T>(generic: T, opaque: &Opaque) {
    let _ = (generic, opaque);
}

#[traced(ret)]
fn result() -> Result<Opaque, String> {
    Ok(Opaque)
}

fn main() {
    one(Opaque, Opaque);
    let _ = all(1, &Opaque);
    let _ = result();
}
