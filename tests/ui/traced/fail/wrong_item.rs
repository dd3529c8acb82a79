use synndicate::traced;

#[traced]
pub struct Plan;

#[traced]
pub const LIMIT: u8 = 1;

#[traced]
use std::fmt;

fn main() {}
