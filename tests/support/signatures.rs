//! Verifies signed requests by the words of each specification, sharing no code with what signs them.
//!
//! Each function says why a request is not accepted; what an API would look up by user, it gets from the caller.

use std::collections::BTreeMap;

use aws_lc_rs::{digest, hmac, signature};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use md5::Digest as _;

use crate::http::Request;

/// Why a request is refused.
pub type Verdict = Result<(), String>;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn mac(algorithm: hmac::Algorithm, key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(algorithm, key), message).as_ref().to_vec()
}

fn same(what: &str, ours: &str, theirs: &str) -> Verdict {
    if ours == theirs { Ok(()) } else { Err(format!("{what}: expected {ours}, got {theirs}")) }
}

fn target(request: &Request) -> String {
    if request.query.is_empty() {
        request.path.clone()
    } else {
        format!("{}?{}", request.path, request.query)
    }
}

fn header<'r>(request: &'r Request, name: &str) -> Result<&'r str, String> {
    request.headers.get(name).map(String::as_str).ok_or_else(|| format!("there is no header {name}"))
}

/// `name="value"` or `name=value`, separated by commas; after the scheme.
fn fields(header: &str) -> BTreeMap<String, String> {
    let rest = header.split_once(' ').map_or("", |(_, rest)| rest);
    let parts = rest.split(',').filter_map(|part| part.trim().split_once('='));
    parts.map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned())).collect()
}

fn field<'f>(fields: &'f BTreeMap<String, String>, name: &str) -> Result<&'f str, String> {
    fields.get(name).map(String::as_str).ok_or_else(|| format!("there is no field {name}"))
}

/// RFC 7616: the answer to a challenge with `nonce` in `realm`, quality of protection `auth`.
pub fn digest_access(request: &Request, user: (&str, &str), realm: &str, nonce: &str) -> Verdict {
    let fields = fields(header(request, "authorization")?);
    let hash = |text: String| match fields.get("algorithm").map(String::as_str) {
        Some("SHA-256") => sha256(text.as_bytes()),
        _ => hex(&md5::Md5::digest(text.as_bytes())),
    };
    same("nonce", nonce, field(&fields, "nonce")?)?;
    same("uri", &target(request), field(&fields, "uri")?)?;
    let a1 = hash(format!("{}:{realm}:{}", user.0, user.1));
    let a2 = hash(format!("{}:{}", request.method, target(request)));
    let (count, client) = (field(&fields, "nc")?, field(&fields, "cnonce")?);
    same("response", &hash(format!("{a1}:{nonce}:{count}:{client}:auth:{a2}")), field(&fields, "response")?)
}

/// RFC 5849 with HMAC-SHA1, wherever the parameters are.
pub fn oauth1_hmac(request: &Request, client_secret: &str, token_secret: &str) -> Verdict {
    let (base, given) = oauth1_base(request)?;
    let key = format!("{}&{}", encode(client_secret), encode(token_secret));
    let ours = STANDARD.encode(mac(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes(), base.as_bytes()));
    same("oauth_signature", &ours, &given)
}

/// RFC 5849 with RSA-SHA256; `public` is an `RSAPublicKey` in DER.
pub fn oauth1_rsa_sha256(request: &Request, public: &[u8]) -> Verdict {
    let (base, given) = oauth1_base(request)?;
    let given = STANDARD.decode(given).map_err(|error| error.to_string())?;
    signature::UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, public)
        .verify(base.as_bytes(), &given)
        .map_err(|_| "the RSA signature does not hold".to_owned())
}

/// The base string and the signature.
fn oauth1_base(request: &Request) -> Result<(String, String), String> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    if let Some(header) = request.headers.get("authorization") {
        let own = fields(header).into_iter().filter(|(name, _)| name != "realm");
        pairs.extend(own.map(|(name, value)| (name, decode(&value))));
    }
    pairs.extend(url::form_urlencoded::parse(request.query.as_bytes()).into_owned());
    let kind = request.headers.get("content-type").map(String::as_str).unwrap_or_default();
    if kind.starts_with("application/x-www-form-urlencoded") {
        pairs.extend(url::form_urlencoded::parse(request.body.as_bytes()).into_owned());
    }
    let at = pairs.iter().position(|(name, _)| name == "oauth_signature").ok_or("there is no signature")?;
    let (_, given) = pairs.remove(at);
    let mut encoded: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}\u{1}{}", encode(name), encode(value))).collect();
    encoded.sort();
    let joined = encoded.join("&").replace('\u{1}', "=");
    let url = format!("http://{}{}", header(request, "host")?, request.path);
    Ok((format!("{}&{}&{}", request.method, encode(&url), encode(&joined)), given))
}

fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn decode(text: &str) -> String {
    let text = format!("v={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(text.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// AWS Signature Version 4 in the header.
pub fn aws_v4(request: &Request, secret_key: &str, region: &str, service: &str) -> Verdict {
    let authorization = header(request, "authorization")?;
    let fields = fields(&authorization.replacen("AWS4-HMAC-SHA256", "x", 1));
    let date = header(request, "x-amz-date")?;
    let scope = format!("{}/{region}/{service}/aws4_request", &date[..8]);
    let (_, credential_scope) =
        field(&fields, "Credential")?.split_once('/').ok_or("the credential has no scope")?;
    same("scope", &scope, credential_scope)?;
    let signed = field(&fields, "SignedHeaders")?;
    let mut lines = String::new();
    for name in signed.split(';') {
        lines.push_str(&format!("{name}:{}\n", header(request, name)?));
    }
    let mut query: Vec<String> = url::form_urlencoded::parse(request.query.as_bytes())
        .map(|(name, value)| format!("{}={}", encode(&name), encode(&value)))
        .collect();
    query.sort();
    let canonical = format!(
        "{}\n{}\n{}\n{lines}\n{signed}\n{}",
        request.method,
        request.path,
        query.join("&"),
        sha256(request.body.as_bytes())
    );
    let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", sha256(canonical.as_bytes()));
    let sha = hmac::HMAC_SHA256;
    let mut key = mac(sha, format!("AWS4{secret_key}").as_bytes(), &date.as_bytes()[..8]);
    for part in [region, service, "aws4_request"] {
        key = mac(sha, &key, part.as_bytes());
    }
    same("Signature", &hex(&mac(sha, &key, to_sign.as_bytes())), field(&fields, "Signature")?)
}

/// Hawk with SHA-256, payload included.
pub fn hawk(request: &Request, key: &str) -> Verdict {
    let fields = fields(header(request, "authorization")?);
    let kind = request.headers.get("content-type").map(String::as_str).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let payload = format!("hawk.1.payload\n{kind}\n{}\n", request.body);
    let hash = STANDARD.encode(digest::digest(&digest::SHA256, payload.as_bytes()));
    same("hash", &hash, field(&fields, "hash")?)?;
    let (host, port) = header(request, "host")?.split_once(':').ok_or("the host has no port")?;
    let text = format!(
        "hawk.1.header\n{}\n{}\n{}\n{}\n{host}\n{port}\n{hash}\n{}\n",
        field(&fields, "ts")?,
        field(&fields, "nonce")?,
        request.method,
        target(request),
        fields.get("ext").map(String::as_str).unwrap_or_default(),
    );
    let ours = STANDARD.encode(mac(hmac::HMAC_SHA256, key.as_bytes(), text.as_bytes()));
    same("mac", &ours, field(&fields, "mac")?)
}

/// Akamai EdgeGrid over http, no headers signed.
pub fn edgegrid(request: &Request, client_secret: &str) -> Verdict {
    let authorization = header(request, "authorization")?;
    let (unsigned, given) = authorization.split_once("signature=").ok_or("there is no signature")?;
    let timestamp = unsigned
        .split(';')
        .find_map(|part| part.strip_prefix("timestamp="))
        .ok_or("there is no timestamp")?;
    let content = if request.method == "POST" && !request.body.is_empty() {
        STANDARD.encode(digest::digest(&digest::SHA256, request.body.as_bytes()))
    } else {
        String::new()
    };
    let parts = [&request.method, "http", header(request, "host")?, &target(request), "", &content, unsigned];
    let sha = hmac::HMAC_SHA256;
    let key = STANDARD.encode(mac(sha, client_secret.as_bytes(), timestamp.as_bytes()));
    let ours = STANDARD.encode(mac(sha, key.as_bytes(), parts.join("\t").as_bytes()));
    same("signature", &ours, given)
}

/// A JWT with HS256 behind `Bearer`; its claims.
pub fn jwt_hs256(token: &str, secret: &[u8]) -> Result<serde_json::Value, String> {
    let (input, given) = token.rsplit_once('.').ok_or("it is no JWT")?;
    let ours = URL_SAFE_NO_PAD.encode(mac(hmac::HMAC_SHA256, secret, input.as_bytes()));
    same("signature", &ours, given)?;
    part(input, 1)
}

/// A JWT with RS256; its header and claims. `public` is an `RSAPublicKey` in DER.
pub fn jwt_rs256(token: &str, public: &[u8]) -> Result<(serde_json::Value, serde_json::Value), String> {
    let (input, given) = token.rsplit_once('.').ok_or("it is no JWT")?;
    let given = URL_SAFE_NO_PAD.decode(given).map_err(|error| error.to_string())?;
    signature::UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, public)
        .verify(input.as_bytes(), &given)
        .map_err(|_| "the signature does not hold".to_owned())?;
    Ok((part(input, 0)?, part(input, 1)?))
}

fn part(input: &str, at: usize) -> Result<serde_json::Value, String> {
    let encoded = input.split('.').nth(at).ok_or("a part is missing")?;
    let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|error| error.to_string())?;
    serde_json::from_slice(&bytes).map_err(|error| error.to_string())
}

/// The number of an NTLM message in the Authorization header, and its bytes.
pub fn ntlm_message(request: &Request) -> Option<(u8, Vec<u8>)> {
    let encoded = request.headers.get("authorization")?.strip_prefix("NTLM ")?;
    let bytes = STANDARD.decode(encoded).ok()?;
    Some((*bytes.get(8)?, bytes))
}

/// The second message, with a challenge and what the server says of itself.
pub fn ntlm_challenge(challenge: [u8; 8]) -> String {
    let name: Vec<u8> = "SERVER".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut info = vec![2, 0, name.len() as u8, 0];
    info.extend_from_slice(&name);
    // The time, so that an integrity code is due.
    info.extend_from_slice(&[7, 0, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0]);
    let mut message = b"NTLMSSP\0\x02\0\0\0\0\0\0\0\x38\0\0\0".to_vec();
    message.extend_from_slice(&0x0008_8205_u32.to_le_bytes());
    message.extend_from_slice(&challenge);
    message.extend_from_slice(&[0; 8]);
    message.extend_from_slice(&(info.len() as u16).to_le_bytes());
    message.extend_from_slice(&(info.len() as u16).to_le_bytes());
    message.extend_from_slice(&56_u32.to_le_bytes());
    message.extend_from_slice(&[0; 8]);
    message.extend_from_slice(&info);
    format!("NTLM {}", STANDARD.encode(message))
}

/// The third message ([MS-NLMP] §3.3.2): the answer to the challenge, by this user.
pub fn ntlm_answer(message: &[u8], challenge: [u8; 8], domain: &str, user: (&str, &str)) -> Verdict {
    let slice = |at: usize| -> Result<&[u8], String> {
        let number = |from: usize, length: usize| {
            let bytes = message.get(from..from + length)?;
            Some(bytes.iter().rev().fold(0_usize, |sum, byte| (sum << 8) + usize::from(*byte)))
        };
        let (length, offset) = number(at, 2).zip(number(at + 4, 4)).ok_or("the message is cut off")?;
        message.get(offset..offset + length).ok_or_else(|| "a field lies outside the message".to_owned())
    };
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    if slice(28)? != wide(domain) || slice(36)? != wide(user.0) {
        return Err("another user".to_owned());
    }
    let answer = slice(20)?;
    let (proof, blob) = answer.split_at_checked(16).ok_or("the answer is too short")?;
    let password: [u8; 16] = md4::Md4::digest(wide(user.1)).into();
    let owner = hmac_md5(&password, &[&wide(&format!("{}{domain}", user.0.to_uppercase()))]);
    let ours = hmac_md5(&owner, &[&challenge, blob]);
    same("NTProofStr", &hex(&ours), &hex(proof))
}

fn hmac_md5(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    use hmac_rust_crypto::{KeyInit as _, Mac as _};
    let mut mac = hmac_rust_crypto::Hmac::<md5::Md5>::new_from_slice(key).expect("any key will do");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}
