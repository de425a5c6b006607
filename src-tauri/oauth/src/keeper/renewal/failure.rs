//! What a failed renewal leaves behind: only `invalid_grant` ends a token set, everything else is tried again.

use std::time::Duration;

use super::{Errand, NotRenewed, Why, failed, moment};
use crate::failure::{Code, Failure};
use crate::keeper::memory::version;
use crate::keeper::{Inner, lock};
use crate::ports::UnixMillis;
use crate::secret::Secret;
use crate::token_key::TokenKey;
use crate::token_response::TokenError;
use crate::token_set::{Standing, StoredTokens};

/// How long after a failure the next attempt is made, in seconds: the first, the second, … and all later ones.
const BACKOFF: [u64; 4] = [2, 5, 15, 60];

/// After a failure: until when nothing is tried without a person asking for it.
#[derive(Clone)]
pub(in crate::keeper) struct Pause {
    pub(in crate::keeper) until: Duration,
    /// The provider itself named the time.
    pub(in crate::keeper) by_provider: bool,
    pub(in crate::keeper) failed_at: Duration,
    pub(in crate::keeper) attempts: u32,
    pub(in crate::keeper) failure: Failure,
}

/// A failed renewal, with what explains it.
pub(super) struct Trouble {
    pub(super) error: TokenError,
    /// The refresh token, if it was refused for good.
    pub(super) refused: Option<Secret>,
    pub(super) interrupted_at: Option<UnixMillis>,
    pub(super) started_at: UnixMillis,
    pub(super) errand: Errand,
}

impl Inner {
    /// Writes a failure down in the token set: only `invalid_grant` ends it, everything else is tried again.
    pub(super) async fn write_down(
        &self,
        key: &TokenKey,
        stored: Option<StoredTokens>,
        trouble: Trouble,
    ) -> NotRenewed {
        let Trouble { error, refused, interrupted_at, started_at, errand } = trouble;
        let failure = error.failure.clone();
        let pause = self.pause(key, &error);
        let Some(mut stored) = stored else { return failed(failure) };
        let now = self.surroundings.clock.now();
        let mut why = Why::Failed;
        let mut failure = failure;
        if let Some(refresh_token) = refused {
            let mut reason = format!("The refresh token was refused: {}", error.failure.cause);
            if let Some(at) = interrupted_at {
                reason.push_str(&format!(
                    " A refresh begun at {} was interrupted, which may have used it up.",
                    moment(at)
                ));
            }
            failure.code = Code::SignInNeeded;
            failure.next_step = "Sign in again: get a new token.".to_owned();
            stored.standing = Standing::SignInNeeded { reason };
            stored.tokens.refresh_token = None;
            stored.refused_refresh_token = Some((refresh_token, now));
            why = Why::PersonNeeded;
        } else if !matches!(stored.standing, Standing::SignInNeeded { .. }) {
            let wait = pause.until.saturating_sub(pause.failed_at);
            let retry_at =
                now.saturating_add(UnixMillis::try_from(wait.as_millis()).unwrap_or(UnixMillis::MAX));
            stored.standing =
                Standing::Failed { reason: failure.message.clone(), retry_at, attempts: pause.attempts };
        }
        // Where the request may have arrived, its end is not known: the marker stays and explains what comes next.
        stored.refresh_started_at =
            error.may_have_arrived.then_some(started_at).filter(|_| why == Why::Failed && is_lost(&error));
        let marker = stored.refresh_started_at;
        let held_version = version(&stored);
        // The failure itself is what the person hears of; if it cannot be written down, the old set stands.
        let is_current = matches!(self.surroundings.store.load(key).await, Ok(Some(found)) if version(&found) == held_version);
        if is_current && self.surroundings.store.save(key, &stored).await.is_ok() {
            let _ = self.surroundings.store.mark_refresh(key, marker).await;
            self.remember(key, Some(stored));
        }
        if errand.refused {
            self.memory.refuse(key, held_version);
        }
        NotRenewed { failure, why }
    }

    fn pause(&self, key: &TokenKey, error: &TokenError) -> Pause {
        let mut pauses = lock(&self.pauses);
        let attempts = pauses.get(key).map_or(1, |pause| pause.attempts.saturating_add(1));
        let step =
            if error.passing { usize::try_from(attempts - 1).unwrap_or(usize::MAX) } else { usize::MAX };
        let seconds = BACKOFF[step.min(BACKOFF.len() - 1)];
        let wait = self.with_jitter(Duration::from_secs(seconds));
        let wait = error.retry_after.map_or(wait, |asked| asked.max(wait));
        let failed_at = self.surroundings.clock.monotonic();
        let pause = Pause {
            until: failed_at + wait,
            by_provider: error.retry_after.is_some(),
            failed_at,
            attempts,
            failure: error.failure.clone(),
        };
        pauses.insert(key.clone(), pause.clone());
        pause
    }

    /// Between four and six fifths of a duration, so that many clients do not come back at the same instant.
    fn with_jitter(&self, duration: Duration) -> Duration {
        let mut byte = [0];
        self.surroundings.randomness.fill(&mut byte);
        duration.mul_f64(0.8 + 0.4 * f64::from(byte[0]) / 255.0)
    }
}

/// Whether the answer got lost, rather than being one that could be read.
fn is_lost(error: &TokenError) -> bool {
    matches!(error.failure.code, Code::Network | Code::Timeout | Code::Tls)
}
