//! Protected resource metadata (RFC 9728): an API says which providers it trusts and which scopes it knows, so that
//! an auth config can be filled in.

use http::header::{ACCEPT, HeaderValue};
use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;

use crate::authorization_request::check_openable;
use crate::authorization_server::endpoint_url;
use crate::failure::{Code, Failure};
use crate::flow::Flow;
use crate::inert::inert;
use crate::token_response::read_object;
use crate::transcript::{Step, StepResult};

/// What an API says about itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ResourceMetadata {
    /// The resource identifier: a resource indicator for the config.
    pub resource: String,
    /// Issuers that the API trusts.
    pub authorization_servers: Vec<String>,
    pub scopes_supported: Vec<String>,
}

/// Fetches the metadata that a 401 of `api` points to.
///
/// # Errors
/// [`Code::InvalidResponse`] if it cannot be read or is about another API (§3.3, §7.3): another one must not decide
/// where a person signs in.
pub async fn fetch(address: &str, api: &Url, flow: &Flow) -> Result<ResourceMetadata, Failure> {
    let url = endpoint_url("resource_metadata", address)?;
    check_openable(&url)?;
    let mut request = http::Request::get(url.as_str())
        .body(Vec::new())
        .map_err(|error| super::unsendable("resource_metadata", &error.to_string()))?;
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    let exchanged = flow.send(Step::Discovery, request, None).await.map_err(|lost| lost.failure)?;
    let status = exchanged.incoming.response.status();
    let read = match read_object(&exchanged.incoming) {
        Ok(document) if status.is_success() => read(&document, api),
        Ok(_) => Err(format!("The answer is {status}.")),
        Err(reason) => Err(format!("{reason} (status {status}).")),
    };
    match read {
        Ok(metadata) => {
            exchanged.end(flow, StepResult::Ok, format!("Metadata of {}", inert(&metadata.resource, 200)));
            Ok(metadata)
        }
        Err(cause) => {
            exchanged.end(flow, StepResult::Failed, cause.clone());
            Err(Failure::new(
                Code::InvalidResponse,
                "The API's metadata cannot be used",
                cause,
                "Enter the provider's issuer by hand.",
            ))
        }
    }
}

fn read(document: &Map<String, Value>, api: &Url) -> Result<ResourceMetadata, String> {
    let list = |name: &str| -> Vec<String> {
        let values = document.get(name).and_then(Value::as_array).into_iter().flatten();
        values.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let resource = document.get("resource").and_then(Value::as_str).unwrap_or_default();
    if !is_resource_of(resource, api) {
        return Err(format!("It is about \u{201c}{}\u{201d}, not about this API.", inert(resource, 200)));
    }
    Ok(ResourceMetadata {
        resource: resource.to_owned(),
        authorization_servers: list("authorization_servers"),
        scopes_supported: list("scopes_supported"),
    })
}

/// A resource identifier stands for the URLs below it.
fn is_resource_of(resource: &str, api: &Url) -> bool {
    Url::parse(resource).is_ok_and(|resource| {
        let path = resource.path().trim_end_matches('/');
        let below = api.path().strip_prefix(path);
        resource.origin() == api.origin()
            && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn metadata_has_to_be_about_the_api_that_was_called() {
        let api = Url::parse("https://api.example.com/v1/photos?a=b").unwrap();
        for resource in ["https://api.example.com", "https://api.example.com/", "https://api.example.com/v1"]
        {
            assert!(is_resource_of(resource, &api), "{resource}");
        }
        for resource in [
            "https://api.example.com/v2",
            "https://api.example.com/v",
            "http://api.example.com",
            "https://evil",
            "",
        ] {
            assert!(!is_resource_of(resource, &api), "{resource}");
        }
    }
}
