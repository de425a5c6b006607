//! Everything that the playground remembers, all of it bounded and forgetful.

use std::collections::{BTreeMap, HashMap};

use crate::{
    api::photos::PHOTOS,
    authorization::{AuthorizationRequest, Interaction},
    bounded::{Bounded, Expires, Fingerprint},
    clients::Client,
    device::DeviceRequest,
    scope::Scope,
    users::User,
};

/// How long an authorization code lives, in seconds.
pub(crate) const CODE_LIFETIME: i64 = 60;
/// How long a sign-in and its refresh tokens live, in seconds.
pub(crate) const GRANT_LIFETIME: i64 = 24 * 60 * 60;

pub(crate) struct State {
    /// By session cookie.
    pub browsers: Bounded<Browser>,
    /// By the id in their address.
    pub interactions: Bounded<Interaction>,
    pub codes: Bounded<Code>,
    /// By a random id that only the playground knows.
    pub grants: Bounded<Grant>,
    pub refresh_tokens: Bounded<RefreshToken>,
    /// Access tokens and ID tokens, by their `jti`.
    pub issued: Bounded<IssuedToken>,
    /// By device code.
    pub devices: Bounded<DeviceRequest>,
    /// What each user has allowed each client.
    pub consents: HashMap<(&'static str, &'static str), Scope>,
    /// Stars given to each photo, in the order of [`PHOTOS`].
    pub stars: [u32; PHOTOS.len()],
    /// Token requests by grant type: granted, refused.
    pub counts: BTreeMap<&'static str, (u64, u64)>,
    swept_at: i64,
}

impl State {
    pub fn new() -> Self {
        Self {
            browsers: Bounded::new(500),
            interactions: Bounded::new(200),
            codes: Bounded::new(1_000),
            grants: Bounded::new(5_000),
            refresh_tokens: Bounded::new(10_000),
            issued: Bounded::new(20_000),
            devices: Bounded::new(200),
            consents: HashMap::new(),
            stars: [0; PHOTOS.len()],
            counts: BTreeMap::new(),
            swept_at: i64::MIN,
        }
    }

    /// Forgets what has expired; at most once a second.
    pub fn sweep(&mut self, now: i64) {
        if now == self.swept_at {
            return;
        }
        self.swept_at = now;
        self.browsers.sweep(now);
        self.interactions.sweep(now);
        self.codes.sweep(now);
        self.grants.sweep(now);
        self.refresh_tokens.sweep(now);
        self.issued.sweep(now);
        self.devices.sweep(now);
    }

    /// The grant under `key`, unless it has been ended or forgotten; the error says why, for a person.
    pub fn live_grant(&self, key: &Fingerprint) -> Result<&Grant, &'static str> {
        let grant = self.grants.find(key).ok_or("it is too old and was forgotten")?;
        match grant.ended {
            None => Ok(grant),
            Some(why) => Err(why),
        }
    }

    /// Ends a grant: every token that came of it is dead from now on.
    pub fn end_grant(&mut self, key: &Fingerprint, why: &'static str) {
        if let Some(grant) = self.grants.find_mut(key) {
            grant.ended.get_or_insert(why);
        }
    }
}

/// A browser with our session cookie; somebody may be signed in there.
pub(crate) struct Browser {
    pub session: Option<Session>,
    pub forget_at: i64,
}

#[derive(Clone, Copy)]
pub(crate) struct Session {
    pub user: &'static User,
    /// When the password was typed, in Unix seconds.
    pub auth_time: i64,
}

/// An authorization code. It is kept after its use, to notice a second one.
pub(crate) struct Code {
    pub request: AuthorizationRequest,
    pub session: Session,
    /// The grant that it was exchanged for.
    pub used_for: Option<Fingerprint>,
    pub expires_at: i64,
}

/// What was allowed once, and from which tokens come until it ends: a family.
#[derive(Clone)]
pub(crate) struct Grant {
    pub client: &'static Client,
    /// None: the client itself (client credentials).
    pub session: Option<Session>,
    pub scope: Scope,
    /// Why nothing of it is valid any more.
    pub ended: Option<&'static str>,
    pub forget_at: i64,
}

impl Grant {
    /// The `sub` of its tokens.
    pub fn subject(&self) -> &'static str {
        self.session.map_or(self.client.id, |session| session.user.subject)
    }
}

/// A refresh token. It is kept after its use, to notice a second one.
pub(crate) struct RefreshToken {
    pub grant: Fingerprint,
    pub used_at: Option<i64>,
    /// Taken back by the controls, without ending its grant.
    pub is_revoked: bool,
    pub expires_at: i64,
}

/// An access token or ID token that was handed out and may still be revoked.
pub(crate) struct IssuedToken {
    pub grant: Fingerprint,
    /// Why it is not valid any more although its `exp` has not come.
    pub ended: Option<&'static str>,
    pub expires_at: i64,
}

macro_rules! expires {
    ($($kind:ty: $field:ident),+ $(,)?) => {
        $(impl Expires for $kind {
            fn forget_at(&self) -> i64 {
                self.$field
            }
        })+
    };
}
expires!(Browser: forget_at, Code: expires_at, Grant: forget_at, RefreshToken: expires_at, IssuedToken: expires_at);
