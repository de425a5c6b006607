#![allow(clippy::unwrap_used)]

mod after_unauthorized;
mod background;
mod clock;
mod ending;
mod failures;
mod id_tokens;
mod placement;
mod renaming;
mod rotation;
mod single_flight;
mod speed;
mod table;

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::secret::Secret;
use crate::testing::{Answer, FakePerson, Steps, World};
use crate::token_set::{Origin, Standing, TokenSet};

/// One process in a world of its own, with a provider that grants tokens numbered in the order of their requests.
struct Scene {
    world: World,
    keeper: Keeper,
}

impl Scene {
    fn new() -> Self {
        let world = World::new();
        let keeper = Keeper::new(world.surroundings());
        Self { world, keeper }
    }

    /// A scene whose provider answers every token request with a new token set that lives `lifetime` seconds.
    fn granting(lifetime: i64) -> Self {
        let scene = Self::new();
        for number in 1..=50 {
            scene.world.provider.on("/token", Answer::json(json!({
                "access_token": format!("new-access-{number}"), "refresh_token": format!("new-refresh-{number}"),
                "token_type": "Bearer", "expires_in": lifetime
            })));
        }
        scene
    }

    fn store(&self, demand: &TokenDemand, tokens: StoredTokens) {
        self.world.store.put(&demand.key(), tokens);
    }

    fn stored(&self, demand: &TokenDemand) -> StoredTokens {
        self.world.store.peek(&demand.key()).unwrap()
    }

    fn now(&self) -> UnixMillis {
        Clock::now(&*self.world.simulation)
    }

    /// A token set that was obtained a while ago and ends in `left` seconds.
    fn living(&self, left: i64) -> StoredTokens {
        tokens(self.now() - 1_000_000, Some(self.now() + left * 1000))
    }

    fn send(&self, demand: &TokenDemand, terms: &SendTerms) -> Decision {
        let steps = Arc::new(Steps::default());
        let decision = self.world.simulation.run(self.keeper.for_sending(demand, terms, steps));
        decision.unwrap_or_else(|failure| panic!("{}: {}", failure.message, failure.cause))
    }

    fn sent(&self, demand: &TokenDemand) -> UsableToken {
        match self.send(demand, &SendTerms::default()) {
            Decision::Send(token) => token,
            Decision::SendWithout { notice } => panic!("{notice}"),
            Decision::HeldBack(held) => panic!("{held:?}"),
        }
    }

    fn held(&self, demand: &TokenDemand, terms: &SendTerms) -> HeldBack {
        match self.send(demand, terms) {
            Decision::HeldBack(held) => held,
            Decision::Send(token) => panic!("sent {}", token.token().expose()),
            Decision::SendWithout { notice } => panic!("{notice}"),
        }
    }

    fn refresh(&self, demand: &TokenDemand) -> Result<StoredTokens, Failure> {
        self.world.simulation.run(self.keeper.refresh(demand, Arc::new(Steps::default())))
    }

    fn token_requests(&self) -> usize {
        self.world.provider.seen("/token").len()
    }
}

fn demand(extra: Value) -> TokenDemand {
    let mut config = json!({
        "grant": "authorization_code", "client_id": "photos", "authorization_endpoint": "https://id.example.com/authorize",
        "token_endpoint": "https://id.example.com/token"
    });
    config.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    let config = AuthConfig::from_json(&config).unwrap_or_else(|failure| panic!("{}", failure.cause));
    TokenDemand { config, environment: "local".to_owned() }
}

fn tokens(obtained_at: UnixMillis, expires_at: Option<UnixMillis>) -> StoredTokens {
    StoredTokens {
        tokens: TokenSet {
            access_token: Some(Secret::new("old-access")),
            token_type: "Bearer".to_owned(),
            refresh_token: Some(Secret::new("old-refresh")),
            id_token: None,
            scope: Some("photos".to_owned()),
            obtained_at,
            expires_at,
            dpop_key: None,
            response: Map::new(),
            id_token_checks: Vec::new(),
            opened_claims: None,
            believed_claims: None,
            nonce: None,
            notices: Vec::new(),
        },
        standing: Standing::Good,
        refresh_started_at: None,
        origin: Origin {
            token_name: "default".to_owned(),
            provider: "https://id.example.com/token".to_owned(),
            client_id: "photos".to_owned(),
            grant: "authorization_code".to_owned(),
            environment: "local".to_owned(),
            scope: String::new(),
        },
        refused_refresh_token: None,
    }
}

fn text(secret: Option<&Secret>) -> &str {
    secret.map_or("", Secret::expose)
}

fn off() -> SendTerms {
    SendTerms { renew: false, ..SendTerms::default() }
}

fn anyway() -> SendTerms {
    SendTerms { send_anyway: true, ..SendTerms::default() }
}
