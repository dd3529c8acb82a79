#![deny(unused)]

use synndicate::traced;

#[traced]
fn sync(unused: u8, mut immutable: String, used: &str) -> usize {
    used.len()
}

#[traced]
async fn asynchronous((unused, used): (u8, u8), mut immutable: u8) -> Result<u8, String> {
    return Ok(used + immutable);
    Ok(1)
}

fn main() {
    sync(1, String::new(), "");
    asynchronous((1, 2), 3);
}
