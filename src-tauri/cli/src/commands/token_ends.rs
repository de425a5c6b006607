//! `gatepass token introspect|userinfo|revoke|delete|logout`.

use std::sync::Arc;

use gatepass_app::oauth::Failure;
use gatepass_app::oauth::keeper::{Ended, Inspected};
use serde_json::json;

use crate::aim::Aim;
use crate::arguments::TokenTarget;
use crate::outcome::{Ending, Stop};
use crate::person::Steps;
use crate::place::Place;
use crate::terminal;

pub async fn introspect(place: &Place, target: TokenTarget) -> Result<Ending, Stop> {
    let aim = Aim::take(place, &target).await?;
    let steps = Arc::new(Steps::default());
    let inspected = aim.keeper().introspect(&aim.demand, Arc::clone(&steps) as _).await;
    let written = steps.write_log(target.flow_log.as_deref());
    let told = written.and_then(|()| tell_claims(inspected, target.json));
    aim.close_with(told).await
}

pub async fn userinfo(place: &Place, target: TokenTarget) -> Result<Ending, Stop> {
    let aim = Aim::take(place, &target).await?;
    let steps = Arc::new(Steps::default());
    let inspected = aim.keeper().userinfo(&aim.demand, Arc::clone(&steps) as _).await;
    let written = steps.write_log(target.flow_log.as_deref());
    let told = written.and_then(|()| tell_claims(inspected, target.json));
    aim.close_with(told).await
}

pub async fn revoke(place: &Place, target: TokenTarget) -> Result<Ending, Stop> {
    let aim = Aim::take(place, &target).await?;
    let steps = Arc::new(Steps::default());
    let ended = aim.keeper().revoke(&aim.demand, Arc::clone(&steps) as _).await;
    let written = steps.write_log(target.flow_log.as_deref());
    let told = written.and_then(|()| tell_end(ended, target.json));
    aim.close_with(told).await
}

pub async fn logout(place: &Place, target: TokenTarget) -> Result<Ending, Stop> {
    let aim = Aim::take(place, &target).await?;
    let steps = Arc::new(Steps::default());
    let ended = aim.keeper().end_session(&aim.demand, Arc::clone(&steps) as _).await;
    let written = steps.write_log(target.flow_log.as_deref());
    let told = written.and_then(|()| tell_end(ended, target.json));
    aim.close_with(told).await
}

/// Deletes here only.
pub async fn delete(place: &Place, target: TokenTarget) -> Result<Ending, Stop> {
    let aim = Aim::take(place, &target).await?;
    let deleted = aim.keeper().delete(&aim.demand.key()).await;
    let told = match deleted {
        Ok(true) => tell_done(false, &[], target.json),
        Ok(false) => tell_done(false, &["There was no such token.".to_owned()], target.json),
        Err(failure) => Err(failure.into()),
    };
    aim.close_with(told).await
}

fn tell_claims(inspected: Result<Inspected, Failure>, json: bool) -> Result<Ending, Stop> {
    let inspected = inspected?;
    if json {
        terminal::document(&json!({ "claims": inspected.claims, "checks": inspected.checks }));
        return Ok(Ending::Done);
    }
    for (name, value) in &inspected.claims {
        say!("{}", terminal::inert(&format!("{name}: {value}")));
    }
    for check in &inspected.checks {
        let result = json!(check.result);
        let line = format!("{}: {} ({})", check.check, result.as_str().unwrap_or_default(), check.detail);
        tell!("{}", terminal::inert(&line));
    }
    Ok(Ending::Done)
}

fn tell_end(ended: Result<Ended, Failure>, json: bool) -> Result<Ending, Stop> {
    let ended = ended?;
    if let Some(mut failure) = ended.failure {
        if !json {
            for notice in &ended.notices {
                tell!("{}", terminal::inert(&format!("note: {notice}")));
            }
        }
        if ended.removed {
            failure.cause =
                format!("{} The tokens were removed here all the same.", sentence(&failure.cause));
        }
        return Err(failure.into());
    }
    tell_done(ended.revoked_at_provider, &ended.notices, json)
}

fn sentence(text: &str) -> String {
    format!("{}.", text.trim_end_matches('.'))
}

fn tell_done(revoked_at_provider: bool, notices: &[String], json: bool) -> Result<Ending, Stop> {
    if json {
        let done = json!({ "done": true, "revoked_at_provider": revoked_at_provider, "notices": notices });
        terminal::document(&done);
        return Ok(Ending::Done);
    }
    for notice in notices {
        tell!("{}", terminal::inert(&format!("note: {notice}")));
    }
    Ok(Ending::Done)
}
