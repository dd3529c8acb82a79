use synndicate::traced;

#[traced(name = "a", level = "info", target = "t", name = "b", skip(x), skip(y), "c", err, err(Debug), level = 3)]
fn options(x: u8, y: u8) -> Result<u8, String> {
    Ok(x + y)
}

#[traced(skip(x, x), capture(y, x, y))]
fn names(x: u8, y: u8) {
    let _ = (x, y);
}

fn main() {
    let _ = options(1, 2);
    names(1, 2);
}
