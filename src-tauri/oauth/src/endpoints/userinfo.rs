//! The userinfo endpoint (OpenID Connect Core §5.3): what the provider says about the person, and whether it is the
//! person of the ID token.

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use serde_json::{Map, Value};
use url::Url;

use super::{DPOP, Dialogue, header_value, unsendable};
use crate::authorization_server::{Endpoint, IssuerRule};
use crate::client_authentication::certificate;
use crate::dpop::{self, Proof};
use crate::failure::{Code, Failure};
use crate::flow::Exchanged;
use crate::id_token::{self, Expectations, Source};
use crate::secret::Secret;
use crate::token_response;
use crate::token_set::{Check, CheckResult, TokenSet};
use crate::transcript::{Step, StepResult};

impl Dialogue<'_> {
    /// Fetches the claims with the access token of this set.
    ///
    /// # Errors
    /// What the provider refused, or why it could not be asked. Another subject than that of the ID token is a
    /// failed check, not an error.
    pub async fn userinfo(&self, tokens: &TokenSet) -> Result<(Map<String, Value>, Vec<Check>), Failure> {
        let token = tokens.access_token.as_ref().ok_or_else(no_access_token)?;
        let mut exchanged = self.ask_userinfo(token).await?;
        let wants_nonce = exchanged.incoming.response.status() == http::StatusCode::UNAUTHORIZED
            && self.dpop_key.is_some()
            && challenge(&exchanged).contains("use_dpop_nonce");
        if wants_nonce {
            exchanged.end(self.flow, StepResult::Retried, "The provider wants its nonce in the DPoP proof");
            exchanged = self.ask_userinfo(token).await?;
        }
        match self.read_userinfo(&exchanged).await {
            Ok((claims, mut checks)) => {
                checks.push(check_subject(&claims, tokens));
                let failed = checks.iter().find(|check| check.result == CheckResult::Fail);
                let (result, detail) = match failed {
                    Some(check) => (StepResult::Failed, format!("{}: {}", check.check, check.detail)),
                    None => (StepResult::Ok, "Received the claims about the person".to_owned()),
                };
                exchanged.end(self.flow, result, detail);
                Ok((claims, checks))
            }
            Err(failure) => {
                exchanged.end(
                    self.flow,
                    StepResult::Failed,
                    format!("{}: {}", failure.message, failure.cause),
                );
                Err(failure)
            }
        }
    }

    async fn ask_userinfo(&self, token: &Secret) -> Result<Exchanged, Failure> {
        let certificate = certificate(self.config);
        let url = match certificate {
            Some(_) => self.server.require_mtls(Endpoint::Userinfo)?,
            None => self.server.require(Endpoint::Userinfo)?,
        };
        let scheme = if self.dpop_key.is_some() { dpop::SCHEME } else { "Bearer" };
        let mut request = http::Request::get(url.as_str())
            .body(Vec::new())
            .map_err(|error| unsendable("userinfo_endpoint", &error.to_string()))?;
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json, application/jwt"));
        headers
            .insert(AUTHORIZATION, header_value("Authorization", &format!("{scheme} {}", token.expose()))?);
        if let Some(key) = self.dpop_key {
            let nonce = self.known.nonces.of(&url);
            let proof = Proof {
                method: &http::Method::GET,
                url: &url,
                access_token: Some(token),
                nonce: nonce.as_deref(),
            };
            let surroundings = self.flow.surroundings();
            let proof = key.prove(&proof, &*surroundings.clock, &*surroundings.randomness)?;
            headers.insert(DPOP, header_value("DPoP", proof.expose())?);
        }
        let exchanged =
            self.flow.send(Step::Userinfo, request, certificate).await.map_err(|lost| lost.failure)?;
        self.known.nonces.learn(&url, exchanged.incoming.response.headers());
        Ok(exchanged)
    }

    /// The claims, and the checks of a JWT if that is what they came in.
    async fn read_userinfo(
        &self,
        exchanged: &Exchanged,
    ) -> Result<(Map<String, Value>, Vec<Check>), Failure> {
        let response = &exchanged.incoming.response;
        let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if response.status().is_success()
            && content_type.is_some_and(|text| text.starts_with("application/jwt"))
        {
            let text = String::from_utf8_lossy(response.body()).trim().to_owned();
            return self.verify_userinfo(&Secret::from(text)).await;
        }
        if response.status() == http::StatusCode::UNAUTHORIZED {
            return Err(Failure::new(
                Code::ProviderError,
                "The provider did not accept the access token for userinfo",
                format!("It answered 401: {}", crate::inert::inert(&challenge(exchanged), 200)),
                "Refresh the token. If it stays like this, the token may lack the scope openid.",
            )
            .with_oauth_error("invalid_token"));
        }
        let blanks = self.flow.blanks();
        let circumstances = self.circumstances(Step::Userinfo, exchanged, &blanks);
        let claims = token_response::read_answer(&exchanged.incoming, &circumstances);
        claims.map(|claims| (claims, Vec::new())).map_err(|error| error.failure)
    }

    /// Userinfo as a JWT (§5.3.2): signed, encrypted, or both. Issuer and audience are compared where they are there.
    async fn verify_userinfo(&self, jwt: &Secret) -> Result<(Map<String, Value>, Vec<Check>), Failure> {
        let rule = IssuerRule::of(self.config);
        let algorithms = self.server.supported("userinfo_signing_alg_values_supported");
        let expectations = Expectations {
            announced_algorithms: algorithms.as_deref(),
            registered_algorithm: None,
            ..Expectations::of(self.config, &rule, Source::TokenEndpoint, self.flow.clock().now())
        };
        let jwks_uri = self.server.endpoint(Endpoint::Jwks).and_then(|text| Url::parse(text).ok());
        let key_sets = &self.known.key_sets;
        let verdict = id_token::verify(jwt, &expectations, key_sets, jwks_uri.as_ref(), self.flow).await;
        if verdict.claims.is_empty() {
            let reason = verdict.checks.first().map_or("", |check| &check.detail);
            return Err(Failure::new(
                Code::InvalidResponse,
                "The provider's userinfo cannot be read",
                format!("It is announced as a JWT. {}", reason.replace("The ID token", "It")),
                "Ask for plain JSON: remove `userinfo_signed_response_alg` from the client's registration.",
            ));
        }
        let is_there = |check: &Check| {
            check.check == "signature"
                || (matches!(check.check.as_str(), "iss" | "aud")
                    && verdict.claims.contains_key(&check.check))
        };
        Ok((verdict.claims.clone(), verdict.checks.into_iter().filter(is_there).collect()))
    }
}

fn challenge(exchanged: &Exchanged) -> String {
    let headers = exchanged.incoming.response.headers();
    let value = headers.get(http::header::WWW_AUTHENTICATE).and_then(|value| value.to_str().ok());
    value.unwrap_or("without a reason").to_owned()
}

/// §5.3.2: what userinfo says may be used only if it is about the person of the ID token.
fn check_subject(claims: &Map<String, Value>, tokens: &TokenSet) -> Check {
    let shown = |text: &str| crate::inert::inert(text, 200);
    let found = claims.get("sub").and_then(Value::as_str);
    let id_claims = tokens.id_token_claims();
    let expected = id_claims.get("sub").and_then(Value::as_str);
    let (result, detail) = match (found, expected) {
        (None, _) => (CheckResult::Fail, "Userinfo names no subject.".to_owned()),
        (Some(_), None) => (CheckResult::Skipped, "There is no ID token to compare with.".to_owned()),
        (Some(found), Some(expected)) if found == expected => {
            (CheckResult::Pass, format!("{}, as in the ID token.", shown(found)))
        }
        (Some(found), Some(expected)) => (
            CheckResult::Fail,
            format!(
                "Userinfo is about {}, the ID token about {}: do not use it.",
                shown(found),
                shown(expected)
            ),
        ),
    };
    Check { check: "sub".to_owned(), result, detail }
}

fn no_access_token() -> Failure {
    Failure::new(
        Code::Configuration,
        "There is no access token to ask userinfo with",
        "This token set holds an ID token alone.",
        "Ask for a token too: `id_token token` or `code` as response type.",
    )
}
