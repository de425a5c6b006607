//! Security schemes become authorizations.

use gatepass_core::workspace::{Auth, AuthKind, RequestDefinition, Variable};
use indexmap::{IndexMap, IndexSet};
use serde_json::{Map, Value, json};

use super::operation::{self, Operation};
use super::servers::{self, list};
use super::specification::Specification;
use crate::imported::Notes;
use crate::parts::{self, put, row, shown, text};

/// Where an OpenID provider's metadata stands under its issuer (OpenID Connect Discovery §4).
const DISCOVERY: &str = "/.well-known/openid-configuration";
/// OAuth 2.0 flows in the order in which a person would choose, and our names of their grants.
const FLOWS: [(&str, &str); 7] = [
    ("authorizationCode", "authorization_code"),
    ("accessCode", "authorization_code"),
    ("deviceAuthorization", "device_code"),
    ("clientCredentials", "client_credentials"),
    ("application", "client_credentials"),
    ("password", "password"),
    ("implicit", "implicit"),
];

/// What is required: the names of schemes, all of them together, each with its scopes.
type Requirement<'a> = Vec<(&'a str, Vec<&'a str>)>;

/// What the whole description requires.
pub(super) struct Security<'a> {
    /// The scheme that the collection is set up with.
    main: Option<&'a str>,
    /// The scopes of all operations, by scheme.
    scopes: IndexMap<&'a str, IndexSet<&'a str>>,
}

impl<'a> Security<'a> {
    /// Looks at every operation once.
    pub(super) fn survey(specification: &Specification<'a>) -> Self {
        let mut scopes: IndexMap<&'a str, IndexSet<&'a str>> = IndexMap::new();
        let mut uses: IndexMap<&'a str, usize> = IndexMap::new();
        let root = requirement(specification.root.get("security"));
        let mut add = |requirement: &Requirement<'a>| {
            for (scheme, asked) in requirement {
                scopes.entry(scheme).or_default().extend(asked);
            }
            if let Some((scheme, _)) = requirement.first() {
                *uses.entry(scheme).or_default() += 1;
            }
        };
        if let Some(root) = &root {
            add(root);
        }
        // The walk with remarks comes later; references are remarked upon there.
        operation::each(specification, &mut Notes::default(), |operation, _| {
            if let Some(own) = requirement(operation.says.get("security")) {
                add(&own);
            }
        });
        let most_used = || uses.iter().rev().max_by_key(|(_, uses)| **uses).map(|(scheme, _)| *scheme);
        let main = root.and_then(|root| root.first().map(|(scheme, _)| *scheme)).or_else(most_used);
        Self { main, scopes }
    }

    /// The authorization of the collection.
    pub(super) fn of_collection(&self, specification: &Specification<'a>, notes: &mut Notes) -> Option<Auth> {
        self.auth(self.main?, specification, notes)
    }

    /// The operation's own authorization; `None` where it is the collection's.
    pub(super) fn of_operation(
        &self,
        operation: &Operation<'a>,
        specification: &Specification<'a>,
        request: &mut RequestDefinition,
        variables: &mut Vec<Variable>,
        notes: &mut Notes,
    ) -> Option<Auth> {
        let written = operation.says.get("security").or_else(|| specification.root.get("security"));
        let requirement = requirement(written).unwrap_or_default();
        let Some((first, others)) = requirement.split_first() else {
            return self.main.map(|_| Auth::new(AuthKind::NoAuth));
        };
        for (other, _) in others {
            add_header(other, specification, request, variables, notes);
        }
        if self.main == Some(first.0) { None } else { self.auth(first.0, specification, notes) }
    }

    fn auth(&self, name: &str, specification: &Specification<'a>, notes: &mut Notes) -> Option<Auth> {
        let scheme = scheme(name, specification, notes);
        let asked: Vec<&str> = self.scopes.get(name).into_iter().flatten().copied().collect();
        let scope = asked.join(" ");
        let scope = if specification.spend(scope.len()) { scope } else { String::new() };
        let kind = text(scheme.get("type"));
        match kind.as_str() {
            "basic" => Some(Auth::new(AuthKind::Basic)),
            "http" => http(scheme, notes),
            "apiKey" => Some(api_key(scheme, notes)),
            "oauth2" => oauth2(scheme, &scope, specification, notes),
            "openIdConnect" => Some(open_id_connect(scheme, &scope)),
            "mutualTLS" => {
                notes.warn(
                    "A client certificate is required (mutualTLS)",
                    "Set one up for the host in the settings",
                );
                None
            }
            _ => {
                notes.warn(
                    format!("The security scheme {} is missing, or of an unknown kind", shown(name)),
                    "Requests that require it have no authorization",
                );
                None
            }
        }
    }
}

/// The first alternative that requires something. `None`: nothing is said; empty: nothing is required.
fn requirement(security: Option<&Value>) -> Option<Requirement<'_>> {
    let alternatives = security?.as_array()?;
    let first = alternatives.iter().filter_map(Value::as_object).find(|alternative| !alternative.is_empty());
    let schemes = first.into_iter().flatten().take(10).map(|(scheme, scopes)| {
        (scheme.as_str(), list(Some(scopes)).iter().filter_map(Value::as_str).collect())
    });
    Some(schemes.collect())
}

fn scheme<'a>(name: &str, specification: &Specification<'a>, notes: &mut Notes) -> &'a Value {
    let place = if specification.swagger { "/securityDefinitions" } else { "/components/securitySchemes" };
    let schemes = specification.root.pointer(place);
    schemes
        .and_then(|schemes| schemes.get(name))
        .map_or(&Value::Null, |scheme| specification.resolve(scheme, notes))
}

/// What is required beside the authorization: an API key in a header becomes one with a variable.
fn add_header(
    name: &str,
    specification: &Specification,
    request: &mut RequestDefinition,
    variables: &mut Vec<Variable>,
    notes: &mut Notes,
) {
    let scheme = scheme(name, specification, notes);
    let place = text(scheme.get("in"));
    if text(scheme.get("type")) != "apiKey" || place != "header" {
        notes.warn(
            format!("The operation requires {} at the same time as another scheme", shown(name)),
            "A request has one authorization: add this one by hand",
        );
        return;
    }
    request.headers.push(row(text(scheme.get("name")), format!("{{{{{name}}}}}")));
    if variables.len() < servers::VARIABLE_LIMIT && !variables.iter().any(|variable| variable.key == name) {
        variables.push(Variable { secret: true, ..Variable::new(name, "") });
    }
}

fn http(scheme: &Value, notes: &mut Notes) -> Option<Auth> {
    let name = text(scheme.get("scheme")).to_ascii_lowercase();
    let kind = match name.as_str() {
        "basic" => AuthKind::Basic,
        "bearer" => AuthKind::Bearer,
        "digest" => AuthKind::Digest,
        _ => {
            notes.warn(
                format!("The HTTP authentication {} is not known", shown(&name)),
                "Set a header by hand",
            );
            return None;
        }
    };
    Some(Auth::new(kind))
}

fn api_key(scheme: &Value, notes: &mut Notes) -> Auth {
    let name = text(scheme.get("name"));
    match text(scheme.get("in")).as_str() {
        "query" => parts::auth(AuthKind::ApiKey, [("key", &name), ("value", ""), ("in", "query")]),
        "cookie" => {
            notes.warn(
                format!("The API key is sent as the cookie {}", shown(&name)),
                "It becomes a Cookie header: write the key behind the equals sign",
            );
            parts::auth(
                AuthKind::ApiKey,
                [("key", "Cookie"), ("value", &format!("{name}=")), ("in", "header")],
            )
        }
        _ => parts::auth(AuthKind::ApiKey, [("key", &name), ("value", ""), ("in", "header")]),
    }
}

/// One of the flows; the others are said.
fn oauth2(scheme: &Value, scope: &str, specification: &Specification, notes: &mut Notes) -> Option<Auth> {
    let single = text(scheme.get("flow"));
    let flows: Vec<(&str, &str, &Value)> = FLOWS
        .into_iter()
        .filter_map(|(flow, grant)| match scheme.get("flows") {
            Some(flows) => flows.get(flow).filter(|says| says.is_object()).map(|says| (flow, grant, says)),
            None => (flow == single).then_some((flow, grant, scheme)),
        })
        .collect();
    let Some((_, grant, flow)) = flows.first().copied() else {
        notes.warn("The OAuth 2.0 scheme has no flow that is known", "Set up the authorization by hand");
        return None;
    };
    let others: Vec<&str> = flows.iter().skip(1).map(|(flow, _, _)| *flow).collect();
    if !others.is_empty() {
        notes.warn(
            format!("The OAuth 2.0 scheme allows other flows, too ({})", others.join(", ")),
            format!("The grant is {grant}; choose another one in the Authorization tab"),
        );
    }
    let mut params = Map::new();
    params.insert("grant".to_owned(), json!(grant));
    for (theirs, ours) in [
        ("authorizationUrl", "authorization_endpoint"),
        ("tokenUrl", "token_endpoint"),
        ("refreshUrl", "refresh_endpoint"),
        ("deviceAuthorizationUrl", "device_authorization_endpoint"),
    ] {
        put(&mut params, ours, &absolute(text(flow.get(theirs)), specification, notes));
    }
    put(&mut params, "scope", scope);
    Some(Auth { kind: AuthKind::OAuth2, params })
}

/// URLs may be relative to the server.
fn absolute(url: String, specification: &Specification, notes: &mut Notes) -> String {
    if url.is_empty() || url.contains("://") {
        return url;
    }
    match servers::base(specification).and_then(|base| base.join(&url).ok()) {
        Some(joined) => joined.to_string(),
        None => {
            notes.warn(
                "An OAuth 2.0 endpoint is only a path, and no server is named",
                "Complete it before getting a token",
            );
            url
        }
    }
}

fn open_id_connect(scheme: &Value, scope: &str) -> Auth {
    let url = text(scheme.get("openIdConnectUrl"));
    let mut params = Map::new();
    params.insert("grant".to_owned(), json!("authorization_code"));
    put(&mut params, "issuer", url.strip_suffix(DISCOVERY).unwrap_or(&url));
    let asks = scope.split(' ').any(|scope| scope == "openid");
    let scope = if asks { scope.to_owned() } else { format!("openid {scope}") };
    put(&mut params, "scope", scope.trim());
    Auth { kind: AuthKind::OAuth2, params }
}
