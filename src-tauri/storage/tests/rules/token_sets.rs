//! Token sets, and the number that tells of their changes.

use std::task::Poll;

use crate::common::{key, open, sealed};

#[tokio::test]
async fn a_token_set_comes_back_as_it_was_sealed() {
    let directory = tempfile::tempdir().unwrap();
    let database = open(directory.path()).await;
    let mut tokens = sealed(1, b"first");
    tokens.refresh_started_at = Some(77);
    database.token_sets().save(tokens.clone()).await.unwrap();
    assert!(database.token_sets().load(&key(1)).await.unwrap() == Some(tokens));
    database.token_sets().save(sealed(1, b"second")).await.unwrap();
    assert!(database.token_sets().load(&key(1)).await.unwrap() == Some(sealed(1, b"second")));
    assert!(database.token_sets().load(&key(2)).await.unwrap().is_none());
}

#[tokio::test]
async fn token_sets_are_listed_in_the_order_in_which_they_were_obtained() {
    let directory = tempfile::tempdir().unwrap();
    let database = open(directory.path()).await;
    for (number, obtained_at) in [(1, 30), (2, 10), (3, 20), (4, 20)] {
        let mut tokens = sealed(number, b"");
        tokens.obtained_at = obtained_at;
        database.token_sets().save(tokens).await.unwrap();
    }
    let listed: Vec<_> = database.token_sets().list().await.unwrap().into_iter().map(|set| set.key).collect();
    assert_eq!(listed, [key(2), key(3), key(4), key(1)]);
}

#[tokio::test]
async fn a_marker_is_there_until_it_is_taken_away() {
    let directory = tempfile::tempdir().unwrap();
    let database = open(directory.path()).await;
    let tokens = database.token_sets();
    tokens.save(sealed(1, b"kept")).await.unwrap();
    assert!(tokens.mark_refresh(&key(1), Some(5)).await.unwrap());
    assert!(!tokens.mark_refresh(&key(2), Some(5)).await.unwrap());
    let found = tokens.load(&key(1)).await.unwrap().unwrap();
    assert_eq!((found.refresh_started_at, found.sealed.as_slice()), (Some(5), b"kept".as_slice()));
    tokens.mark_refresh(&key(1), None).await.unwrap();
    assert_eq!(tokens.load(&key(1)).await.unwrap().unwrap().refresh_started_at, None);
}

#[tokio::test]
async fn every_change_of_a_token_set_changes_the_generation_and_nothing_else_does() {
    let directory = tempfile::tempdir().unwrap();
    let database = open(directory.path()).await;
    let other = open(directory.path()).await;
    let tokens = database.token_sets();
    let mut seen = vec![other.token_sets().generation()];
    tokens.save(sealed(1, b"")).await.unwrap();
    seen.push(other.token_sets().generation());
    tokens.mark_refresh(&key(1), Some(1)).await.unwrap();
    seen.push(other.token_sets().generation());
    tokens.delete(&key(1)).await.unwrap();
    seen.push(other.token_sets().generation());
    let mut different = seen.clone();
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), seen.len(), "{seen:?}");
    database.settings().save("theme", &serde_json::json!("dark")).await.unwrap();
    database.token_sets().list().await.unwrap();
    let reopened = open(directory.path()).await;
    assert_eq!(reopened.token_sets().generation(), *seen.last().unwrap());
    assert_eq!(other.token_sets().generation(), *seen.last().unwrap());
}

#[tokio::test]
async fn a_save_runs_to_its_end_even_if_nobody_waits_for_it() {
    let directory = tempfile::tempdir().unwrap();
    let database = open(directory.path()).await;
    let tokens = database.token_sets();
    for number in 0..20 {
        let before = tokens.generation();
        let mut save = Box::pin(tokens.save(sealed(number, b"saved")));
        // Polled once: it has begun, and is not waited for.
        let begun = std::future::poll_fn(|context| Poll::Ready(save.as_mut().poll(context))).await;
        assert!(begun.is_pending());
        drop(save);
        while tokens.load(&key(number)).await.unwrap().is_none() {
            tokio::task::yield_now().await;
        }
        // The next writer waits for the abandoned one: after it nothing is under way.
        tokens.mark_refresh(&key(number), None).await.unwrap();
        assert_ne!(tokens.generation(), before);
        assert_eq!(tokens.generation(), tokens.generation());
    }
}
