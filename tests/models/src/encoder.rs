//! What stands in the place of a span's content: how much was written.

/// Something that handles write to.
#[derive(Debug, Default)]
pub(crate) struct Content(pub(crate) u32);

impl Content {
    pub(crate) fn clear(&mut self) {
        self.0 = 0;
    }

    pub(crate) fn recycle(&mut self) {
        self.clear();
    }
}
