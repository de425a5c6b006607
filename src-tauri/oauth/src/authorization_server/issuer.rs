//! Which issuer is accepted as the provider's own: the configured one, to the letter (RFC 8414 §3.3), or one that a
//! person has accepted for this config after an explanation.

use crate::config::AuthConfig;

/// The issuers that an auth config accepts.
#[derive(Debug, Clone)]
pub struct IssuerRule {
    issuer: Option<String>,
    accepted: Vec<String>,
}

/// The placeholder in the issuer of Microsoft Entra's multi-tenant metadata.
const TENANT: &str = "{tenantid}";

impl IssuerRule {
    /// The rule of this config.
    pub fn of(config: &AuthConfig) -> Self {
        Self { issuer: config.issuer.clone(), accepted: config.accepted_issuers.clone() }
    }

    /// Whether metadata may name this issuer. A template is compared as it stands.
    pub fn accepts_in_metadata(&self, found: &str) -> bool {
        self.issuer.as_deref() == Some(found) || self.accepted.iter().any(|accepted| accepted == found)
    }

    /// Whether a token or an authorization response may come from this issuer. `{tenantid}` in an accepted issuer
    /// stands for one path segment; `tenant` is the token's `tid`, which then has to be that segment.
    pub fn accepts(&self, found: &str, tenant: Option<&str>) -> bool {
        self.issuer.as_deref() == Some(found)
            || self.accepted.iter().any(|accepted| match tenant_in(accepted, found) {
                Some(segment) => tenant.is_none_or(|tenant| tenant == segment),
                None => accepted == found,
            })
    }

    /// The configured issuer.
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// The issuers that are accepted, for a message.
    pub fn describe(&self) -> String {
        let all: Vec<&str> = self.issuer.iter().chain(&self.accepted).map(String::as_str).collect();
        if all.is_empty() { "any, since none is set".to_owned() } else { all.join(" or ") }
    }

    /// Whether an issuer is known at all, so that one can be compared.
    pub fn is_set(&self) -> bool {
        self.issuer.is_some() || !self.accepted.is_empty()
    }
}

/// The segment for which `{tenantid}` stands, if `found` fits the template.
fn tenant_in<'a>(template: &str, found: &'a str) -> Option<&'a str> {
    let (before, after) = template.split_once(TENANT)?;
    let segment = found.strip_prefix(before)?.strip_suffix(after)?;
    let is_segment = !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    is_segment.then_some(segment)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(issuer: &str, accepted: &[&str]) -> IssuerRule {
        IssuerRule {
            issuer: Some(issuer.to_owned()),
            accepted: accepted.iter().map(|text| (*text).to_owned()).collect(),
        }
    }

    #[test]
    fn the_issuer_is_compared_to_the_letter() {
        let rule = rule("https://id.example.com", &[]);
        assert!(rule.accepts("https://id.example.com", None));
        for other in ["https://id.example.com/", "https://ID.example.com", "http://id.example.com", ""] {
            assert!(!rule.accepts(other, None), "{other}");
        }
    }

    #[test]
    fn a_tenant_template_takes_exactly_one_segment() {
        let rule = rule(
            "https://login.microsoftonline.com/common/v2.0",
            &["https://login.microsoftonline.com/{tenantid}/v2.0"],
        );
        assert!(rule.accepts("https://login.microsoftonline.com/9188040d-6c67/v2.0", None));
        assert!(rule.accepts_in_metadata("https://login.microsoftonline.com/{tenantid}/v2.0"));
        for other in [
            "https://login.microsoftonline.com//v2.0",
            "https://login.microsoftonline.com/a/b/v2.0",
            "https://login.microsoftonline.com/a?x=/v2.0",
            "https://evil.example.com/a/v2.0",
        ] {
            assert!(!rule.accepts(other, None), "{other}");
        }
    }

    #[test]
    fn a_tenant_has_to_be_the_one_that_the_token_names() {
        let rule = rule("https://id/common", &["https://id/{tenantid}/v2.0"]);
        assert!(rule.accepts("https://id/a1/v2.0", Some("a1")));
        assert!(!rule.accepts("https://id/a1/v2.0", Some("b2")));
    }
}
