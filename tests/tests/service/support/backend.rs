//! Backends for programs to send to, and how tests look at what has arrived there.

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::Span;
use socket2::{Domain, Socket, Type};
use std::iter;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;
use synndicate_tests::receiver::{Answer, Export, Receiver, Refusal, Wire};
use tonic::Code;

/// A backend that takes everything.
pub(crate) fn taking() -> Receiver {
    taking_over(Wire::Http)
}

/// The same over this wire.
pub(crate) fn taking_over(wire: Wire) -> Receiver {
    Receiver::over(wire).listen().unwrap()
}

/// A backend that takes nothing, and says why.
pub(crate) fn refusing(refusal: impl Fn(&Export) -> Refusal + Send + Sync + 'static) -> Receiver {
    refusing_over(Wire::Http, refusal)
}

/// The same over this wire.
pub(crate) fn refusing_over(
    wire: Wire,
    refusal: impl Fn(&Export) -> Refusal + Send + Sync + 'static,
) -> Receiver {
    let answer = move |export: &Export| Answer::Refused(refusal(export));
    Receiver::over(wire).answering(answer).listen().unwrap()
}

/// A refusal with this status.
pub(crate) fn status(status: u16) -> Refusal {
    Refusal::new(status, Code::Unknown, "no")
}

/// A backend to which one can connect, but which never answers.
pub(crate) struct Silent(TcpListener);

impl Silent {
    pub(crate) fn listen() -> Silent {
        Silent(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap())
    }

    /// What came so far and comes from now on gets its answer.
    pub(crate) fn into_listener(self) -> TcpListener {
        self.0
    }
}

/// A backend to which one cannot even connect: an attempt gets no answer, as from behind a firewall.
pub(crate) struct Hanging {
    listener: Socket,
    _waiting: Vec<TcpStream>,
}

impl Hanging {
    /// Listens, and fills the queue of the connections that nobody accepts.
    pub(crate) fn listen() -> Hanging {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        listener.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
        listener.listen(0).unwrap();
        let address = listener.local_addr().unwrap().as_socket().unwrap();
        let attempt = || TcpStream::connect_timeout(&address, Duration::from_millis(200)).ok();
        let waiting: Vec<_> = iter::from_fn(attempt).take(16).collect();
        assert!(waiting.len() < 16, "the queue is never full");
        Hanging { listener, _waiting: waiting }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.listener.local_addr().unwrap().as_socket().unwrap())
    }
}

/// An endpoint where nobody listens.
pub(crate) fn nobody() -> String {
    Silent::listen().endpoint()
}

/// What has arrived at a receiver.
pub(crate) trait Arrived {
    /// The names of all spans, in alphabetical order.
    fn names(&self) -> Vec<String>;
    /// The only span of this name.
    fn one(&self, name: &str) -> Span;
    /// How many requests, those without spans included.
    fn requests(&self) -> usize;
    /// The texts that an attribute of the resource has in the requests with spans.
    fn resource(&self, key: &str) -> Vec<String>;
    /// Waits until spans have come, taken or not.
    fn wait_for_spans(&self);
}

impl Arrived for Receiver {
    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.noted().spans().map(|span| span.name.clone()).collect();
        names.sort_unstable();
        names
    }

    #[track_caller]
    fn one(&self, name: &str) -> Span {
        let noted = self.noted();
        let named: Vec<_> = noted.spans().filter(|span| span.name == name).collect();
        let [span] = named[..] else {
            panic!("{} spans are `{name}`: {:?}", named.len(), self.names())
        };
        span.clone()
    }

    fn requests(&self) -> usize {
        let noted = self.noted();
        noted.probes + noted.requests
    }

    fn resource(&self, key: &str) -> Vec<String> {
        let exports = self.noted().exports;
        let resources = exports
            .iter()
            .filter_map(|export| export.request.resource_spans.first()?.resource.as_ref());
        resources.filter_map(|resource| text_of(&resource.attributes, key)).collect()
    }

    fn wait_for_spans(&self) {
        self.wait_until(|noted| noted.requests > 0).unwrap();
    }
}

/// The text of an attribute.
pub(crate) fn text_of(attributes: &[KeyValue], key: &str) -> Option<String> {
    match value_of(attributes, key)? {
        Value::StringValue(text) => Some(text),
        _ => None,
    }
}

/// Whether an attribute is there and true.
pub(crate) fn is_true(attributes: &[KeyValue], key: &str) -> bool {
    matches!(value_of(attributes, key), Some(Value::BoolValue(true)))
}

fn value_of(attributes: &[KeyValue], key: &str) -> Option<Value> {
    let attribute = attributes.iter().find(|attribute| attribute.key == key)?;
    attribute.value.clone().and_then(|AnyValue { value }| value)
}
