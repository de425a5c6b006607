//! Why a document could not be read.

use std::fmt;

/// A document that nothing could be taken from, told to a person. It never quotes the document's values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadFailure {
    pub kind: ReadFailureKind,
    /// What happened.
    pub message: String,
    /// Why: what it looks like, or where it breaks.
    pub cause: String,
    /// What to do.
    pub next_step: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadFailureKind {
    Empty,
    TooLarge,
    /// Not the text of any format: binary, or in an unknown encoding.
    NotText,
    /// JSON that is broken or ends too early.
    Broken,
    /// A format, or a version of one, that is recognised but not read.
    Unsupported,
    /// Nothing that is known.
    Unknown,
}

/// What can be read, for the ends of error texts.
pub(crate) const UNDERSTOOD: &str = "Gatepass reads Postman collections (v2.0 and v2.1), environments, globals \
     and data dumps, OpenAPI 3 and Swagger 2, Insomnia exports (4 and 5), Bruno's .bru files and OpenCollection, \
     HTTP archives (HAR), .http files and cURL command lines.";

impl ReadFailure {
    pub(crate) fn new(
        kind: ReadFailureKind,
        message: impl Into<String>,
        cause: impl Into<String>,
        next_step: impl Into<String>,
    ) -> Self {
        Self { kind, message: message.into(), cause: cause.into(), next_step: next_step.into() }
    }
}

impl fmt::Display for ReadFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}. {}", self.message, self.cause, self.next_step)
    }
}

impl std::error::Error for ReadFailure {}
