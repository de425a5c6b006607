//! The API client without a face: what a workspace is made of, and how one request goes from draft to verdict.

pub mod cookie;
pub mod exchange;
pub mod find;
pub mod pipeline;
pub mod ports;
pub mod redaction;
pub mod run;
pub mod scripting;
pub mod template;
pub mod workspace;
