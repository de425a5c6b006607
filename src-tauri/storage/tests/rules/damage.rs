//! Damaged databases: never wiped, never a panic, and what is refused is left as it was.

use std::fs;
use std::path::Path;
use std::time::Duration;

use gatepass_core::workspace::NodeKind;
use gatepass_storage::tables::history::{HistoryEntry, HistoryQuery};
use gatepass_storage::tables::nodes::Place;
use gatepass_storage::{DATABASE_FILE, Database, OpenFailure, OpenOptions, StorageFailure};

use crate::common::{node, sealed, with_workspace};

/// How many damaged databases are tried, and the seed of what is done to them.
const DATABASES: u64 = 500;
const SEED: u64 = 0x6761_7465;

/// A small generator of numbers that only have to look different (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ (number >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

async fn sound_database() -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let (database, workspace) = with_workspace(directory.path()).await;
    let mut branch = vec![node("c", None, NodeKind::Collection)];
    branch.extend((0..200).map(|number| node(&format!("request-{number}"), Some("c"), NodeKind::Request)));
    database.nodes().insert(&workspace, &Place::Last(None), &branch).await.unwrap();
    for number in 0..20 {
        database.token_sets().save(sealed(number, &[7; 900])).await.unwrap();
    }
    for number in 0..150 {
        let entry = HistoryEntry {
            workspace: workspace.clone(),
            request: None,
            sent_at: number,
            name: "List photos".into(),
            method: "GET".into(),
            url: format!("https://api.example.com/photos/{number}"),
            status: Some(200),
            failure: None,
            duration_us: 1,
            size: 1,
        };
        database.history().record(entry, vec![5; 700]);
    }
    database.close().await.unwrap();
    fs::read(directory.path().join(DATABASE_FILE)).unwrap()
}

/// One way in which a file goes bad.
fn damage(bytes: &mut Vec<u8>, numbers: &mut Numbers) -> String {
    match numbers.below(4) {
        0 => {
            let bits = 1 + numbers.below(8);
            let places: Vec<usize> = (0..bits).map(|_| numbers.below(bytes.len() * 8)).collect();
            places.iter().for_each(|bit| bytes[bit / 8] ^= 1 << (bit % 8));
            format!("bits {places:?} flipped")
        }
        1 => {
            let length = numbers.below(bytes.len());
            bytes.truncate(length);
            format!("cut to {length}")
        }
        2 => {
            let (start, length) = (numbers.below(bytes.len()), 1 + numbers.below(8192));
            let end = (start + length).min(bytes.len());
            bytes[start..end].fill(0);
            format!("{start}..{end} zeroed")
        }
        _ => {
            // The header and the schema are where little changes much.
            let place = numbers.below(2048);
            bytes[place] = numbers.next() as u8;
            format!("byte {place} is {}", bytes[place])
        }
    }
}

/// Reads everything, and counts nodes and token sets. Text that cannot be read is a failure, not a panic.
async fn read_all(database: &Database) -> Result<usize, StorageFailure> {
    let mut rows = database.token_sets().list().await?.len();
    for workspace in database.workspaces().list().await? {
        rows += database.nodes().tree(&workspace.id).await?.len();
        for row in database.history().search(&workspace.id, &HistoryQuery::default(), 1000).await? {
            database.history().exchange(row.id).await?;
        }
    }
    Ok(rows)
}

async fn outcome(directory: &Path) -> Result<Result<usize, StorageFailure>, OpenFailure> {
    let options = OpenOptions { patience: Duration::from_secs(2), ..OpenOptions::default() };
    let database = Database::open(directory, options).await?;
    let read = read_all(&database).await;
    let _ = database.close().await;
    Ok(read)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_damaged_database_is_wiped() {
    let sound = sound_database().await;
    let mut numbers = Numbers(SEED);
    let (mut refused, mut unharmed, mut partly) = (0, 0, 0);
    for number in 0..DATABASES {
        let mut bytes = sound.clone();
        let what = format!("database {number}: {}", damage(&mut bytes, &mut numbers));
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join(DATABASE_FILE);
        fs::write(&file, &bytes).unwrap();
        let outcome = tokio::time::timeout(Duration::from_secs(60), outcome(directory.path()));
        match outcome.await.unwrap_or_else(|_| panic!("{what}: did not come to an end")) {
            Err(failure) => {
                refused += 1;
                assert!(fs::read(&file).unwrap() == bytes, "{what}: refused, but changed");
                assert!(!failure.cause().is_empty() && !failure.next_step().is_empty());
                assert!(
                    !matches!(failure, OpenFailure::Full { .. } | OpenFailure::Migration { .. }),
                    "{what}: {failure:?}"
                );
            }
            // The damage is in what nobody reads structure from, such as the text of a name.
            Ok(Ok(rows)) => {
                unharmed += 1;
                assert!(rows >= 221, "{what}: opened with {rows} rows");
            }
            Ok(Err(failure)) => {
                partly += 1;
                assert!(matches!(failure, StorageFailure::Damaged { .. }), "{what}: {failure:?}");
            }
        }
    }
    println!(
        "damage, {refused} refused, {unharmed} readable, {partly} partly readable, n={DATABASES}, seed={SEED:#x}"
    );
    assert!(
        refused > DATABASES / 4,
        "hardly anything was refused: the damage is too gentle to mean anything"
    );
}
