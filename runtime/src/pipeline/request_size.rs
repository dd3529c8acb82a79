//! How large a request may be: as large as the settings say, and less while the backend takes less.

/// After so many requests that were taken, one of twice the size is tried: a backend may have been given a higher limit, and
/// where it was not, one refused request in so many costs little.
const TAKEN: u32 = 100;

/// The largest size of the spans of one request, in bytes.
#[derive(Debug)]
pub(super) struct RequestSize {
    now: usize,
    most: usize,
    taken: u32,
}

impl RequestSize {
    /// Never more than `most`.
    pub(super) fn new(most: usize) -> RequestSize {
        RequestSize { now: most, most, taken: 0 }
    }

    pub(super) fn bytes(&self) -> usize {
        self.now
    }

    /// So many bytes were too large. The next requests are no larger than half of it, so that each is not refused again.
    pub(super) fn refused(&mut self, bytes: usize) {
        self.now = self.now.min(bytes / 2).max(1);
        self.taken = 0;
    }

    /// A request was taken.
    pub(super) fn taken(&mut self) {
        self.taken += 1;
        if self.taken >= TAKEN {
            self.now = self.now.saturating_mul(2).min(self.most);
            self.taken = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(size: &mut RequestSize, requests: u32) -> usize {
        (0..requests).for_each(|_| size.taken());
        size.bytes()
    }

    #[test]
    fn what_was_too_large_is_halved_and_grows_again_while_requests_are_taken() {
        let mut size = RequestSize::new(1000);
        size.refused(1000);
        size.refused(400);
        assert_eq!(take(&mut size, TAKEN - 1), 200);
        assert_eq!(take(&mut size, 1), 400);
        size.refused(400);
        assert_eq!(take(&mut size, TAKEN * 2), 800);
        assert_eq!(take(&mut size, TAKEN * 9), 1000, "the settings allow no more");
    }

    #[test]
    fn a_smaller_request_that_was_too_large_never_raises_the_size() {
        let mut size = RequestSize::new(1000);
        size.refused(100);
        size.refused(900);
        assert_eq!(size.bytes(), 50);
        size.refused(0);
        assert_eq!(take(&mut size, TAKEN), 2, "it grows from the very bottom, too");
    }
}
