//! When to try again, how long to wait before it, and when a transfer is too slow to go on.
//!
//! Never touches the network itself.

use std::time::{Duration, Instant};

use reqwest::Url;

use super::RetryPolicy;
use super::error::NetError;
use super::url::shown;

/// A failed attempt.
#[derive(Debug)]
pub(super) enum Broken {
    /// Trying again would not help.
    Final(NetError),
    /// Trying again may help.
    Again(Again),
}

/// What to do about an attempt that may be repeated.
#[derive(Debug)]
pub(super) struct Again {
    /// The error to report if no attempt is left.
    pub(super) error: NetError,
    /// The same in a few words, safe to print.
    pub(super) reason: String,
    /// The wait the server asked for.
    pub(super) after: Option<Duration>,
}

impl From<NetError> for Broken {
    fn from(error: NetError) -> Broken {
        Broken::Final(error)
    }
}

impl Broken {
    pub(super) fn again(error: NetError, reason: impl Into<String>) -> Broken {
        Broken::Again(Again { error, reason: reason.into(), after: None })
    }
}

/// Counts the attempts of one transfer.
#[derive(Debug)]
pub(super) struct Retries<'a> {
    policy: &'a RetryPolicy,
    in_vain: u32,
}

impl<'a> Retries<'a> {
    pub(super) fn new(policy: &'a RetryPolicy) -> Retries<'a> {
        Retries { policy, in_vain: 0 }
    }

    /// Attempts in a row that brought nothing.
    pub(super) fn in_vain(&self) -> u32 {
        self.in_vain
    }

    /// Counts a failed attempt and returns how long to wait before the next one, or `None` if there is none.
    pub(super) fn next_delay(&mut self, after: Option<Duration>, progressed: bool) -> Option<Duration> {
        self.in_vain = if progressed { 0 } else { self.in_vain + 1 };
        if self.in_vain >= self.policy.attempts_without_progress && !progressed {
            return None;
        }
        let doubled = 2_u32.saturating_pow(self.in_vain.saturating_sub(1));
        let own = self.policy.first_delay.saturating_mul(doubled).min(self.policy.longest_delay);
        let asked = after.unwrap_or_default().min(self.policy.longest_retry_after);
        Some(own.max(asked))
    }
}

/// Waits for `delay` in small slices; returns early, with `false`, once `cancelled`.
pub(super) fn wait(delay: Duration, cancelled: &dyn Fn() -> bool) -> bool {
    const SLICE: Duration = Duration::from_millis(50);
    let begin = Instant::now();
    loop {
        if cancelled() {
            return false;
        }
        let left = delay.saturating_sub(begin.elapsed());
        if left.is_zero() {
            return true;
        }
        std::thread::sleep(left.min(SLICE));
    }
}

/// Watches that bytes arrive fast enough, across all attempts of one transfer.
///
/// Only waiting for the network counts, and an attempt that brings nothing counts not at all: that is an outage, which
/// [`Retries`] bounds. A server that gives a few bytes per attempt is bounded here.
#[derive(Debug)]
pub(super) struct Pace {
    least: u64,
    period: Duration,
    longest_wait: Duration,
    bytes: u64,
    waited: Duration,
    pending: Duration,
}

impl Pace {
    pub(super) fn new(policy: &RetryPolicy) -> Pace {
        Pace {
            least: policy.slowest.0,
            period: policy.slowest.1,
            longest_wait: policy.read_idle,
            bytes: 0,
            waited: Duration::ZERO,
            pending: Duration::ZERO,
        }
    }

    /// Remembers a wait; it counts once the attempt brings something.
    ///
    /// One wait counts for no more than the idle limit, so that a stopped process (Ctrl-Z) is not taken for a slow line.
    pub(super) fn waited(&mut self, time: Duration) {
        self.pending += time.min(self.longest_wait);
    }

    /// Counts `bytes` that arrived, and the waits before them.
    pub(super) fn arrived(&mut self, bytes: u64, url: &Url) -> Result<(), NetError> {
        self.bytes += bytes;
        self.waited += std::mem::take(&mut self.pending);
        if self.waited < self.period {
            return Ok(());
        }
        if self.bytes < self.least {
            return Err(NetError::TooSlow {
                url: shown(url),
                bytes: self.bytes,
                seconds: self.waited.as_secs(),
            });
        }
        self.bytes = 0;
        self.waited = Duration::ZERO;
        Ok(())
    }

    /// Ends an attempt: its last waits and the `delay` after it count only if it brought something.
    pub(super) fn broke_off(&mut self, progressed: bool, delay: Duration, url: &Url) -> Result<(), NetError> {
        if progressed {
            self.pending += delay;
            self.arrived(0, url)
        } else {
            self.pending = Duration::ZERO;
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> RetryPolicy {
        RetryPolicy::default()
    }

    fn url() -> Url {
        Url::parse("https://a.example/").unwrap()
    }

    #[test]
    fn delays_double_up_to_the_cap_and_then_end() {
        let mut policy = policy();
        policy.attempts_without_progress = 8;
        let mut retries = Retries::new(&policy);
        let delays: Vec<u128> =
            std::iter::from_fn(|| retries.next_delay(None, false).map(|delay| delay.as_millis())).collect();
        assert_eq!(delays, [250, 500, 1000, 2000, 4000, 8000, 8000]);
    }

    #[test]
    fn five_attempts_in_vain_are_the_end_by_default() {
        let policy = policy();
        let mut retries = Retries::new(&policy);
        assert_eq!(std::iter::from_fn(|| retries.next_delay(None, false)).count(), 4);
    }

    #[test]
    fn progress_starts_the_count_anew() {
        let policy = policy();
        let mut retries = Retries::new(&policy);
        for _ in 0..20 {
            assert!(retries.next_delay(None, false).is_some());
            assert_eq!(retries.next_delay(None, true), Some(policy.first_delay));
        }
    }

    #[test]
    fn a_server_may_ask_for_more_patience_but_not_for_any_amount() {
        let policy = policy();
        let mut retries = Retries::new(&policy);
        let asked = retries.next_delay(Some(Duration::from_secs(3)), false);
        assert_eq!(asked, Some(Duration::from_secs(3)));
        let asked = retries.next_delay(Some(Duration::from_secs(86_400)), false);
        assert_eq!(asked, Some(policy.longest_retry_after));
    }

    #[test]
    fn a_wait_ends_at_once_when_cancelled() {
        let begin = Instant::now();
        assert!(!wait(Duration::from_secs(3600), &|| true));
        assert!(begin.elapsed() < Duration::from_secs(60));
    }

    #[test]
    fn a_slow_trickle_is_noticed_after_the_period() {
        let mut pace = Pace::new(&policy());
        for second in 1..=60_u32 {
            pace.waited(Duration::from_secs(1));
            assert_eq!(pace.arrived(1000, &url()).is_err(), second == 60);
        }
    }

    #[test]
    fn the_slowest_tolerated_speed_is_tolerated_for_ever() {
        let mut pace = Pace::new(&policy());
        for _ in 0..600 {
            pace.waited(Duration::from_secs(1));
            pace.arrived(1024, &url()).unwrap();
        }
    }

    #[test]
    fn one_byte_per_attempt_is_a_slow_trickle_too() {
        let mut pace = Pace::new(&policy());
        let outcome = (0..1000).try_for_each(|_| {
            pace.arrived(1, &url())?;
            pace.broke_off(true, Duration::from_millis(250), &url())
        });
        assert!(matches!(outcome, Err(NetError::TooSlow { bytes: 240, .. })));
    }

    #[test]
    fn an_outage_does_not_count_as_slow() {
        let mut pace = Pace::new(&policy());
        for _ in 0..4 {
            pace.waited(Duration::from_secs(30));
            pace.broke_off(false, Duration::from_secs(8), &url()).unwrap();
        }
        pace.arrived(1, &url()).unwrap();
    }

    #[test]
    fn a_stopped_process_does_not_count_as_slow() {
        let mut pace = Pace::new(&policy());
        pace.waited(Duration::from_secs(86_400));
        pace.arrived(1, &url()).unwrap();
    }
}
