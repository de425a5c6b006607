//! `gatepass token get|refresh|show|list`: tokens for scripts and people.

use std::sync::Arc;

use gatepass_app::oauth::keeper::{Decision, HeldReason, SendTerms};
use gatepass_app::oauth::token_set::StoredTokens;
use gatepass_app::oauth::{Code, Failure, Secret, Status};
use gatepass_app::token_report::{Revealed, token_report, token_summary};
use serde_json::json;

use crate::aim::Aim;
use crate::arguments::{ListTarget, TokenTarget};
use crate::outcome::{Ending, Stop};
use crate::person::{Steps, TerminalPerson};
use crate::place::Place;
use crate::terminal;

/// The stored token if it is good, a renewed one, or a new one: asking for it is the click that auto-refresh waits for.
pub async fn get(place: &Place, target: TokenTarget) -> Result<Ending, Stop> {
    let mut aim = Aim::take(place, &target).await?;
    if let Err(stop) = aim.prove_vault().await {
        return aim.close_with(Err(stop)).await;
    }
    aim.demand.config.auto_refresh = true;
    let steps = Arc::new(Steps::default());
    let got = usable(&aim, &target, &steps).await;
    if let Err(stop) = steps.write_log(target.flow_log.as_deref()) {
        return aim.close_with(Err(stop)).await;
    }
    let stored = match got {
        Err(failure) if failure.code == Code::IdTokenInvalid && target.allow_invalid_id_token => {
            aim.keeper().show(&aim.demand).await.map_err(Stop::from)?
        }
        Err(failure) => return aim.close_with(Err(failure.into())).await,
        Ok(()) => aim.keeper().show(&aim.demand).await.map_err(Stop::from)?,
    };
    let printed = print(&aim, &target, stored.as_ref(), &steps);
    aim.close_with(printed).await
}

async fn usable(aim: &Aim, target: &TokenTarget, steps: &Arc<Steps>) -> Result<(), Failure> {
    let keeper = aim.keeper();
    match keeper.for_sending(&aim.demand, &SendTerms::default(), Arc::clone(steps) as _).await? {
        Decision::Send(_) | Decision::SendWithout { .. } => return Ok(()),
        Decision::HeldBack(held) => match held.reason {
            HeldReason::IdTokenInvalid => {
                let stored = keeper.show(&aim.demand).await?;
                return Err(invalid_id_token(stored.as_ref()));
            }
            HeldReason::NoIdToken => return Err(no_id_token()),
            HeldReason::RenewalFailed | HeldReason::UnknownTokenType => {
                return Err(held.failure.unwrap_or_else(|| sign_in_needed(&held.message)));
            }
            HeldReason::NoToken if !aim.demand.config.grant.is_interactive() && held.failure.is_some() => {
                return Err(held.failure.unwrap_or_else(|| sign_in_needed(&held.message)));
            }
            HeldReason::NoToken | HeldReason::Expired | HeldReason::SignInNeeded => {}
        },
    }
    let person = Arc::new(TerminalPerson::new(target.no_browser));
    keeper.obtain(&aim.demand, person, Arc::clone(steps) as _).await.map(|_| ())
}

/// Renews now.
pub async fn refresh(place: &Place, target: TokenTarget) -> Result<Ending, Stop> {
    let aim = Aim::take(place, &target).await?;
    let steps = Arc::new(Steps::default());
    let refreshed = aim.keeper().refresh(&aim.demand, Arc::clone(&steps) as _).await;
    if let Err(stop) = steps.write_log(target.flow_log.as_deref()) {
        return aim.close_with(Err(stop)).await;
    }
    let printed = match refreshed {
        Ok(stored) => print(&aim, &target, Some(&stored), &steps),
        Err(failure) if failure.code == Code::IdTokenInvalid && target.allow_invalid_id_token => {
            let stored = aim.keeper().show(&aim.demand).await.map_err(Stop::from)?;
            print(&aim, &target, stored.as_ref(), &steps)
        }
        Err(failure) => Err(failure.into()),
    };
    aim.close_with(printed).await
}

/// What is stored; nothing is obtained or renewed.
pub async fn show(place: &Place, target: TokenTarget) -> Result<Ending, Stop> {
    let aim = Aim::take(place, &target).await?;
    let shown = show_stored(&aim, &target).await;
    aim.close_with(shown).await
}

async fn show_stored(aim: &Aim, target: &TokenTarget) -> Result<Ending, Stop> {
    let stored = aim.keeper().show(&aim.demand).await?;
    let status = aim.keeper().status(&aim.demand, stored.as_ref());
    if target.json || target.header {
        return print(aim, target, stored.as_ref(), &Steps::default());
    }
    let report = token_summary(stored.as_ref(), status, Revealed::default());
    let line = |name: &str, value: &serde_json::Value| match value {
        serde_json::Value::Null => {}
        serde_json::Value::String(text) => say!("{name}: {}", terminal::inert(text)),
        other => say!("{name}: {}", terminal::inert(&other.to_string())),
    };
    for name in
        ["status", "reason", "name", "token_type", "scope", "obtained_at", "expires_at", "has_refresh_token"]
    {
        line(name, &report[name]);
    }
    for check in stored.iter().flat_map(|stored| &stored.tokens.id_token_checks) {
        let result = json!(check.result);
        let result = result.as_str().unwrap_or_default();
        say!("id token {}: {result} ({})", check.check, terminal::inert(&check.detail));
    }
    Ok(Ending::Done)
}

/// All stored tokens, or those that one collection asks for.
pub async fn list(place: &Place, target: ListTarget) -> Result<Ending, Stop> {
    let app = place.app().await?;
    let listed = list_stored(&app, &target).await;
    app.close().await;
    listed
}

async fn list_stored(app: &gatepass_app::App, target: &ListTarget) -> Result<Ending, Stop> {
    let wanted = match &target.collection {
        Some(collection) => Some(crate::aim::keys_of(app, collection).await?),
        None => None,
    };
    let keeper = app.outside().keeper();
    let now = app.outside().now();
    let mut rows = Vec::new();
    for (key, stored) in keeper.list().await? {
        if wanted.as_ref().is_none_or(|wanted| wanted.contains(&key)) {
            let status = stored.status(&crate::aim::usual_config(), now);
            rows.push((status, stored));
        }
    }
    if target.json {
        let tokens: Vec<_> = rows
            .iter()
            .map(|(status, stored)| {
                let mut row = token_summary(Some(stored), *status, Revealed::default());
                row["client_id"] = json!(stored.origin.client_id);
                row["provider"] = json!(stored.origin.provider);
                row
            })
            .collect();
        terminal::document(&json!({ "tokens": tokens }));
        return Ok(Ending::Done);
    }
    for (status, stored) in rows {
        let status = json!(status);
        let expires = stored
            .tokens
            .expires_at
            .map_or_else(|| "no expiry given".to_owned(), gatepass_app::token_report::rfc3339);
        let origin = &stored.origin;
        let line = format!(
            "{}\t{}\t{}\t{}\t{}\t{expires}",
            origin.token_name,
            status.as_str().unwrap_or_default(),
            origin.client_id,
            origin.provider,
            origin.grant,
        );
        say!("{}", line.split('\t').map(terminal::inert).collect::<Vec<_>>().join("\t"));
    }
    Ok(Ending::Done)
}

fn print(
    aim: &Aim,
    target: &TokenTarget,
    stored: Option<&StoredTokens>,
    steps: &Steps,
) -> Result<Ending, Stop> {
    let status = aim.keeper().status(&aim.demand, stored);
    if target.json {
        let revealed = Revealed { tokens: true, refresh_token: target.reveal_refresh_token };
        let mut report = token_report(stored, status, &steps.taken(), revealed);
        if stored.is_none() {
            report["name"] = json!(aim.demand.config.token_name);
        }
        terminal::document(&report);
        return Ok(Ending::Done);
    }
    let Some(stored) = stored else { return Err(sign_in_needed("There is no token").into()) };
    for notice in &stored.tokens.notices {
        tell!("{}", terminal::inert(&format!("note: {notice}")));
    }
    if matches!(status, Status::Expired | Status::SignInNeeded) {
        tell!("note: this token is {}", json!(status).as_str().unwrap_or_default());
    }
    let token = if target.id_token {
        stored.tokens.id_token.as_ref().ok_or_else(no_id_token)?
    } else {
        stored
            .tokens
            .access_token
            .as_ref()
            .ok_or_else(|| sign_in_needed("The token set holds no access token"))?
    };
    let token = printable(token)?;
    if !target.header {
        say!("{token}");
        return Ok(Ending::Done);
    }
    // A token that is bound to a key goes by its own scheme (RFC 9449 §7.1); the proof differs for each request.
    let is_bound = !target.id_token && stored.tokens.token_type.eq_ignore_ascii_case("DPoP");
    let config = &aim.demand.config;
    let (name, scheme) = (&config.header_name, if is_bound { "DPoP" } else { config.header_prefix.trim() });
    let line =
        if scheme.is_empty() { format!("{name}: {token}") } else { format!("{name}: {scheme} {token}") };
    say!("{line}");
    Ok(Ending::Done)
}

/// The token's text, unless it would steer a terminal or end a line: such a token goes into no header either.
fn printable(token: &Secret) -> Result<&str, Failure> {
    let text = token.expose();
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Ok(text);
    }
    Err(Failure::new(
        Code::InvalidResponse,
        "The token holds characters that a token cannot have",
        "There are line breaks, control characters or letters outside of ASCII in it (RFC 6749 appendix A.12).",
        "Ask whoever runs the provider; see it escaped with --json.",
    ))
}

fn no_id_token() -> Failure {
    Failure::new(
        Code::SignInNeeded,
        "There is no ID token",
        "The provider sent none: either the scope openid was not asked for, or the grant is not about a person.",
        "Ask for the scope openid with a grant that signs a person in.",
    )
}

fn sign_in_needed(message: &str) -> Failure {
    Failure::new(
        Code::SignInNeeded,
        message,
        "Nothing is stored that could be used or renewed.",
        "Run gatepass token get to sign in.",
    )
}

fn invalid_id_token(stored: Option<&StoredTokens>) -> Failure {
    let mut failure = Failure::new(
        Code::IdTokenInvalid,
        "The stored ID token failed a check",
        "It was marked when it came; see id_token_checks.",
        "Get a new token, or print it all the same with --allow-invalid-id-token.",
    );
    failure.id_token_checks = stored.map(|stored| stored.tokens.id_token_checks.clone()).unwrap_or_default();
    failure
}
