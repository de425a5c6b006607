//! Time and tasks under control: when nothing can go on, the clock jumps to the next moment for which somebody waits.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::BoxFuture;

use crate::ports::{Clock, Spawner, Timer, UnixMillis};

/// A clock, a timer, a spawner, and the executor that runs them.
pub struct Simulation(Mutex<State>);

struct State {
    wall: UnixMillis,
    monotonic: Duration,
    sleepers: Vec<Sleeper>,
    beds: u64,
    idlers: Vec<Waker>,
    /// How often nothing could go on.
    stalls: u64,
    spawned: Vec<BoxFuture<'static, ()>>,
}

struct Sleeper {
    bed: u64,
    deadline: Duration,
    waker: Waker,
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

struct Task {
    future: BoxFuture<'static, ()>,
    woken: Arc<Flag>,
}

impl Simulation {
    /// A simulation whose wall clock begins at `wall`.
    pub fn at(wall: UnixMillis) -> Self {
        Self(Mutex::new(State {
            wall,
            monotonic: Duration::from_secs(1000),
            sleepers: Vec::new(),
            beds: 0,
            idlers: Vec::new(),
            stalls: 0,
            spawned: Vec::new(),
        }))
    }

    /// Runs `main` to its end, and everything that is spawned meanwhile.
    ///
    /// # Panics
    /// If nothing can go on any more: everybody waits for something that nobody will do.
    pub fn run<T>(&self, main: impl Future<Output = T>) -> T {
        let mut main = pin!(main);
        let main_woken = Arc::new(Flag(AtomicBool::new(true)));
        let mut tasks: Vec<Task> = Vec::new();
        loop {
            let mut moved = false;
            if main_woken.0.swap(false, Ordering::SeqCst) {
                moved = true;
                let waker = Waker::from(main_woken.clone());
                if let Poll::Ready(value) = main.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return value;
                }
            }
            tasks.extend(
                self.state()
                    .spawned
                    .drain(..)
                    .map(|future| Task { future, woken: Arc::new(Flag(AtomicBool::new(true))) }),
            );
            tasks.retain_mut(|task| {
                if !task.woken.0.swap(false, Ordering::SeqCst) {
                    return true;
                }
                moved = true;
                let waker = Waker::from(task.woken.clone());
                task.future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending()
            });
            assert!(moved || self.go_on(), "everybody waits for something that nobody will do");
        }
    }

    /// Time passes, for the wall clock and the monotonic one alike.
    pub fn advance(&self, duration: Duration) {
        let mut state = self.state();
        state.monotonic += duration;
        state.wall += millis(duration);
        wake_due(&mut state);
    }

    /// The wall clock is set to another time; nothing else changes.
    pub fn jump(&self, by: UnixMillis) {
        self.state().wall += by;
    }

    /// The machine sleeps: both clocks go on, timers do not fire on the way and are late by as much.
    pub fn suspend(&self, duration: Duration) {
        let mut state = self.state();
        state.monotonic += duration;
        state.wall += millis(duration);
        for sleeper in &mut state.sleepers {
            sleeper.deadline += duration;
        }
    }

    /// How many sleep right now.
    pub fn sleepers(&self) -> usize {
        self.state().sleepers.len()
    }

    fn go_on(&self) -> bool {
        let mut state = self.state();
        if !state.idlers.is_empty() {
            state.stalls += 1;
            for waker in state.idlers.drain(..) {
                waker.wake();
            }
            return true;
        }
        let Some(next) = state.sleepers.iter().map(|sleeper| sleeper.deadline).min() else {
            return !state.spawned.is_empty();
        };
        let passed = next.saturating_sub(state.monotonic);
        state.monotonic += passed;
        state.wall += millis(passed);
        wake_due(&mut state);
        true
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn millis(duration: Duration) -> UnixMillis {
    UnixMillis::try_from(duration.as_millis()).unwrap_or(UnixMillis::MAX)
}

fn wake_due(state: &mut State) {
    let now = state.monotonic;
    for sleeper in state.sleepers.extract_if(.., |sleeper| sleeper.deadline <= now) {
        sleeper.waker.wake();
    }
}

impl Clock for Simulation {
    fn now(&self) -> UnixMillis {
        self.state().wall
    }

    fn monotonic(&self) -> Duration {
        self.state().monotonic
    }
}

#[async_trait]
impl Timer for Simulation {
    async fn sleep(&self, duration: Duration) {
        Sleep { simulation: self, left: Some(duration), bed: 0 }.await;
    }
}

impl Spawner for Simulation {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.state().spawned.push(task);
    }
}

/// A sleep counts from its first poll and is over when its bed is empty.
struct Sleep<'a> {
    simulation: &'a Simulation,
    left: Option<Duration>,
    bed: u64,
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.simulation.state();
        if let Some(duration) = self.left.take() {
            state.beds += 1;
            let bed = state.beds;
            let deadline = state.monotonic.saturating_add(duration);
            state.sleepers.push(Sleeper { bed, deadline, waker: context.waker().clone() });
            drop(state);
            self.bed = bed;
            return Poll::Pending;
        }
        match state.sleepers.iter_mut().find(|sleeper| sleeper.bed == self.bed) {
            Some(sleeper) => {
                sleeper.waker = context.waker().clone();
                Poll::Pending
            }
            None => Poll::Ready(()),
        }
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        self.simulation.state().sleepers.retain(|sleeper| sleeper.bed != self.bed);
    }
}

/// Waits until everything else waits, without time going on.
pub async fn settle(simulation: &Simulation) {
    let mut asked = None;
    std::future::poll_fn(|context| {
        let mut state = simulation.state();
        let asked = *asked.get_or_insert(state.stalls);
        if state.stalls > asked {
            return Poll::Ready(());
        }
        state.idlers.push(context.waker().clone());
        Poll::Pending
    })
    .await;
}
