//! Frames on the pipe between application and worker: two lengths, a JSON text, and bytes that are no JSON.
//!
//! `u32` length of the text, `u32` length of the bytes, both little endian, then the two.

use std::io::{self, Read};

/// Longer frames are refused: neither side asks for so much.
const TEXT_LIMIT: usize = 128 << 20;
const BYTES_LIMIT: usize = 128 << 20;
const HEAD: usize = 8;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub text: String,
    pub bytes: Vec<u8>,
}

impl Frame {
    pub(crate) fn new(text: String) -> Self {
        Self { text, bytes: Vec::new() }
    }

    /// As it goes over the pipe.
    ///
    /// # Errors
    /// It is too long.
    pub(crate) fn encode(&self) -> io::Result<Vec<u8>> {
        if self.text.len() > TEXT_LIMIT || self.bytes.len() > BYTES_LIMIT {
            return Err(too_long());
        }
        let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
        let mut out = Vec::with_capacity(HEAD + self.text.len() + self.bytes.len());
        out.extend_from_slice(&length(self.text.len()));
        out.extend_from_slice(&length(self.bytes.len()));
        out.extend_from_slice(self.text.as_bytes());
        out.extend_from_slice(&self.bytes);
        Ok(out)
    }

    /// Takes a whole frame off the front of `buffer`; `None` as long as it is not whole.
    ///
    /// # Errors
    /// It is too long, or no frame.
    pub(crate) fn take_from(buffer: &mut bytes::BytesMut) -> io::Result<Option<Self>> {
        let Some(head) = buffer.get(..HEAD) else { return Ok(None) };
        let (text, bytes) = lengths(head)?;
        if buffer.len() < HEAD + text + bytes {
            buffer.reserve(HEAD + text + bytes - buffer.len());
            return Ok(None);
        }
        let frame = buffer.split_to(HEAD + text + bytes);
        let content = |range| frame.get(range).map(<[u8]>::to_vec).unwrap_or_default();
        Ok(Some(Self {
            text: String::from_utf8(content(HEAD..HEAD + text)).map_err(|_| no_frame())?,
            bytes: content(HEAD + text..HEAD + text + bytes),
        }))
    }

    /// Reads one frame; `None` at the end of the pipe.
    ///
    /// # Errors
    /// The pipe breaks, or what comes is no frame.
    pub(crate) fn read(from: &mut impl Read) -> io::Result<Option<Self>> {
        let mut head = [0; HEAD];
        match from.read_exact(&mut head) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            result => result?,
        }
        let (text, bytes) = lengths(&head)?;
        let mut content = vec![0; text];
        from.read_exact(&mut content)?;
        let text = String::from_utf8(content).map_err(|_| no_frame())?;
        let mut content = vec![0; bytes];
        from.read_exact(&mut content)?;
        Ok(Some(Self { text, bytes: content }))
    }
}

fn lengths(head: &[u8]) -> io::Result<(usize, usize)> {
    let length = |at: usize| {
        let bytes = head.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).ok_or_else(no_frame)?;
        usize::try_from(u32::from_le_bytes(bytes)).map_err(|_| too_long())
    };
    let (text, bytes) = (length(0)?, length(4)?);
    if text > TEXT_LIMIT || bytes > BYTES_LIMIT { Err(too_long()) } else { Ok((text, bytes)) }
}

fn too_long() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a message of the script worker is too long")
}

fn no_frame() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a message of the script worker cannot be read")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_frame_comes_out_as_it_went_in_however_it_is_cut() {
        let frame = Frame { text: "{\"é\":1}".to_owned(), bytes: vec![0, 255, 10] };
        let encoded = frame.encode().unwrap();
        let mut buffer = bytes::BytesMut::new();
        for byte in &encoded[..encoded.len() - 1] {
            buffer.extend_from_slice(&[*byte]);
            assert_eq!(Frame::take_from(&mut buffer).unwrap(), None);
        }
        buffer.extend_from_slice(&encoded[encoded.len() - 1..]);
        assert_eq!(Frame::take_from(&mut buffer).unwrap(), Some(frame.clone()));
        assert!(buffer.is_empty());
        assert_eq!(Frame::read(&mut encoded.as_slice()).unwrap(), Some(frame));
    }

    #[test]
    fn a_frame_of_any_length_that_somebody_claims_is_refused_before_memory_is_taken() {
        let mut head = vec![255; 8];
        assert!(Frame::read(&mut head.as_slice()).is_err());
        let mut buffer = bytes::BytesMut::from(head.as_mut_slice() as &[u8]);
        assert!(Frame::take_from(&mut buffer).is_err());
    }
}
