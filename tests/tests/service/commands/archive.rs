//! Somebody who shows the traces that a receiver has, as Jaeger and Zipkin do: by the id in the path.

use crate::support::Receiver;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A server that answers every request until the test ends.
pub(super) struct Archive {
    endpoint: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Archive {
    /// Shows what has arrived there, at the second time that it is asked.
    pub(super) fn of(backend: Arc<Receiver>) -> Archive {
        let mut asked = 0;
        Archive::answering(move |path| {
            asked += 1;
            let spans = backend.noted();
            let shown = spans.spans().filter(|span| path.ends_with(&hex(&span.trace_id)));
            let ids: Vec<_> = shown.map(|span| hex(&span.span_id)).collect();
            if ids.is_empty() || asked < 2 {
                return (404, "trace not found".into());
            }
            (200, format!("{{\"spans\":{ids:?}}}"))
        })
    }

    /// Has nothing.
    pub(super) fn empty() -> Archive {
        Archive::answering(|_| (404, "trace not found".into()))
    }

    pub(super) fn answering(
        mut answer: impl FnMut(&str) -> (u16, String) + Send + 'static,
    ) -> Archive {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let noted = requests.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let request = head(&stream);
                let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                noted.lock().unwrap().push(request);
                respond(stream, answer(&path));
            }
        });
        Archive { endpoint, requests }
    }

    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The heads of all requests.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn head(stream: &TcpStream) -> String {
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn respond(mut stream: TcpStream, (status, body): (u16, String)) {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
    // Who asked may have gone.
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
