use synndicate::traced;

pub trait Tool {
    #[traced]
    fn run(&self) -> u8;
}

fn main() {}
