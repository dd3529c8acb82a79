//! The same functions as in the tests beside it, compiled by the rules of edition 2021: when temporaries of a last expression are
//! dropped, what an `impl Trait` captures, and what an `unsafe fn` may do differ there.

#[path = "../../tests/transparent/functions.rs"]
pub mod functions;

/// What only this edition compiles without a warning.
pub mod unsafe_functions {
    use synndicate::traced;

    /// # Safety
    ///
    /// `pointer` points to a byte.
    #[traced]
    pub unsafe fn read(pointer: *const u8) -> u8 {
        *pointer
    }

    /// # Safety
    ///
    /// `pointer` points to a byte.
    #[traced]
    pub unsafe fn write(pointer: *mut u8) {
        *pointer = 1;
    }

    /// # Safety
    ///
    /// `pointer` points to a byte.
    #[traced]
    pub async unsafe fn read_later(pointer: *const u8) -> Option<u8> {
        Some(*pointer)
    }
}
