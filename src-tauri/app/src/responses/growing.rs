//! A large JSON body while it is formatted: the first lines can be read long before the last one is written.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use gatepass_core::exchange::{ResponseBody, SpooledBody};

use super::format::reformat;
use super::lines::{Index, Lines, place, read_file, read_window};

/// A formatted copy in a file of its own, which goes with the value. It grows on a thread of its own.
pub(super) struct Growing {
    path: PathBuf,
    state: Mutex<State>,
    grown: Condvar,
}

#[derive(Default)]
struct State {
    index: Index,
    /// How the formatting ended, when it has.
    ended: Option<Result<(), String>>,
}

/// What there is of a window of lines.
pub(super) struct Window {
    pub lines: Vec<Vec<u8>>,
    /// Lines so far.
    pub total: usize,
    /// Nothing will be added.
    pub complete: bool,
}

impl Growing {
    /// Begins to format the JSON in `file`; the copy goes into `folder`.
    ///
    /// # Errors
    /// The copy cannot be made.
    pub(super) fn start(file: Arc<SpooledBody>, folder: &Path) -> io::Result<Arc<Self>> {
        std::fs::create_dir_all(folder)?;
        let path = folder.join(format!("pretty-{}", uuid::Uuid::new_v4()));
        let copy = File::create_new(&path)?;
        let growing = Arc::new(Self { path, state: Mutex::default(), grown: Condvar::new() });
        let mine = Arc::clone(&growing);
        std::thread::Builder::new().name("format".to_owned()).spawn(move || {
            let mut out = Copy { copy, growing: &mine };
            let done = File::open(&file.path)
                .map_err(|error| error.to_string())
                .and_then(|mut input| reformat(&mut input, &mut out).map_err(|problem| problem.to_string()));
            mine.lock().ended = Some(done);
            mine.grown.notify_all();
        })?;
        Ok(growing)
    }

    /// `count` lines from line `first`, as soon as they are there or nothing more comes.
    ///
    /// # Errors
    /// The body is no JSON, or a file cannot be read.
    pub(super) fn window(&self, first: usize, count: usize) -> Result<Window, String> {
        let state = self.wait(|state| state.index.ends >= first.saturating_add(count));
        if let Some(Err(problem)) = &state.ended {
            return Err(problem.clone());
        }
        let (total, size, complete) = (state.index.total(), state.index.size, state.ended.is_some());
        let place = place(&state.index.starts, total, first, count);
        drop(state);
        let lines = match place {
            Some(place) => read_window(place, size, |from, length| read_file(&self.path, from, length))
                .map_err(|error| error.to_string())?,
            None => Vec::new(),
        };
        Ok(Window { lines, total, complete })
    }

    /// The finished copy.
    ///
    /// # Errors
    /// As [`Self::window`].
    pub(super) fn finished(self: &Arc<Self>) -> Result<Lines, String> {
        let state = self.wait(|_| false);
        if let Some(Err(problem)) = &state.ended {
            return Err(problem.clone());
        }
        let size = state.index.size;
        drop(state);
        // Indexed once more over the file; whoever asks for this reads all of it anyway. The copy stays ours.
        Lines::of_body(&ResponseBody::File(Arc::new(SpooledBody { path: self.linked()?, size })))
            .map_err(|error| error.to_string())
    }

    /// Waits until `enough` or the end.
    fn wait(&self, enough: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        while state.ended.is_none() && !enough(&state) {
            state = self.grown.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state
    }

    /// A second name of the copy, for whoever removes it when done.
    fn linked(&self) -> Result<PathBuf, String> {
        let link = self.path.with_file_name(format!("pretty-{}", uuid::Uuid::new_v4()));
        std::fs::hard_link(&self.path, &link).map_err(|error| error.to_string())?;
        Ok(link)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Growing {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Where the formatter writes to.
struct Copy<'a> {
    copy: File,
    growing: &'a Arc<Growing>,
}

impl Write for Copy<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if Arc::strong_count(self.growing) == 1 {
            return Err(io::Error::other("nobody wants it any more"));
        }
        self.copy.write_all(bytes)?;
        self.growing.lock().index.take(bytes);
        self.growing.grown.notify_all();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.copy.flush()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn spooled(folder: &Path, text: &str) -> Arc<SpooledBody> {
        let path = folder.join("body");
        std::fs::write(&path, text).unwrap();
        Arc::new(SpooledBody { path, size: text.len() as u64 })
    }

    #[test]
    fn every_line_can_be_read_and_the_copy_goes_with_the_value() {
        let folder = tempfile::tempdir().unwrap();
        let numbers: Vec<String> = (0..200_000).map(|number| number.to_string()).collect();
        let body = spooled(folder.path(), &format!("[{}]", numbers.join(",")));
        let copies = folder.path().join("copies");
        let growing = Growing::start(body, &copies).unwrap();
        assert_eq!(growing.window(0, 2).unwrap().lines, [b"[".to_vec(), b"  0,".to_vec()]);
        let last = growing.window(199_999, 10).unwrap();
        assert_eq!(last.lines[1], b"  199999");
        assert!(last.complete);
        assert_eq!(last.total, 200_002);
        assert_eq!(growing.finished().unwrap().search("199999", 5).unwrap(), (vec![200_000], false));
        drop(growing);
        // The thread may still be letting go of its share.
        for _ in 0..500 {
            if std::fs::read_dir(&copies).unwrap().count() == 0 {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("a copy was left behind");
    }

    #[test]
    fn what_is_no_json_after_all_is_told_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let growing = Growing::start(spooled(folder.path(), "[1, 2"), folder.path()).unwrap();
        let problem = growing.window(0, 100).err().unwrap();
        assert!(problem.contains("it ends too early"), "{problem}");
    }
}
