//! Whatever happens to the clock: no token is lost, none is sent that is over, and nothing loops.

use std::time::Duration;

use super::*;

const LIFETIME: i64 = 3600;

/// Numbers that look drawn and are the same in each run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
        (self.0 >> 33) % limit
    }
}

/// By how much the wall clock is set off: a minute, a day, ten years, to 1970, to 2038.
fn jump(draw: &mut Draw, now: i64) -> i64 {
    const DAY: i64 = 86_400_000;
    match draw.below(8) {
        0 => 60_000,
        1 => -60_000,
        2 => DAY,
        3 => -DAY,
        4 => 3650 * DAY,
        5 => -3650 * DAY,
        6 => -now,
        _ => 2_147_483_647_000 - now,
    }
}

/// When the access token of this name was granted, by the clock that nobody can set.
fn granted_at(grants: &[Duration], token: &str) -> Option<Duration> {
    let number: usize = token.strip_prefix("new-access-")?.parse().ok()?;
    grants.get(number - 1).copied()
}

#[test]
fn no_jump_of_the_clock_loses_a_token_or_starts_a_loop() {
    tell(150);
}

#[test]
#[ignore = "half a minute: `make scoreboard` runs it"]
fn no_jump_of_the_clock_in_five_thousand_stories() {
    tell(5_000);
}

fn tell(stories: u64) {
    for seed in 0..stories {
        let scene = Scene::granting(LIFETIME);
        let demand = demand(json!({}));
        let simulation = &scene.world.simulation;
        scene.store(&demand, scene.living(-1));
        let mut draw = Draw(seed);
        // Obtained while the process lives: of what was stored before, only the wall clock can tell the age.
        scene.sent(&demand);
        let (mut grants, mut jumps) = (vec![simulation.monotonic()], 0);
        for _ in 0..20 {
            match draw.below(4) {
                0 => {
                    simulation.jump(jump(&mut draw, scene.now()));
                    jumps += 1;
                }
                1 => simulation.suspend(Duration::from_secs(draw.below(8 * 3600))),
                _ => simulation.advance(Duration::from_secs(draw.below(1800))),
            }
            // As often as somebody clicks: the second time must find what the first one got.
            for _ in 0..2 {
                let token = scene.sent(&demand).token().expose().to_owned();
                let now = simulation.monotonic();
                while grants.len() < scene.token_requests() {
                    grants.push(now);
                }
                let at =
                    granted_at(&grants, &token).unwrap_or_else(|| panic!("seed {seed}: {token} is over"));
                assert!(now - at < Duration::from_secs(LIFETIME as u64), "seed {seed}: {token} is over");
            }
            let stored = scene.stored(&demand);
            assert!(stored.tokens.refresh_token.is_some(), "seed {seed}: the refresh token is there");
            assert_eq!(stored.standing, Standing::Good, "seed {seed}");
        }
        let needed = grants
            .windows(2)
            .filter(|pair| pair[1] - pair[0] >= Duration::from_secs(LIFETIME as u64 - 60))
            .count();
        let extra = grants.len() - 1 - needed;
        assert!(extra <= jumps, "seed {seed}: {extra} refreshes too many for {jumps} jumps");
    }
}
