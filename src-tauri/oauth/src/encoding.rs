//! Which encoding a body is in. Only UTF-8 is allowed for JSON (RFC 8259 §8.1); UTF-16 is sent all the same, with a
//! byte order mark or without: then the zeros among the first four bytes tell it (RFC 4627 §3).

/// The code units of a body in UTF-16, without the mark and a last odd byte. `None` if it is in UTF-8.
pub(crate) fn utf_16_units(body: &[u8]) -> Option<Vec<u16>> {
    let (rest, read): (_, fn([u8; 2]) -> u16) = match body {
        [0xff, 0xfe, rest @ ..] => (rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => (rest, u16::from_be_bytes),
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => (body, u16::from_le_bytes),
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => (body, u16::from_be_bytes),
        _ => return None,
    };
    Some(rest.chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect())
}

/// The text of a body, to be shown: what is no text in its encoding is replaced.
pub(crate) fn text_to_show(body: &[u8]) -> String {
    match utf_16_units(body) {
        Some(units) => String::from_utf16_lossy(&units),
        None => String::from_utf8_lossy(body).into_owned(),
    }
}
