//! A text as lines, in memory or on disk, with an index that is small beside it.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use gatepass_core::exchange::{ResponseBody, SpooledBody};

/// Every how many lines the index remembers where one begins.
const STRIDE: usize = 256;
/// At most this much is read for one window of lines, in bytes: one line may be the whole body.
const WINDOW_LIMIT: u64 = 1 << 20;

pub(super) struct Lines {
    text: Text,
    /// Where lines 0, [`STRIDE`], 2 × [`STRIDE`], … begin.
    starts: Vec<u64>,
    total: usize,
    size: u64,
}

enum Text {
    Memory(bytes::Bytes),
    File(Arc<SpooledBody>),
}

impl Lines {
    /// Indexes a body as it came.
    pub(super) fn of_body(body: &ResponseBody) -> io::Result<Self> {
        match body {
            ResponseBody::Memory(bytes) => {
                let mut index = Index::default();
                index.take(bytes);
                Ok(index.over(Text::Memory(bytes.clone())))
            }
            ResponseBody::File(file) => {
                let mut index = Index::default();
                let mut reader = BufReader::with_capacity(1 << 18, File::open(&file.path)?);
                loop {
                    let chunk = reader.fill_buf()?;
                    if chunk.is_empty() {
                        break;
                    }
                    index.take(chunk);
                    let length = chunk.len();
                    reader.consume(length);
                }
                Ok(index.over(Text::File(Arc::clone(file))))
            }
        }
    }

    /// Takes over a text made here, with the index made along the way.
    pub(super) fn of_memory(text: Vec<u8>, index: Index) -> Self {
        index.over(Text::Memory(text.into()))
    }

    pub(super) fn total(&self) -> usize {
        self.total
    }

    /// In bytes.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// `count` lines from line `first`, without their line ends.
    pub(super) fn window(&self, first: usize, count: usize) -> io::Result<Vec<Vec<u8>>> {
        let Some(place) = place(&self.starts, self.total, first, count) else { return Ok(Vec::new()) };
        read_window(place, self.size, |from, length| self.read(from, length))
    }

    /// The lines that hold `wanted` (ASCII letters in any case), by their numbers from 0: at most `limit`, and whether
    /// there are more.
    pub(super) fn search(&self, wanted: &str, limit: usize) -> io::Result<(Vec<usize>, bool)> {
        let wanted = wanted.as_bytes().to_ascii_lowercase();
        let (mut found, mut number, mut at) = (Vec::new(), 0, 0);
        let mut line: Vec<u8> = Vec::new();
        let mut last = None;
        while at < self.size {
            let mut chunk = self.read(at, (1 << 20).min(self.size - at))?;
            at += chunk.len() as u64;
            if chunk.is_empty() {
                break;
            }
            chunk.make_ascii_lowercase();
            for piece in chunk.split_inclusive(|byte| *byte == b'\n') {
                line.extend_from_slice(piece);
                let hit = last != Some(number) && memchr::memmem::find(&line, &wanted).is_some();
                if hit && found.len() == limit {
                    return Ok((found, true));
                }
                if hit {
                    found.push(number);
                    last = Some(number);
                }
                if piece.last() == Some(&b'\n') {
                    number += 1;
                    line.clear();
                } else if line.len() > wanted.len() {
                    // Of an endless line only as much is kept as a match could begin in.
                    line.drain(..line.len() - wanted.len());
                }
            }
        }
        Ok((found, false))
    }

    /// `length` bytes from byte `from`.
    pub(super) fn read(&self, from: u64, length: u64) -> io::Result<Vec<u8>> {
        match &self.text {
            Text::Memory(bytes) => {
                let from = (from as usize).min(bytes.len());
                let to = (from + length as usize).min(bytes.len());
                Ok(bytes[from..to].to_vec())
            }
            Text::File(file) => read_file(&file.path, from, length),
        }
    }
}

/// Where reading begins, how many lines are passed over first, and how many are wanted.
pub(super) struct Place {
    at: u64,
    skip: usize,
    wanted: usize,
}

/// `None`: there are no such lines.
pub(super) fn place(starts: &[u64], total: usize, first: usize, count: usize) -> Option<Place> {
    if first >= total || count == 0 {
        return None;
    }
    let block = first / STRIDE;
    let at = *starts.get(block)?;
    Some(Place { at, skip: first - block * STRIDE, wanted: count.min(total - first) })
}

/// Reads the lines of a place from a text of `size` bytes.
pub(super) fn read_window(
    place: Place,
    size: u64,
    read: impl Fn(u64, u64) -> io::Result<Vec<u8>>,
) -> io::Result<Vec<Vec<u8>>> {
    let Place { mut at, mut skip, wanted } = place;
    let mut lines = Vec::with_capacity(wanted);
    let mut line = Vec::new();
    let mut budget = WINDOW_LIMIT + (skip as u64 * 4096);
    while lines.len() < wanted && at < size && budget > 0 {
        let chunk = read(at, (1 << 16).min(size - at))?;
        if chunk.is_empty() {
            break;
        }
        at += chunk.len() as u64;
        budget = budget.saturating_sub(chunk.len() as u64);
        for piece in chunk.split_inclusive(|byte| *byte == b'\n') {
            let ended = piece.last() == Some(&b'\n');
            if skip == 0 {
                line.extend_from_slice(if ended { &piece[..piece.len() - 1] } else { piece });
            }
            if !ended {
                continue;
            }
            if skip > 0 {
                skip -= 1;
            } else if lines.len() < wanted {
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                lines.push(std::mem::take(&mut line));
            }
        }
    }
    if lines.len() < wanted && skip == 0 {
        lines.push(line);
    }
    Ok(lines)
}

/// `length` bytes of a file from byte `from`.
pub(super) fn read_file(path: &Path, from: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(from))?;
    let mut out = Vec::with_capacity(length as usize);
    file.take(length).read_to_end(&mut out)?;
    Ok(out)
}

/// Grows while a text passes by.
pub(super) struct Index {
    pub(super) starts: Vec<u64>,
    /// Lines that have ended.
    pub(super) ends: usize,
    pub(super) size: u64,
    open_line: bool,
}

impl Default for Index {
    fn default() -> Self {
        Self { starts: vec![0], ends: 0, size: 0, open_line: false }
    }
}

impl Index {
    pub(super) fn take(&mut self, chunk: &[u8]) {
        for at in memchr::memchr_iter(b'\n', chunk) {
            self.ends += 1;
            if self.ends.is_multiple_of(STRIDE) {
                self.starts.push(self.size + at as u64 + 1);
            }
        }
        self.size += chunk.len() as u64;
        if let Some(last) = chunk.last() {
            self.open_line = *last != b'\n';
        }
    }

    /// The lines so far, one that has not ended included.
    pub(super) fn total(&self) -> usize {
        self.ends + usize::from(self.open_line)
    }

    fn over(self, text: Text) -> Lines {
        let total = self.total();
        Lines { text, starts: self.starts, total, size: self.size }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn lines(text: &str) -> Lines {
        Lines::of_body(&ResponseBody::Memory(text.to_owned().into())).unwrap()
    }

    fn texts(lines: &Lines, first: usize, count: usize) -> Vec<String> {
        lines.window(first, count).unwrap().into_iter().map(|line| String::from_utf8(line).unwrap()).collect()
    }

    #[test]
    fn any_window_holds_just_the_lines_asked_for() {
        let text: String = (0..2_000).map(|number| format!("line {number}\n")).collect();
        let lines = lines(&text);
        assert_eq!(lines.total(), 2_000);
        for (first, count) in [(0, 3), (255, 3), (256, 1), (700, 300), (1_999, 10), (2_000, 5)] {
            let expected: Vec<String> =
                (first..(first + count).min(2_000)).map(|number| format!("line {number}")).collect();
            assert_eq!(texts(&lines, first, count), expected, "{first} {count}");
        }
    }

    #[test]
    fn a_last_line_without_an_end_counts() {
        assert_eq!(texts(&lines("a\r\nb"), 0, 9), ["a", "b"]);
        assert_eq!(lines("").total(), 0);
        assert_eq!(texts(&lines("\n\n"), 0, 9), ["", ""]);
    }

    #[test]
    fn a_search_names_the_lines_in_any_case_of_letters_once_each() {
        let text: String = (0..3_000).map(|number| format!("Line {number} line\n")).collect();
        let lines = lines(&text);
        assert_eq!(lines.search("line 1234 ", 10).unwrap(), (vec![1_234], false));
        assert_eq!(lines.search("LINE", 2).unwrap(), (vec![0, 1], true));
        assert_eq!(lines.search("absent", 2).unwrap(), (vec![], false));
    }

    #[test]
    fn a_search_finds_what_lies_across_two_reads_of_an_endless_line() {
        let text = format!("{}needle{}", "x".repeat((1 << 20) - 3), "y".repeat(3 << 20));
        assert_eq!(lines(&text).search("needle", 9).unwrap(), (vec![0], false));
    }

    #[test]
    fn one_endless_line_is_read_up_to_a_bound() {
        let lines = lines(&"x".repeat(9 << 20));
        let shown = lines.window(0, 1).unwrap();
        assert!(shown[0].len() < (2 << 20), "{}", shown[0].len());
    }
}
