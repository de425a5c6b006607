use std::collections::BTreeMap;

use gatepass_playground::sample_collection;
use serde_json::Value;
use url::Url;

use crate::support::*;

fn collection() -> Value {
    sample_collection(&Url::parse(ISSUER).unwrap())
}

/// A request with its own or inherited auth.
struct Found {
    name: String,
    request: Value,
    auth: Value,
}

fn requests(items: &Value, auth: &Value, found: &mut Vec<Found>) {
    for item in items.as_array().unwrap() {
        let auth = item.get("auth").unwrap_or(auth);
        match item.get("item") {
            Some(items) => requests(items, auth, found),
            None => found.push(Found {
                name: item["name"].as_str().unwrap().to_owned(),
                request: item["request"].clone(),
                auth: item["request"].get("auth").unwrap_or(auth).clone(),
            }),
        }
    }
}

fn all() -> Vec<Found> {
    let collection = collection();
    let mut found = Vec::new();
    requests(&collection["item"], &collection["auth"], &mut found);
    found
}

fn filled_in(text: &str) -> String {
    text.replace("{{base_url}}", ISSUER)
}

fn settings(auth: &Value) -> BTreeMap<String, String> {
    let rows = auth["oauth2"].as_array().unwrap();
    let text = |value: &Value| filled_in(value.as_str().unwrap());
    let settings: BTreeMap<_, _> = rows.iter().map(|row| (text(&row["key"]), text(&row["value"]))).collect();
    assert_eq!(settings.len(), rows.len(), "a key twice: {rows:?}");
    settings
}

/// Gets a token the way the settings say.
fn token(world: &World, settings: &BTreeMap<String, String>) -> Value {
    let of = |name: &str| settings.get(name).map(String::as_str).unwrap_or_default();
    let client = [("client_id", of("clientId")), ("client_secret", of("clientSecret"))];
    let grant = if of("gatepass.grant").is_empty() { of("grant_type") } else { of("gatepass.grant") };
    match grant {
        "authorization_code_with_pkce" => {
            let path = authorization_path(&[("client_id", of("clientId")), ("scope", of("scope"))]);
            let callback = Browser::new(world).sign_in_and_allow(&path, "alice");
            let code = parameter(&callback, "code").unwrap();
            world.post("/token", &[&exchange_form(&code)[..], &client].concat(), &[]).json()
        }
        "client_credentials" => {
            let form =
                [&client[..], &[("grant_type", "client_credentials"), ("scope", of("scope"))]].concat();
            world.post("/token", &form, &[]).json()
        }
        "password_credentials" => {
            let person = [("username", of("username")), ("password", of("password")), ("scope", of("scope"))];
            world.post("/token", &[&client[..], &person, &[("grant_type", "password")]].concat(), &[]).json()
        }
        "device_code" => crate::device_grant::tokens_of(world, "alice"),
        other => panic!("unexpected grant {other}"),
    }
}

#[test]
fn it_is_a_postman_collection_of_one_variable() {
    let collection = collection();
    assert_eq!(
        collection["info"]["schema"],
        "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    );
    assert_eq!(collection["variable"][0]["key"], "base_url");
    assert_eq!(collection["variable"][0]["value"], ISSUER);
    assert_eq!(
        collection.to_string().matches(ISSUER).count(),
        1,
        "everything else goes through the variable"
    );
}

#[test]
fn every_request_has_a_name_of_its_own_and_a_description() {
    let all = all();
    let names: std::collections::BTreeSet<_> = all.iter().map(|found| found.name.as_str()).collect();
    assert_eq!(names.len(), all.len());
    assert!(
        all.iter().all(|found| found.request["description"].as_str().is_some_and(|text| text.len() > 10))
    );
}

#[test]
fn every_request_does_what_its_folder_says() {
    for found in all() {
        let world = World::new();
        let mut headers = Vec::new();
        if found.auth["type"] == "oauth2" {
            let settings = settings(&found.auth);
            let tokens = token(&world, &settings);
            let which = settings.get("gatepass.use_token").map_or("access_token", String::as_str);
            headers.push(("authorization", format!("Bearer {}", tokens[which].as_str().unwrap())));
        }
        let url = filled_in(found.request["url"]["raw"].as_str().unwrap());
        let body = found.request["body"]["raw"].as_str().unwrap_or_default().as_bytes().to_vec();
        if !body.is_empty() {
            headers.push(("content-type", "application/json".to_owned()));
        }
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let reply = world.send(request(found.request["method"].as_str().unwrap(), &url, &headers, body));
        let expected = match found.name.as_str() {
            "No token sent" => 401,
            "Star a photo without the scope" => 403,
            _ => 200,
        };
        assert_eq!(reply.status(), expected, "{}: {}", found.name, reply.text());
    }
}

#[test]
fn the_endpoints_in_the_settings_are_the_discovered_ones() {
    let world = World::new();
    let metadata = world.get("/.well-known/openid-configuration", &[]).json();
    for found in all().iter().filter(|found| found.auth["type"] == "oauth2") {
        let settings = settings(&found.auth);
        assert_eq!(settings["gatepass.issuer"], ISSUER);
        for (key, name) in [
            ("authUrl", "authorization_endpoint"),
            ("accessTokenUrl", "token_endpoint"),
            ("gatepass.device_authorization_endpoint", "device_authorization_endpoint"),
        ] {
            assert!(settings.get(key).is_none_or(|url| *url == metadata[name]), "{key}");
        }
    }
}
