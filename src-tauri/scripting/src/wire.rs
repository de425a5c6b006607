//! What the frames say: a line with what it is and a number, then JSON.
//!
//! | from | line | JSON | bytes |
//! | --- | --- | --- | --- |
//! | application | `run` and how many milliseconds each script may take | the job | body of the response |
//! | application | `answer` and the question's number | [`Answered`] | body of a response |
//! | worker | `ask` and a number | the question | |
//! | worker | `done` and 1 if the worker is not to be used again | the report | |

use gatepass_core::scripting::{Refusal, ScriptJob, ScriptResponse};
use serde::Serialize;
use serde_json::Value;

/// The content of an answer: one of the three.
#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answered<'a> {
    pub id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<&'a ScriptResponse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<&'a Refusal>,
}

/// A message, taken apart.
pub(crate) struct Message<'a> {
    pub word: &'a str,
    pub number: u64,
    pub json: &'a str,
}

impl<'a> Message<'a> {
    /// `None` for what is no message.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (line, json) = text.split_once('\n')?;
        let (word, number) = line.split_once(' ')?;
        Some(Self { word, number: number.parse().ok()?, json })
    }
}

pub(crate) const RUN: &str = "run";
pub(crate) const ANSWER: &str = "answer";
pub(crate) const ASK: &str = "ask";
pub(crate) const DONE: &str = "done";

pub(crate) fn message(word: &str, number: u64, json: &str) -> String {
    format!("{word} {number}\n{json}")
}

/// The order to run a job.
pub(crate) fn run(deadline: u64, job: &ScriptJob) -> serde_json::Result<String> {
    Ok(message(RUN, deadline, &serde_json::to_string(job)?))
}

/// An answer as an order.
pub(crate) fn answer(answered: &Answered<'_>) -> serde_json::Result<String> {
    Ok(message(ANSWER, answered.id, &serde_json::to_string(answered)?))
}
