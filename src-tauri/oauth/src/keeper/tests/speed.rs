use super::*;

/// Not a limit in time (that is for `make bench`) but in work: a send with a token in memory reads nothing.
#[test]
fn a_send_with_a_token_in_memory_reads_and_locks_nothing() {
    let scene = Scene::granting(3600);
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(3000));
    scene.sent(&demand);
    scene.world.journal.clear();
    for _ in 0..1000 {
        scene.sent(&demand);
    }
    assert!(scene.world.journal.lines().is_empty());
}
