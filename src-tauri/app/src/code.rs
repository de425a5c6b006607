//! A request written down: as a command line, or for the window to make code of.

use gatepass_core::pipeline::{Composed, ComposedBody, ComposedContent, Draft, Pipeline, Trouble};

use crate::App;
use crate::dto::{CodeHeader, CodePart, CodeRequestView, ErrorView};

impl App {
    /// A request as it would leave, for making code of it. Secrets and tokens are left out unless they are asked for.
    pub async fn request_for_code(&self, node: String, secrets: bool) -> Result<CodeRequestView, ErrorView> {
        let draft = self.draft_at_rest(&node).await?;
        Ok(composed(self.pipeline(), draft, secrets).await?.into())
    }
}

/// A draft as a cURL command line, and what a person should know of it.
///
/// # Errors
/// Why it could not be sent either.
pub async fn as_curl(
    pipeline: &Pipeline,
    draft: Draft,
    secrets: bool,
) -> Result<(String, Vec<String>), ErrorView> {
    let composed = composed(pipeline, draft, secrets).await?;
    Ok((gatepass_interchange::write_curl(&composed), composed.notes))
}

async fn composed(pipeline: &Pipeline, draft: Draft, secrets: bool) -> Result<Composed, ErrorView> {
    pipeline.compose(draft, secrets).await.map_err(|trouble| match trouble {
        Trouble::Send(failure) => failure.into(),
        Trouble::Auth(failure) => failure.into(),
    })
}

impl From<Composed> for CodeRequestView {
    fn from(composed: Composed) -> Self {
        let content_type =
            composed.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let mut view = Self {
            mime_type: content_type.map(|(_, value)| value.clone()),
            method: composed.method,
            url: composed.url,
            headers: composed.headers.into_iter().map(|(name, value)| CodeHeader { name, value }).collect(),
            text: None,
            file: None,
            parts: Vec::new(),
            notes: composed.notes,
        };
        if let Some(challenge) = composed.challenge {
            let scheme = if challenge.scheme == "ntlm" { "NTLM" } else { "Digest" };
            view.notes
                .push(format!("The API asks for {scheme} authentication, which this code does not answer"));
        }
        match composed.body {
            ComposedBody::None | ComposedBody::Bytes => {}
            ComposedBody::Text(text) => view.text = Some(text),
            ComposedBody::File(path) => view.file = Some(path.display().to_string()),
            ComposedBody::Form(parts) => {
                view.mime_type = Some("multipart/form-data".to_owned());
                view.parts = parts
                    .into_iter()
                    .map(|part| {
                        let (value, file) = match part.content {
                            ComposedContent::Text(text) => (Some(text), None),
                            ComposedContent::File(path) => (None, Some(path.display().to_string())),
                        };
                        CodePart { name: part.name, value, file, content_type: part.content_type }
                    })
                    .collect();
            }
        }
        view
    }
}
