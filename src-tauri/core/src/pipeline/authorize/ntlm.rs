//! NTLM, version 2 ([MS-NLMP] and [MS-NTHT]): three messages on one connection, which is then signed in.
//!
//! Neither messages nor connection are encrypted or signed beyond the answer itself: over HTTP nothing would read it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepass_oauth::challenge::challenges;
use gatepass_oauth::ports::UnixMillis;
use hmac::{Hmac, KeyInit as _, Mac as _};
use md4::Md4;
use md5::{Digest as _, Md5};

use super::written::{Moment, text};
use super::{Journal, set_header};
use crate::exchange::OutgoingRequest;
use crate::workspace::Auth;

const SIGNATURE: &[u8; 8] = b"NTLMSSP\0";
/// Unicode, OEM, "tell me your name", NTLM, "always sign" (as everybody says), and the session security of version 2.
const FLAGS: u32 = 0x0000_0001 | 0x0000_0002 | 0x0000_0004 | 0x0000_0200 | 0x0000_8000 | 0x0008_0000;
/// Unicode, of which the server has to be capable.
const UNICODE: u32 = 0x0000_0001;
/// Where the parts of the third message begin: behind its fixed fields, version and integrity code.
const PAYLOAD: usize = 88;
/// Where the integrity code stands in the third message.
const INTEGRITY: std::ops::Range<usize> = 72..88;
/// From the epoch of Windows (1601) to that of Unix, in units of 100 ns.
const EPOCH: i64 = 116_444_736_000_000_000;

/// Who signs in.
pub(in crate::pipeline) struct Credentials {
    username: String,
    password: String,
    domain: String,
    workstation: String,
}

impl Credentials {
    /// User name and password, for writing them down.
    pub(in crate::pipeline) fn shown(&self) -> (String, String) {
        let username = if self.domain.is_empty() {
            self.username.clone()
        } else {
            format!("{}\\{}", self.domain, self.username)
        };
        (username, self.password.clone())
    }

    /// Parameters by Postman's names: `username` (also `DOMAIN\name` and `name@domain`), `password`, `domain`,
    /// `workstation`.
    pub(super) fn of(auth: &Auth, journal: &mut Journal) -> Self {
        journal.keep_secret(auth.text("password"));
        let written = auth.text("username").trim();
        let domain = text(auth, "domain");
        let (username, domain) = match (domain, written.split_once('\\'), written.split_once('@')) {
            (Some(domain), ..) => (written, domain),
            (None, Some((domain, username)), _) => (username, domain.to_owned()),
            (None, None, Some((username, domain))) => (username, domain.to_owned()),
            (None, None, None) => (written, String::new()),
        };
        Self {
            username: username.to_owned(),
            password: auth.text("password").to_owned(),
            domain,
            workstation: text(auth, "workstation").unwrap_or_default(),
        }
    }

    /// Puts the third message into the request, made for the server's second. `None` if there is no second message.
    pub(in crate::pipeline) fn answer(
        &self,
        www_authenticate: &str,
        scheme: &'static str,
        request: &mut OutgoingRequest,
        moment: Moment<'_>,
    ) -> Option<()> {
        let challenge = Challenge::of_header(www_authenticate, scheme)?;
        let mut client_challenge = [0; 8];
        moment.randomness.fill(&mut client_challenge);
        let message = self.authenticate(&challenge, client_challenge, moment.now);
        set_header(request, "Authorization", format!("{scheme} {}", STANDARD.encode(message)));
        Some(())
    }

    /// The third message (§2.2.1.3).
    fn authenticate(&self, challenge: &Challenge, client_challenge: [u8; 8], now: UnixMillis) -> Vec<u8> {
        let owner = owner_key(&self.username, &self.password, &self.domain);
        let time = challenge.time().unwrap_or_else(|| ((now * 10_000) + EPOCH).to_le_bytes());
        let proved = prove(&owner, challenge, client_challenge, time, &challenge.target_info());
        // A server that tells the time wants no answer of the old kind (§3.1.5.1.2).
        let old = match challenge.time() {
            Some(_) => vec![0; 24],
            None => {
                let mut old = keyed(&owner, &[&challenge.nonce, &client_challenge]).to_vec();
                old.extend_from_slice(&client_challenge);
                old
            }
        };
        let flags = FLAGS & challenge.flags | UNICODE;
        let mut message = Vec::with_capacity(PAYLOAD + 256);
        message.extend_from_slice(SIGNATURE);
        message.extend_from_slice(&3_u32.to_le_bytes());
        let parts = [
            old,
            proved.response,
            utf16(&self.domain),
            utf16(&self.username),
            utf16(&self.workstation),
            Vec::new(),
        ];
        let mut at = PAYLOAD;
        for part in &parts {
            let length = u16::try_from(part.len()).unwrap_or(u16::MAX).to_le_bytes();
            message.extend_from_slice(&length);
            message.extend_from_slice(&length);
            message.extend_from_slice(&(at as u32).to_le_bytes());
            at += part.len();
        }
        message.extend_from_slice(&flags.to_le_bytes());
        // Version: none of Windows.
        message.extend_from_slice(&[0; 8]);
        message.extend_from_slice(&[0; 16]);
        for part in &parts {
            message.extend_from_slice(part);
        }
        if challenge.time().is_some() {
            let code = keyed(&proved.session_key, &[&first_message(), &challenge.message, &message]);
            message[INTEGRITY].copy_from_slice(&code);
        }
        message
    }
}

/// Puts the first message into the request.
pub(in crate::pipeline) fn begin(scheme: &str, request: &mut OutgoingRequest) {
    set_header(request, "Authorization", format!("{scheme} {}", STANDARD.encode(first_message())));
}

/// The scheme under which the server offers NTLM; `None` if it does not.
pub(in crate::pipeline) fn offered(www_authenticate: &str) -> Option<&'static str> {
    let challenges = challenges(www_authenticate);
    let offers = |name: &str| challenges.iter().any(|challenge| challenge.scheme.eq_ignore_ascii_case(name));
    ["NTLM", "Negotiate"].into_iter().find(|name| offers(name))
}

/// The first message (§2.2.1.1): names neither domain nor workstation.
fn first_message() -> Vec<u8> {
    let mut message = SIGNATURE.to_vec();
    message.extend_from_slice(&1_u32.to_le_bytes());
    message.extend_from_slice(&FLAGS.to_le_bytes());
    message.extend_from_slice(&[0; 16]);
    message
}

/// The second message (§2.2.1.2).
struct Challenge {
    message: Vec<u8>,
    flags: u32,
    nonce: [u8; 8],
    /// What the server says about itself: pairs of id and value.
    pairs: Vec<(u16, Vec<u8>)>,
}

const END: u16 = 0;
const TELLS_FLAGS: u16 = 6;
const TELLS_TIME: u16 = 7;
/// The third message carries an integrity code.
const HAS_INTEGRITY: u32 = 2;

impl Challenge {
    fn of_header(www_authenticate: &str, scheme: &str) -> Option<Self> {
        let encoded = www_authenticate.split(',').find_map(|part| {
            let (name, message) = part.trim().split_once(' ')?;
            name.eq_ignore_ascii_case(scheme).then(|| message.trim())
        })?;
        Self::read(STANDARD.decode(encoded).ok()?)
    }

    fn read(message: Vec<u8>) -> Option<Self> {
        if message.get(..8)? != SIGNATURE || number(&message, 8)? != 2 {
            return None;
        }
        let flags = number(&message, 20)?;
        let nonce = message.get(24..32)?.try_into().ok()?;
        let mut pairs = Vec::new();
        if let (Some(length), Some(at)) = (short(&message, 40), number(&message, 44)) {
            let at = at as usize;
            let mut rest = message.get(at..at + usize::from(length)).unwrap_or_default();
            while let (Some(id), Some(length)) = (short(rest, 0), short(rest, 2)) {
                let end = 4 + usize::from(length);
                let Some(value) = rest.get(4..end).filter(|_| id != END) else { break };
                pairs.push((id, value.to_vec()));
                rest = &rest[end..];
            }
        }
        Some(Self { message, flags, nonce, pairs })
    }

    fn time(&self) -> Option<[u8; 8]> {
        let (_, value) = self.pairs.iter().find(|(id, _)| *id == TELLS_TIME)?;
        value.as_slice().try_into().ok()
    }

    /// What goes back: the same pairs, and that there is an integrity code if there is one.
    fn target_info(&self) -> Vec<u8> {
        let mut pairs = self.pairs.clone();
        if self.time().is_some() {
            let told =
                pairs.iter().find(|(id, _)| *id == TELLS_FLAGS).and_then(|(_, value)| number(value, 0));
            pairs.retain(|(id, _)| *id != TELLS_FLAGS);
            pairs.push((TELLS_FLAGS, (told.unwrap_or_default() | HAS_INTEGRITY).to_le_bytes().to_vec()));
        }
        let mut info = Vec::new();
        for (id, value) in pairs {
            info.extend_from_slice(&id.to_le_bytes());
            info.extend_from_slice(&(value.len() as u16).to_le_bytes());
            info.extend_from_slice(&value);
        }
        info.extend_from_slice(&[0; 4]);
        info
    }
}

struct Proved {
    response: Vec<u8>,
    session_key: [u8; 16],
}

/// The answer of version 2 and the key that follows from it (§3.3.2).
fn prove(
    owner: &[u8; 16],
    challenge: &Challenge,
    client_challenge: [u8; 8],
    time: [u8; 8],
    target_info: &[u8],
) -> Proved {
    let mut blob = vec![1, 1, 0, 0, 0, 0, 0, 0];
    blob.extend_from_slice(&time);
    blob.extend_from_slice(&client_challenge);
    blob.extend_from_slice(&[0; 4]);
    blob.extend_from_slice(target_info);
    blob.extend_from_slice(&[0; 4]);
    let proof = keyed(owner, &[&challenge.nonce, &blob]);
    let session_key = keyed(owner, &[&proof]);
    let mut response = proof.to_vec();
    response.extend_from_slice(&blob);
    Proved { response, session_key }
}

/// `NTOWFv2` (§3.3.2).
fn owner_key(username: &str, password: &str, domain: &str) -> [u8; 16] {
    let password: [u8; 16] = Md4::digest(utf16(password)).into();
    keyed(&password, &[&utf16(&format!("{}{domain}", username.to_uppercase()))])
}

/// HMAC-MD5.
fn keyed(key: &[u8], parts: &[&[u8]]) -> [u8; 16] {
    let mut mac = Hmac::<Md5>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::super::examples::{auth, with_moment};
    use super::super::written::hex;
    use super::*;

    /// The challenge of [MS-NLMP] §4.2.4.
    fn challenge(extra: &[(u16, Vec<u8>)]) -> Challenge {
        let mut pairs = vec![(2, utf16("Domain")), (1, utf16("Server"))];
        pairs.extend_from_slice(extra);
        Challenge {
            message: Vec::new(),
            flags: 0xe28a_8233,
            nonce: [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef],
            pairs,
        }
    }

    #[test]
    fn the_example_of_the_specification_comes_out_as_printed() {
        let owner = owner_key("User", "Password", "Domain");
        assert_eq!(hex(&owner), "0c868a403bfd7a93a3001ef22ef02e3f");
        let challenge = challenge(&[]);
        let proved = prove(&owner, &challenge, [0xaa; 8], [0; 8], &challenge.target_info());
        assert_eq!(hex(&proved.response[..16]), "68cd0ab851e51c96aabc927bebef6a1c");
        assert_eq!(hex(&proved.session_key), "8de40ccadbc14a82f15cb0ad0de95ca3");
        let old = keyed(&owner, &[&challenge.nonce, &[0xaa; 8]]);
        assert_eq!(hex(&old), "86c35097ac9cec102554764a57cccc19");
    }

    #[test]
    fn a_server_that_tells_the_time_gets_it_back_with_an_integrity_code() {
        let time = vec![1, 2, 3, 4, 5, 6, 7, 8];
        let challenge = challenge(&[(TELLS_TIME, time.clone())]);
        let credentials = with_moment(|_, journal| {
            let params = json!({"username": "Domain\\User", "password": "Password"});
            Credentials::of(&auth("ntlm", params), journal)
        });
        let message = credentials.authenticate(&challenge, [0xaa; 8], 0);
        let at = number(&message, 24).unwrap() as usize;
        assert_eq!(message[at + 16 + 8..at + 16 + 16], time[..]);
        assert!(message[INTEGRITY].iter().any(|byte| *byte != 0));
        let old = number(&message, 16).unwrap() as usize;
        assert_eq!(message[old..old + 24], [0; 24]);
    }

    #[test]
    fn the_domain_may_stand_in_the_user_name() {
        let read = |params| {
            let credentials = with_moment(|_, journal| Credentials::of(&auth("ntlm", params), journal));
            (credentials.username, credentials.domain)
        };
        let pair = |username: &str, domain: &str| (username.to_owned(), domain.to_owned());
        assert_eq!(read(json!({"username": "CORP\\alice"})), pair("alice", "CORP"));
        assert_eq!(read(json!({"username": "alice@corp.example"})), pair("alice", "corp.example"));
        assert_eq!(read(json!({"username": "alice", "domain": "CORP"})), pair("alice", "CORP"));
        assert_eq!(read(json!({"username": "alice@x", "domain": "CORP"})), pair("alice@x", "CORP"));
    }

    #[test]
    fn a_message_that_is_cut_off_or_lies_about_its_lengths_is_refused_or_read_as_far_as_it_goes() {
        let mut whole = SIGNATURE.to_vec();
        whole.extend_from_slice(&2_u32.to_le_bytes());
        whole.extend_from_slice(&[0; 8]);
        whole.extend_from_slice(&UNICODE.to_le_bytes());
        whole.extend_from_slice(&[7; 8]);
        whole.extend_from_slice(&[0; 8]);
        whole.extend_from_slice(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
        for length in 0..32 {
            assert!(Challenge::read(whole[..length].to_vec()).is_none(), "{length}");
        }
        assert!(Challenge::read(whole).unwrap().pairs.is_empty());
    }
}
