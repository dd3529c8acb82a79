//! Functions of every kind.
#![deny(warnings)]

use std::fmt::Display;
use synndicate::traced;

/// # Safety
///
/// `pointer` points to a byte.
#[traced]
pub unsafe fn unsafe_function(pointer: *const u8) -> u8 {
    unsafe { *pointer }
}

/// # Safety
///
/// None.
#[traced]
pub async unsafe fn unsafe_async(n: u8) -> u8 {
    n
}

#[traced]
pub extern "C" fn foreign_abi(n: u8) -> u8 {
    n
}

#[traced]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn exported_by_its_name(n: u8) {
    let _ = n;
}

#[traced]
pub fn generic<'a, 'b: 'a, T: Display + ?Sized, const N: usize>(first: &'a T, second: [&'b str; N]) -> Option<&'a str>
where
    T: Sync,
{
    let _ = first;
    second.first().copied()
}

#[traced]
pub fn opaque_arguments(first: impl Display, second: &dyn Fn(u8) -> u8, third: impl FnOnce() -> u8) -> u8 {
    let _ = first.to_string();
    second(third())
}

#[traced]
pub fn opaque_closure() -> impl Fn(&str) -> usize {
    |text| text.len()
}

#[traced]
pub async fn opaque_closure_later(step: u32) -> impl Fn(u32) -> u32 {
    move |n| n + step
}

#[traced]
pub async fn opaque_in_a_result(n: u8) -> Result<impl Iterator<Item = u8>, std::io::Error> {
    if n == 0 {
        return Err(std::io::ErrorKind::Other.into());
    }
    Ok((0..n).filter(|n| n % 2 == 0))
}

#[traced]
pub fn function_pointer(f: fn(u8) -> u8) -> fn(u8) -> u8 {
    f
}

#[traced]
pub fn labels(n: u8) -> u8 {
    'outer: loop {
        for step in 0..n {
            if step == 2 {
                break 'outer step;
            }
        }
        return 0;
    }
}

#[traced]
pub fn r#match(r#type: u8, r#in: u8) -> u8 {
    r#type + r#in
}

#[traced]
pub fn inner_attributes(n: u8) -> u8 {
    #![allow(unused_variables)]
    let unused = 1;
    n
}

#[traced]
pub fn recursive(n: u64) -> u64 {
    if n < 2 { 1 } else { n * recursive(n - 1) }
}

#[traced]
pub fn trait_object(n: u8) -> Box<dyn Fn(u8) -> u8 + Send> {
    if n == 0 {
        return Box::new(|n| n);
    }
    Box::new(move |m| n + m)
}

#[traced]
pub fn inferred_by_the_result() -> Vec<u64> {
    "1 2".split(' ').map(|n| n.parse().unwrap_or_default()).collect()
}

#[traced]
fn nested(n: u8) -> u8 {
    #[traced]
    fn inner(n: u8) -> u8 {
        n
    }
    inner(n)
}

pub struct Words<'a>(&'a str);

#[traced]
impl<'a> Words<'a> {
    pub fn first(&self) -> Option<&'a str> {
        self.0.split(' ').next()
    }

    pub async fn ending<'b>(&'b self, fallback: &'b str) -> &'b str {
        self.0.rsplit(' ').next().unwrap_or(fallback)
    }

    pub fn iter(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.0.split(' ')
    }
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    #[traced]
    fn next(&mut self) -> Option<Self::Item> {
        let (first, rest) = self.0.split_once(' ')?;
        self.0 = rest;
        Some(first)
    }
}

macro_rules! functions {
    ($($(#[$attribute:meta])* $vis:vis fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty $body:block)*) => {$(
        $(#[$attribute])*
        #[traced(capture_all)]
        $vis fn $name($($argument: $type),*) -> $result $body
    )*};
}
functions! {
    #[must_use]
    pub fn from_a_macro(n: u8, text: &str) -> usize { usize::from(n) + text.len() }
    fn from_a_macro_too() -> Result<(), String> { Ok(()) }
}

macro_rules! item {
    ($item:item) => {
        #[traced]
        $item
    };
}
item! {
    pub async fn whole_item(n: u8) -> u8 { n }
}

macro_rules! with_attribute {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        fn attribute_from_outside(n: u8) -> u8 {
            n
        }
    };
}
with_attribute!(#[traced(fields(x = 1))]);

fn main() {
    let _ = unsafe { unsafe_function(&1) };
    drop(unsafe { unsafe_async(1) });
    foreign_abi(1);
    unsafe { exported_by_its_name(1) };
    let _ = generic("a", ["b"]);
    opaque_arguments(1, &|n| n, || 2);
    opaque_closure()("a");
    drop((opaque_closure_later(1), opaque_in_a_result(1)));
    function_pointer(|n| n)(1);
    labels(3);
    r#match(1, 2);
    inner_attributes(1);
    recursive(5);
    trait_object(0)(1);
    let _ = (inferred_by_the_result(), nested(1), from_a_macro(1, ""), from_a_macro_too());
    drop(whole_item(1));
    attribute_from_outside(1);
    let mut words = Words("a b");
    let _ = (words.first(), words.iter().count(), words.next());
    drop(words.ending(""));
}
