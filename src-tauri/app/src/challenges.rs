//! What an API asked for in its last 401, and doing it: another sign-in (RFC 9470), settings filled in from the API's
//! own metadata (RFC 9728).

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gatepass_core::exchange::Exchange;
use gatepass_oauth::challenge::{self, StepUp};
use gatepass_oauth::inert::inert;
use gatepass_oauth::ports::FlowObserver;
use url::Url;

use crate::App;
use crate::dto::{ChallengeView, ErrorView, ResourceView, TokenCardView};
use crate::sending::Unobserved;

/// The last challenge of each node, until its next answer.
#[derive(Default)]
pub(crate) struct Challenges(Mutex<HashMap<String, Challenge>>);

#[derive(Clone)]
struct Challenge {
    /// What was asked when the challenge came.
    api: Url,
    resource_metadata: Option<String>,
    step_up: Option<StepUp>,
}

impl Challenges {
    /// Remembers what this answer asks for, and forgets what the one before did.
    pub(crate) fn hear(&self, node: &str, exchange: &Exchange) -> Option<ChallengeView> {
        let heard = Challenge::of(exchange);
        let view = heard.as_ref().map(Challenge::view);
        match heard {
            Some(challenge) => self.lock().insert(node.to_owned(), challenge),
            None => self.lock().remove(node),
        };
        view
    }

    fn of(&self, node: &str) -> Option<Challenge> {
        self.lock().get(node).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Challenge>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Challenge {
    fn of(exchange: &Exchange) -> Option<Self> {
        if exchange.response.status != 401 {
            return None;
        }
        let headers = exchange.response.headers.iter();
        let texts: Vec<&str> = headers
            .filter(|(name, _)| name.eq_ignore_ascii_case("www-authenticate"))
            .map(|(_, value)| value.as_str())
            .collect();
        let text = texts.join(", ");
        let challenge = Self {
            api: exchange.request.url.clone(),
            resource_metadata: challenge::resource_metadata(&text),
            step_up: challenge::step_up(&text),
        };
        (challenge.resource_metadata.is_some() || challenge.step_up.is_some()).then_some(challenge)
    }

    fn view(&self) -> ChallengeView {
        let step_up = self.step_up.as_ref();
        ChallengeView {
            resource_metadata: self.resource_metadata.as_deref().map(|address| inert(address, 500)),
            step_up: step_up.is_some(),
            acr_values: step_up.and_then(|step_up| Some(inert(step_up.acr_values.as_deref()?, 200))),
            max_age: step_up.and_then(|step_up| step_up.max_age),
        }
    }
}

impl App {
    /// Signs in again in the way that the API asked for in its last answer to this node (RFC 9470 §4). The settings
    /// stay as they are; the card says how it ended.
    pub async fn step_up(&self, node: String) -> Result<TokenCardView, ErrorView> {
        let Some(step_up) = self.inner.challenges.of(&node).and_then(|challenge| challenge.step_up) else {
            return Err(nothing_asked("No stronger sign-in was asked for"));
        };
        let mut demand = self.demand(&node).await?;
        if step_up.acr_values.is_some() {
            demand.config.acr_values = step_up.acr_values;
        }
        if step_up.max_age.is_some() {
            demand.config.max_age = step_up.max_age;
        }
        self.sign_in(node, demand).await
    }

    /// Reads what the API of a node says about its providers and scopes, after its 401 pointed there (RFC 9728 §5).
    /// Nothing is set yet: `params` of the answer are what would be, for the person to choose.
    pub async fn read_resource_metadata(&self, node: String) -> Result<ResourceView, ErrorView> {
        let found = self.inner.challenges.of(&node);
        let Some((api, address)) = found.and_then(|found| Some((found.api, found.resource_metadata?))) else {
            return Err(nothing_asked("The API pointed to no metadata"));
        };
        // A request without OAuth 2.0 is the usual case: its API says what to fill in.
        let draft = self.draft_at_rest(&node).await?;
        let demand = self.demand_in(draft).await.ok();
        let (config, observer): (_, Arc<dyn FlowObserver>) = match demand {
            Some(demand) => {
                let recording = self.record_flow(&node, &demand.key());
                (demand.config, recording)
            }
            None => (crate::tokens::usual_config(), Arc::new(Unobserved)),
        };
        let metadata = self.keeper().resource_metadata(&address, &api, &config, observer).await?;
        let mut params = BTreeMap::new();
        if let [issuer] = metadata.authorization_servers.as_slice() {
            params.insert("issuer".to_owned(), issuer.as_str().into());
        }
        if !metadata.scopes_supported.is_empty() {
            params.insert("scope".to_owned(), metadata.scopes_supported.join(" ").into());
        }
        params.insert("resource".to_owned(), serde_json::json!([metadata.resource]));
        Ok(ResourceView {
            resource: metadata.resource,
            issuers: metadata.authorization_servers,
            scopes: metadata.scopes_supported,
            params,
        })
    }
}

fn nothing_asked(message: &str) -> ErrorView {
    ErrorView::plain(
        "usage",
        message,
        "The last answer to this request carried no such challenge, or another one came since.",
        "Send the request again.",
    )
}
