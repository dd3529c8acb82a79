#![deny(dead_code)]

use synndicate::traced;

#[traced]
fn nobody_calls_me(n: u8) -> u8 {
    n
}

#[traced]
async fn nobody_awaits_me(n: u8) -> Result<u8, String> {
    Ok(n)
}

struct Type;

#[traced]
impl Type {
    fn nobody_calls_me_either(&self) {}
}

fn main() {
    let _ = Type;
}
