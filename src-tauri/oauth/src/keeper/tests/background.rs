use std::pin::pin;
use std::time::Duration;

use futures_util::future::select;

use super::*;
use crate::transcript::Step;

/// Lets the background renewal run for this long.
fn pass(scene: &Scene, seconds: u64) {
    scene.world.simulation.run(async {
        let timer: &dyn Timer = &*scene.world.simulation;
        select(pin!(scene.keeper.keep_fresh()), timer.sleep(Duration::from_secs(seconds))).await;
    });
}

#[test]
fn a_token_in_use_is_renewed_before_it_ends() {
    let scene = Scene::granting(10);
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(100));
    scene.keeper.watch(&demand);
    pass(&scene, 39);
    assert_eq!(scene.token_requests(), 0);
    pass(&scene, 2);
    assert_eq!(scene.token_requests(), 1);
}

#[test]
fn a_token_that_nothing_used_during_its_whole_lifetime_is_left_until_its_next_use() {
    let scene = Scene::granting(10);
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(70));
    scene.keeper.watch(&demand);
    pass(&scene, 600);
    assert_eq!(scene.token_requests(), 1, "renewed once for the use before, not again without one");
    assert_eq!(scene.sent(&demand).token().expose(), "new-access-2");
}

#[test]
fn a_card_on_the_screen_keeps_its_token_fresh() {
    let scene = Scene::granting(10);
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(10));
    struct Card(Keeper, TokenDemand);
    impl KeeperListener for Card {
        fn changed(&self, _: &TokenKey) {
            self.0.watch(&self.1);
        }
    }
    scene.keeper.subscribe(Arc::new(Card(scene.keeper.clone(), demand.clone())));
    scene.keeper.watch(&demand);
    pass(&scene, 81);
    // One at once (inside the margin), then every eight seconds: a fifth of ten before the end.
    assert_eq!(scene.token_requests(), 11);
    assert_eq!(scene.keeper.status(&demand, Some(&scene.stored(&demand))), Status::Valid);
}

#[test]
fn nothing_is_renewed_with_auto_refresh_off_or_while_nobody_watches() {
    let scene = Scene::granting(10);
    let (watched, unwatched) =
        (demand(json!({"auto_refresh": false})), demand(json!({"token_name": "other"})));
    scene.store(&watched, scene.living(10));
    scene.store(&unwatched, scene.living(10));
    scene.keeper.watch(&watched);
    pass(&scene, 600);
    assert_eq!(scene.token_requests(), 0);
}

#[test]
fn an_idle_keeper_does_nothing_at_all() {
    let scene = Scene::granting(10);
    let demand = demand(json!({}));
    scene.store(&demand, tokens(0, None));
    scene.keeper.watch(&demand);
    scene.world.simulation.run(async {
        let timer: &dyn Timer = &*scene.world.simulation;
        let mut background = pin!(scene.keeper.keep_fresh());
        select(background.as_mut(), timer.sleep(Duration::from_secs(60))).await;
        assert_eq!(scene.world.simulation.sleepers(), 0, "it waits for a change, not for a time");
    });
}

#[test]
fn failures_back_off_and_the_renewal_goes_on() {
    let scene = Scene::new();
    let demand = demand(json!({}));
    scene.world.provider.on("/token", Answer::failure(crate::ports::TransportErrorKind::Connect, false));
    scene.store(&demand, scene.living(60));
    scene.keeper.watch(&demand);
    pass(&scene, 1);
    assert_eq!(scene.token_requests(), 1);
    // 2 s, 5 s and 15 s, each up to a fifth longer or shorter.
    pass(&scene, 30);
    assert_eq!(scene.token_requests(), 4);
    pass(&scene, 40);
    assert_eq!(scene.token_requests(), 4);
    scene
        .world
        .provider
        .from_now_on("/token", Answer::json(json!({"access_token": "back", "expires_in": 600})));
    pass(&scene, 60);
    assert_eq!(text(scene.stored(&demand).tokens.access_token.as_ref()), "back");
}

#[test]
fn after_invalid_grant_nothing_is_tried_again() {
    let scene = Scene::new();
    let demand = demand(json!({}));
    scene.world.provider.on("/token", Answer::status(400, json!({"error": "invalid_grant"})));
    scene.store(&demand, scene.living(60));
    scene.keeper.watch(&demand);
    pass(&scene, 600);
    scene.keeper.watch(&demand);
    pass(&scene, 600);
    assert_eq!(scene.token_requests(), 1);
}

#[test]
fn after_a_long_sleep_tokens_are_renewed_at_wake_up_and_not_in_a_burst() {
    let scene = Scene::granting(3600);
    let demands: Vec<_> = (0..5).map(|number| demand(json!({"token_name": format!("{number}")}))).collect();
    for demand in &demands {
        scene.store(demand, scene.living(3600));
        scene.keeper.watch(demand);
    }
    scene.world.provider.hold();
    scene.world.simulation.run(async {
        let timer: &dyn Timer = &*scene.world.simulation;
        let mut background = pin!(scene.keeper.keep_fresh());
        select(background.as_mut(), timer.sleep(Duration::from_secs(10))).await;
        scene.world.simulation.suspend(Duration::from_secs(8 * 3600));
        select(background.as_mut(), timer.sleep(Duration::from_millis(21_500))).await;
        assert!((1..=2).contains(&scene.token_requests()), "{}", scene.token_requests());
        select(background.as_mut(), timer.sleep(Duration::from_secs(30))).await;
        assert_eq!(scene.token_requests(), 5);
    });
}

#[test]
fn a_margin_longer_than_the_lifetime_does_not_renew_without_end() {
    let scene = Scene::granting(10);
    let demand = demand(json!({"refresh_margin_seconds": 60}));
    scene.store(&demand, scene.living(10));
    struct Card(Keeper, TokenDemand);
    impl KeeperListener for Card {
        fn changed(&self, _: &TokenKey) {
            self.0.watch(&self.1);
        }
    }
    scene.keeper.subscribe(Arc::new(Card(scene.keeper.clone(), demand.clone())));
    scene.keeper.watch(&demand);
    pass(&scene, 51);
    assert!(scene.token_requests() <= 12, "{}", scene.token_requests());
}

#[test]
fn the_steps_of_a_background_renewal_are_heard_by_whoever_asks_for_them() {
    let scene = Scene::granting(10);
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(10));
    struct Curious(Arc<Steps>);
    impl KeeperListener for Curious {
        fn changed(&self, _: &TokenKey) {}
        fn renewing(&self, _: &TokenKey) -> Option<Arc<dyn FlowObserver>> {
            Some(self.0.clone())
        }
    }
    let heard = Arc::new(Steps::default());
    scene.keeper.subscribe(Arc::new(Curious(heard.clone())));
    scene.keeper.watch(&demand);
    pass(&scene, 1);
    let steps: Vec<_> = heard.all().into_iter().map(|step| step.step).collect();
    assert_eq!(steps, [Step::Refresh, Step::Store]);
}

#[test]
fn whoever_ends_waits_for_what_has_left_and_finds_it_stored() {
    let scene = Scene::granting(3600);
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(-1));
    scene.world.provider.hold();
    scene.world.simulation.run(async {
        let gives_up = async { crate::testing::settle(&scene.world.simulation).await };
        select(pin!(scene.keeper.refresh(&demand, Arc::new(Steps::default()))), pin!(gives_up)).await;
        let mut settled = pin!(scene.keeper.settle());
        let timer: &dyn Timer = &*scene.world.simulation;
        select(settled.as_mut(), timer.sleep(Duration::from_secs(1))).await;
        assert_eq!(text(scene.stored(&demand).tokens.access_token.as_ref()), "old-access");
        scene.world.provider.release();
        settled.await;
        assert_eq!(text(scene.stored(&demand).tokens.access_token.as_ref()), "new-access-1");
        scene.keeper.settle().await;
    });
}
