//! `{{$oauth.access_token}}` and its kin: token sets as variables.
//!
//! `$oauth.<field>` is the token set of the request's own auth, `$oauth.<token name>.<field>` one by its name, in the
//! same environment. Fields: `access_token`, `id_token`, `id_token.claims.<claim>…`, `access_token.claims.<claim>…`,
//! `token_type`, `scope`, `expires_at`, and every other field of the token response.

use gatepass_oauth::jwt::Jwt;
use gatepass_oauth::keeper::TokenDemand;
use gatepass_oauth::token_set::StoredTokens;
use gatepass_oauth::{Failure, Keeper, Secret};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::template::{Dynamic, Problem, ProblemKind, Substitute};

const PREFIX: &str = "oauth.";

/// The token sets that templates can name.
pub(super) struct OauthNames {
    own: Option<StoredTokens>,
    /// Later ones are newer.
    named: Vec<StoredTokens>,
}

/// Whether a name was left unresolved that only token sets can give a value.
pub(super) fn asks_for_tokens(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| {
        problem.kind == ProblemKind::Unresolved
            && problem.name.strip_prefix('$').is_some_and(|name| name.starts_with(PREFIX))
    })
}

impl OauthNames {
    /// The named token sets of an environment.
    pub(super) async fn named(keeper: &Keeper, environment: &str) -> Result<Self, Failure> {
        let all = keeper.list().await?;
        let named = all.into_iter().map(|(_, stored)| stored);
        Ok(Self {
            own: None,
            named: named.filter(|stored| stored.origin.environment == environment).collect(),
        })
    }

    /// The same, and the one that the demand means.
    pub(super) async fn with_own(
        keeper: &Keeper,
        demand: Option<&TokenDemand>,
        environment: &str,
    ) -> Result<Self, Failure> {
        let own = match demand {
            Some(demand) => keeper.show(demand).await?,
            None => None,
        };
        Ok(Self { own, ..Self::named(keeper, environment).await? })
    }

    fn by_name<'n>(&self, name: &'n str) -> Option<(&StoredTokens, &'n str)> {
        // Token names may hold dots: the longest one that fits is meant.
        let fitting = self.named.iter().filter_map(|stored| {
            let field = name.strip_prefix(stored.origin.token_name.as_str())?.strip_prefix('.')?;
            Some((stored, field))
        });
        fitting.min_by_key(|(stored, field)| (field.len(), std::cmp::Reverse(stored.tokens.obtained_at)))
    }
}

impl Dynamic for OauthNames {
    fn value(&self, name: &str) -> Option<Substitute> {
        let name = name.strip_prefix(PREFIX)?;
        self.own
            .as_ref()
            .and_then(|own| field(own, name))
            .or_else(|| self.by_name(name).and_then(|(stored, name)| field(stored, name)))
    }
}

fn field(stored: &StoredTokens, name: &str) -> Option<Substitute> {
    let tokens = &stored.tokens;
    if let Some(path) = name.strip_prefix("id_token.claims.") {
        return claim(&Value::Object(tokens.id_token_claims()), path);
    }
    if let Some(path) = name.strip_prefix("access_token.claims.") {
        let jwt = Jwt::decode(tokens.access_token.as_ref()?).ok()?;
        return claim(&Value::Object(jwt.claims().clone()), path);
    }
    match name {
        "access_token" => secret(tokens.access_token.as_ref()),
        "id_token" => secret(tokens.id_token.as_ref()),
        "token_type" => Some(Substitute::plain(tokens.token_type.clone())),
        "scope" => tokens.scope.clone().map(Substitute::plain),
        "expires_at" => {
            let seconds = tokens.expires_at?.div_euclid(1000);
            let at = OffsetDateTime::from_unix_timestamp(seconds).ok()?;
            at.format(&Rfc3339).ok().map(Substitute::plain)
        }
        // A provider's own field may be anything, a credential too.
        other => tokens.response.get(other).map(|value| Substitute::secret(as_text(value))),
    }
}

fn secret(token: Option<&Secret>) -> Option<Substitute> {
    token.map(|token| Substitute::secret(token.expose()))
}

/// A claim by its path. The signature was checked when the token came; this only reads.
fn claim(claims: &Value, path: &str) -> Option<Substitute> {
    // A claim's own name may hold dots (`https://example.com/roles`).
    let claim =
        claims.get(path).or_else(|| path.split('.').try_fold(claims, |value, name| value.get(name)))?;
    Some(Substitute::plain(as_text(claim)))
}

fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
