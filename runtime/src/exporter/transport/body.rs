//! A request's body.

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Pieces that are sent one after the other as they are, without being put together first.
#[derive(Clone, Debug, Default)]
pub(in crate::exporter) struct Pieces {
    waiting: VecDeque<Bytes>,
    len: u64,
    has_begun: bool,
}

impl FromIterator<Bytes> for Pieces {
    fn from_iter<I: IntoIterator<Item = Bytes>>(pieces: I) -> Pieces {
        // An empty piece would be an empty frame in HTTP/2, which servers count as an attack.
        let waiting: VecDeque<Bytes> =
            pieces.into_iter().filter(|piece| !piece.is_empty()).collect();
        let len = waiting.iter().map(|piece| piece.len() as u64).sum();
        Pieces { waiting, len, has_begun: false }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.has_begun = true;
        let piece = self.waiting.pop_front();
        self.len -= piece.as_ref().map_or(0, |piece| piece.len() as u64);
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        // An empty body is one all the same, so that `content-length: 0` is sent, without which some servers refuse a POST.
        self.has_begun && self.waiting.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_leave_in_order_and_as_they_are() {
        let first = Bytes::from_static(b"ab");
        let mut body: Pieces =
            [first.clone(), Bytes::new(), Bytes::from_static(b"c")].into_iter().collect();
        let mut cx = Context::from_waker(std::task::Waker::noop());
        let mut next = || match Pin::new(&mut body).poll_frame(&mut cx) {
            Poll::Ready(frame) => {
                (frame.map(|frame| frame.unwrap().into_data().unwrap()), body.clone())
            }
            Poll::Pending => panic!("pieces wait for nothing"),
        };
        let (piece, rest) = next();
        assert_eq!(piece.unwrap().as_ptr(), first.as_ptr(), "no copy is made");
        assert_eq!((rest.size_hint().exact(), rest.is_end_stream()), (Some(1), false));
        let (piece, rest) = next();
        assert_eq!(
            (&piece.unwrap()[..], rest.is_end_stream()),
            (&b"c"[..], true),
            "an empty piece is left out"
        );
        assert_eq!(next().0, None);
    }
}
