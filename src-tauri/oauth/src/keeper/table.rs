//! The table of the keeper, as pure functions: in which row a token set is, how it can be renewed, and what is
//! offered when a request is held back.

use super::decision::{HeldBack, HeldReason, Offer};
use crate::config::{AuthConfig, Grant, UseToken};
use crate::explain;
use crate::failure::Failure;
use crate::grants;
use crate::ports::UnixMillis;
use crate::secret::Secret;
use crate::token_set::{Standing, StoredTokens};

/// How long a refused refresh token is kept aside, in milliseconds.
pub(super) const KEPT_ASIDE: UnixMillis = 24 * 60 * 60 * 1000;

/// The rows of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Row {
    None,
    Valid,
    InsideMargin,
    Expired,
}

/// The row of a token set at `now`. `refused`: a server has said that the token is dead.
pub(super) fn row(config: &AuthConfig, stored: Option<&StoredTokens>, now: UnixMillis, refused: bool) -> Row {
    let Some(stored) = stored else { return Row::None };
    // An ID token that is stored and not judged is no more use than none: another process is at it, or has died.
    if refused
        || (config.use_token == UseToken::IdToken && grants::refresh_token::is_unjudged(&stored.tokens))
    {
        return Row::Expired;
    }
    let Some(expires_at) = stored.expires_at_of_used(config) else { return Row::Valid };
    let lifetime = expires_at.saturating_sub(stored.tokens.obtained_at);
    match expires_at.saturating_sub(now) {
        left if left <= 0 => Row::Expired,
        left if left <= config.refresh_margin_millis(lifetime) => Row::InsideMargin,
        _ => Row::Valid,
    }
}

/// How a new token can be had without a person.
#[derive(Clone)]
pub(super) enum Renewal {
    /// With this refresh token.
    RefreshToken(Secret),
    /// By carrying out the grant again.
    RunAgain,
    /// By an authorization request with `prompt=none`.
    PromptNone,
    /// Not at all.
    PersonNeeded,
}

/// How the token set of this config can be renewed. `asked`: a person wants it, so a refresh token that was refused
/// is tried once more.
pub(super) fn renewal(
    config: &AuthConfig,
    stored: Option<&StoredTokens>,
    asked: bool,
    now: UnixMillis,
) -> Renewal {
    if let Some(stored) = stored {
        if let Some(token) = stored.tokens.refresh_token.as_ref().filter(|token| !token.is_empty()) {
            let is_refused = matches!(stored.standing, Standing::SignInNeeded { .. });
            if (asked || !is_refused) && !renewing_is_in_vain(config, stored) {
                return Renewal::RefreshToken(token.clone());
            }
        }
        if let Some((token, refused_at)) = stored.refused_refresh_token.as_ref().filter(|_| asked)
            && now.saturating_sub(*refused_at) < KEPT_ASIDE
        {
            return Renewal::RefreshToken(token.clone());
        }
    }
    if grants::runs_again_silently(config) || may_begin_with_pasted_token(config, stored) {
        return Renewal::RunAgain;
    }
    let is_redirect_grant = matches!(config.grant, Grant::AuthorizationCode | Grant::Implicit);
    if config.silent_renewal && is_redirect_grant && stored.is_some() {
        return Renewal::PromptNone;
    }
    Renewal::PersonNeeded
}

/// An ID token that had ended before its token set was last renewed: this provider sends no new one at a refresh.
fn renewing_is_in_vain(config: &AuthConfig, stored: &StoredTokens) -> bool {
    config.use_token == UseToken::IdToken
        && (stored.tokens.id_token.is_none()
            || stored.expires_at_of_used(config).is_some_and(|at| at <= stored.tokens.obtained_at))
}

/// A refresh token in the config starts a token set, and a new one pasted there starts it anew.
fn may_begin_with_pasted_token(config: &AuthConfig, stored: Option<&StoredTokens>) -> bool {
    let Some(pasted) = config.refresh_token.as_ref().filter(|_| config.grant == Grant::RefreshToken) else {
        return false;
    };
    let refused = stored.and_then(|stored| stored.refused_refresh_token.as_ref());
    !pasted.is_empty() && refused.is_none_or(|(refused, _)| refused != pasted)
}

/// There is no token, and none may or can be had without a person.
pub(super) fn no_token(failure: Option<Failure>) -> HeldBack {
    let message = match &failure {
        Some(failure) => format!("There is no token for this request: {}", failure.message),
        None => "There is no token for this request yet".to_owned(),
    };
    let offers = vec![Offer::GetTokenAndSend, Offer::SendWithoutToken];
    HeldBack { reason: HeldReason::NoToken, message, offers, failure }
}

/// The token has ended, and renewing it takes a click.
pub(super) fn expired(renewal: &Renewal) -> HeldBack {
    let first = match renewal {
        Renewal::PersonNeeded => Offer::SignInAndSend,
        _ => Offer::RefreshAndSend,
    };
    HeldBack {
        reason: HeldReason::Expired,
        message: "The token has expired, and it is not renewed without a click here".to_owned(),
        offers: vec![first, Offer::SendAnyway],
        failure: None,
    }
}

/// Only a person can go on.
pub(super) fn sign_in_needed(stored: Option<&StoredTokens>, failure: Option<Failure>) -> HeldBack {
    let reason = stored.and_then(|stored| match &stored.standing {
        Standing::SignInNeeded { reason } => Some(reason.clone()),
        _ => None,
    });
    let message = match reason.or_else(|| failure.as_ref().map(|failure| failure.message.clone())) {
        Some(reason) => format!("Somebody has to sign in again: {reason}"),
        None => "The token has expired and cannot be renewed without signing in again".to_owned(),
    };
    HeldBack { reason: HeldReason::SignInNeeded, message, offers: vec![Offer::SignInAndSend], failure }
}

/// The renewal failed, and there is no living token.
pub(super) fn renewal_failed(failure: Failure) -> HeldBack {
    HeldBack {
        reason: HeldReason::RenewalFailed,
        message: format!("The token has expired, and renewing it failed: {}", failure.message),
        offers: vec![Offer::RefreshAndSend, Offer::SignInAndSend],
        failure: Some(failure),
    }
}

/// Why a token set that is there and alive is still not sent; `None` if nothing speaks against it.
pub(super) fn objection(config: &AuthConfig, stored: &StoredTokens) -> Option<HeldBack> {
    let held = |reason, message: String, offers: Vec<Offer>| {
        Some(HeldBack { reason, message, offers, failure: None })
    };
    let tokens = &stored.tokens;
    match config.use_token {
        UseToken::IdToken if tokens.id_token.is_none() => {
            let failure = explain::missing_id_token(config);
            Some(HeldBack {
                reason: HeldReason::NoIdToken,
                message: format!("The ID token is to be sent. {}: {}", failure.message, failure.cause),
                offers: vec![Offer::GetTokenAndSend],
                failure: Some(failure),
            })
        }
        UseToken::IdToken if !config.allow_invalid_id_token && !tokens.id_token_is_sound() => {
            let failure = grants::id_token_failure(tokens, config)?;
            Some(HeldBack {
                reason: HeldReason::IdTokenInvalid,
                message: format!("{}: {}", failure.message, failure.cause),
                offers: vec![Offer::GetTokenAndSend, Offer::SendAnyway],
                failure: Some(failure),
            })
        }
        UseToken::AccessToken if tokens.access_token.is_none() => held(
            HeldReason::NoToken,
            "The access token is to be sent, and only an ID token came".to_owned(),
            vec![Offer::GetTokenAndSend, Offer::SendWithoutToken],
        ),
        UseToken::AccessToken if !is_sendable_type(config, &tokens.token_type) => held(
            HeldReason::UnknownTokenType,
            format!(
                "The token is of the type \u{201c}{}\u{201d}, which is not sent as a bearer token; set the header prefix that this API expects",
                crate::inert::inert(&tokens.token_type, 40)
            ),
            vec![Offer::SendAnyway],
        ),
        _ => None,
    }
}

/// Bearer and DPoP tokens have their schemes; another type is sent only with a prefix that a person chose.
fn is_sendable_type(config: &AuthConfig, token_type: &str) -> bool {
    let is_known = ["bearer", "dpop"].iter().any(|known| token_type.eq_ignore_ascii_case(known));
    let has_own_prefix = !config.header_prefix.trim().eq_ignore_ascii_case("bearer");
    is_known || has_own_prefix
}
