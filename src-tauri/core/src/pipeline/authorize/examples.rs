//! What the tests of the kinds share: requests to sign, and a moment to sign them at.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use bytes::Bytes;
use gatepass_oauth::Failure;
use gatepass_oauth::testing::{Counting, Steps};
use serde_json::Value;
use url::Url;

use super::Journal;
use super::written::{Moment, header};
use crate::exchange::{CredentialPlaces, OutgoingBody, OutgoingRequest, SendSettings};
use crate::workspace::{Auth, AuthKind};

pub(super) fn auth(kind: &str, params: Value) -> Auth {
    Auth { kind: AuthKind::parse(kind).unwrap(), params: params.as_object().unwrap().clone() }
}

pub(super) fn request(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> OutgoingRequest {
    OutgoingRequest {
        method: method.into(),
        url: Url::parse(url).unwrap(),
        headers: headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        body: if body.is_empty() {
            OutgoingBody::Empty
        } else {
            OutgoingBody::Bytes(Bytes::from(body.to_owned()))
        },
        settings: SendSettings::default(),
        credentials: CredentialPlaces::default(),
        client_certificate: None,
        own_connection: None,
    }
}

pub(super) fn with_moment<T>(act: impl FnOnce(Moment<'_>, &mut Journal) -> T) -> T {
    at(1_700_000_000_000, act)
}

pub(super) fn at<T>(now: i64, act: impl FnOnce(Moment<'_>, &mut Journal) -> T) -> T {
    let randomness = Counting::default();
    act(Moment { now, randomness: &randomness }, &mut Journal::new(Arc::new(Steps::default())))
}

type Sign = fn(&Auth, &mut OutgoingRequest, Moment<'_>, &mut Journal) -> Result<(), Failure>;

pub(super) fn signed(kind: &str, params: Value, mut request: OutgoingRequest, sign: Sign) -> OutgoingRequest {
    with_moment(|moment, journal| sign(&auth(kind, params), &mut request, moment, journal)).unwrap();
    request
}

pub(super) fn authorization(request: &OutgoingRequest) -> String {
    header(request, "authorization").unwrap_or_default().to_owned()
}
