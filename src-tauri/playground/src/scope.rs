//! Scopes: the fixed list of what can be asked for, and sets of them.

/// Every scope that the playground knows, with what it says about it on the consent page.
pub(crate) const SCOPES: &[(&str, &str)] = &[
    ("openid", "Know who you are (an ID token)"),
    ("profile", "See your name"),
    ("email", "See your e-mail address"),
    ("offline_access", "Stay signed in: renew its tokens without asking you again"),
    ("photos.read", "See your photos"),
    ("photos.write", "Give stars to your photos"),
];

/// What is granted when a request names no scope (RFC 6749 §3.3).
pub(crate) const DEFAULT_SCOPE: &str = "photos.read";

/// A set of known scopes, kept in the order of [`SCOPES`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Scope(Vec<&'static str>);

impl Scope {
    /// Reads a space-separated list; the error is the first name that is not known.
    pub fn parse(text: &str) -> Result<Self, String> {
        let asked: Vec<&str> = text.split(' ').filter(|name| !name.is_empty()).collect();
        if let Some(unknown) = asked.iter().find(|name| !SCOPES.iter().any(|(known, _)| known == *name)) {
            return Err((*unknown).to_owned());
        }
        Ok(Self(SCOPES.iter().map(|(known, _)| *known).filter(|known| asked.contains(known)).collect()))
    }

    pub fn contains(&self, name: &str) -> bool {
        self.0.contains(&name)
    }

    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.0.iter().all(|name| other.contains(name))
    }

    pub fn union(&self, other: &Self) -> Self {
        let both = |name: &&str| self.contains(name) || other.contains(name);
        Self(SCOPES.iter().map(|(known, _)| *known).filter(both).collect())
    }

    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().copied()
    }

    /// The `scope` parameter: names joined by spaces.
    pub fn text(&self) -> String {
        self.0.join(" ")
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// All scope names as one readable list, for error descriptions.
pub(crate) fn known_scopes() -> String {
    SCOPES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_scope_is_a_set_in_a_settled_order() {
        let scope = Scope::parse("photos.read  openid photos.read").unwrap();
        assert_eq!(scope.text(), "openid photos.read");
        assert_eq!(scope.union(&Scope::parse("email").unwrap()).text(), "openid email photos.read");
    }

    #[test]
    fn an_unknown_scope_is_named() {
        assert_eq!(Scope::parse("openid photos.steal").unwrap_err(), "photos.steal");
    }
}
