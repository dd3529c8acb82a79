use synndicate::traced;

#[traced]
mod missing;

#[traced]
pub fn without_body() -> u8;

fn main() {}
