#![allow(clippy::unwrap_used)]

mod direct;
mod every_grant;
mod implicit;
mod polled;
mod registered;
mod sign_in;
mod signed;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join;
use serde_json::json;

use super::*;
use crate::jwt::Jwt;
use crate::keeper::{Keeper, TokenDemand};
use crate::ports::{Clock, Timer, WaitingFor};
use crate::testing::{Answer, FakePerson, SeenRequest, Steps, World, settle};
use crate::token_set::StoredTokens;

struct Scene {
    world: World,
    person: Arc<FakePerson>,
    demand: TokenDemand,
    steps: Arc<Steps>,
}

impl Scene {
    fn new(config: Value) -> Self {
        let mut all = json!({
            "client_id": "photos", "scope": "openid photos", "token_endpoint": "https://id.example.com/token",
            "authorization_endpoint": "https://id.example.com/authorize",
            "device_authorization_endpoint": "https://id.example.com/device",
            "backchannel_authentication_endpoint": "https://id.example.com/backchannel"
        });
        all.as_object_mut().unwrap().extend(config.as_object().unwrap().clone());
        let config = AuthConfig::from_json(&all).unwrap_or_else(|failure| panic!("{}", failure.cause));
        let demand = TokenDemand { config, environment: String::new() };
        Self { world: World::new(), person: Arc::default(), demand, steps: Arc::default() }
    }

    fn granting(config: Value) -> Self {
        let scene = Self::new(config);
        scene
            .world
            .provider
            .on("/token", Answer::json(json!({"access_token": "granted", "token_type": "Bearer"})));
        scene
    }

    async fn obtain(&self) -> Result<StoredTokens, Failure> {
        let keeper = Keeper::new(self.world.surroundings());
        keeper.obtain(&self.demand, self.person.clone(), self.steps.clone()).await
    }

    fn run(&self) -> Result<StoredTokens, Failure> {
        self.world.simulation.run(self.obtain())
    }

    fn token_request(&self) -> SeenRequest {
        let requests = self.world.provider.seen("/token");
        assert_eq!(requests.len(), 1);
        requests[0].clone()
    }

    /// A login page that answers with these parameters and the right state.
    fn login_page(&self, parameters: &'static [(&'static str, &'static str)]) {
        self.world.browser.login_page(move |url| {
            let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
            let given = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            Some(given.chain([("state".to_owned(), state)]).collect())
        });
    }
}

fn access_token(outcome: &Result<StoredTokens, Failure>) -> &str {
    match outcome {
        Ok(stored) => stored.tokens.access_token.as_ref().unwrap().expose(),
        Err(failure) => panic!("{}: {}", failure.message, failure.cause),
    }
}

fn fields(request: &SeenRequest) -> Vec<String> {
    request.form().into_iter().map(|(name, _)| name).collect()
}
