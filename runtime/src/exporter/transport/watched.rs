//! A stream that remembers how the other side began to speak, so that a wrong port can be told by name.

use super::failure::Failure;
use super::tls;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// A connection of any kind.
pub(super) type Io = Box<dyn Stream>;

/// What a connection can do.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// What was heard from the other side.
#[derive(Clone, Default)]
pub(super) struct Heard(Arc<Inner>);

#[derive(Default)]
struct Inner {
    first: OnceLock<Box<[u8]>>,
    fault: OnceLock<Failure>,
}

impl Heard {
    /// How many of the first bytes are remembered.
    const MAX: usize = 32;

    /// The first bytes; `None` while nothing has been heard.
    pub(super) fn first(&self) -> Option<&[u8]> {
        self.0.first.get().map(|bytes| &**bytes)
    }

    /// What was wrong with TLS after its handshake. HTTP/2 does not hand the errors of its stream on to the requests.
    pub(super) fn fault(&self) -> Option<&Failure> {
        self.0.fault.get()
    }

    fn note(&self, received: &[u8]) {
        if !received.is_empty() && self.0.first.get().is_none() {
            self.0.first.get_or_init(|| received.get(..Self::MAX).unwrap_or(received).into());
        }
    }

    fn note_error(&self, error: &io::Error) {
        if let Some(fault) = tls::fault(error) {
            self.0.fault.get_or_init(|| fault);
        }
    }
}

/// How long the other side is listened to when nothing can be written any more.
const PATIENCE: Duration = Duration::from_millis(100);

/// A stream on which is noted what is heard.
pub(super) struct Watched {
    io: Io,
    heard: Heard,
    /// Why nothing can be written, while the other side is listened to.
    broken: Option<io::Error>,
    /// Runs from the first such error on.
    patience: Option<Pin<Box<Sleep>>>,
}

impl Watched {
    pub(super) fn new(io: Io) -> (Watched, Heard) {
        let heard = Heard::default();
        (Watched { io, heard: heard.clone(), broken: None, patience: None }, heard)
    }

    /// Writes. An error is handed on once the other side has been heard: who speaks something else often says so and hangs up at once,
    /// and whether we meet its words or the end of the connection first would be chance. Nobody reads after such an error.
    fn write<T>(
        &mut self,
        cx: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut Io>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let error = match self.broken.take() {
            Some(error) => error,
            None => match write(Pin::new(&mut self.io), cx) {
                Poll::Ready(Err(error)) if self.heard.first().is_none() => error,
                written => return written,
            },
        };
        if self.poll_last_words(cx).is_pending() {
            self.broken = Some(error);
            return Poll::Pending;
        }
        Poll::Ready(Err(error))
    }

    /// Waits for what the other side says. One that only stopped to read may be silent for ever.
    fn poll_last_words(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut room = [0; Heard::MAX];
        // That nothing comes any more, or why, is noted there too.
        if Pin::new(&mut *self).poll_read(cx, &mut ReadBuf::new(&mut room)).is_ready() {
            return Poll::Ready(());
        }
        self.patience.get_or_insert_with(|| Box::pin(sleep(PATIENCE))).as_mut().poll(cx)
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = ready!(Pin::new(&mut self.io).poll_read(cx, buf));
        match &read {
            Ok(()) => self.heard.note(buf.filled().get(before..).unwrap_or_default()),
            Err(error) => self.heard.note_error(error),
        }
        Poll::Ready(read)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.write(cx, |io, cx| io.poll_write(cx, buf))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.write(cx, |io, cx| io.poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.write(cx, AsyncWrite::poll_flush)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn the_first_bytes_are_remembered_and_only_they() {
        let (near, mut far) = tokio::io::duplex(64);
        let (mut watched, heard) = Watched::new(Box::new(near));
        assert_eq!(heard.first(), None);
        for said in [b"one".as_slice(), b"two"] {
            far.write_all(said).await.unwrap();
            watched.read_exact(&mut [0; 3]).await.unwrap();
        }
        assert_eq!(heard.first(), Some(&b"one"[..]));
    }

    /// What the other side said before it hung up, which is there only when it is asked for a second time. Of the errors of writing
    /// only the first says what happened.
    struct HungUp {
        said: &'static [u8],
        asked: bool,
        errors: Vec<io::ErrorKind>,
    }

    impl HungUp {
        fn new(said: &'static [u8]) -> HungUp {
            HungUp { said, asked: false, errors: vec![io::ErrorKind::BrokenPipe] }
        }

        fn error(&mut self) -> io::Error {
            self.errors.pop().unwrap_or(io::ErrorKind::NotConnected).into()
        }
    }

    impl AsyncRead for HungUp {
        fn poll_read(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buf: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            if !std::mem::replace(&mut self.asked, true) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            buf.put_slice(std::mem::take(&mut self.said));
            Poll::Ready(Ok(()))
        }
    }

    impl AsyncWrite for HungUp {
        fn poll_write(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            _: &[u8],
        ) -> Poll<io::Result<usize>> {
            Poll::Ready(Err(self.error()))
        }

        fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Err(self.error()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[tokio::test]
    async fn who_hangs_up_before_all_is_written_is_heard_first() {
        for said in [&b"HTTP/1.1 400"[..], b""] {
            let (mut watched, heard) = Watched::new(Box::new(HungUp::new(said)));
            let error = watched.write_all(b"hello").await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
            assert_eq!(heard.first().unwrap_or_default(), said);
            assert!(watched.flush().await.is_err(), "it is said once");
        }
    }

    /// Time goes on by itself while nothing else happens.
    #[cfg(unix)]
    #[tokio::test(start_paused = true)]
    async fn who_only_stopped_to_read_is_not_waited_for_for_ever() {
        let (near, far) = tokio::net::UnixStream::pair().unwrap();
        let far = far.into_std().unwrap();
        far.shutdown(std::net::Shutdown::Read).unwrap();
        let (mut watched, heard) = Watched::new(Box::new(near));
        let begun = tokio::time::Instant::now();
        for _ in 0..2 {
            let error = watched.write_all(b"hello").await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
        }
        assert!(
            (PATIENCE..2 * PATIENCE).contains(&begun.elapsed()),
            "once, and not for each error"
        );
        assert_eq!(heard.first(), None);
    }
}
