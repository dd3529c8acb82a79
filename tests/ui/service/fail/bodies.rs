// What is wrong in the body is said as without the attribute.
use synndicate::traced_service;

#[traced_service]
async fn main() -> Result<(), String> {
    let number: u32 = "seven";
    Ok(number)
}
