//! The people who can sign in.

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{SHA256, digest},
};
use serde_json::{Map, Value, json};

use crate::scope::Scope;

/// A person of the playground. The password is shown on the sign-in page.
#[derive(Debug)]
pub struct User {
    /// What is typed on the sign-in page; also `preferred_username`.
    pub username: &'static str,
    pub password: &'static str,
    /// The `sub` claim.
    pub subject: &'static str,
    pub given_name: &'static str,
    pub family_name: &'static str,
    pub email: &'static str,
}

/// Alice and Bob, each with their own name as password.
pub const USERS: &[User] = &[
    User {
        username: "alice",
        password: "alice",
        subject: "user-alice",
        given_name: "Alice",
        family_name: "Archer",
        email: "alice@playground.example",
    },
    User {
        username: "bob",
        password: "bob",
        subject: "user-bob",
        given_name: "Bob",
        family_name: "Baker",
        email: "bob@playground.example",
    },
];

impl User {
    /// Full name, for people to read.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }

    /// The standard claims that `scope` opens (OIDC Core §5.4), without `sub`.
    pub(crate) fn claims(&self, scope: &Scope) -> Map<String, Value> {
        let mut claims = Map::new();
        if scope.contains("profile") {
            claims.insert("name".into(), json!(self.name()));
            claims.insert("given_name".into(), json!(self.given_name));
            claims.insert("family_name".into(), json!(self.family_name));
            claims.insert("preferred_username".into(), json!(self.username));
        }
        if scope.contains("email") {
            claims.insert("email".into(), json!(self.email));
            claims.insert("email_verified".into(), json!(true));
        }
        claims
    }
}

/// The user with this name and password. Takes the same time whichever of the two is wrong.
pub(crate) fn sign_in(username: &str, password: &str) -> Option<&'static User> {
    let user = by_username(username);
    let expected = user.map_or("nobody has this password: there is no such user", |user| user.password);
    let right = same_secret(password, expected);
    user.filter(|_| right)
}

pub(crate) fn by_username(username: &str) -> Option<&'static User> {
    USERS.iter().find(|user| user.username.eq_ignore_ascii_case(username.trim()))
}

pub(crate) fn by_subject(subject: &str) -> Option<&'static User> {
    USERS.iter().find(|user| user.subject == subject)
}

/// Compares two secrets in a time that depends on neither.
pub(crate) fn same_secret(given: &str, expected: &str) -> bool {
    let (given, expected) = (digest(&SHA256, given.as_bytes()), digest(&SHA256, expected.as_bytes()));
    verify_slices_are_equal(given.as_ref(), expected.as_ref()).is_ok()
}
