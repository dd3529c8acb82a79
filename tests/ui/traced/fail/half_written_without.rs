// What is said of the half-written functions beside this file where nothing is traced: the same.

pub struct A24;
impl A24 {
    #[inline]
    pub fn read(&self, n: u8) -> u8 { self. }
    #[inline]
    pub fn other(&self) -> u8 { missing_name }
}

fn main() {}
