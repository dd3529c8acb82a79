//! Values of which nothing may be seen but whether two are the same: a hash that depends on a key.
//!
//! Without the key nobody can try out values, as they can with a plain hash of an address or a card number.

use super::encoder::{Attributes, Key, Limits, pair};
use super::slot::{lock, lock_unless_forked};
use super::spans::encoded;
use super::thread;
use crate::batch::protobuf::Fields;
use crate::plan::Secret;
use siphasher::sip::SipHasher24;
use siphasher::sip128;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::{Mutex, OnceLock};

/// What is hashed of one value: more than is recorded, so that long values with the same beginning differ.
const LIMITS: Limits =
    Limits { attributes: 1, events: 0, links: 0, value_bytes: 1024 * 1024, span_bytes: u32::MAX };

/// The key that the settings give.
static GIVEN: Mutex<Option<[u64; 2]>> = Mutex::new(None);

/// Hashes depend on this key from now on; without one, on a random one of this process.
pub(crate) fn use_key(key: Option<&Secret>) {
    *lock(&GIVEN) = key.map(|key| halves(key.expose()));
}

fn key() -> [u64; 2] {
    static RANDOM: OnceLock<[u64; 2]> = OnceLock::new();
    let random = || [(); 2].map(|()| RandomState::new().build_hasher().finish());
    let given = lock_unless_forked(&GIVEN).and_then(|given| *given);
    given.unwrap_or_else(|| *RANDOM.get_or_init(random))
}

/// A key of fixed size for a text of any.
fn halves(text: &str) -> [u64; 2] {
    let hash = sip128::SipHasher24::new().hash(text.as_bytes());
    [hash.h1, hash.h2]
}

impl Attributes<'_> {
    /// Records a hash of what `write` records, as `[hash:0123456789abcdef]`. What writes nothing has none.
    #[cold]
    pub fn hash(&mut self, key: &Key<'_>, write: impl FnOnce(&mut Attributes<'_>)) {
        let seen = encoded(|content| write(&mut content.attributes(LIMITS).sorted()));
        if let Some(attribute) = Fields(seen.bytes()).next() {
            let (_, value) = pair(attribute.value.as_bytes());
            let hash = digest(self::key(), value.0);
            self.formatted(key, format_args!("[hash:{hash:016x}]"));
        }
        thread::with(|thread| thread.give_back_fragment(seen));
    }
}

fn digest([first, second]: [u64; 2], value: &[u8]) -> u64 {
    SipHasher24::new_with_keys(first, second).hash(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_depends_on_all_of_the_key_and_on_nothing_else() {
        let hash = |key: &str| digest(halves(key), b"value");
        assert_eq!(hash("a key of two services"), hash("a key of two services"));
        assert_ne!(hash("a key of two services"), hash("a key of two servicez"));
        assert_ne!(halves("a"), halves("b"));
        assert_eq!(key(), key());
        // The reference vector of SipHash-2-4: <https://github.com/veorq/SipHash/blob/master/vectors.h>.
        let key = [0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908];
        assert_eq!(digest(key, &[]), 0x726f_db47_dd0e_0e31);
    }
}
