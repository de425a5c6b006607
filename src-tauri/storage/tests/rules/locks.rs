//! Locks between processes. (What needs several processes is in `processes`.)

use std::time::Duration;

use gatepass_oauth::failure::Code;
use gatepass_oauth::ports::RefreshLock as _;
use gatepass_storage::{AlreadyRunning, InstanceLock, RefreshLockFiles};

use crate::common::key;

#[tokio::test]
async fn one_at_a_time_renews_a_token_set() {
    let directory = tempfile::tempdir().unwrap();
    let locks = RefreshLockFiles::beside(directory.path());
    let held = locks.acquire(&key(1), Duration::ZERO).await.unwrap();
    let failure = locks.acquire(&key(1), Duration::from_millis(30)).await.err().unwrap();
    assert_eq!(failure.code, Code::Storage);
    assert!(failure.cause.contains(&std::process::id().to_string()), "{}", failure.cause);
    locks.acquire(&key(2), Duration::ZERO).await.expect("another token set has a lock of its own");
    drop(held);
    locks.acquire(&key(1), Duration::ZERO).await.unwrap();
}

#[tokio::test]
async fn who_waits_gets_the_lock_when_it_is_free() {
    let directory = tempfile::tempdir().unwrap();
    let locks = RefreshLockFiles::beside(directory.path());
    let held = locks.acquire(&key(1), Duration::ZERO).await.unwrap();
    let waiting = tokio::spawn({
        let locks = locks.clone();
        async move { locks.acquire(&key(1), Duration::from_secs(60)).await.is_ok() }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!waiting.is_finished());
    drop(held);
    assert!(waiting.await.unwrap());
}

#[tokio::test]
async fn a_wait_that_is_dropped_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let locks = RefreshLockFiles::beside(directory.path());
    let held = locks.acquire(&key(1), Duration::ZERO).await.unwrap();
    let key = key(1);
    let wait = locks.acquire(&key, Duration::from_secs(60));
    assert!(tokio::time::timeout(Duration::from_millis(20), wait).await.is_err());
    drop(held);
    locks.acquire(&key, Duration::ZERO).await.unwrap();
}

#[test]
fn one_window_has_a_data_directory() {
    let directory = tempfile::tempdir().unwrap();
    let first = InstanceLock::acquire(directory.path()).unwrap();
    let Err(AlreadyRunning::Held { holder }) = InstanceLock::acquire(directory.path()) else {
        panic!("two windows on one data directory");
    };
    assert_eq!(holder.process, Some(std::process::id()));
    drop(first);
    InstanceLock::acquire(directory.path()).unwrap();
}
