//! What the keeper remembers between two sends: token sets as last read, by which clock they age, and which of them
//! a server has refused. A change by another process is seen at the next look, by the store's generation.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use aws_lc_rs::digest::{Context, SHA256};

use super::lock;
use crate::config::AuthConfig;
use crate::dpop::DpopKey;
use crate::failure::Failure;
use crate::grants;
use crate::ports::{Clock, UnixMillis};
use crate::token_key::TokenKey;
use crate::token_set::StoredTokens;

/// Token sets in memory, by their keys.
#[derive(Default)]
pub(super) struct Memory(Mutex<HashMap<TokenKey, Kept>>);

struct Kept {
    held: Option<Held>,
    /// The store's generation at which this was read; `None` if another process may have written since, so that the
    /// next look reads again.
    generation: Option<u64>,
}

/// A token set in hand.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) stored: Arc<StoredTokens>,
    /// Tells it from every other token set under its key.
    pub(super) version: u64,
    /// The key that it is bound to, ready for use.
    pub(super) dpop_key: Option<Arc<DpopKey>>,
    /// A server refused its access token, although it should still live.
    pub(super) refused: bool,
    anchor: Anchor,
}

/// A moment by both clocks: from it on, a token set ages by the monotonic one.
#[derive(Clone, Copy)]
struct Anchor {
    wall: UnixMillis,
    monotonic: Duration,
}

impl Held {
    fn new(stored: StoredTokens, clock: &dyn Clock) -> Self {
        // A token set from the future was obtained while the clock was wrong: how much of its life has gone cannot
        // be told, so it is taken for fresh. If it is not, the first 401 says so.
        let anchor =
            Anchor { wall: clock.now().max(stored.tokens.obtained_at), monotonic: clock.monotonic() };
        let key = stored.tokens.dpop_key.as_ref().and_then(|jwk| DpopKey::from_jwk(jwk).ok()).map(Arc::new);
        Self { version: version(&stored), dpop_key: key, refused: false, anchor, stored: Arc::new(stored) }
    }

    /// Whether its access token is worth something only with the key.
    pub(super) fn is_bound(&self) -> bool {
        self.stored.tokens.token_type.eq_ignore_ascii_case(crate::dpop::SCHEME)
    }

    /// The failure of its ID token's checks, unless the person lets that pass.
    pub(super) fn mistrusted(&self, config: &AuthConfig) -> Option<Failure> {
        let tokens = &self.stored.tokens;
        grants::id_token_failure(tokens, config).filter(|_| !config.allow_invalid_id_token)
    }

    /// The present, on the time line of the token set's own timestamps. Jumps of the wall clock do not move it.
    pub(super) fn now(&self, clock: &dyn Clock) -> UnixMillis {
        let passed = clock.monotonic().saturating_sub(self.anchor.monotonic);
        self.anchor.wall.saturating_add(UnixMillis::try_from(passed.as_millis()).unwrap_or(UnixMillis::MAX))
    }
}

impl Memory {
    /// What is known under a key in this generation of the store: `Some(None)` if it is known that there is nothing.
    pub(super) fn recall(&self, key: &TokenKey, generation: u64) -> Option<Option<Held>> {
        let kept = self.kept();
        let kept = kept.get(key).filter(|kept| kept.generation == Some(generation))?;
        Some(kept.held.clone())
    }

    /// Whatever was last known under a key.
    pub(super) fn last_known(&self, key: &TokenKey) -> Option<Held> {
        self.kept().get(key)?.held.clone()
    }

    /// Remembers what the store holds. A token set that was known before goes on ageing as it did.
    pub(super) fn remember(
        &self,
        key: &TokenKey,
        stored: Option<StoredTokens>,
        generation: Option<u64>,
        clock: &dyn Clock,
    ) -> Option<Held> {
        let mut kept = self.kept();
        let former = kept.get(key).and_then(|kept| kept.held.as_ref());
        let held = stored.map(|stored| match former {
            Some(former) if former.version == version(&stored) => {
                Held { stored: Arc::new(stored), ..former.clone() }
            }
            _ => Held::new(stored, clock),
        });
        kept.insert(key.clone(), Kept { held: held.clone(), generation });
        held
    }

    /// Remembers that a server refused this token, so that it is not sent again.
    pub(super) fn refuse(&self, key: &TokenKey, version: u64) {
        if let Some(held) = self.kept().get_mut(key).and_then(|kept| kept.held.as_mut())
            && held.version == version
        {
            held.refused = true;
        }
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<TokenKey, Kept>> {
        lock(&self.0)
    }
}

/// A fingerprint of what is sent and of what renews it.
pub(super) fn version(stored: &StoredTokens) -> u64 {
    let tokens = &stored.tokens;
    let mut digest = Context::new(&SHA256);
    for secret in [&tokens.access_token, &tokens.id_token] {
        let text = secret.as_ref().map_or("", |secret| secret.expose());
        digest.update(&(text.len() as u64).to_be_bytes());
        digest.update(text.as_bytes());
    }
    digest.update(&tokens.obtained_at.to_be_bytes());
    digest.update(&[u8::from(grants::refresh_token::is_unjudged(tokens))]);
    let bytes = digest.finish();
    bytes.as_ref().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}
