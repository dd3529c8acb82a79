use synndicate::traced;

#[traced(user_id = 7, captures(a), skipp(b), everything)]
pub fn function(a: u8, b: u8) -> u8 {
    a + b
}

fn main() {
    function(1, 2);
}
