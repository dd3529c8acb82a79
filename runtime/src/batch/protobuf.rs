//! The few protobuf primitives that writing and cutting OTLP needs: varints, tags, and a reader that never panics.
//!
//! Source: <https://protobuf.dev/programming-guides/encoding/>.

/// A field that holds a varint.
pub(crate) const VARINT: u8 = 0;
/// A field that holds eight bytes.
pub(crate) const FIXED64: u8 = 1;
/// A field that holds a length and as many bytes.
pub(crate) const LEN: u8 = 2;
/// A field that holds four bytes.
pub(crate) const FIXED32: u8 = 5;

/// The tag of a field whose number is below 16, which takes one byte.
pub(crate) const fn tag(field: u8, wire_type: u8) -> u8 {
    field << 3 | wire_type
}

/// Appends `value` as a varint.
#[inline]
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a length-delimited field whose number is below 16.
#[inline]
pub(crate) fn put_bytes(out: &mut Vec<u8>, field: u8, value: &[u8]) {
    out.push(tag(field, LEN));
    put_varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

/// Appends a message, whose field number is below 16. Its length is known only when it is written, and is moved in front of it.
#[cfg(feature = "jaeger")]
pub(crate) fn put_message(out: &mut Vec<u8>, field: u8, write: impl FnOnce(&mut Vec<u8>)) {
    out.push(tag(field, LEN));
    let start = out.len();
    write(out);
    let len = (out.len() - start) as u64;
    put_varint(out, len);
    if let Some(written) = out.get_mut(start..) {
        written.rotate_right(varint_len(len));
    }
}

/// How many bytes `value` takes as a varint: 1 to 10.
#[inline]
pub(crate) const fn varint_len(value: u64) -> usize {
    (70 - (value | 1).leading_zeros() as usize) / 7
}

/// Reads a varint at the start of `input`: the value and what follows it. `None` where it is cut or longer than ten bytes.
#[inline]
pub(crate) fn split_varint(input: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (at, &byte) in input.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte < 0x80 {
            return Some((value, input.get(at + 1..)?));
        }
    }
    None
}

/// One field of a message, as [`Fields`] finds it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Field<'a> {
    pub(crate) number: u64,
    pub(crate) value: Value<'a>,
    /// The whole field with its tag and length.
    pub(crate) bytes: &'a [u8],
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    Fixed32(u32),
}

impl<'a> Value<'a> {
    /// The bytes of a length-delimited field, nothing for the other kinds.
    pub(crate) fn as_bytes(self) -> &'a [u8] {
        match self {
            Value::Bytes(bytes) => bytes,
            _ => &[],
        }
    }
}

/// Walks the fields of a message; ends at the first one that is cut or malformed.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    #[inline]
    fn next(&mut self) -> Option<Field<'a>> {
        let start = self.0;
        let (key, rest) = split_varint(start)?;
        let (value, rest) = split_value(key as u8 & 7, rest)?;
        self.0 = rest;
        let bytes = start.get(..start.len() - rest.len())?;
        Some(Field { number: key >> 3, value, bytes })
    }
}

fn split_value(wire_type: u8, input: &[u8]) -> Option<(Value<'_>, &[u8])> {
    match wire_type {
        0 => split_varint(input).map(|(value, rest)| (Value::Varint(value), rest)),
        1 => input
            .split_first_chunk()
            .map(|(bytes, rest)| (Value::Fixed64(u64::from_le_bytes(*bytes)), rest)),
        2 => {
            let (len, rest) = split_varint(input)?;
            let (bytes, rest) = rest.split_at_checked(usize::try_from(len).ok()?)?;
            Some((Value::Bytes(bytes), rest))
        }
        5 => input
            .split_first_chunk()
            .map(|(bytes, rest)| (Value::Fixed32(u32::from_le_bytes(*bytes)), rest)),
        _ => None,
    }
}

/// All fields of `message`; `None` where it is not protobuf to its end.
#[cfg_attr(
    not(feature = "_remote"),
    expect(dead_code, reason = "only the answers of servers are read so")
)]
pub(crate) fn whole(message: &[u8]) -> Option<Vec<(u64, Value<'_>)>> {
    let mut rest = Fields(message);
    let fields = rest.by_ref().map(|field| (field.number, field.value)).collect();
    rest.0.is_empty().then_some(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_come_back_and_take_the_length_that_was_promised() {
        for shift in 0..64 {
            for value in [1u64 << shift, (1u64 << shift) - 1, u64::MAX >> shift] {
                let mut out = Vec::new();
                put_varint(&mut out, value);
                assert_eq!(out.len(), varint_len(value), "{value}");
                assert_eq!(split_varint(&out), Some((value, &[][..])));
            }
        }
    }

    #[test]
    fn a_cut_or_endless_varint_is_refused() {
        assert_eq!(split_varint(&[]), None);
        assert_eq!(split_varint(&[0x80]), None);
        assert_eq!(split_varint(&[0xff; 11]), None);
    }

    #[cfg(feature = "jaeger")]
    #[test]
    fn the_length_of_a_message_stands_in_front_of_it() {
        for len in [0, 1, 127, 128, 16_384] {
            let (mut written, mut expected) = (vec![7], vec![7]);
            put_message(&mut written, 3, |out| out.extend(vec![9; len]));
            put_bytes(&mut expected, 3, &vec![9; len]);
            assert_eq!(written, expected, "{len}");
        }
    }

    #[test]
    fn fields_of_every_kind_are_found_and_a_cut_one_ends_the_walk() {
        let message = [
            0x08, 0x96, 0x01, 0x12, 2, b'h', b'i', 0x1d, 1, 0, 0, 0, 0x21, 2, 0, 0, 0, 0, 0, 0, 0,
            0x2a, 9,
        ];
        let fields: Vec<_> = Fields(&message).map(|field| (field.number, field.value)).collect();
        assert_eq!(
            fields,
            [
                (1, Value::Varint(150)),
                (2, Value::Bytes(b"hi")),
                (3, Value::Fixed32(1)),
                (4, Value::Fixed64(2))
            ]
        );
    }
}
