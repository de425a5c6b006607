//! Runs the scripts of collections: JavaScript, in QuickJS, in a process of its own that has nothing but a pipe.
//!
//! [`Sandbox`] is the application's side: the [`ScriptEngine`](gatepass_core::ports::ScriptEngine) that a run is given.
//! It starts the program that it is part of once more, with the argument [`WORKER_ARGUMENT`] and an empty environment;
//! [`serve_if_worker`] is what that process does instead of everything else. Between the two go frames (`frame`) with
//! JSON (`wire`). What a script asks for, an HTTP request or a token, is a question to the application.
//!
//! The `pm` API is `sandbox/*.js`; the libraries that scripts can require are bundled from `libraries/`.

mod engine;
mod frame;
mod wire;
mod worker;

pub use engine::{Limits, Sandbox};

pub use worker::{WORKER_ARGUMENT, serve_if_worker};
