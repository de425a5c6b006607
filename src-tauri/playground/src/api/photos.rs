//! `/api/photos`: a few photos of Alice's and Bob's. People see their own, a machine sees all.

use http::StatusCode;
use serde_json::{Value, json};

use super::bearer::{self, Caller};
use crate::{answer::Answer, error::OAuthError, incoming::Incoming, users, visit::Visit};

pub(crate) struct Photo {
    id: &'static str,
    /// The user name of whose it is.
    owner: &'static str,
    title: &'static str,
    place: &'static str,
    taken: &'static str,
}

pub(crate) const PHOTOS: [Photo; 6] = [
    Photo { id: "1", owner: "alice", title: "Lighthouse at noon", place: "Ouessant", taken: "2025-06-14" },
    Photo { id: "2", owner: "alice", title: "Rabbit, late", place: "Oxford", taken: "2025-07-04" },
    Photo { id: "3", owner: "alice", title: "Tea for three", place: "Daresbury", taken: "2025-11-26" },
    Photo { id: "4", owner: "bob", title: "Crane against the sun", place: "Rotterdam", taken: "2025-03-02" },
    Photo { id: "5", owner: "bob", title: "Bridge, half built", place: "Fehmarn", taken: "2025-08-19" },
    Photo { id: "6", owner: "bob", title: "Lunch on the scaffold", place: "New York", taken: "2025-09-20" },
];

/// `GET /api/photos` (scope `photos.read`).
pub(crate) fn list(visit: &mut Visit, incoming: &Incoming) -> Result<Answer, OAuthError> {
    let caller = bearer::access_token(visit, incoming)?.with_scope("photos.read")?;
    let seen = PHOTOS.iter().enumerate().filter(|(_, photo)| may_see(&caller, photo));
    let photos: Vec<Value> = seen.map(|(index, photo)| described(visit, index, photo)).collect();
    Ok(Answer::json(StatusCode::OK, &json!({"photos": photos})))
}

/// `GET /api/photos/:id` (scope `photos.read`).
pub(crate) fn one(visit: &mut Visit, incoming: &Incoming) -> Result<Answer, OAuthError> {
    let caller = bearer::access_token(visit, incoming)?.with_scope("photos.read")?;
    let (index, photo) = find(&caller, incoming)?;
    Ok(Answer::json(StatusCode::OK, &described(visit, index, photo)))
}

/// `POST /api/photos/:id/stars` (scope `photos.write`): one star more.
pub(crate) fn star(visit: &mut Visit, incoming: &Incoming) -> Result<Answer, OAuthError> {
    let caller = bearer::access_token(visit, incoming)?.with_scope("photos.write")?;
    let (index, photo) = find(&caller, incoming)?;
    visit.state.stars[index] = visit.state.stars[index].saturating_add(1);
    Ok(Answer::json(StatusCode::OK, &described(visit, index, photo)))
}

fn find(caller: &Caller, incoming: &Incoming) -> Result<(usize, &'static Photo), OAuthError> {
    let segments = incoming.segments();
    let id = segments.get(2).copied().unwrap_or_default();
    // Somebody else's photo and none at all look the same from outside.
    PHOTOS.iter().enumerate().find(|(_, photo)| photo.id == id && may_see(caller, photo)).ok_or_else(|| {
        OAuthError::new("not_found", "You have no photo with this id.").with_status(StatusCode::NOT_FOUND)
    })
}

fn may_see(caller: &Caller, photo: &Photo) -> bool {
    let person = caller.token.text("sub").and_then(users::by_subject);
    person.is_none_or(|person| person.username == photo.owner)
}

fn described(visit: &Visit, index: usize, photo: &Photo) -> Value {
    json!({
        "id": photo.id,
        "owner": photo.owner,
        "title": photo.title,
        "place": photo.place,
        "taken": photo.taken,
        "stars": visit.state.stars[index],
        "url": visit.url(&format!("/api/photos/{}", photo.id)),
    })
}
