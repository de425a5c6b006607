//! What tokens have to survive, as checks of any length: the gate runs them short, `make scoreboard` long. Each returns a
//! figure, and panics with its story where something was lost.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::auth_config::{changed, machine_of_the_misbehaving, signs_in};
use crate::collection::oauth2;
use crate::http::{Answer, Manner};
use crate::misbehaving::{Case, refresh};
use crate::process::{program, stop, wake};
use crate::{Browser, Collection, Gatepass, Misbehaving, Provider, eventually};

/// Numbers that look drawn and are the same for the same seed.
#[derive(Debug)]
pub struct Draw(pub u64);

impl Draw {
    /// The next one, below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
        (self.0 >> 33) % limit
    }
}

/// A home with a collection whose requests send the token of a person at `issuer`.
async fn home_of(config: &Value, api: &str) -> Gatepass {
    let home = Gatepass::new();
    home.import(&Collection::named("Photos").oauth2(config).get("List", api).json()).await;
    home
}

/// Tokens that are over when they come.
fn over_on_arrival() -> Case {
    Case::default().token(|turn| {
        turn.altered(|tokens| {
            tokens.insert("expires_in".into(), json!(0));
        })
    })
}

/// T2: so many expiries, each met by so many processes on one database at once. Returns how many refresh requests they
/// caused; the provider ends the whole grant if a refresh token is used twice, so that this would not go unseen.
pub async fn storms(rounds: usize, processes: usize) -> usize {
    let provider = Misbehaving::start(over_on_arrival()).await;
    let url = format!("{}/api/photos", provider.issuer);
    let home = home_of(&signs_in(&provider.issuer, "app"), &url).await;
    home.run(&["token", "get", "Photos"]).await;
    let mut refreshes = 0;
    for round in 0..rounds {
        provider.turn_to(Case::default());
        let before = provider.token_requests("refresh_token").len();
        let sends: Vec<_> = (0..processes)
            .map(|_| home.command(&["send", "Photos", "List", "--json"]).without_env("BROWSER").start())
            .collect();
        for send in sends {
            let output = send.wait_with_output().await.expect("its output can be read");
            assert!(output.status.success(), "round {round}: {output:?}");
        }
        let caused = provider.token_requests("refresh_token").len() - before;
        assert_eq!(caused, 1, "round {round}: {processes} processes caused {caused} refresh requests");
        refreshes += caused;
        // The next expiry: a token that is over when it comes.
        provider.turn_to(over_on_arrival());
        home.run(&["token", "refresh", "Photos"]).await.expect_code(0);
    }
    assert_eq!(provider.seen_at("/api/photos").len(), rounds * processes, "every request arrived once");
    refreshes
}

/// T2: the holder of the lock is stopped in the middle of its refresh. Others fail visibly, naming it, within half a minute
/// and a little; it goes on when it wakes. One that was stopped while it waited reads again before it sends anything.
/// Returns how long the others waited.
pub async fn stopped_holder() -> Duration {
    let provider = Misbehaving::start(over_on_arrival()).await;
    let url = format!("{}/api/photos", provider.issuer);
    let home = home_of(&signs_in(&provider.issuer, "app"), &url).await;
    let refresh = || home.command(&["token", "refresh", "Photos", "--json"]).start();
    home.run(&["token", "get", "Photos"]).await;

    provider.turn_to(Case::default().refresh(|turn| {
        let mut answer = turn.altered(|tokens| {
            tokens.insert("expires_in".into(), json!(0));
        });
        answer.manner = Manner::After(Duration::from_millis(1500));
        answer
    }));
    let holder = refresh();
    let id = holder.id().expect("it runs");
    eventually("the refresh request is out", async || {
        (provider.token_requests("refresh_token").len() == 1).then_some(())
    })
    .await;
    stop(id);
    let began = Instant::now();
    let refused = home.run(&["token", "refresh", "Photos", "--json"]).await;
    let waited = began.elapsed();
    let error = refused.error(3);
    assert!(error.to_string().contains(&id.to_string()), "the holder is named: {error}");
    wake(id);
    let output = holder.wait_with_output().await.expect("its output can be read");
    assert!(output.status.success(), "it finishes what it began: {output:?}");
    assert_eq!(provider.token_requests("refresh_token").len(), 1);

    // The token that came is over already. One that slept while another renewed it takes that one's result.
    provider.turn_to(refresh::slow(Duration::from_millis(1500)));
    let holder = refresh();
    eventually("the next refresh request is out", async || {
        (provider.token_requests("refresh_token").len() == 2).then_some(())
    })
    .await;
    let sleeper = home.command(&["send", "Photos", "List", "--json"]).without_env("BROWSER").start();
    let id = sleeper.id().expect("it runs");
    // Wherever it is by then: before the lock, or waiting for it.
    tokio::time::sleep(Duration::from_millis(500)).await;
    stop(id);
    let first = holder.wait_with_output().await.expect("its output can be read");
    wake(id);
    let second = sleeper.wait_with_output().await.expect("its output can be read");
    assert!(first.status.success() && second.status.success(), "{first:?} {second:?}");
    assert_eq!(provider.token_requests("refresh_token").len(), 2, "it read again before it sent anything");
    waited
}

/// The points at which the network is cut, T3: while the metadata, the tokens or the keys are fetched.
fn cuts() -> Vec<(&'static str, Case)> {
    fn never(_: &crate::misbehaving::Turn<'_>) -> Answer {
        Answer::json(200, &json!({})).manner(Manner::Never)
    }
    fn hang_up(_: &crate::misbehaving::Turn<'_>) -> Answer {
        Answer::json(200, &json!({})).manner(Manner::HangUp)
    }
    fn half(_: &crate::misbehaving::Turn<'_>) -> Answer {
        Answer::json(200, &json!({ "padding": "x".repeat(200) })).manner(Manner::CutInHalf)
    }
    fn empty(_: &crate::misbehaving::Turn<'_>) -> Answer {
        Answer::new(502, "text/plain", "")
    }
    vec![
        ("metadata: hangs up", Case::default().discovery(hang_up)),
        ("metadata: cut in half", Case::default().discovery(half)),
        ("metadata: never answers", Case::default().discovery(never)),
        ("metadata: a gateway's error", Case::default().discovery(empty)),
        ("tokens: hangs up", Case::default().refresh(hang_up)),
        ("tokens: cut in half", Case::default().refresh(half)),
        ("tokens: never answers", Case::default().refresh(never)),
        ("tokens: a gateway's error", Case::default().refresh(empty)),
        ("keys: hangs up", Case::default().jwks(hang_up)),
        ("keys: cut in half", Case::default().jwks(half)),
        ("keys: never answers", Case::default().jwks(never)),
        ("keys: a gateway's error", Case::default().jwks(empty)),
    ]
}

/// T3: the network cut at each of twelve points, so many times. Returns how often the refresh token was kept, and of how
/// many.
pub async fn cut_network(times: usize) -> (usize, usize) {
    let provider = Misbehaving::honest().await;
    let home = Gatepass::new();
    let config = home.file("auth.json", &signs_in(&provider.issuer, "app"));
    home.run(&["token", "get", "--config", &config]).await.expect_code(0);
    let (mut kept, mut all) = (0, 0);
    for round in 0..times {
        for (point, case) in cuts() {
            provider.turn_to(case);
            let arguments = ["token", "refresh", "--config", &config, "--timeout-request", "400", "--json"];
            home.run(&arguments).await.expect_code(3);
            let shown =
                home.run(&["token", "show", "--config", &config, "--json"]).await.expect_code(0).json();
            all += 1;
            assert_eq!(shown["has_refresh_token"], true, "round {round}, {point}: {shown}");
            assert_ne!(shown["status"], "sign-in-needed", "round {round}, {point}: {shown}");
            kept += 1;
        }
        provider.turn_to(Case::default());
        home.run(&["token", "refresh", "--config", &config]).await.expect_code(0);
    }
    (kept, all)
}

const STATUSES: [u16; 14] = [400, 401, 402, 403, 404, 408, 409, 413, 429, 500, 501, 502, 503, 504];
const ERRORS: [&str; 30] = [
    "invalid_grant",
    "invalid_request",
    "invalid_client",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "invalid_target",
    "access_denied",
    "server_error",
    "temporarily_unavailable",
    "use_dpop_nonce",
    "invalid_dpop_proof",
    "slow_down",
    "authorization_pending",
    "expired_token",
    "interaction_required",
    "login_required",
    "consent_required",
    "account_selection_required",
    "invalid_token",
    "insufficient_scope",
    "unmet_authentication_requirements",
    "registration_not_supported",
    "mfa_required",
    "rate_limited",
    "invalid_resource",
    "unsupported_token_type",
    "internal_error",
    "unknown",
    "Invalid_Grant",
];

/// T3: every status with every error, up to so many answers. Returns for how many the refresh token was given up, and for
/// how many it should be: `invalid_grant` alone, and not from a server that merely stumbles.
pub async fn error_answers(limit: usize) -> (usize, usize, usize) {
    let (mut given_up, mut expected, mut all) = (0, 0, 0);
    let pairs = STATUSES.iter().flat_map(|status| ERRORS.iter().map(move |error| (*status, *error)));
    // Spread over all of them where only a part is tried; the first is the one that gives it up.
    let step = (STATUSES.len() * ERRORS.len() / limit.max(1)).max(1);
    let provider = Misbehaving::honest().await;
    let home = Gatepass::new();
    let config = home.file("auth.json", &signs_in(&provider.issuer, "app"));
    let mut signed_in = false;
    for (status, error) in pairs.step_by(step).take(limit) {
        provider.turn_to(Case::default());
        if !signed_in {
            home.run(&["token", "delete", "--config", &config]).await;
            home.run(&["token", "get", "--config", &config]).await.expect_code(0);
        }
        provider.turn_to(refresh::error(status, error));
        home.run(&["token", "refresh", "--config", &config, "--json"]).await.expect_code(3);
        let shown = home.run(&["token", "show", "--config", &config, "--json"]).await.expect_code(0).json();
        let ended = shown["status"] == "sign-in-needed";
        let passing = matches!(status, 408 | 429 | 500..);
        let should_end = error == "invalid_grant" && !passing;
        assert_eq!(ended, should_end, "{status} {error}: {shown}");
        assert!(shown["access_token"].is_string(), "{status} {error}: what there was is kept: {shown}");
        signed_in = !ended;
        (all, given_up, expected) =
            (all + 1, given_up + usize::from(ended), expected + usize::from(should_end));
    }
    (given_up, expected, all)
}

/// A send that has to refresh first, so that it can be killed on the way: its token is always inside the margin.
#[derive(Debug)]
pub struct Interrupted {
    provider: Provider,
    home: Gatepass,
}

impl Interrupted {
    /// Somebody has signed in, at a provider that honours a used refresh token for a while.
    pub async fn new() -> Self {
        let provider = Provider::start(&["--rotation-grace", "3600", "--ttl-session", "86400"]).await;
        let config =
            changed(&signs_in(&provider.issuer, "native-auto"), json!({ "refresh_margin_seconds": 100_000 }));
        let home = home_of(&config, &format!("{}/photos", provider.api)).await;
        home.run(&["token", "get", "Photos"]).await.expect_code(0);
        Self { provider, home }
    }

    fn command(&self, tracer: &[&str]) -> tokio::process::Command {
        let gatepass = program("gatepass");
        let words: Vec<PathBuf> = tracer.iter().map(PathBuf::from).chain([gatepass]).collect();
        let mut command = tokio::process::Command::new(&words[0]);
        command
            .args(&words[1..])
            .args(["send", "Photos", "List", "--json"])
            .env_clear()
            .envs(self.home.environment(&Browser::Missing))
            .env_remove("BROWSER")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// How often each system call is made during one such send, by name.
    pub async fn system_calls(&self) -> Vec<(String, usize)> {
        let log = self.home.home().join("system-calls");
        let trace = ["strace", "-f", "-qq", "-o", log.to_str().expect("plain text")];
        let status = self.command(&trace).status().await.expect("strace can be started");
        assert!(status.success(), "the traced send works");
        self.provider.forget_log().await;
        let mut counts: Vec<(String, usize)> = Vec::new();
        for line in std::fs::read_to_string(&log).expect("the trace is written").lines() {
            let call = line.split_whitespace().nth(1).unwrap_or_default();
            let Some((name, _)) = call.split_once('(') else { continue };
            if !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
                continue;
            }
            match counts.iter_mut().find(|(known, _)| known == name) {
                Some((_, count)) => *count += 1,
                None => counts.push((name.to_owned(), 1)),
            }
        }
        counts
    }

    /// Kills it before its `nth` system call of this name.
    pub async fn killed_at(&self, name: &str, nth: usize) {
        let inject = format!("inject={name}:signal=KILL:when={nth}");
        let log = self.home.home().join("system-calls");
        let log = log.to_str().expect("plain text");
        let trace = format!("trace={name}");
        let tracer = ["strace", "-f", "-qq", "-o", log, "-e", &trace, "-e", &inject];
        let _ = self.command(&tracer).status().await.expect("strace can be started");
        self.nothing_is_lost(&format!("killed at {name} {nth}")).await;
    }

    /// Kills it after a while.
    pub async fn killed_after(&self, pause: Duration) {
        let mut child = self.command(&[]).spawn().expect("the built program can be started");
        tokio::time::sleep(pause).await;
        let _ = child.start_kill();
        let _ = child.wait().await;
        self.nothing_is_lost(&format!("killed after {pause:?}")).await;
    }

    /// What was sent to the API was on disk; the next send works without anybody signing in.
    async fn nothing_is_lost(&self, story: &str) {
        let stored = self.home.show("Photos").await;
        for seen in self.provider.api_requests().await {
            assert_eq!(
                seen.token(),
                stored["access_token"].as_str(),
                "{story}: a token was used that is not on disk"
            );
        }
        let send =
            self.home.command(&["send", "Photos", "List", "--json"]).without_env("BROWSER").run().await;
        assert_eq!(send.code, Some(0), "{story}: {} {}", send.stdout, send.stderr);
        self.provider.forget_log().await;
    }
}

/// T5: so many tokens over so many starts of the program, every second one killed. Returns how many are usable at the end.
pub async fn restarts(tokens: usize, times: usize, seed: u64) -> usize {
    let provider = Misbehaving::honest().await;
    let home = Gatepass::new();
    let mut collection = Collection::named("Many");
    let url = format!("{}/api/photos", provider.issuer);
    for number in 0..tokens {
        let name = json!({ "token_name": format!("token {number}") });
        let config = changed(&machine_of_the_misbehaving(&provider.issuer), name);
        let request = json!({ "method": "GET", "header": [], "url": url, "auth": oauth2(&config) });
        collection = collection.item(json!({ "name": format!("Request {number}"), "request": request }));
    }
    home.import(&collection.json()).await;
    let run = ["run", "Many", "--silent"];
    home.run(&run).await.expect_code(0);
    let mut draw = Draw(seed);
    for round in 0..times {
        let mut running = home.command(&run).start();
        if round % 2 == 0 {
            tokio::time::sleep(Duration::from_millis(draw.below(1500))).await;
            let _ = running.start_kill();
        }
        let _ = running.wait_with_output().await;
    }
    let listed = home.run(&["token", "list", "--json"]).await.expect_code(0).json();
    let usable = listed["tokens"].as_array().into_iter().flatten().filter(|token| token["status"] == "valid");
    let usable = usable.count();
    home.run(&run).await.expect_code(0);
    let obtained = provider.token_requests("client_credentials").len();
    assert_eq!(obtained, tokens, "every token was asked for once, and kept since");
    usable
}
