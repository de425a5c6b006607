//! Finding a provider's metadata from its issuer: OpenID Connect Discovery §4, RFC 8414 §3 and §5.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use url::Url;

use super::{AuthorizationServer, Endpoint, IssuerRule, Metadata, endpoint_url};
use crate::config::AuthConfig;
use crate::explain;
use crate::failure::{Code, Failure};
use crate::flow::Flow;
use crate::inert::inert;
use crate::ports::{Completeness, IncomingResponse};
use crate::transcript::{Step, StepResult};

/// Metadata is asked for again after this long.
const FRESH_FOR: Duration = Duration::from_secs(3600);

/// A provider that has no metadata is not asked for it again for this long, if the endpoints typed in do.
const ABSENT_FOR: Duration = Duration::from_secs(300);

/// The metadata that was discovered in this process.
#[derive(Default)]
pub struct KnownServers {
    known: Mutex<HashMap<String, Known>>,
    /// Issuers without metadata, and when that was found out.
    absent: Mutex<HashMap<String, Duration>>,
}

struct Known {
    metadata: Arc<Metadata>,
    at: Duration,
}

impl KnownServers {
    /// The authorization server of this config. Metadata is discovered where an issuer is set and it is not in
    /// memory yet. If that fails, the endpoints typed in do, as long as `needed` is among them.
    ///
    /// # Errors
    /// Why discovery failed, if it was needed.
    pub async fn resolve(
        &self,
        config: &AuthConfig,
        needed: &[Endpoint],
        flow: &Flow,
    ) -> Result<AuthorizationServer, Failure> {
        let Some(issuer) = &config.issuer else { return Ok(AuthorizationServer::new(config, None)) };
        let rule = IssuerRule::of(config);
        if let Some(metadata) = self.recall(issuer, flow.clock().monotonic(), FRESH_FOR)
            && check_issuer(&metadata, &rule, config).is_ok()
        {
            return Ok(AuthorizationServer::new(config, Some(metadata)));
        }
        let now = flow.clock().monotonic();
        let typed = AuthorizationServer::new(config, None);
        let suffices = needed.iter().all(|endpoint| typed.endpoint(*endpoint).is_some());
        if suffices && self.is_absent(issuer, now) {
            return Ok(typed);
        }
        let failure = match self.discover(config, flow).await {
            Ok(metadata) => return Ok(AuthorizationServer::new(config, Some(metadata))),
            Err(failure) => failure,
        };
        if failure.is_passing()
            && let Some(metadata) = self.recall(issuer, now, Duration::MAX)
        {
            return Ok(AuthorizationServer::new(config, Some(metadata)));
        }
        if failure.code == Code::InvalidResponse {
            lock(&self.absent).insert(issuer.clone(), now);
        }
        if suffices { Ok(typed) } else { Err(failure) }
    }

    /// What is in memory of this config's provider; nothing is asked. `None` where nothing is.
    pub fn remembered(&self, config: &AuthConfig) -> Option<AuthorizationServer> {
        let metadata = self.recall(config.issuer.as_ref()?, Duration::ZERO, Duration::MAX)?;
        let fits = check_issuer(&metadata, &IssuerRule::of(config), config).is_ok();
        fits.then(|| AuthorizationServer::new(config, Some(metadata)))
    }

    /// Asks the provider for its metadata, whatever is in memory.
    ///
    /// # Errors
    /// [`Code::Configuration`] if the issuer is no URL; [`Code::InvalidResponse`] if no placement has a metadata
    /// document; [`Code::IssuerMismatch`] if it names another issuer.
    pub async fn discover(&self, config: &AuthConfig, flow: &Flow) -> Result<Arc<Metadata>, Failure> {
        let issuer = config.issuer.as_deref().unwrap_or_default();
        let metadata = Arc::new(fetch(issuer, config, flow).await?);
        let known = Known { metadata: metadata.clone(), at: flow.clock().monotonic() };
        lock(&self.known).insert(issuer.to_owned(), known);
        lock(&self.absent).remove(issuer);
        Ok(metadata)
    }

    fn is_absent(&self, issuer: &str, now: Duration) -> bool {
        lock(&self.absent).get(issuer).is_some_and(|at| now.saturating_sub(*at) < ABSENT_FOR)
    }

    fn recall(&self, issuer: &str, now: Duration, within: Duration) -> Option<Arc<Metadata>> {
        let known = lock(&self.known);
        let known = known.get(issuer)?;
        (now.saturating_sub(known.at) < within).then(|| known.metadata.clone())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn fetch(issuer: &str, config: &AuthConfig, flow: &Flow) -> Result<Metadata, Failure> {
    let rule = &IssuerRule::of(config);
    let placements = placements(issuer)?;
    let mut first_refusal = None;
    for url in placements {
        let request = http::Request::builder()
            .method(Method::GET)
            .uri(url.as_str())
            .header(http::header::ACCEPT, "application/json")
            .body(Vec::new())
            .map_err(|error| not_an_issuer(issuer, &error.to_string()))?;
        let exchanged = flow.send(Step::Discovery, request, None).await.map_err(|lost| lost.failure)?;
        let read = read_metadata(&exchanged.incoming, &url, flow);
        let read = read.and_then(|metadata| check_issuer(&metadata, rule, config).map(|()| metadata));
        match read {
            Ok(metadata) => {
                exchanged.end(flow, StepResult::Ok, format!("Metadata of {issuer} from {url}"));
                return Ok(metadata);
            }
            Err(failure) => {
                exchanged.end(flow, StepResult::Failed, failure.message.clone());
                // An answer that names another issuer is an answer; only the absence of one leads on.
                if failure.code == Code::IssuerMismatch {
                    return Err(failure);
                }
                first_refusal.get_or_insert(failure);
            }
        }
    }
    Err(first_refusal.unwrap_or_else(|| not_an_issuer(issuer, "it has no path to look at")))
}

/// Where an issuer's metadata may be, in the order in which they are tried.
fn placements(issuer: &str) -> Result<Vec<Url>, Failure> {
    const OPENID: &str = "/.well-known/openid-configuration";
    const OAUTH: &str = "/.well-known/oauth-authorization-server";
    let base = endpoint_url("issuer", issuer)?;
    if base.query().is_some() || base.fragment().is_some() {
        return Err(not_an_issuer(issuer, "an issuer has neither query nor fragment (RFC 8414 §2)"));
    }
    let path = base.path().trim_end_matches('/').to_owned();
    let candidates = if path.contains("/.well-known/") {
        vec![path]
    } else {
        vec![
            format!("{path}{OPENID}"),
            format!("{OAUTH}{path}"),
            format!("{OPENID}{path}"),
            format!("{path}{OAUTH}"),
        ]
    };
    let mut urls: Vec<Url> = Vec::new();
    for candidate in candidates {
        let mut url = base.clone();
        url.set_path(&candidate);
        if !urls.contains(&url) {
            urls.push(url);
        }
    }
    Ok(urls)
}

fn read_metadata(incoming: &IncomingResponse, url: &Url, flow: &Flow) -> Result<Metadata, Failure> {
    let response = &incoming.response;
    let content_type =
        response.headers().get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let refused = |cause: String| {
        let excerpt = flow.blanks().excerpt(content_type, response.body(), 200);
        let cause = if excerpt.is_empty() { cause } else { format!("{cause} It begins: {excerpt}") };
        Failure::new(
            Code::InvalidResponse,
            format!("No provider metadata at {url}"),
            cause,
            "Check the issuer, or enter the endpoints by hand.",
        )
    };
    let status = response.status();
    if status != StatusCode::OK {
        return Err(refused(format!("The answer is {status}.")));
    }
    match incoming.completeness {
        Completeness::Whole => {}
        Completeness::TooLong => return Err(refused("The document is longer than 1 MiB.".to_owned())),
        Completeness::CutOff => return Err(refused("The answer is cut off.".to_owned())),
    }
    let text = response.body().strip_prefix(b"\xef\xbb\xbf").unwrap_or(response.body());
    match serde_json::from_slice(text) {
        Ok(Value::Object(document)) => Ok(Metadata::new(document)),
        Ok(_) => Err(refused("The answer is JSON, but no object.".to_owned())),
        Err(_) => {
            let kind = content_type.unwrap_or("of no stated type");
            Err(refused(format!("The answer is {status}, {kind}, and not JSON.")))
        }
    }
}

fn check_issuer(metadata: &Metadata, rule: &IssuerRule, config: &AuthConfig) -> Result<(), Failure> {
    let issuer = config.issuer.as_deref().unwrap_or_default();
    let found = metadata.text("issuer").unwrap_or_default();
    // A metadata URL typed in as the issuer names the document, not the issuer: what it announces is taken.
    if rule.accepts_in_metadata(found) || (!found.is_empty() && is_metadata_url_of(issuer, found)) {
        return Ok(());
    }
    if found.is_empty() {
        return Err(Failure::new(
            Code::InvalidResponse,
            "The provider's metadata names no issuer",
            "The field `issuer` is required (RFC 8414 §2), since everything else is checked against it.",
            "Check the issuer, or enter the endpoints by hand.",
        ));
    }
    let failure = explain::issuer_mismatch(issuer, found, config);
    Err(if found.trim_end_matches('/') == issuer.trim_end_matches('/') {
        failure.with_fix(format!("Use {}", inert(found, 200)), "issuer", json!(found))
    } else {
        failure
    })
}

fn is_metadata_url_of(typed: &str, issuer: &str) -> bool {
    typed.contains("/.well-known/")
        && placements(issuer).is_ok_and(|urls| urls.iter().any(|url| url.as_str() == typed))
}

fn not_an_issuer(issuer: &str, reason: &str) -> Failure {
    Failure::new(
        Code::Configuration,
        "The issuer cannot be used",
        format!("\u{201c}{issuer}\u{201d}: {reason}."),
        "Enter the issuer's https URL as the provider states it.",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{Answer, World};

    fn config(value: Value) -> AuthConfig {
        AuthConfig::from_json(&value).unwrap_or_else(|failure| panic!("{}", failure.cause))
    }

    fn resolve(world: &World, value: Value) -> Result<AuthorizationServer, Failure> {
        let config = config(value);
        let flow = Flow::new(&world.surroundings(), &config);
        world.simulation.run(KnownServers::default().resolve(&config, &[Endpoint::Token], &flow))
    }

    fn metadata(issuer: &str) -> Answer {
        Answer::json(json!({"issuer": issuer, "token_endpoint": "https://id.example.com/token"}))
    }

    #[test]
    fn finds_the_metadata_at_either_well_known_placement() {
        for path in [
            "/tenant/.well-known/openid-configuration",
            "/.well-known/oauth-authorization-server/tenant",
            "/.well-known/openid-configuration/tenant",
            "/tenant/.well-known/oauth-authorization-server",
        ] {
            let world = World::new();
            world.provider.on(path, metadata("https://id.example.com/tenant"));
            let server =
                resolve(&world, json!({"grant": "password", "issuer": "https://id.example.com/tenant"}))
                    .unwrap();
            assert_eq!(server.endpoint(Endpoint::Token), Some("https://id.example.com/token"), "{path}");
        }
    }

    #[test]
    fn an_issuer_that_differs_by_a_slash_is_refused_and_the_right_one_offered() {
        let world = World::new();
        world.provider.on("/.well-known/openid-configuration", metadata("https://id.example.com/"));
        let failure =
            resolve(&world, json!({"grant": "password", "issuer": "https://id.example.com"})).err().unwrap();
        assert_eq!(failure.code, Code::IssuerMismatch);
        let fix = failure.fix.unwrap();
        assert_eq!((fix.setting.as_str(), fix.value), ("issuer", json!("https://id.example.com/")));
    }

    #[test]
    fn a_known_difference_can_be_accepted_for_one_config() {
        let announced = "https://login.microsoftonline.com/{tenantid}/v2.0";
        let world = World::new();
        world.provider.on("/common/v2.0/.well-known/openid-configuration", metadata(announced));
        let issuer = json!({"grant": "password", "issuer": "https://login.microsoftonline.com/common/v2.0"});
        let fix = resolve(&world, issuer.clone()).err().unwrap().fix.unwrap();
        assert_eq!((fix.setting.as_str(), &fix.value), ("accepted_issuers", &json!([announced])));
        let mut accepted = issuer;
        accepted["accepted_issuers"] = fix.value;
        assert!(resolve(&world, accepted).is_ok());
    }

    #[test]
    fn an_issuer_that_answers_html_is_a_clear_failure() {
        let world = World::new();
        let page = Answer::raw(200, "text/html", "<!doctype html><title>Welcome</title>");
        world.provider.on("/.well-known/openid-configuration", page);
        let failure =
            resolve(&world, json!({"grant": "password", "issuer": "https://id.example.com"})).err().unwrap();
        assert_eq!(failure.code, Code::InvalidResponse);
        assert!(
            failure.cause.contains("text/html") && failure.cause.contains("Welcome"),
            "{}",
            failure.cause
        );
    }

    #[test]
    fn endpoints_typed_in_do_when_the_metadata_cannot_be_had() {
        let world = World::new();
        let server = resolve(
            &world,
            json!({"grant": "password", "issuer": "https://id.example.com", "token_endpoint": "https://x/token"}),
        );
        assert_eq!(server.unwrap().endpoint(Endpoint::Token), Some("https://x/token"));
    }

    #[test]
    fn a_provider_without_metadata_is_not_asked_at_each_renewal() {
        let world = World::new();
        let config = config(json!({
            "grant": "password", "issuer": "https://id.example.com", "token_endpoint": "https://x/token"
        }));
        let known = KnownServers::default();
        let flow = Flow::new(&world.surroundings(), &config);
        for _ in 0..3 {
            assert!(world.simulation.run(known.resolve(&config, &[Endpoint::Token], &flow)).is_ok());
        }
        assert_eq!(world.provider.all_seen().len(), 2, "each placement once");
    }

    #[test]
    fn asks_once_for_many_flows_and_again_after_an_hour() {
        let world = World::new();
        world.provider.on("/.well-known/openid-configuration", metadata("https://id.example.com"));
        let config = config(json!({"grant": "password", "issuer": "https://id.example.com"}));
        let known = KnownServers::default();
        let flow = Flow::new(&world.surroundings(), &config);
        for expected in [1, 1, 2] {
            world
                .simulation
                .run(known.resolve(&config, &[Endpoint::Token], &flow))
                .unwrap_or_else(|_| panic!());
            assert_eq!(world.provider.all_seen().len(), expected);
            world.simulation.advance(Duration::from_secs(1801));
        }
    }

    #[test]
    fn a_provider_that_is_down_does_not_lose_the_metadata_in_memory() {
        let world = World::new();
        world.provider.on("/.well-known/openid-configuration", metadata("https://id.example.com"));
        let config = config(json!({"grant": "password", "issuer": "https://id.example.com"}));
        let known = KnownServers::default();
        let flow = Flow::new(&world.surroundings(), &config);
        let resolve = || world.simulation.run(known.resolve(&config, &[Endpoint::Token], &flow));
        assert!(resolve().is_ok());
        world.simulation.advance(Duration::from_secs(7200));
        world.provider.from_now_on(
            "/.well-known/openid-configuration",
            Answer::failure(crate::ports::TransportErrorKind::Connect, false),
        );
        assert!(resolve().is_ok());
    }
}
