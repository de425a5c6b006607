//! The process that runs the scripts: it reads jobs from stdin, runs them in one realm, and writes reports to stdout.
//! It lives as long as its stdin is open.

mod confinement;
mod libraries;
mod natives;
mod pipe;
mod realm;
#[cfg(test)]
mod tests;
mod watch;

use std::rc::Rc;

use pipe::{Pipe, StandardPipe};
use realm::Realm;

use crate::wire::{self, Message};

/// The only argument of a worker process. It stands for no option that a person could give.
pub const WORKER_ARGUMENT: &str = "--gatepass-script-worker";
/// Behind it, how many bytes its scripts may have on the heap together.
pub(crate) const MEMORY_USUAL: usize = 256 << 20;

/// To be called first in `main`: a process that was started as a worker is one until its end, and does not return.
pub fn serve_if_worker() {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_none_or(|argument| argument != WORKER_ARGUMENT) {
        return;
    }
    let memory = arguments.next().and_then(|bytes| bytes.to_str()?.parse().ok());
    std::process::exit(serve(memory.unwrap_or(MEMORY_USUAL)));
}

/// The exit code: nobody sees it but whoever looks for a reason.
fn serve(memory: usize) -> i32 {
    let pipe: Rc<dyn Pipe> = Rc::new(StandardPipe::new());
    let realm = match Realm::new(Rc::clone(&pipe), memory) {
        Ok(realm) => realm,
        Err(problem) => {
            // The application drops stderr; a person who starts this by hand does not.
            eprintln!("error: the sandbox for scripts cannot be made: {problem}");
            return 1;
        }
    };
    if let Err(problem) = confinement::confine() {
        eprintln!("error: the script worker cannot be confined: {problem}");
        return 1;
    }
    while let Ok(Some(frame)) = pipe.read() {
        let job = match Message::parse(&frame.text) {
            Some(message) if message.word == wire::RUN => message,
            // An answer to a script that has ended meanwhile.
            Some(message) if message.word == wire::ANSWER => continue,
            _ => return 2,
        };
        let (report, spent) = realm.run(job.json, frame.bytes, job.number);
        let said = wire::message(wire::DONE, u64::from(spent), &report);
        if pipe.write(said).is_err() || spent {
            return 0;
        }
    }
    0
}
