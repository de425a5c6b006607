//! The authorization response (RFC 6749 §4.1.2, RFC 9207): the only constructor of a validated one. What is not the
//! answer of this login changes nothing; what is, and does not hold, ends it.

pub mod signed;

use serde_json::{Map, Value};
use subtle::ConstantTimeEq;
use url::Url;

use crate::authorization_server::IssuerRule;
use crate::explain::{self, ProviderError, Situation};
use crate::failure::{Code, Failure};
use crate::inert::inert;
use crate::jwt::Jwt;
use crate::secret::Secret;

/// A validated authorization response. It exists only if state and issuer are those of this login.
pub struct AuthorizationResponse {
    code: Option<Secret>,
    parameters: Vec<(String, Secret)>,
}

/// What an answer is held against.
pub struct ExpectedAnswer<'a> {
    pub state: &'a Secret,
    pub issuer: &'a IssuerRule,
    /// Whether the provider announces that it names itself in each answer
    /// (`authorization_response_iss_parameter_supported`).
    pub names_issuer: bool,
    pub response_type: &'a str,
    /// What was done, so that a refusal can be explained.
    pub situation: Situation<'a>,
}

/// Why parameters are no valid answer.
#[derive(Debug, Clone)]
pub enum Rejection {
    /// Not the answer of this login: it is ignored, and the wait goes on.
    NotOurs(Failure),
    /// The answer of this login, and it says no or cannot be trusted: the login is over.
    Final(Failure),
}

/// Parameters that may stand in an answer once only (RFC 6749 §3.1).
const ONCE: [&str; 8] =
    ["state", "code", "iss", "error", "access_token", "id_token", "response", "error_description"];

impl AuthorizationResponse {
    /// Holds parameters against what this login expects.
    ///
    /// # Errors
    /// [`Rejection::NotOurs`] for another login's state, or none, or a parameter that is there twice;
    /// [`Rejection::Final`] for an error of the provider, another issuer, or an answer without what was asked for.
    pub fn validate(
        parameters: Vec<(String, Secret)>,
        expected: &ExpectedAnswer<'_>,
    ) -> Result<Self, Rejection> {
        let once = |name: &str| parameters.iter().find(|(field, _)| field == name).map(|(_, value)| value);
        for name in ONCE {
            if parameters.iter().filter(|(field, _)| field == name).count() > 1 {
                return Err(Rejection::NotOurs(twice(name)));
            }
        }
        let state = once("state").map(Secret::expose).unwrap_or_default();
        if !bool::from(state.as_bytes().ct_eq(expected.state.expose().as_bytes())) {
            return Err(Rejection::NotOurs(foreign_state(state.is_empty())));
        }
        let asked_for = |name: &str| expected.response_type.split_whitespace().any(|part| part == name);
        let has_id_token = asked_for("id_token") && once("id_token").is_some();
        check_issuer(once("iss").map(Secret::expose), has_id_token, expected).map_err(Rejection::Final)?;
        if let Some(error) = once("error") {
            let reported = ProviderError {
                error: error.expose(),
                description: once("error_description").map(Secret::expose),
                uri: once("error_uri").map(Secret::expose),
                ..ProviderError::default()
            };
            return Err(Rejection::Final(explain::provider_error(&reported, &expected.situation)));
        }
        let asked = expected.response_type.split_whitespace();
        let fields = asked.map(|part| if part == "token" { "access_token" } else { part });
        for field in fields.filter(|field| *field != "none") {
            if once(field).is_none_or(Secret::is_empty) {
                return Err(Rejection::Final(incomplete(field, &parameters)));
            }
        }
        Ok(Self { code: once("code").cloned(), parameters })
    }

    /// The authorization code, where one was asked for.
    pub fn code(&self) -> Option<&Secret> {
        self.code.as_ref()
    }

    /// One parameter.
    pub fn parameter(&self, name: &str) -> Option<&Secret> {
        self.parameters.iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }

    /// The fields of a token response that came through the browser: all but what belongs to the redirect itself.
    pub fn token_fields(&self) -> Map<String, Value> {
        let own = ["state", "code", "iss"];
        let fields = self.parameters.iter().filter(|(name, _)| !own.contains(&name.as_str()));
        fields.map(|(name, value)| (name.clone(), Value::from(value.expose()))).collect()
    }
}

/// The state by which a listener tells waiting logins apart: that of the parameters, or of the signed response that
/// they carry (JARM), which is verified later. `None` if there is none, or more than one.
pub fn routing_state(parameters: &[(String, Secret)]) -> Option<String> {
    let only = |name: &str| {
        let mut found = parameters.iter().filter(|(field, _)| field == name);
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    };
    if parameters.iter().any(|(name, _)| name == "state") {
        return only("state").map(|state| state.expose().to_owned());
    }
    let response = Jwt::decode(only("response")?).ok()?;
    response.claims().get("state")?.as_str().map(str::to_owned)
}

/// The parameters in a URL that a person pasted: of its query, and of its fragment.
///
/// # Errors
/// [`Code::StateMismatch`] if it is not where `redirect_uri` leads, so that it cannot be the answer.
pub fn pasted_parameters(pasted: &Secret, redirect_uri: &str) -> Result<Vec<(String, Secret)>, Failure> {
    let text = pasted.expose().trim();
    let not_it = |cause: &str| {
        Failure::new(
            Code::StateMismatch,
            "This is not the address that the browser came back to",
            cause,
            format!("Copy the whole address from the browser; it begins with {}.", inert(redirect_uri, 200)),
        )
    };
    let url = Url::parse(text).map_err(|_| not_it("It is not a URL."))?;
    let expected = Url::parse(redirect_uri).map_err(|_| not_it("The redirect URI itself is not a URL."))?;
    let place = |url: &Url| {
        (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port(), url.path().to_owned())
    };
    if place(&url) != place(&expected) {
        return Err(not_it("It leads to another place than the redirect URI."));
    }
    let parts = [url.query(), url.fragment()];
    let pairs = parts.into_iter().flatten().flat_map(|part| url::form_urlencoded::parse(part.as_bytes()));
    Ok(pairs.map(|(name, value)| (name.into_owned(), Secret::from(value.into_owned()))).collect())
}

/// `has_id_token`: an ID token in the answer names the issuer too, and is verified before anything of the answer is
/// used. Providers then leave the parameter out.
fn check_issuer(
    named: Option<&str>,
    has_id_token: bool,
    expected: &ExpectedAnswer<'_>,
) -> Result<(), Failure> {
    match named {
        Some(named) if !expected.issuer.is_set() || expected.issuer.accepts(named, None) => Ok(()),
        Some(named) => {
            let config = expected.situation.config;
            Err(explain::issuer_mismatch(&expected.issuer.describe(), named, config))
        }
        None if expected.names_issuer && expected.issuer.is_set() && !has_id_token => Err(Failure::new(
            Code::IssuerMismatch,
            "The answer does not say which provider it comes from",
            "The provider announces that it always sends `iss` (RFC 9207), and this answer has none.",
            "Try again. If it happens each time, report it to the provider.",
        )),
        None => Ok(()),
    }
}

fn foreign_state(is_missing: bool) -> Failure {
    let cause = if is_missing {
        "It carries no state, and every login of ours sends one."
    } else {
        "Its state is not the one of this login: it belongs to another login, or was forged."
    };
    Failure::new(
        Code::StateMismatch,
        "An answer was ignored that does not belong to this sign-in",
        cause,
        "Finish the sign-in in the browser window that was opened last, or start anew.",
    )
}

fn twice(name: &str) -> Failure {
    Failure::new(
        Code::StateMismatch,
        "An answer was ignored that is not unambiguous",
        format!("The parameter `{name}` is there more than once (RFC 6749 §3.1)."),
        "Finish the sign-in in the browser window that was opened last, or start anew.",
    )
}

fn incomplete(field: &str, parameters: &[(String, Secret)]) -> Failure {
    let names: Vec<String> = parameters.iter().take(20).map(|(name, _)| inert(name, 40)).collect();
    Failure::new(
        Code::InvalidResponse,
        format!("The provider's answer has no `{field}`"),
        format!("It was asked for; what came is: {}.", names.join(", ")),
        "Check the response type and the response mode in the auth settings.",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;
    use crate::config::AuthConfig;
    use crate::transcript::Step;

    fn config() -> AuthConfig {
        AuthConfig::from_json(&json!({"grant": "authorization_code", "issuer": "https://id.example.com"}))
            .unwrap()
    }

    fn parameters(query: &str) -> Vec<(String, Secret)> {
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.map(|(name, value)| (name.into_owned(), Secret::from(value.into_owned()))).collect()
    }

    fn validate_as(
        query: &str,
        response_type: &str,
        names_issuer: bool,
    ) -> Result<AuthorizationResponse, Rejection> {
        let state = Secret::new("s1");
        let (config, rule) = (config(), IssuerRule::of(&config()));
        let situation = Situation::of(Step::Callback, &config, None);
        let expected =
            ExpectedAnswer { state: &state, issuer: &rule, names_issuer, response_type, situation };
        AuthorizationResponse::validate(parameters(query), &expected)
    }

    fn validate(query: &str) -> Result<AuthorizationResponse, Rejection> {
        validate_as(query, "code", false)
    }

    #[test]
    fn the_answer_of_this_login_yields_its_code() {
        assert_eq!(validate("code=abc&state=s1").ok().unwrap().code().unwrap().expose(), "abc");
    }

    #[test]
    fn another_state_or_none_or_a_doubled_parameter_is_ignored() {
        for query in [
            "code=abc",
            "code=abc&state=",
            "code=abc&state=s2",
            "code=abc&state=s1x",
            "error=access_denied&state=s2",
            "code=a&code=b&state=s1",
            "code=a&state=s1&state=s1",
            "code=a&state=s1&state=s2",
            "code=a&state=s1&iss=https://id.example.com&iss=https://evil",
            "",
        ] {
            assert!(matches!(validate(query), Err(Rejection::NotOurs(_))), "{query}");
        }
    }

    #[test]
    fn an_issuer_in_the_answer_is_always_compared() {
        assert!(validate("code=a&state=s1&iss=https%3A%2F%2Fid.example.com").is_ok());
        let Err(Rejection::Final(failure)) = validate("code=a&state=s1&iss=https%3A%2F%2Fevil.example.com")
        else {
            panic!()
        };
        assert_eq!(failure.code, Code::IssuerMismatch);
    }

    #[test]
    fn a_missing_issuer_is_an_error_where_the_provider_announces_it() {
        let Err(Rejection::Final(failure)) = validate_as("code=a&state=s1", "code", true) else { panic!() };
        assert_eq!(failure.code, Code::IssuerMismatch);
        let Err(Rejection::Final(failure)) = validate_as("error=access_denied&state=s1", "code", true) else {
            panic!()
        };
        assert_eq!(failure.code, Code::IssuerMismatch);
    }

    #[test]
    fn an_id_token_that_was_asked_for_names_the_issuer_too() {
        let answer = "code=a&id_token=x&state=s1";
        assert!(validate_as(answer, "code id_token", true).is_ok());
        assert!(matches!(validate_as(answer, "code", true), Err(Rejection::Final(_))), "it is not asked for");
    }

    #[test]
    fn an_error_of_the_provider_ends_the_login_with_its_words_as_text() {
        let query = "error=access_denied&error_description=%3Cb%3ENo%3C%2Fb%3E%1b%5B31m&state=s1";
        let Err(Rejection::Final(failure)) = validate(query) else { panic!() };
        assert_eq!(failure.code, Code::AccessDenied);
        assert_eq!(failure.oauth_error.as_deref(), Some("access_denied"));
        assert!(failure.cause.contains("<b>No</b>[31m"), "{}", failure.cause);
    }

    #[test]
    fn an_answer_without_what_was_asked_for_ends_the_login() {
        for (query, response_type) in [
            ("state=s1", "code"),
            ("code=&state=s1", "code"),
            ("code=a&state=s1", "code id_token"),
            ("id_token=x&state=s1", "id_token token"),
        ] {
            let Err(Rejection::Final(failure)) = validate_as(query, response_type, false) else {
                panic!("{query}")
            };
            assert_eq!(failure.code, Code::InvalidResponse);
        }
    }

    #[test]
    fn a_pasted_address_has_to_be_where_the_redirect_uri_leads() {
        let paste = |text: &str| pasted_parameters(&Secret::new(text), "https://app.example.com/cb");
        let found = paste(" https://app.example.com/cb?code=a&state=s1#x=y\n").ok().unwrap();
        assert_eq!(found.len(), 3);
        for other in [
            "https://app.example.com/other?code=a&state=s1",
            "http://app.example.com/cb?code=a&state=s1",
            "https://app.example.com:8443/cb?code=a&state=s1",
            "https://evil.example.com/cb?code=a",
            "abc",
            "",
        ] {
            assert!(paste(other).is_err(), "{other}");
        }
    }

    #[test]
    fn logins_are_told_apart_by_the_one_state() {
        assert_eq!(routing_state(&parameters("code=a&state=s1")).as_deref(), Some("s1"));
        assert_eq!(routing_state(&parameters("code=a")), None);
        assert_eq!(routing_state(&parameters("state=s1&state=s2")), None);
        // {"alg":"none"} . {"state":"s3"}
        assert_eq!(
            routing_state(&parameters("response=eyJhbGciOiJub25lIn0.eyJzdGF0ZSI6InMzIn0.")).as_deref(),
            Some("s3")
        );
    }

    proptest::proptest! {
        #[test]
        fn only_the_exact_state_makes_an_answer(state in ".{0,40}", code in ".{1,40}") {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("state", &state)
                .append_pair("code", &code)
                .finish();
            proptest::prop_assert_eq!(validate(&query).is_ok(), state == "s1");
        }

        #[test]
        fn nothing_that_is_pasted_crashes(text in ".{0,200}") {
            let _ = pasted_parameters(&Secret::new(text.as_str()), "https://app.example.com/cb");
            let _ = routing_state(&parameters(&text));
        }
    }
}
