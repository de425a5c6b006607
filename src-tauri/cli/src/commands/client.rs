//! `gatepass client check|register|key|jwks`: the client at its provider.

use std::sync::Arc;

use gatepass_app::clients::new_key;
use gatepass_app::oauth::Code;
use gatepass_app::oauth::client_keys::public_jwks;
use gatepass_app::oauth::lint::lint;
use serde_json::json;

use crate::aim::Aim;
use crate::arguments::{KeyArguments, TokenTarget};
use crate::outcome::{Ending, Stop};
use crate::person::Steps;
use crate::place::Place;
use crate::terminal;

/// What is doubtful in a config, with the provider's metadata where it can be had.
pub async fn check(place: &Place, target: TokenTarget) -> Result<Ending, Stop> {
    let aim = Aim::take(place, &target).await?;
    let discovered = aim.keeper().discover(&aim.demand.config, Arc::new(Steps::default())).await;
    let (server, problem) = match discovered {
        Ok(server) => (Some(server), None),
        // Without an issuer there is nothing to discover, and nothing wrong with that.
        Err(failure) if failure.code == Code::Configuration && aim.demand.config.issuer.is_none() => {
            (None, None)
        }
        Err(failure) => (None, Some(failure)),
    };
    let warnings = lint(&aim.demand.config, server.as_ref());
    if target.json {
        terminal::document(&json!({ "warnings": warnings, "with_metadata": server.is_some() }));
    } else {
        if let Some(problem) = problem {
            let line = format!("note: checked without the provider's metadata: {}", problem.message);
            tell!("{}", terminal::inert(&line));
        }
        for warning in &warnings {
            let line =
                format!("{}: {}. {}", warning.setting, warning.message.trim_end_matches('.'), warning.reason);
            say!("{}", terminal::inert(&line));
        }
        if warnings.is_empty() {
            tell!("Nothing is doubtful in this config.");
        }
    }
    aim.close_with(Ok(Ending::Done)).await
}

/// Registers a client (RFC 7591) and prints what the provider gave, under the names of the auth config.
pub async fn register(place: &Place, target: TokenTarget) -> Result<Ending, Stop> {
    let aim = Aim::take(place, &target).await?;
    let registered = aim.keeper().register(&aim.demand.config, Arc::new(Steps::default())).await;
    let told = registered.map_err(Stop::from).map(|registered| {
        let mut given = json!({ "client_id": registered.client_id });
        if let Some(secret) = &registered.client_secret {
            given["client_secret"] = json!(secret.expose());
        }
        if let Some(method) = registered.response.get("token_endpoint_auth_method") {
            given["client_authentication"] = method.clone();
        }
        if target.json {
            if let Some(token) = &registered.registration_access_token {
                given["registration_access_token"] = json!(token.expose());
            }
            given["response"] = json!(registered.response);
        }
        terminal::document(&given);
        Ending::Done
    });
    aim.close_with(told).await
}

/// Makes a key pair: the private half for the config, the public one for the provider.
pub fn key(arguments: &KeyArguments) -> Result<Ending, Stop> {
    let key = new_key(&arguments.alg).map_err(Stop::from)?;
    let pem = key.to_pem()?;
    let jwks = json!({ "keys": [key.to_public_jwk("sig")] });
    if arguments.json {
        let client_key = json!({ "pem": pem.expose(), "alg": key.alg, "kid": key.kid });
        terminal::document(&json!({ "client_key": client_key, "jwks": jwks }));
    } else {
        say!("{}", pem.expose().trim_end());
        tell!("The public half, for the provider:\n{jwks:#}");
    }
    Ok(Ending::Done)
}

/// The public halves of the keys that a config holds, as a key set (RFC 7517 §5).
pub async fn jwks(place: &Place, target: TokenTarget) -> Result<Ending, Stop> {
    let aim = Aim::take(place, &target).await?;
    let told = public_jwks(&aim.demand.config).map_err(Stop::from).map(|jwks| {
        terminal::document(&jwks);
        Ending::Done
    });
    aim.close_with(told).await
}
