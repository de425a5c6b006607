//! Digest access authentication (RFC 7616, RFC 2617 before it): the server asks with a nonce, and the answer proves
//! that we know the password.

use aws_lc_rs::digest::{self, digest};
use gatepass_oauth::challenge::{Challenge, challenges};
use md5::{Digest as _, Md5};

use super::written::{Moment, body, hex, path_and_query, percent_encode, quoted, text};
use super::{Journal, set_header};
use crate::exchange::OutgoingRequest;
use crate::workspace::Auth;

/// User name and password, until a challenge asks for them.
pub(in crate::pipeline) struct Credentials {
    username: String,
    password: String,
    /// The algorithm that is preferred where the server leaves the choice.
    preferred: Option<String>,
    client_nonce: Option<String>,
    nonce_count: u32,
}

/// What a server asks for.
struct Asked {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    algorithm: Algorithm,
    /// `None`: the way of RFC 2069, without counter and client nonce.
    quality: Option<Quality>,
    hides_username: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Hash {
    Md5,
    Sha256,
    Sha512256,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Algorithm {
    hash: Hash,
    session: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quality {
    Auth,
    /// The body is part of the answer.
    AuthInt,
}

impl Credentials {
    /// User name and password, for writing them down.
    pub(in crate::pipeline) fn shown(&self) -> (String, String) {
        let username = self.username.clone();
        (username, self.password.clone())
    }

    /// Parameters by Postman's names: `username`, `password`, `algorithm`, `clientNonce`, `nonceCount`.
    pub(super) fn of(auth: &Auth, journal: &mut Journal) -> Self {
        journal.keep_secret(auth.text("password"));
        Self {
            username: auth.text("username").to_owned(),
            password: auth.text("password").to_owned(),
            preferred: text(auth, "algorithm"),
            client_nonce: text(auth, "clientNonce"),
            nonce_count: text(auth, "nonceCount")
                .and_then(|count| u32::from_str_radix(&count, 16).ok())
                .unwrap_or(1),
        }
    }

    /// Answers a challenge that the config already holds (`realm`, `nonce`, `qop`, `opaque`), before the server asks.
    pub(super) fn answer_beforehand(&self, auth: &Auth, request: &mut OutgoingRequest, moment: Moment<'_>) {
        let (Some(realm), Some(nonce)) = (text(auth, "realm"), text(auth, "nonce")) else { return };
        let asked = Asked {
            realm,
            nonce,
            opaque: text(auth, "opaque"),
            algorithm: self.preferred.as_deref().and_then(Algorithm::parse).unwrap_or(Algorithm::OLDEST),
            quality: text(auth, "qop").and_then(|offered| Quality::choose(&offered)),
            hides_username: false,
        };
        self.put(&asked, request, moment);
    }

    /// Puts the answer to a 401 into the request. Says whether there was a challenge that can be answered.
    pub(in crate::pipeline) fn answer(
        &self,
        www_authenticate: &str,
        request: &mut OutgoingRequest,
        moment: Moment<'_>,
    ) -> bool {
        let Some(asked) = self.choose(&challenges(www_authenticate)) else { return false };
        self.put(&asked, request, moment);
        true
    }

    /// Whether the answer to this 401 covers the body.
    pub(in crate::pipeline) fn will_cover_body(&self, www_authenticate: &str) -> bool {
        self.choose(&challenges(www_authenticate))
            .is_some_and(|asked| asked.quality == Some(Quality::AuthInt))
    }

    /// The preferred algorithm if it is offered, else the strongest that is known (RFC 7616 §3.7).
    fn choose(&self, challenges: &[Challenge]) -> Option<Asked> {
        let preferred = self.preferred.as_deref().and_then(Algorithm::parse);
        let known = challenges.iter().filter(|challenge| challenge.scheme.eq_ignore_ascii_case("digest"));
        known
            .filter_map(Asked::read)
            .max_by_key(|asked| (Some(asked.algorithm) == preferred, asked.algorithm.hash))
    }

    fn put(&self, asked: &Asked, request: &mut OutgoingRequest, moment: Moment<'_>) {
        let uri = path_and_query(&request.url).to_owned();
        let client_nonce = self.client_nonce.clone().unwrap_or_else(|| moment.nonce(16));
        let count = format!("{:08x}", self.nonce_count);
        let response = self.response(asked, request, &uri, &client_nonce, &count);
        let hash = |text: String| asked.algorithm.hash.of(text.as_bytes());
        let mut fields = Vec::new();
        if asked.hides_username {
            fields.push(format!("username={}", quoted(&hash(format!("{}:{}", self.username, asked.realm)))));
        } else if self.username.is_ascii() {
            fields.push(format!("username={}", quoted(&self.username)));
        } else {
            fields.push(format!("username*=UTF-8''{}", percent_encode(&self.username)));
        }
        fields.push(format!("realm={}", quoted(&asked.realm)));
        fields.push(format!("nonce={}", quoted(&asked.nonce)));
        fields.push(format!("uri={}", quoted(&uri)));
        fields.push(format!("algorithm={}", asked.algorithm.name()));
        if let Some(quality) = asked.quality {
            fields.push(format!("qop={}", quality.name()));
            fields.push(format!("nc={count}"));
            fields.push(format!("cnonce={}", quoted(&client_nonce)));
        }
        fields.push(format!("response={}", quoted(&response)));
        if let Some(opaque) = &asked.opaque {
            fields.push(format!("opaque={}", quoted(opaque)));
        }
        if asked.hides_username {
            fields.push("userhash=true".to_owned());
        }
        set_header(request, "Authorization", format!("Digest {}", fields.join(", ")));
    }

    /// RFC 7616 §3.4.1.
    fn response(
        &self,
        asked: &Asked,
        request: &OutgoingRequest,
        uri: &str,
        client_nonce: &str,
        count: &str,
    ) -> String {
        let hash = |text: String| asked.algorithm.hash.of(text.as_bytes());
        let mut a1 = hash(format!("{}:{}:{}", self.username, asked.realm, self.password));
        if asked.algorithm.session {
            a1 = hash(format!("{a1}:{}:{client_nonce}", asked.nonce));
        }
        let mut a2 = format!("{}:{uri}", request.method);
        if asked.quality == Some(Quality::AuthInt) {
            a2 = format!("{a2}:{}", asked.algorithm.hash.of(body(request)));
        }
        let a2 = hash(a2);
        match asked.quality {
            None => hash(format!("{a1}:{}:{a2}", asked.nonce)),
            Some(quality) => {
                hash(format!("{a1}:{}:{count}:{client_nonce}:{}:{a2}", asked.nonce, quality.name()))
            }
        }
    }
}

impl Asked {
    /// `None` for an algorithm or a quality of protection that is not known.
    fn read(challenge: &Challenge) -> Option<Self> {
        let quality = match challenge.parameter("qop") {
            None => None,
            Some(offered) => Some(Quality::choose(offered)?),
        };
        Some(Self {
            realm: challenge.parameter("realm").unwrap_or_default().to_owned(),
            nonce: challenge.parameter("nonce")?.to_owned(),
            opaque: challenge.parameter("opaque").map(str::to_owned),
            algorithm: challenge.parameter("algorithm").map_or(Some(Algorithm::OLDEST), Algorithm::parse)?,
            quality,
            hides_username: challenge
                .parameter("userhash")
                .is_some_and(|told| told.eq_ignore_ascii_case("true")),
        })
    }
}

impl Quality {
    /// Of those offered the plainer one: it works with every body.
    fn choose(offered: &str) -> Option<Self> {
        let mut offered = offered.split(',').map(str::trim);
        let offers = |name: &str| offered.clone().any(|offer| offer.eq_ignore_ascii_case(name));
        if offers("auth") {
            Some(Quality::Auth)
        } else {
            offered.any(|offer| offer.eq_ignore_ascii_case("auth-int")).then_some(Quality::AuthInt)
        }
    }

    fn name(self) -> &'static str {
        match self {
            Quality::Auth => "auth",
            Quality::AuthInt => "auth-int",
        }
    }
}

impl Algorithm {
    /// What holds where none is named.
    const OLDEST: Self = Self { hash: Hash::Md5, session: false };

    fn parse(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_uppercase();
        let (hash, session) = match name.strip_suffix("-SESS") {
            Some(hash) => (hash, true),
            None => (name.as_str(), false),
        };
        let hash = match hash {
            "MD5" => Hash::Md5,
            "SHA-256" => Hash::Sha256,
            "SHA-512-256" => Hash::Sha512256,
            _ => return None,
        };
        Some(Self { hash, session })
    }

    fn name(self) -> &'static str {
        match (self.hash, self.session) {
            (Hash::Md5, false) => "MD5",
            (Hash::Md5, true) => "MD5-sess",
            (Hash::Sha256, false) => "SHA-256",
            (Hash::Sha256, true) => "SHA-256-sess",
            (Hash::Sha512256, false) => "SHA-512-256",
            (Hash::Sha512256, true) => "SHA-512-256-sess",
        }
    }
}

impl Hash {
    fn of(self, bytes: &[u8]) -> String {
        match self {
            Hash::Md5 => hex(&Md5::digest(bytes)),
            Hash::Sha256 => hex(digest(&digest::SHA256, bytes).as_ref()),
            Hash::Sha512256 => hex(digest(&digest::SHA512_256, bytes).as_ref()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value, json};

    use super::super::examples::{auth, authorization, request, with_moment};
    use super::*;

    fn answer(params: Value, www_authenticate: &str, mut request: OutgoingRequest) -> Option<String> {
        let answered = with_moment(|moment, journal| {
            let credentials = Credentials::of(&auth("digest", params), journal);
            credentials.answer(www_authenticate, &mut request, moment)
        });
        answered.then(|| authorization(&request))
    }

    fn field(header: &str, name: &str) -> String {
        let fields = challenges(header);
        fields[0].parameter(name).unwrap_or_default().to_owned()
    }

    #[test]
    fn the_examples_of_rfc_7616_come_out_as_printed() {
        let challenge = |algorithm: &str| {
            format!(
                "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, \
                 nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", \
                 opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
            )
        };
        let params = json!({
            "username": "Mufasa", "password": "Circle of Life",
            "clientNonce": "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        });
        let response = |algorithm: &str| {
            let get = request("GET", "http://www.example.org/dir/index.html", &[], "");
            field(&answer(params.clone(), &challenge(algorithm), get).unwrap(), "response")
        };
        assert_eq!(response("MD5"), "8ca523f5e9506fed4657c9700eebdbec");
        assert_eq!(response("SHA-256"), "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
    }

    #[test]
    fn a_name_that_is_to_be_hidden_is_hashed() {
        // RFC 7616 §3.9.2.
        let challenge = "Digest realm=\"api@example.org\", qop=\"auth\", algorithm=SHA-512-256, \
                         nonce=\"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK\", \
                         opaque=\"HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS\", charset=UTF-8, userhash=true";
        let params = json!({
            "username": "J\u{e4}s\u{f8}n Doe", "password": "Secret, or not?",
            "clientNonce": "NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm",
        });
        let get = request("GET", "http://api.example.org/doe.json", &[], "");
        let header = answer(params, challenge, get).unwrap();
        assert!(header.contains("userhash=true"), "{header}");
        assert!(!header.contains("Doe"), "{header}");
        let mut context = digest::Context::new(&digest::SHA512_256);
        context.update("J\u{e4}s\u{f8}n Doe:api@example.org".as_bytes());
        assert_eq!(field(&header, "username"), hex(context.finish().as_ref()));
    }

    #[test]
    fn the_example_of_rfc_2617_and_the_way_before_it_are_known() {
        let params = json!({"username": "Mufasa", "password": "Circle Of Life", "clientNonce": "0a4f113b"});
        let get = || request("GET", "http://www.nowhere.org/dir/index.html", &[], "");
        let challenge = "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", \
                         nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"";
        let header = answer(params.clone(), challenge, get()).unwrap();
        assert_eq!(field(&header, "response"), "6629fae49393a05397450978507c4ef1");
        let oldest = "Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"";
        let header = answer(params, oldest, get()).unwrap();
        assert_eq!(field(&header, "response"), "670fd8c2df070c60b045671b8b24ff02");
        assert!(!header.contains("cnonce"), "{header}");
    }

    #[test]
    fn the_strongest_known_algorithm_is_answered_unless_another_is_preferred() {
        let offered = "Digest realm=r, nonce=a, algorithm=MD5, qop=auth, Digest realm=r, nonce=b, algorithm=SHA-256, \
                       qop=auth, Digest realm=r, nonce=c, algorithm=TIGER, qop=auth, Basic realm=r";
        let nonce = |params: Value| {
            field(&answer(params, offered, request("GET", "http://h/", &[], "")).unwrap(), "nonce")
        };
        assert_eq!(nonce(json!({"username": "u"})), "b");
        assert_eq!(nonce(json!({"username": "u", "algorithm": "MD5"})), "a");
    }

    #[test]
    fn the_body_is_part_of_the_answer_where_only_that_is_offered() {
        let asks = "Digest realm=r, nonce=n, qop=\"auth-int\"";
        let params = json!({"username": "u", "password": "p", "clientNonce": "c"});
        let response = |body: &str| {
            field(&answer(params.clone(), asks, request("POST", "http://h/", &[], body)).unwrap(), "response")
        };
        assert_ne!(response("one"), response("two"));
    }

    #[test]
    fn a_challenge_that_cannot_be_answered_is_left() {
        for challenge in ["Basic realm=r", "Digest realm=r, nonce=n, algorithm=TIGER", "Digest realm=r", ""] {
            let header = answer(json!({"username": "u"}), challenge, request("GET", "http://h/", &[], ""));
            assert_eq!(header, None, "{challenge}");
        }
    }
}
