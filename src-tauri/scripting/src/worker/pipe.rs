//! The worker's end of the pipe: stdin and stdout.

use std::cell::RefCell;
use std::io::{self, BufReader, Write as _};
use std::time::Duration;

use crate::frame::Frame;

pub(super) trait Pipe {
    /// The next frame; waits for it. `None` at the end.
    fn read(&self) -> io::Result<Option<Frame>>;

    fn write(&self, text: String) -> io::Result<()>;

    /// Waits until there is something to read, or the time is up. Says whether there is.
    fn wait(&self, limit: Duration) -> bool;
}

pub(super) struct StandardPipe {
    input: RefCell<BufReader<io::Stdin>>,
}

impl StandardPipe {
    pub(super) fn new() -> Self {
        Self { input: RefCell::new(BufReader::with_capacity(1 << 16, io::stdin())) }
    }
}

impl Pipe for StandardPipe {
    fn read(&self) -> io::Result<Option<Frame>> {
        Frame::read(&mut *self.input.borrow_mut())
    }

    fn write(&self, text: String) -> io::Result<()> {
        let mut output = io::stdout().lock();
        output.write_all(&Frame::new(text).encode()?)?;
        output.flush()
    }

    fn wait(&self, limit: Duration) -> bool {
        if !self.input.borrow().buffer().is_empty() {
            return true;
        }
        readable(limit)
    }
}

#[cfg(unix)]
fn readable(limit: Duration) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let stdin = io::stdin();
    let mut waiting = [PollFd::new(&stdin, PollFlags::IN)];
    let limit = Timespec {
        tv_sec: i64::try_from(limit.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: limit.subsec_nanos().into(),
    };
    // An interrupted wait is as good as a short one: whoever waits looks at the clock.
    poll(&mut waiting, Some(&limit)).is_ok_and(|ready| ready > 0)
}

/// Without a way to wait for both, the pipe goes first: a timer then fires when the answer is there.
#[cfg(not(unix))]
fn readable(_limit: Duration) -> bool {
    true
}
