//! The conversation about one job: the order, questions and answers, the report.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use gatepass_core::exchange::ResponseBody;
use gatepass_core::ports::ScriptHost;
use gatepass_core::scripting::{
    Answer, ConsoleLevel, ConsoleLine, Question, Refusal, ScriptJob, ScriptReport,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::ChildStdout;

use super::Limits;
use super::process::Worker;
use crate::frame::Frame;
use crate::wire::{self, Answered, Message};

/// How long a worker may be silent beyond what its scripts may take, before it is given up.
const GRACE: Duration = Duration::from_secs(2);

pub(super) struct Ended {
    pub(super) report: ScriptReport,
    /// Whether the worker is not to be used again.
    pub(super) spent: bool,
}

/// Has a worker run a job.
///
/// # Errors
/// The worker ended or fell silent; for people.
pub(super) async fn converse(
    worker: &mut Worker,
    job: &ScriptJob,
    host: &dyn ScriptHost,
    limits: &Limits,
) -> Result<Ended, String> {
    let Worker { input, output, unread, .. } = worker;
    let scripts = u32::try_from(job.scripts.len()).unwrap_or(u32::MAX).max(1);
    let patience = limits.deadline.saturating_mul(scripts).saturating_add(GRACE);
    let (order, note) = order(job, limits).await?;
    let mut outgoing = Outgoing::default();
    outgoing.push(order)?;
    let mut open: FuturesUnordered<BoxFuture<'_, Frame>> = FuturesUnordered::new();
    loop {
        // While the worker waits for us, its silence means nothing.
        let listening = open.is_empty() && outgoing.is_empty();
        tokio::select! {
            frame = next_frame(output, unread) => {
                let frame = frame.map_err(|error| format!("the process that ran the scripts ended: {error}"))?;
                let message = Message::parse(&frame.text).ok_or("the process that ran the scripts cannot be understood")?;
                match message.word {
                    wire::ASK => match serde_json::from_str::<Question>(message.json) {
                        Ok(question) => open.push(Box::pin(answer(message.number, question, host, limits.body))),
                        Err(error) => outgoing.push(refused(message.number, &error))?,
                    },
                    wire::DONE => {
                        let mut report: ScriptReport = serde_json::from_str(message.json)
                            .map_err(|error| format!("the report on the scripts cannot be read: {error}"))?;
                        if let Some(note) = note {
                            report.console.insert(0, told(job, note));
                        }
                        return Ok(Ended { report, spent: message.number != 0 });
                    }
                    _ => return Err("the process that ran the scripts cannot be understood".to_owned()),
                }
            }
            Some(frame) = open.next(), if !open.is_empty() => outgoing.push(frame)?,
            written = input.write(outgoing.front()), if !outgoing.is_empty() => {
                let written = written.map_err(|error| format!("the process that ran the scripts ended: {error}"))?;
                outgoing.advance(written);
            }
            () = tokio::time::sleep(patience), if listening => {
                return Err(format!(
                    "the process that ran the scripts did not answer for {} s and was ended",
                    patience.as_secs()
                ));
            }
        }
    }
}

/// The order to run the job, and what a person should know about it.
async fn order(job: &ScriptJob, limits: &Limits) -> Result<(Frame, Option<String>), String> {
    let deadline = u64::try_from(limits.deadline.as_millis()).unwrap_or(u64::MAX);
    let text =
        wire::run(deadline, job).map_err(|error| format!("the job cannot be written down: {error}"))?;
    let body = job.response.as_ref().and_then(|response| response.body.as_ref());
    let (bytes, note) = match body {
        Some(body) => content(body, limits.body).await,
        None => (Vec::new(), None),
    };
    Ok((Frame { text, bytes }, note))
}

/// The bytes of a body, as far as scripts are given them, and why they are not.
async fn content(body: &ResponseBody, limit: u64) -> (Vec<u8>, Option<String>) {
    if body.size() > limit {
        let size = body.size() >> 20;
        return (
            Vec::new(),
            Some(format!("The body has {size} MiB, which is more than scripts can be given")),
        );
    }
    match body {
        ResponseBody::Memory(bytes) => (bytes.to_vec(), None),
        ResponseBody::File(file) => match tokio::fs::read(&file.path).await {
            Ok(bytes) => (bytes, None),
            Err(error) => (Vec::new(), Some(format!("The body cannot be read back: {error}"))),
        },
    }
}

async fn answer(id: u64, question: Question, host: &dyn ScriptHost, limit: u64) -> Frame {
    let mut bytes = Vec::new();
    let answered = host.answer(question).await;
    let text = match &answered {
        Ok(Answer::Value(value)) => wire::answer(&Answered { id, value: Some(value), ..Answered::default() }),
        Ok(Answer::Response(response)) => {
            if let Some(body) = &response.body {
                bytes = content(body, limit).await.0;
            }
            wire::answer(&Answered { id, response: Some(response), ..Answered::default() })
        }
        Err(refusal) => wire::answer(&Answered { id, refused: Some(refusal), ..Answered::default() }),
    };
    match text {
        Ok(text) => Frame { text, bytes },
        Err(error) => refused(id, &error),
    }
}

/// What cannot be answered at all.
fn refused(id: u64, error: &serde_json::Error) -> Frame {
    let refusal = Refusal::new("usage", format!("The application does not understand this: {error}"));
    let answered = Answered { id, refused: Some(&refusal), ..Answered::default() };
    // Two texts always serialise.
    Frame::new(wire::answer(&answered).unwrap_or_default())
}

fn told(job: &ScriptJob, text: String) -> ConsoleLine {
    let script = job.scripts.first().map(|script| script.name.clone()).unwrap_or_default();
    ConsoleLine { level: ConsoleLevel::Warn, text, script, event: job.event }
}

/// The next frame. What has been read stays in `unread` if this is dropped.
async fn next_frame(output: &mut ChildStdout, unread: &mut BytesMut) -> io::Result<Frame> {
    loop {
        if let Some(frame) = Frame::take_from(unread)? {
            return Ok(frame);
        }
        if output.read_buf(unread).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// What is on its way to the worker. It is written while the worker is listened to: both could wait for each other
/// otherwise.
#[derive(Default)]
struct Outgoing(VecDeque<Bytes>);

impl Outgoing {
    fn push(&mut self, frame: Frame) -> Result<(), String> {
        let encoded = frame.encode().map_err(|error| error.to_string())?;
        self.0.push_back(encoded.into());
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn front(&self) -> &[u8] {
        self.0.front().map(Bytes::as_ref).unwrap_or_default()
    }

    fn advance(&mut self, written: usize) {
        if let Some(front) = self.0.front_mut() {
            front.advance(written);
            if front.is_empty() {
                self.0.pop_front();
            }
        }
    }
}
