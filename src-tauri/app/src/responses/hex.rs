//! Bytes as a person reads them: sixteen a line, with their place and what they are as text.

use std::fmt::Write as _;

/// Bytes on one line.
pub(super) const WIDTH: u64 = 16;

/// Lines of bytes; `at` is the place of the first one.
pub(super) fn lines(at: u64, bytes: &[u8]) -> Vec<String> {
    let rows = bytes.chunks(WIDTH as usize).enumerate();
    rows.map(|(row, bytes)| line(at + row as u64 * WIDTH, bytes)).collect()
}

fn line(at: u64, bytes: &[u8]) -> String {
    let mut out = format!("{at:08x} ");
    for place in 0..WIDTH as usize {
        if place % 8 == 0 {
            out.push(' ');
        }
        match bytes.get(place) {
            Some(byte) => drop(write!(out, "{byte:02x} ")),
            None => out.push_str("   "),
        }
    }
    out.push(' ');
    let shown = |byte: &u8| if (0x20..0x7f).contains(byte) { char::from(*byte) } else { '.' };
    out.extend(bytes.iter().map(shown));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bytes_a_line_with_their_place_and_text() {
        let shown = lines(16, b"Hello, world!\n\0\xffab");
        assert_eq!(
            shown,
            [
                "00000010  48 65 6c 6c 6f 2c 20 77  6f 72 6c 64 21 0a 00 ff  Hello, world!...",
                "00000020  61 62                                             ab",
            ]
        );
    }
}
