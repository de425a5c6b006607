//! A token set under another name.

use serde_json::json;

use super::{Scene, demand};
use crate::failure::Code;
use crate::keeper::TokenDemand;

fn named(demand: &TokenDemand, name: &str) -> TokenDemand {
    let mut other = demand.clone();
    other.config.token_name = name.to_owned();
    other
}

#[test]
fn a_renamed_token_set_is_found_under_its_new_name_and_no_longer_under_the_old_one() {
    let scene = Scene::new();
    let alice = demand(json!({ "token_name": "Alice" }));
    scene.store(&alice, scene.living(600));
    let before = scene.stored(&alice);
    let key = scene.world.simulation.run(scene.keeper.rename(&alice, "Admin")).unwrap();
    let admin = named(&alice, "Admin");
    assert_eq!(key, admin.key());
    assert!(scene.world.store.peek(&alice.key()).is_none());
    let after = scene.stored(&admin);
    assert_eq!(after.origin.token_name, "Admin");
    assert!(after.tokens == before.tokens, "nothing else has changed");
}

#[test]
fn a_name_that_is_taken_changes_nothing() {
    let scene = Scene::new();
    let alice = demand(json!({ "token_name": "Alice" }));
    let bob = named(&alice, "Bob");
    scene.store(&alice, scene.living(600));
    scene.store(&bob, scene.living(500));
    let refused = scene.world.simulation.run(scene.keeper.rename(&alice, "Bob")).unwrap_err();
    assert_eq!(refused.code, Code::Usage);
    assert!(scene.world.store.peek(&alice.key()).is_some());
    assert!(scene.stored(&bob) == scene.living(500));
}

#[test]
fn what_is_not_there_cannot_be_renamed() {
    let scene = Scene::new();
    let alice = demand(json!({ "token_name": "Alice" }));
    assert!(scene.world.simulation.run(scene.keeper.rename(&alice, "Bob")).is_err());
}
