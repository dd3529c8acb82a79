// What people write, good and bad: something for every lint to say. Each attribute has a line of its own, which is left empty in
// the plain program.
#![warn(missing_docs, unreachable_pub, unused_qualifications, let_underscore_drop, single_use_lifetimes, unused_lifetimes)]

use std::collections::HashMap;
use std::fmt::Display;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Mutex;

#[traced]
pub fn plain(list: &mut Vec<u8>) {
    list.push(1);
}

#[traced]
pub fn unused(first: u8, second: u8) {
    let third = 3;
    let mut fourth = 4;
}

#[traced]
pub fn unused_with_a_value(first: u8, _second: u8, mut third: u8) -> u8 {
    let mut fourth = 4;
    fourth
}

#[traced]
pub async fn unused_later(first: u8, mut second: u8) -> u8 {
    let third = 3;
    1
}

#[traced]
pub async fn yields_a_future(first: u8) -> impl Future<Output = u8> {
    std::future::ready(first)
}

#[traced]
pub fn assigned(mut number: u8) {
    number = 3;
}

#[traced]
pub fn assigned_with_a_value(mut number: u8) -> u8 {
    let mut other = 1;
    other = 2;
    number = 3;
    4
}

#[traced]
pub fn by_value(text: String, list: Vec<u8>) -> usize {
    text.len() + list.len()
}

#[traced]
pub async fn by_value_later(text: String) -> usize {
    text.len()
}

#[traced]
pub fn small_reference(number: &u8) -> u8 {
    *number
}

#[traced]
pub fn returns(number: u8) -> u8 {
    let doubled = number * 2;
    return doubled;
}

#[traced]
pub fn lets_and_returns(number: u8) -> u8 {
    let doubled = number.wrapping_mul(2);
    doubled
}

#[traced]
pub fn returns_nothing(number: u8) {
    if number > 3 {
        return;
    }
    drop(number);
    return;
}

#[traced]
pub async fn returns_later(number: u8) -> u8 {
    std::future::ready(()).await;
    return number;
}

#[traced]
pub fn wraps(number: u8) -> Result<u8, String> {
    Ok(number)
}

#[traced]
pub fn wraps_an_option(number: u8) -> Option<u8> {
    Some(number)
}

#[traced]
fn wraps_in_private(number: u8) -> Result<u8, String> {
    Ok(number)
}

#[traced]
pub async fn fails_later(text: &str) -> Result<u8, std::num::ParseIntError> {
    let number = text.parse::<u8>()?;
    Ok(number)
}

#[traced]
pub fn panics(list: &[u8]) -> u8 {
    let first = list.first().unwrap();
    let second = list.get(1).expect("two");
    if *first > 3 {
        panic!("too much");
    }
    assert!(*second < 3);
    list[0] + list[1]
}

#[traced]
pub fn converts(number: u64) -> u8 {
    let small = number as u8;
    let float = number as f64;
    (float as u8) + small
}

#[traced]
pub fn shadows(number: u8) -> u8 {
    let number = number + 1;
    let number = u8::from(number > 3);
    number
}

#[traced]
pub fn underscores(_used: u8) -> u8 {
    _used
}

#[traced(capture_all)]
pub fn captured(_unused: u8, list: &[u8], option: Option<&str>) -> usize {
    list.len()
}

#[traced(ret, err)]
pub fn told(list: &[u8]) -> Result<usize, String> {
    if list.is_empty() {
        return Err("empty".to_string());
    }
    Ok(list.len())
}

#[traced(skip_all, fields(double = number * 2, shown = %text))]
pub fn fields(number: u8, text: &str) {
    drop((number, text));
}

#[traced]
pub fn patterns((first, second): (u8, u8), [third, _]: [u8; 2]) -> u8 {
    first + third
}

#[traced]
pub fn generic<'a, T: Display, const N: usize>(value: T, other: &'a str, numbers: [u8; N]) -> &'a str {
    let text = format!("{}", value);
    println!("{}", text);
    other
}

#[traced]
pub fn opaque(value: impl Display) -> impl Iterator<Item = u8> {
    let text = value.to_string();
    (0..3).map(|n| n + 1)
}

#[traced]
pub fn map(values: HashMap<String, u8>) -> Vec<u8> {
    let mut list = Vec::new();
    for (_, value) in values.iter() {
        list.push(value.clone());
    }
    list
}

#[traced]
pub fn matches(number: Option<u8>) -> u8 {
    match number {
        Some(n) => n,
        None => 0,
    }
}

#[traced]
pub fn many(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: bool) -> bool {
    if a > b && c > d && e > f && g > 0 && h == true {
        if a > 3 {
            return true;
        }
    }
    false
}

#[traced]
pub fn locks(mutex: Mutex<Vec<u8>>) -> usize {
    mutex.lock().unwrap().len()
}

#[traced]
pub async fn holds_a_lock(mutex: &Mutex<u8>) -> u8 {
    let guard = mutex.lock().unwrap();
    std::future::ready(()).await;
    *guard
}

#[traced]
pub async fn is_not_send(counter: Rc<u8>) -> u8 {
    std::future::ready(()).await;
    *counter
}

#[traced]
pub fn future(number: u8) -> impl Future<Output = u8> {
    async move {
        let doubled = number * 2;
        return doubled;
    }
}

#[traced]
pub fn boxed(text: String) -> Pin<Box<dyn Future<Output = usize> + Send>> {
    Box::pin(async move {
        let unused = 1;
        text.len()
    })
}

#[traced]
pub fn never() -> ! {
    std::process::exit(3)
}

#[traced]
pub fn ends(number: u8) -> u8 {
    if number > 3 {
        std::process::exit(3);
    }
    todo!()
}

#[traced]
pub fn unreachable(number: u8) -> u8 {
    return number;
    drop(number);
}

#[traced]
pub fn items(number: u8) -> u8 {
    let one = 1;
    const TWO: u8 = 2;
    fn helper(number: u8) -> u8 {
        number + TWO
    }
    helper(number) + one
}

#[traced]
pub unsafe fn is_unsafe(pointer: *const u8) -> u8 {
    unsafe { *pointer }
}

#[traced]
pub fn blocks(number: u8) -> u8 {
    {
        number
    }
}

#[traced]
pub fn closures(list: &[u8]) -> Vec<String> {
    list.iter().map(|n| n.to_string()).collect()
}

#[traced]
#[allow(clippy::needless_pass_by_value, unused_variables)]
pub fn allowed(text: String, unused: u8) -> usize {
    text.len()
}

#[traced]
#[must_use]
#[inline]
pub fn attributes(#[allow(unused_variables)] first: u8, second: u8) -> u8 {
    1
}

#[traced]
#[deprecated]
pub fn deprecated() {}

pub struct Type {
    pub number: u8,
}

#[traced]
impl Type {
    pub fn new(number: u8) -> Self {
        Type { number }
    }

    pub fn get_number(&self) -> u8 {
        self.number
    }

    pub fn unused_receiver(&self, number: u8) -> u8 {
        3
    }

    pub fn set_number(&mut self, number: u8) -> &mut Self {
        self.number = number;
        self
    }

    pub fn into_text(self) -> String {
        format!("{}", self.number)
    }

    pub fn is_ready(self) -> bool {
        true
    }

    pub async fn later(&self, unused: u8) -> u8 {
        self.number
    }

    fn never_called(&self) {}
}

#[traced]
impl Display for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.number)
    }
}

#[traced]
pub trait Step {
    fn declared(&self, number: u8) -> u8;

    fn with_a_body(&self, number: u8) -> u8 {
        self.declared(3)
    }
}

impl Step for Type {
    #[traced]
    fn declared(&self, number: u8) -> u8 {
        let unused = 1;
        self.number
    }
}

#[traced]
fn never_called(number: u8) -> u8 {
    number
}

#[traced]
async fn never_awaited(number: u8) {}

pub fn calls() {
    wraps_in_private(1);
    never_awaited(1);
    attributes(1, 2);
    future(1);
    deprecated();
    let _ = Mutex::new(1).lock();
}
