use std::pin::pin;

use futures_util::future::{join, join_all, select};

use super::*;
use crate::testing::settle;

async fn token_of(keeper: &Keeper, demand: &TokenDemand) -> String {
    match keeper.for_sending(demand, &SendTerms::default(), Arc::new(Steps::default())).await {
        Ok(Decision::Send(token)) => token.token().expose().to_owned(),
        _ => "none".to_owned(),
    }
}

impl Scene {
    /// Runs something whose requests are answered only when nothing else can go on.
    fn while_held<T>(&self, work: impl Future<Output = T>) -> T {
        self.world.provider.hold();
        let release = async {
            settle(&self.world.simulation).await;
            self.world.provider.release();
        };
        self.world.simulation.run(join(work, release)).0
    }
}

#[test]
fn a_thousand_sends_at_the_instant_of_expiry_cause_one_refresh_request() {
    let scene = Scene::granting(3600);
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(-1));
    let sends = join_all((0..1000).map(|_| token_of(&scene.keeper, &demand)));
    let tokens = scene.while_held(sends);
    assert!(tokens.iter().all(|token| token == "new-access-1"));
    assert_eq!(scene.token_requests(), 1);
}

#[test]
fn a_thousand_sends_at_once_read_the_store_once() {
    let scene = Scene::granting(3600);
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(3000));
    scene.world.journal.clear();
    let sends = join_all((0..1000).map(|_| token_of(&scene.keeper, &demand)));
    let tokens = scene.world.simulation.run(sends);
    assert!(tokens.iter().all(|token| token != "none"));
    assert_eq!(scene.world.journal.lines(), ["load"]);
}

#[test]
fn two_processes_cause_one_refresh_request() {
    let scene = Scene::granting(3600);
    let other = Keeper::new(scene.world.surroundings());
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(-1));
    let both = join(token_of(&scene.keeper, &demand), token_of(&other, &demand));
    assert_eq!(scene.while_held(both), ("new-access-1".to_owned(), "new-access-1".to_owned()));
    assert_eq!(scene.token_requests(), 1);
}

#[test]
fn a_manual_refresh_joins_the_one_under_way() {
    let scene = Scene::granting(3600);
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(-1));
    let both =
        join(token_of(&scene.keeper, &demand), scene.keeper.refresh(&demand, Arc::new(Steps::default())));
    let (sent, refreshed) = scene.while_held(both);
    assert_eq!(sent, "new-access-1");
    assert_eq!(text(refreshed.unwrap().tokens.access_token.as_ref()), "new-access-1");
    assert_eq!(scene.token_requests(), 1);
}

#[test]
fn one_waiter_giving_up_does_not_cancel_it_for_the_rest() {
    let scene = Scene::granting(3600);
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(-1));
    scene.world.provider.hold();
    scene.world.simulation.run(async {
        let impatient = Box::pin(token_of(&scene.keeper, &demand));
        let patient = pin!(token_of(&scene.keeper, &demand));
        drop(select(impatient, Box::pin(settle(&scene.world.simulation))).await);
        scene.world.provider.release();
        assert_eq!(patient.await, "new-access-1");
    });
    assert_eq!(scene.token_requests(), 1);
}

#[test]
fn the_answer_is_stored_even_if_every_waiter_has_gone() {
    let scene = Scene::granting(3600);
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(-1));
    scene.world.provider.hold();
    scene.world.simulation.run(async {
        let only = Box::pin(token_of(&scene.keeper, &demand));
        drop(select(only, Box::pin(settle(&scene.world.simulation))).await);
        assert_eq!(scene.keeper.status(&demand, Some(&scene.stored(&demand))), Status::Refreshing);
        scene.world.provider.release();
        settle(&scene.world.simulation).await;
        settle(&scene.world.simulation).await;
    });
    assert_eq!(text(scene.stored(&demand).tokens.refresh_token.as_ref()), "new-refresh-1");
    assert_eq!(scene.token_requests(), 1);
}

#[test]
fn many_sends_without_a_token_obtain_client_credentials_once() {
    let scene = Scene::granting(3600);
    let demand = demand(json!({"grant": "client_credentials", "client_secret": "s"}));
    let sends = join_all((0..50).map(|_| token_of(&scene.keeper, &demand)));
    assert!(scene.while_held(sends).iter().all(|token| token == "new-access-1"));
    assert_eq!(scene.token_requests(), 1);
}

#[test]
fn many_sends_with_a_provider_that_is_down_ask_it_once() {
    let scene = Scene::new();
    scene.world.provider.on("/token", Answer::failure(crate::ports::TransportErrorKind::Connect, false));
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(-1));
    let sends = join_all((0..50).map(|_| token_of(&scene.keeper, &demand)));
    assert!(scene.while_held(sends).iter().all(|token| token == "none"));
    assert_eq!(scene.held(&demand, &SendTerms::default()).reason, HeldReason::RenewalFailed);
    assert_eq!(scene.token_requests(), 1);
}

#[test]
fn everybody_who_waits_hears_of_every_step() {
    let scene = Scene::granting(3600);
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(-1));
    let (first, second) = (Arc::new(Steps::default()), Arc::new(Steps::default()));
    let terms = SendTerms::default();
    let both = join(
        scene.keeper.for_sending(&demand, &terms, first.clone()),
        scene.keeper.for_sending(&demand, &terms, second.clone()),
    );
    let _ = scene.while_held(both);
    assert_eq!(first.all().len(), 2);
    assert_eq!(first.all(), second.all());
    let shown = serde_json::to_string(&first.all()).unwrap();
    assert!(!shown.contains("old-refresh") && !shown.contains("new-access-1"), "{shown}");
}

#[test]
fn many_sends_that_need_a_sign_in_share_one_browser_window() {
    let scene = Scene::granting(3600);
    let demand = demand(json!({}));
    let person = Arc::new(FakePerson::default());
    let terms = SendTerms { person: Some(person.clone()), ..SendTerms::default() };
    let send = || scene.keeper.for_sending(&demand, &terms, Arc::new(Steps::default()));
    let answer = async {
        settle(&scene.world.simulation).await;
        let url = &scene.world.browser.opened()[0];
        let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        person.paste(&format!("http://127.0.0.1:49152/callback?code=c&state={state}"));
    };
    let (decisions, ()) = scene.world.simulation.run(join(join_all((0..50).map(|_| send())), answer));
    assert!(decisions.iter().all(|decision| matches!(decision, Ok(Decision::Send(_)))));
    assert_eq!(scene.world.browser.opened().len(), 1);
    assert_eq!(scene.token_requests(), 1);
}
