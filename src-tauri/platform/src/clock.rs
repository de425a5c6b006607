//! The system's clocks.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gatepass_oauth::ports::{Clock, UnixMillis};

/// The wall clock, and a clock that never jumps and goes on counting while the machine sleeps.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> UnixMillis {
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => since.as_millis() as UnixMillis,
            Err(before) => -(before.duration().as_millis() as UnixMillis),
        }
    }

    fn monotonic(&self) -> Duration {
        monotonic()
    }
}

/// Linux: `CLOCK_BOOTTIME`, which includes suspension.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn monotonic() -> Duration {
    read(rustix::time::ClockId::Boottime)
}

/// macOS: `CLOCK_MONOTONIC` there includes sleep, unlike the standard library's `Instant`.
#[cfg(target_vendor = "apple")]
fn monotonic() -> Duration {
    read(rustix::time::ClockId::Monotonic)
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn read(clock: rustix::time::ClockId) -> Duration {
    let time = rustix::time::clock_gettime(clock);
    Duration::new(time.tv_sec.max(0) as u64, time.tv_nsec.clamp(0, 999_999_999) as u32)
}

/// Elsewhere: the standard library's clock, counted from the first time that it was asked.
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn monotonic() -> Duration {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wall_clock_counts_milliseconds_since_1970() {
        let a_day_in_2025 = 1_750_000_000_000;
        assert!(SystemClock.now() > a_day_in_2025);
    }

    #[test]
    fn the_monotonic_clock_never_goes_back() {
        let mut last = SystemClock.monotonic();
        for _ in 0..10_000 {
            let next = SystemClock.monotonic();
            assert!(next >= last);
            last = next;
        }
    }
}
