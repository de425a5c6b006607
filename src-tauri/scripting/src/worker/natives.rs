//! What the sandbox's own JavaScript is handed by Rust: the pipe, bytes and encodings, hashes, the compiler. Scripts
//! never get hold of it; nothing in it opens anything.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use aws_lc_rs::{digest, hmac, rand};
use encoding_rs::Encoding;
use rquickjs::context::EvalOptions;
use rquickjs::{ArrayBuffer, Ctx, Error, Exception, Function, Object, Result, TypedArray, Value};
use serde_json::json;

use super::libraries;
use super::pipe::Pipe;
use super::watch::Watch;
use crate::frame::Frame;
use crate::wire::{self, Message};

/// The number of a question whose answer is waited for on the spot.
const ON_THE_SPOT: u64 = 0;

/// What Rust keeps for the scripts of one job.
pub(super) struct Held {
    pub(super) pipe: Rc<dyn Pipe>,
    pub(super) watch: Watch,
    /// Bodies of responses, by the number that the JavaScript side knows them by.
    bodies: RefCell<Vec<Vec<u8>>>,
    body_bytes: Cell<usize>,
    body_limit: usize,
    /// Answers that came while another one was waited for.
    early: RefCell<VecDeque<Frame>>,
}

/// The application has gone: there is nobody left to work for.
pub(super) fn end_of_pipe() -> ! {
    std::process::exit(0)
}

impl Held {
    pub(super) fn new(pipe: Rc<dyn Pipe>, body_limit: usize) -> Self {
        Self {
            pipe,
            watch: Watch::default(),
            bodies: RefCell::default(),
            body_bytes: Cell::new(0),
            body_limit,
            early: RefCell::default(),
        }
    }

    /// For a new job: its own response's body is number 0.
    pub(super) fn begin(&self, body: Vec<u8>) {
        self.early.borrow_mut().clear();
        self.bodies.borrow_mut().clear();
        self.body_bytes.set(0);
        self.keep(body);
    }

    /// The number of a body; `None` if all of them together would take more than they may.
    pub(super) fn keep(&self, body: Vec<u8>) -> Option<usize> {
        let total = self.body_bytes.get() + body.len();
        let mut bodies = self.bodies.borrow_mut();
        if total > self.body_limit && !bodies.is_empty() {
            return None;
        }
        self.body_bytes.set(total);
        bodies.push(body);
        Some(bodies.len() - 1)
    }

    pub(super) fn early_answer(&self) -> Option<Frame> {
        self.early.borrow_mut().pop_front()
    }

    fn ask(&self, id: u64, question: &str) {
        if self.pipe.write(wire::message(wire::ASK, id, question)).is_err() {
            end_of_pipe();
        }
    }

    fn ask_and_wait(&self, question: &str) -> String {
        self.ask(ON_THE_SPOT, question);
        self.watch.pause();
        let answer = loop {
            let Ok(Some(frame)) = self.pipe.read() else { end_of_pipe() };
            match Message::parse(&frame.text) {
                Some(message) if message.word == wire::ANSWER && message.number == ON_THE_SPOT => {
                    break message.json.to_owned();
                }
                _ => self.early.borrow_mut().push_back(frame),
            }
        };
        self.watch.resume();
        answer
    }
}

/// The object that the sandbox calls `native`.
pub(super) fn object<'js>(ctx: &Ctx<'js>, held: &Rc<Held>) -> Result<Object<'js>> {
    let native = Object::new(ctx.clone())?;
    let holding = || Rc::clone(held);

    let held = holding();
    let ask = move |id: f64, question: String| held.ask(id as u64, &question);
    native.set("ask", Function::new(ctx.clone(), ask)?)?;
    let held = holding();
    let ask_and_wait = move |question: String| held.ask_and_wait(&question);
    native.set("askAndWait", Function::new(ctx.clone(), ask_and_wait)?)?;
    let held = holding();
    let body_text = move |number: usize, encoding: String| -> String {
        let bodies = held.bodies.borrow();
        let bytes = bodies.get(number).map(Vec::as_slice).unwrap_or_default();
        text_of(bytes, &encoding)
    };
    native.set("bodyText", Function::new(ctx.clone(), body_text)?)?;
    let held = holding();
    native.set("body", Function::new(ctx.clone(), Body(held).into_function())?)?;

    native.set("encode", Function::new(ctx.clone(), encode)?)?;
    native.set("decode", Function::new(ctx.clone(), decode)?)?;
    native.set("knowsEncoding", Function::new(ctx.clone(), |label: String| known(&label).is_some())?)?;
    native.set("digest", Function::new(ctx.clone(), hash)?)?;
    native.set("hmac", Function::new(ctx.clone(), sign)?)?;
    native.set("random", Function::new(ctx.clone(), random)?)?;
    native.set("parseUrl", Function::new(ctx.clone(), parse_url)?)?;
    native.set("compile", Function::new(ctx.clone(), compile)?)?;
    native
        .set("hasLibrary", Function::new(ctx.clone(), |name: String| libraries::source(&name).is_some())?)?;
    native.set("libraryNames", Function::new(ctx.clone(), libraries::names)?)?;
    native.set("loadLibrary", Function::new(ctx.clone(), load_library)?)?;
    Ok(native)
}

/// A closure that returns something of its argument's lifetime needs a hand with its type.
struct Body(Rc<Held>);

impl Body {
    fn into_function(self) -> impl for<'js> Fn(Ctx<'js>, usize) -> Result<ArrayBuffer<'js>> {
        move |ctx, number| {
            let bodies = self.0.bodies.borrow();
            ArrayBuffer::new_copy(ctx, bodies.get(number).map(Vec::as_slice).unwrap_or_default())
        }
    }
}

fn encode<'js>(ctx: Ctx<'js>, text: String) -> Result<ArrayBuffer<'js>> {
    ArrayBuffer::new(ctx, text.into_bytes())
}

fn decode<'js>(ctx: Ctx<'js>, data: TypedArray<'js, u8>, label: String, fatal: bool) -> Result<String> {
    let bytes = bytes_of(&ctx, &data)?;
    let encoding = known(&label).unwrap_or(encoding_rs::UTF_8);
    let (text, _, broken) = encoding.decode(&bytes);
    if broken && fatal {
        return Err(Exception::throw_type(&ctx, "the bytes are no text in that encoding"));
    }
    Ok(text.into_owned())
}

fn known(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label(label.as_bytes())
}

fn text_of(bytes: &[u8], label: &str) -> String {
    let encoding = known(label).unwrap_or(encoding_rs::UTF_8);
    encoding.decode(bytes).0.into_owned()
}

/// A copy: the engine may move or change its own at any time that a script runs.
#[allow(unsafe_code)]
fn bytes_of(ctx: &Ctx<'_>, data: &TypedArray<'_, u8>) -> Result<Vec<u8>> {
    // SAFETY: no script runs while the slice is alive: it is copied in the same expression.
    let bytes = unsafe { data.as_bytes() }.map(<[u8]>::to_vec);
    bytes.ok_or_else(|| Exception::throw_type(ctx, "the bytes have been given away"))
}

fn hash<'js>(ctx: Ctx<'js>, name: String, data: TypedArray<'js, u8>) -> Result<ArrayBuffer<'js>> {
    let algorithm = match name.as_str() {
        "SHA-1" => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        "SHA-384" => &digest::SHA384,
        "SHA-512" => &digest::SHA512,
        _ => &digest::SHA256,
    };
    let digest = digest::digest(algorithm, &bytes_of(&ctx, &data)?);
    ArrayBuffer::new_copy(ctx, digest.as_ref())
}

fn sign<'js>(
    ctx: Ctx<'js>,
    hash: String,
    key: TypedArray<'js, u8>,
    data: TypedArray<'js, u8>,
) -> Result<ArrayBuffer<'js>> {
    let algorithm = match hash.as_str() {
        "SHA-1" => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        "SHA-384" => hmac::HMAC_SHA384,
        "SHA-512" => hmac::HMAC_SHA512,
        _ => hmac::HMAC_SHA256,
    };
    let key = hmac::Key::new(algorithm, &bytes_of(&ctx, &key)?);
    let tag = hmac::sign(&key, &bytes_of(&ctx, &data)?);
    ArrayBuffer::new_copy(ctx, tag.as_ref())
}

fn random<'js>(ctx: Ctx<'js>, count: usize) -> Result<ArrayBuffer<'js>> {
    const MOST: usize = 65_536; // as in browsers
    if count > MOST {
        return Err(Exception::throw_range(&ctx, "at most 65536 random bytes are made at once"));
    }
    let mut bytes = vec![0_u8; count];
    rand::fill(&mut bytes).map_err(|_| Exception::throw_internal(&ctx, "the system has no randomness"))?;
    ArrayBuffer::new(ctx, bytes)
}

/// The parts of a URL as JSON; `null` if it is none. An empty base is none.
fn parse_url(text: String, base: String) -> Option<String> {
    let base = if base.is_empty() { None } else { Some(url::Url::parse(&base).ok()?) };
    let url = url::Url::options().base_url(base.as_ref()).parse(&text).ok()?;
    let behind = |text: Option<&str>, mark: &str| match text {
        Some(text) if !text.is_empty() => format!("{mark}{text}"),
        _ => String::new(),
    };
    let parts = json!({
        "protocol": format!("{}:", url.scheme()),
        "username": url.username(),
        "password": url.password().unwrap_or_default(),
        "hostname": url.host_str().unwrap_or_default(),
        "port": url.port().map(|port| port.to_string()).unwrap_or_default(),
        "pathname": url.path(),
        "search": behind(url.query(), "?"),
        "hash": behind(url.fragment(), "#"),
        "origin": url.origin().ascii_serialization(),
        "opaque": url.cannot_be_a_base() || !url.has_authority(),
    });
    Some(parts.to_string())
}

/// A script as an async function, so that it may await at its top. It stands one line further down in there.
fn compile<'js>(ctx: Ctx<'js>, source: String, name: String) -> Result<Function<'js>> {
    evaluate(&ctx, format!("(async function () {{\n{source}\n}})"), name)
}

fn load_library<'js>(ctx: Ctx<'js>, name: String, require: Function<'js>) -> Result<Value<'js>> {
    let Some(source) = libraries::source(&name) else {
        return Err(Exception::throw_reference(&ctx, &format!("there is no library {name}")));
    };
    let wrapped = format!("(function (module, exports, require) {{{source}\n}})");
    let library: Function<'js> = evaluate(&ctx, wrapped, format!("library:{name}"))?;
    let module = Object::new(ctx.clone())?;
    let exports = Object::new(ctx)?;
    module.set("exports", exports.clone())?;
    library.call::<_, ()>((module.clone(), exports, require))?;
    module.get("exports")
}

/// Evaluates an expression that is a function, in the way of scripts: not strict unless it says so.
pub(super) fn evaluate<'js>(ctx: &Ctx<'js>, source: String, name: String) -> Result<Function<'js>> {
    let mut options = EvalOptions::default();
    options.strict = false;
    options.filename = Some(name);
    let value: Value<'js> = ctx.eval_with_options(source, options)?;
    value.into_function().ok_or(Error::Unknown)
}
