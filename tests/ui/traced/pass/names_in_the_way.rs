//! Generated paths start at the root, generated names are nobody else's.
#![deny(warnings)]

pub mod std {}
pub mod core {}
pub mod tracing {}
pub mod synndicate {}
pub mod alloc {}

pub mod outer {
    #![no_implicit_prelude]

    pub mod std {}
    pub mod core {}
    pub mod tracing {}
    pub mod synndicate {}

    use ::core::prelude::v1::{Clone, Err, Ok, derive};
    use ::core::result::Result;
    use ::std::string::String;
    use ::synndicate::traced;

    pub struct Some;
    pub struct None;
    pub struct Option;

    #[derive(Clone)]
    pub struct Guard;

    pub const CALL_SITE: u8 = 1;

    #[traced(capture_all, fields(x = CALL_SITE))]
    pub fn sync(n: u8, guard: &str) -> Result<u8, String> {
        let attributes = Guard;
        let _ = (guard, attributes.clone());
        if n > 1 { Ok(n + CALL_SITE) } else { Err(String::new()) }
    }

    #[traced(capture_all)]
    pub async fn asynchronous(output: u8, ending: u8) -> Result<u8, String> {
        let result: Result<u8, String> = Ok(output + ending);
        result
    }
}

macro_rules! file {
    () => {
        0
    };
}
macro_rules! concat {
    ($($token:tt)*) => {
        0
    };
}

#[::synndicate::traced]
fn macros_in_the_way(n: u8) -> u8 {
    n + file!() + concat!()
}

fn main() {
    let _ = outer::sync(1, "");
    drop(outer::asynchronous(1, 2));
    let _ = (outer::Some, outer::None, outer::Option);
    macros_in_the_way(1);
}
