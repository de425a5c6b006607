//! One JavaScript world for the scripts of a run: the engine, the sandbox's own code in it, and the loop that drives a
//! script until nothing of it is left to wait for.
//!
//! As in Postman, scripts share it: what one puts on the global object or a prototype, the next one finds. What they
//! declare is their own, and what is theirs to use (`pm`, `tests`, `console`, …) is made anew for each.

use std::rc::Rc;
use std::time::Duration;

use rquickjs::function::IntoArgs;
use rquickjs::{Context, Ctx, Error, FromJs, Function, Object, Persistent, Result, Runtime, Value};

use super::natives::{self, Held, end_of_pipe};
use super::pipe::Pipe;
use crate::frame::Frame;
use crate::wire::{self, Message};

/// The sandbox's own code, in the order in which it is read.
const SANDBOX: &[(&str, &str)] = &[
    ("errors", include_str!("../../sandbox/errors.js")),
    ("inspect", include_str!("../../sandbox/inspect.js")),
    ("web", include_str!("../../sandbox/web.js")),
    ("lists", include_str!("../../sandbox/lists.js")),
    ("request", include_str!("../../sandbox/request.js")),
    ("response", include_str!("../../sandbox/response.js")),
    ("variables", include_str!("../../sandbox/variables.js")),
    ("libraries", include_str!("../../sandbox/libraries.js")),
    ("assertions", include_str!("../../sandbox/assertions.js")),
    ("pm", include_str!("../../sandbox/pm.js")),
    ("legacy", include_str!("../../sandbox/legacy.js")),
    ("run", include_str!("../../sandbox/run.js")),
];

const STACK: usize = 1 << 20;
/// Garbage is looked for when the heap has grown by so much: a library more or less is nothing.
const GARBAGE: usize = 32 << 20;
/// For the sandbox to write down that a script's time was up.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// After so many promises the clock is looked at, for scripts that do nothing else.
const JOBS_AT_ONCE: usize = 1_000;
/// As the sandbox itself says it while it still can.
const OUT_OF_MEMORY: &str = "the script asked for more memory than it may have";

pub(super) struct Realm {
    // The order matters: a value must not outlive its engine.
    inner: Persistent<Object<'static>>,
    context: Context,
    runtime: Runtime,
    held: Rc<Held>,
}

impl Drop for Realm {
    fn drop(&mut self) {
        // The closures that the engine holds refer to values of its own.
        self.runtime.set_host_promise_rejection_tracker(None);
        self.runtime.set_interrupt_handler(None);
    }
}

impl Realm {
    /// # Errors
    /// The engine cannot be made, or the sandbox's own code fails, as text.
    pub(super) fn new(pipe: Rc<dyn Pipe>, memory: usize) -> std::result::Result<Self, String> {
        let made = |error: Error| error.to_string();
        let runtime = Runtime::new().map_err(made)?;
        runtime.set_memory_limit(memory);
        runtime.set_max_stack_size(STACK);
        runtime.set_gc_threshold(GARBAGE);
        let held = Rc::new(Held::new(pipe, memory));
        let watching = Rc::clone(&held);
        runtime.set_interrupt_handler(Some(Box::new(move || watching.watch.strikes())));
        let context = Context::full(&runtime).map_err(made)?;
        let inner = context.with(|ctx| {
            sandbox(&ctx, &held).map(|inner| Persistent::save(&ctx, inner)).map_err(|error| told(&ctx, error))
        })?;
        let tracking = inner.clone();
        runtime.set_host_promise_rejection_tracker(Some(Box::new(move |ctx, promise, reason, handled| {
            let told = tracking.clone().restore(&ctx).and_then(|inner| {
                inner.get::<_, Function<'_>>("rejected")?.call::<_, ()>((promise, reason, handled))
            });
            // What cannot be remembered is not reported; the exception must not stay behind.
            if told.is_err() {
                ctx.catch();
            }
        })));
        Ok(Self { inner, context, runtime, held })
    }

    /// Runs a job and returns its report as JSON, and whether this realm has had enough: after a limit was reached the
    /// next job is better off with a new one.
    pub(super) fn run(&self, job: &str, body: Vec<u8>, deadline: u64) -> (String, bool) {
        self.held.begin(body);
        self.context.with(|ctx| {
            let course = Course { ctx: &ctx, held: &self.held, limit: Duration::from_millis(deadline) };
            let reported =
                self.inner.clone().restore(&ctx).and_then(|inner| course.run(&inner, job, deadline));
            reported.unwrap_or_else(|error| (failed(&ctx, error), true))
        })
    }
}

/// Reads the sandbox's own code into a fresh context.
fn sandbox<'js>(ctx: &Ctx<'js>, held: &Rc<Held>) -> Result<Object<'js>> {
    let inner = Object::new(ctx.clone())?;
    inner.set("native", natives::object(ctx, held)?)?;
    inner.set("globals", Object::new(ctx.clone())?)?;
    for (name, source) in SANDBOX {
        let part = natives::evaluate(ctx, (*source).to_owned(), format!("gatepass:{name}"))?;
        part.call::<_, ()>((inner.clone(),))?;
    }
    // The time zone is read from a file, and then kept: later there are no files.
    ctx.eval::<(), _>("new Date().getTimezoneOffset()")?;
    Ok(inner)
}

/// One job on its way.
struct Course<'a, 'js> {
    ctx: &'a Ctx<'js>,
    held: &'a Held,
    limit: Duration,
}

impl<'js> Course<'_, 'js> {
    fn run(&self, inner: &Object<'js>, job: &str, deadline: u64) -> Result<(String, bool)> {
        let watch = &self.held.watch;
        let mut spent = false;
        watch.start(self.limit.max(LAST_WORDS));
        let scripts: usize = call(inner, "begin", (job, deadline as f64))?;
        for at in 0..scripts {
            watch.start(self.limit);
            let ended = self.drive(inner, at);
            let overran = watch.has_struck() || matches!(ended, Ok(Ended::Overran));
            // From here on it is our own code that needs a moment.
            watch.start(LAST_WORDS);
            match ended {
                _ if overran => {
                    let thrown = ended.err().map(|_| self.ctx.catch());
                    self.run_jobs(JOBS_AT_ONCE);
                    watch.start(LAST_WORDS);
                    call::<_, ()>(inner, "overrun", (thrown,))?;
                    call::<_, bool>(inner, "finish", ())?;
                    // What it has left behind would run on into the scripts behind it.
                    spent = true;
                    break;
                }
                Err(Error::Exception) => call::<_, ()>(inner, "fail", (self.ctx.catch(),))?,
                Err(error) => return Err(error),
                Ok(Ended::Stuck) => call::<_, ()>(inner, "stuck", ())?,
                Ok(Ended::Well | Ended::Overran) => {}
            }
            if call(inner, "finish", ())? {
                break;
            }
        }
        watch.start(LAST_WORDS);
        let report: String = call(inner, "conclude", ())?;
        spent |= report.contains("\"kind\":\"memory\"");
        Ok((report, spent))
    }

    /// Starts a script and lets everything happen that it waits for.
    fn drive(&self, inner: &Object<'js>, at: usize) -> Result<Ended> {
        call::<_, ()>(inner, "start", (at,))?;
        loop {
            self.run_jobs(usize::MAX);
            if self.held.watch.left().is_zero() {
                return Ok(Ended::Overran);
            }
            if call(inner, "isDone", ())? {
                return Ok(Ended::Well);
            }
            let timer: f64 = call(inner, "untilNextTimer", ())?;
            let questions: usize = call(inner, "openQuestions", ())?;
            if timer == 0.0 {
                call::<_, bool>(inner, "fireTimer", ())?;
            } else if questions > 0 {
                if let Some(frame) = self.await_answer(timer) {
                    self.hand_over(inner, frame)?;
                }
            } else if timer > 0.0 {
                let wait = Duration::from_secs_f64(timer / 1000.0);
                std::thread::sleep(wait.min(self.held.watch.left()));
            } else {
                return Ok(Ended::Stuck);
            }
        }
    }

    /// Runs what promises have put off. Each turn may put off more: the clock ends that.
    fn run_jobs(&self, most: usize) {
        for done in 1..=most {
            if !self.ctx.execute_pending_job() {
                return;
            }
            if done % JOBS_AT_ONCE == 0 && self.held.watch.strikes() {
                return;
            }
        }
    }

    /// Waits for an answer, at most until the next timer; the script's clock stands meanwhile.
    fn await_answer(&self, timer: f64) -> Option<Frame> {
        if let Some(frame) = self.held.early_answer() {
            return Some(frame);
        }
        self.held.watch.pause();
        let comes = timer < 0.0 || self.held.pipe.wait(Duration::from_secs_f64(timer / 1000.0));
        let frame = comes.then(|| self.held.pipe.read());
        self.held.watch.resume();
        match frame {
            None => None,
            Some(Ok(Some(frame))) => Some(frame),
            Some(_) => end_of_pipe(),
        }
    }

    fn hand_over(&self, inner: &Object<'js>, frame: Frame) -> Result<()> {
        let Some(message) = Message::parse(&frame.text).filter(|message| message.word == wire::ANSWER) else {
            return Ok(());
        };
        match self.held.keep(frame.bytes) {
            Some(body) => call(inner, "answer", (message.json, body)),
            None => {
                let refused = serde_json::json!({ "id": message.number, "refused": {
                    "code": "limit", "message": "the responses of this script are too large together",
                }});
                call(inner, "answer", (refused.to_string(),))
            }
        }
    }
}

/// How a script came to its end.
enum Ended {
    Well,
    /// It waits for what can never come.
    Stuck,
    Overran,
}

fn call<'js, A: IntoArgs<'js>, R: FromJs<'js>>(inner: &Object<'js>, name: &str, arguments: A) -> Result<R> {
    inner.get::<_, Function<'js>>(name)?.call(arguments)
}

/// The report of a job that the sandbox itself failed on.
fn failed(ctx: &Ctx<'_>, error: Error) -> String {
    let thrown = error.is_exception().then(|| ctx.catch());
    // The engine throws null when there is no memory left to make an error in: not even for our own last words.
    let (kind, message) = match thrown {
        Some(thrown) if thrown.is_null() => ("memory", OUT_OF_MEMORY.to_owned()),
        Some(thrown) => ("lost", format!("the sandbox failed: {}", described(&thrown))),
        None => ("lost", format!("the sandbox failed: {error}")),
    };
    let error = serde_json::json!({
        "kind": kind, "name": "", "message": message, "script": "the scripts of this request", "event": "test",
    });
    serde_json::json!({ "errors": [error] }).to_string()
}

/// An error of the engine, for people.
fn told(ctx: &Ctx<'_>, error: Error) -> String {
    if error.is_exception() { described(&ctx.catch()) } else { error.to_string() }
}

fn described(thrown: &Value<'_>) -> String {
    match thrown.as_exception() {
        Some(exception) => {
            let part = |part: Option<String>| part.unwrap_or_default();
            format!("{} {}", part(exception.message()), part(exception.stack()))
        }
        None => format!("{thrown:?}"),
    }
}
