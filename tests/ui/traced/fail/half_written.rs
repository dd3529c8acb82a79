use synndicate::traced;

pub struct A24;
impl A24 {
    #[traced]
    pub fn read(&self, n: u8) -> u8 { self. }
    #[traced]
    pub fn other(&self) -> u8 { missing_name }
}

fn main() {}
