//! A user's own traits and types with the names of those that do their work later.
#![deny(warnings)]

use synndicate::traced;

pub trait Stream {
    fn send(&mut self, byte: u8);
}

impl Stream for Vec<u8> {
    fn send(&mut self, byte: u8) {
        self.push(byte);
    }
}

pub struct BoxStream;
pub struct BoxFuture;
pub struct LocalBoxStream<'a>(pub &'a str);

#[traced]
fn dial() -> Box<dyn Stream> {
    Box::new(Vec::new())
}

#[traced]
fn pinned() -> std::pin::Pin<Box<dyn Stream + Send>> {
    Box::pin(Vec::new())
}

#[traced]
fn opaque() -> impl Stream {
    Vec::new()
}

#[traced]
fn boxed() -> BoxStream {
    BoxStream
}

#[traced]
fn later() -> BoxFuture {
    BoxFuture
}

#[traced]
fn local(text: &str) -> LocalBoxStream<'_> {
    LocalBoxStream(text)
}

fn main() {
    dial().send(1);
    opaque().send(2);
    let _ = (pinned(), boxed(), later(), local("").0);
}
