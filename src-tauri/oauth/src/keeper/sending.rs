//! What a request does now, and after a 401.

use std::sync::Arc;

use super::decision::{Decision, HeldBack, HeldReason, SendTerms};
use super::memory::Held;
use super::renewal::{Errand, NotRenewed, Pause, Why};
use super::table::{self, Renewal, Row};
use super::usable_token::{Possession, UsableToken};
use super::{Inner, TokenDemand};
use crate::challenge::challenges;
use crate::config::RetryOn401;
use crate::failure::{Code, Failure};
use crate::ports::FlowObserver;
use crate::token_key::TokenKey;

/// After a failed renewal the next send tries again, but not all of a thousand sends in one second.
const RETRY_AT_SEND: std::time::Duration = std::time::Duration::from_secs(1);

/// One request that wants a token.
struct Send<'a> {
    demand: &'a TokenDemand,
    key: TokenKey,
    terms: &'a SendTerms,
    observer: Arc<dyn FlowObserver>,
}

impl Send<'_> {
    /// Whether anything may be renewed or obtained for this request without a click.
    fn may_renew(&self) -> bool {
        self.terms.renew && self.demand.config.auto_refresh
    }
}

impl Inner {
    pub(super) async fn decide(
        self: &Arc<Self>,
        demand: &TokenDemand,
        terms: &SendTerms,
        observer: Arc<dyn FlowObserver>,
    ) -> Result<Decision, Failure> {
        let send = Send { demand, key: demand.key(), terms, observer };
        let held = self.current(&send.key).await?;
        self.watch(demand, send.key.clone());
        let row = self.row(&demand.config, held.as_ref());
        match (row, held) {
            (Row::Valid, Some(held)) => Ok(self.hand_out(&send, &held, false)),
            (Row::InsideMargin, Some(held)) => Ok(self.inside_margin(&send, held).await),
            (Row::Expired, Some(held)) => self.expired(&send, held).await,
            (_, held) => self.without_token(&send, held).await,
        }
    }

    /// Renewed, then sent; the old one is sent if renewing fails and it still lives.
    async fn inside_margin(self: &Arc<Self>, send: &Send<'_>, held: Held) -> Decision {
        let renewal = self.renewal(send, &held);
        if !send.may_renew()
            || matches!(renewal, Renewal::PersonNeeded | Renewal::PromptNone)
            || self.is_paused(&send.key)
        {
            return self.hand_out(send, &held, false);
        }
        match self.renew_for(send, &held).await {
            Ok(renewed) => self.hand_out(send, &renewed, true),
            Err(not) if not.why == Why::Deleted => hold(send, table::no_token(Some(not.failure))),
            Err(not) if self.row(&send.demand.config, Some(&held)) == Row::Expired => {
                self.hold_dead(send, &held, Some(not))
            }
            Err(_) => self.hand_out(send, &held, false),
        }
    }

    /// Renewed silently if it can be, else held back.
    async fn expired(self: &Arc<Self>, send: &Send<'_>, held: Held) -> Result<Decision, Failure> {
        let renewal = self.renewal(send, &held);
        if !send.may_renew() {
            if send.terms.send_anyway {
                return Ok(self.hand_out(send, &held, false));
            }
            return Ok(Decision::HeldBack(table::expired(&renewal)));
        }
        if matches!(renewal, Renewal::PersonNeeded) {
            return self.ask_person(send, Some(held), None).await;
        }
        if let Some(pause) = self.refused_for_now(&send.key) {
            let not = NotRenewed { failure: pause.failure, why: Why::Failed };
            return Ok(self.hold_dead(send, &held, Some(not)));
        }
        match self.renew_for(send, &held).await {
            Ok(renewed) if self.row(&send.demand.config, Some(&renewed)) == Row::Expired => {
                if send.terms.send_anyway {
                    return Ok(self.hand_out(send, &renewed, true));
                }
                Ok(Decision::HeldBack(table::renewal_failed(expired_on_arrival())))
            }
            Ok(renewed) => Ok(self.hand_out(send, &renewed, true)),
            Err(not) if not.why == Why::PersonNeeded => {
                self.ask_person(send, Some(held), Some(not.failure)).await
            }
            Err(not) if not.why == Why::Deleted => Ok(hold(send, table::no_token(Some(not.failure)))),
            Err(not) => Ok(self.hold_dead(send, &held, Some(not))),
        }
    }

    /// Obtained silently if no person is needed, else held back.
    async fn without_token(
        self: &Arc<Self>,
        send: &Send<'_>,
        held: Option<Held>,
    ) -> Result<Decision, Failure> {
        let config = &send.demand.config;
        if !send.may_renew() {
            return Ok(hold(send, table::no_token(None)));
        }
        if !matches!(table::renewal(config, None, false, 0), Renewal::RunAgain) {
            return self.ask_person(send, held, None).await;
        }
        if let Some(pause) = self.refused_for_now(&send.key) {
            return Ok(hold(send, table::no_token(Some(pause.failure))));
        }
        let errand = Errand { replaces: None, asked: false, refused: false };
        match self.renew(send.demand, &send.key, errand, Some(send.observer.clone())).await {
            Ok(obtained) if self.row(config, Some(&obtained)) == Row::Expired && !send.terms.send_anyway => {
                Ok(Decision::HeldBack(table::renewal_failed(expired_on_arrival())))
            }
            Ok(obtained) => Ok(self.hand_out(send, &obtained, true)),
            Err(not) => Ok(hold(send, table::no_token(Some(not.failure)))),
        }
    }

    /// Lets the person sign in, where one may be asked; else the request is held back.
    async fn ask_person(
        self: &Arc<Self>,
        send: &Send<'_>,
        held: Option<Held>,
        failure: Option<Failure>,
    ) -> Result<Decision, Failure> {
        let Some(person) = send.terms.person.clone().filter(|_| send.demand.config.grant.is_interactive())
        else {
            return Ok(match held {
                Some(held) if send.terms.send_anyway => self.hand_out(send, &held, false),
                Some(held) => {
                    let stored = self.memory.last_known(&send.key).unwrap_or(held).stored;
                    Decision::HeldBack(table::sign_in_needed(Some(&stored), failure))
                }
                None => hold(send, table::no_token(failure)),
            });
        };
        match self.sign_in(send.demand, person, send.observer.clone()).await {
            Ok(obtained) => Ok(self.hand_out(send, &obtained, true)),
            Err(failure) if failure.code == Code::IdTokenInvalid => match self.current(&send.key).await? {
                Some(obtained) => Ok(self.hand_out(send, &obtained, true)),
                None => Ok(hold(send, table::no_token(Some(failure)))),
            },
            Err(failure) => Ok(match held {
                Some(held) if send.terms.send_anyway => self.hand_out(send, &held, false),
                Some(held) => Decision::HeldBack(table::sign_in_needed(Some(&held.stored), Some(failure))),
                None => hold(send, table::no_token(Some(failure))),
            }),
        }
    }

    /// The token is dead and could not be renewed.
    fn hold_dead(&self, send: &Send<'_>, held: &Held, not: Option<NotRenewed>) -> Decision {
        if send.terms.send_anyway {
            return self.hand_out(send, held, false);
        }
        Decision::HeldBack(match not {
            Some(not) if not.why == Why::PersonNeeded => {
                let stored = self.memory.last_known(&send.key);
                table::sign_in_needed(stored.as_ref().map(|held| &*held.stored), Some(not.failure))
            }
            Some(not) => table::renewal_failed(not.failure),
            None => table::sign_in_needed(Some(&held.stored), None),
        })
    }

    /// Hands out what is alive, unless something else speaks against sending it.
    fn hand_out(&self, send: &Send<'_>, held: &Held, refreshed: bool) -> Decision {
        let config = &send.demand.config;
        match table::objection(config, &held.stored) {
            Some(objection) if !send.terms.send_anyway || !is_overridable(&objection) => {
                hold(send, objection)
            }
            _ => match self.usable(send.demand, held, refreshed, send.may_renew()) {
                Some(token) => Decision::Send(token),
                None => hold(send, table::no_token(None)),
            },
        }
    }

    fn usable(
        &self,
        demand: &TokenDemand,
        held: &Held,
        refreshed: bool,
        renewable: bool,
    ) -> Option<UsableToken> {
        let possession = held.dpop_key.clone().map(|key| {
            let surroundings = &self.surroundings;
            Possession::new(
                key,
                surroundings.clock.clone(),
                surroundings.randomness.clone(),
                self.known.clone(),
            )
        });
        UsableToken::new(&demand.config, &held.stored, held.version, possession)
            .map(|token| token.given(refreshed, renewable))
    }

    fn renewal(&self, send: &Send<'_>, held: &Held) -> Renewal {
        let now = held.now(&*self.surroundings.clock);
        table::renewal(&send.demand.config, Some(&held.stored), false, now)
    }

    async fn renew_for(self: &Arc<Self>, send: &Send<'_>, held: &Held) -> Result<Held, NotRenewed> {
        let errand = Errand { replaces: Some(held.version), asked: false, refused: held.refused };
        self.renew(send.demand, &send.key, errand, Some(send.observer.clone())).await
    }

    /// Whether the last renewal failed so lately that a living token is rather used.
    fn is_paused(&self, key: &TokenKey) -> bool {
        let now = self.surroundings.clock.monotonic();
        super::lock(&self.pauses).get(key).is_some_and(|pause| pause.until > now)
    }

    /// Whether even a send that has nothing else does not try again yet: the provider asked to wait, or the last
    /// attempt has only just failed.
    fn refused_for_now(&self, key: &TokenKey) -> Option<Pause> {
        let now = self.surroundings.clock.monotonic();
        let pauses = super::lock(&self.pauses);
        let pause = pauses.get(key)?;
        let is_recent = now.saturating_sub(pause.failed_at) < RETRY_AT_SEND;
        (is_recent || (pause.by_provider && pause.until > now)).then(|| pause.clone())
    }

    pub(super) async fn after_unauthorized(
        self: &Arc<Self>,
        demand: &TokenDemand,
        rejected: &UsableToken,
        www_authenticate: Option<&str>,
        observer: Arc<dyn FlowObserver>,
    ) -> Result<Option<UsableToken>, Failure> {
        if !rejected.is_renewable() || !asks_for_renewal(demand.config.retry_on_401, www_authenticate) {
            return Ok(None);
        }
        let key = demand.key();
        let Some(held) = self.current(&key).await? else { return Ok(None) };
        if held.version != rejected.version() && self.row(&demand.config, Some(&held)) != Row::Expired {
            return Ok(self.usable(demand, &held, true, false));
        }
        self.memory.refuse(&key, rejected.version());
        let now = held.now(&*self.surroundings.clock);
        if matches!(table::renewal(&demand.config, Some(&held.stored), false, now), Renewal::PersonNeeded) {
            self.changed(&key);
            return Ok(None);
        }
        let errand = Errand { replaces: Some(held.version), asked: false, refused: true };
        let renewed = self.renew(demand, &key, errand, Some(observer)).await.map_err(|not| not.failure)?;
        match table::objection(&demand.config, &renewed.stored) {
            Some(objection) if is_overridable(&objection) => Ok(None),
            _ => Ok(self.usable(demand, &renewed, true, false)),
        }
    }
}

/// Held back, unless the person wants the request to leave without a token.
fn hold(send: &Send<'_>, held: HeldBack) -> Decision {
    if send.terms.send_anyway {
        return Decision::SendWithout {
            notice: format!("Sent without a token, as asked. {}.", held.message),
        };
    }
    Decision::HeldBack(held)
}

/// Whether there is something to send once the person insists.
fn is_overridable(held: &HeldBack) -> bool {
    matches!(held.reason, HeldReason::IdTokenInvalid | HeldReason::UnknownTokenType)
}

/// Whether a 401 with this challenge is one to renew on (RFC 6750 §3.1, RFC 9449 §7.1).
fn asks_for_renewal(setting: RetryOn401, www_authenticate: Option<&str>) -> bool {
    match setting {
        RetryOn401::Never => false,
        RetryOn401::Always => true,
        RetryOn401::InvalidToken => {
            challenges(www_authenticate.unwrap_or_default()).iter().any(|challenge| {
                challenge.is_for_tokens() && challenge.parameter("error") == Some("invalid_token")
            })
        }
    }
}

fn expired_on_arrival() -> Failure {
    Failure::new(
        Code::InvalidResponse,
        "The provider's new token had already expired when it came",
        "Its lifetime is zero or negative, or the new ID token is as old as the one before.",
        "Look at the token's expiry in its card; the provider's or this computer's clock may be wrong.",
    )
}
