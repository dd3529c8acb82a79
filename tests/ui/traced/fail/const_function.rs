use synndicate::traced;

#[traced]
pub const fn free(n: u32) -> u32 {
    n + 1
}

struct Type;

impl Type {
    #[traced]
    const fn method(&self) -> u8 {
        1
    }
}

fn main() {
    free(1);
    Type.method();
}
