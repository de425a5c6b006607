//! Every grant through the command line: against the real provider, and where an honest one cannot play along, against
//! the misbehaving one in its honest mood.
#![allow(clippy::unwrap_used)]

mod assertions;
mod authorization_code;
mod devices;
mod hybrid_and_implicit;
mod machines_and_passwords;
mod refresh_token;
mod token_exchange;

use gatepass_tests::{Provider, provider::Seen};

/// The token requests of this grant type, each of which has to be exact: JSON asked for, a form sent, nothing empty,
/// nothing twice.
async fn token_requests(provider: &Provider, grant_type: &str) -> Vec<Seen> {
    let requests = provider.token_requests(grant_type).await;
    for seen in &requests {
        assert_eq!(seen.headers["accept"], "application/json");
        assert_eq!(seen.headers["content-type"], "application/x-www-form-urlencoded");
        let pairs: Vec<_> = url::form_urlencoded::parse(seen.body.as_bytes()).collect();
        for (name, value) in &pairs {
            assert!(!value.is_empty(), "{name} is sent empty: {}", seen.body);
            let often = pairs.iter().filter(|(other, _)| other == name).count();
            assert!(often == 1 || name == "resource", "{name} is sent {often} times: {}", seen.body);
        }
    }
    requests
}

/// The one token request of this grant type.
async fn token_request(provider: &Provider, grant_type: &str) -> Seen {
    let mut requests = token_requests(provider, grant_type).await;
    assert_eq!(requests.len(), 1, "{requests:?}");
    requests.remove(0)
}
