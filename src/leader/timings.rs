//! How long a lease holds, when to give it up, how often to try.
//! It must not allow values with which a leader could outlive its lease, nor such with which it could never act.

use std::fmt;
use std::time::Duration;

/// A call has this part of the renew deadline to leave. What follows the renew deadline until the end of the lease is its reserve.
const PARTS_OF_A_CALL: u32 = 10;

/// The three durations of an election.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timings {
    lease: Duration,
    renew_deadline: Duration,
    retry: Duration,
}

/// Why timings do not fit together: which flag is wrong, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimingsError {
    /// A leader would go on after others have taken over.
    #[error(
        "--renew-deadline-seconds {} is too long: a leader would still act when --lease-duration-seconds {} are over and another replica \
         leads. It must be shorter than the lease duration; {} would be usual",
        Seconds(*renew_deadline), Seconds(*lease), Seconds(*lease * 2 / 3)
    )]
    LeaseTooShort {
        /// The lease duration.
        lease: Duration,
        /// The renew deadline.
        renew_deadline: Duration,
    },
    /// One late attempt would lose the lease.
    #[error(
        "--retry-period-seconds {} is too long: with a renew deadline of {} s one late renewal would stop all work. It must be shorter than {} \
         s; {} would be usual",
        Seconds(*retry), Seconds(*renew_deadline), Seconds(*renew_deadline * 5 / 6), Seconds(*renew_deadline / 5)
    )]
    DeadlineTooShort {
        /// The renew deadline.
        renew_deadline: Duration,
        /// The retry period.
        retry: Duration,
    },
    /// An attempt would follow the other without a pause.
    #[error(
        "--retry-period-seconds 0 is too short: one renewal would follow the other without a pause. It must be at least 1"
    )]
    NoRetryPeriod,
}

/// Seconds as a person writes them: `10`, `3.33`.
struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.2}", self.0.as_secs_f64());
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl Timings {
    /// Timings with lease > renew deadline > 1.2 × retry period > 0.
    ///
    /// # Errors
    ///
    /// When they do not stand so.
    pub fn new(lease: Duration, renew_deadline: Duration, retry: Duration) -> Result<Timings, TimingsError> {
        if retry.is_zero() {
            return Err(TimingsError::NoRetryPeriod);
        }
        if lease <= renew_deadline {
            return Err(TimingsError::LeaseTooShort { lease, renew_deadline });
        }
        if renew_deadline * 5 <= retry * 6 {
            return Err(TimingsError::DeadlineTooShort { renew_deadline, retry });
        }
        Ok(Timings {
            lease,
            renew_deadline,
            retry,
        })
    }

    /// The usual proportions: give up after two thirds of the lease, try every two fifteenths.
    pub fn from_lease_duration(lease: Duration) -> Timings {
        Timings {
            lease,
            renew_deadline: lease * 2 / 3,
            retry: lease * 2 / 15,
        }
    }

    /// The usual proportions, but for what is given: a retry period that is not given is a fifth of the renew deadline.
    ///
    /// # Errors
    ///
    /// As [`Timings::new`].
    pub fn given(
        lease: Duration,
        renew_deadline: Option<Duration>,
        retry: Option<Duration>,
    ) -> Result<Timings, TimingsError> {
        let renew_deadline = renew_deadline.unwrap_or(lease * 2 / 3);
        Timings::new(lease, renew_deadline, retry.unwrap_or(renew_deadline / 5))
    }

    /// How long others respect a lease that they do not see renewed.
    pub fn lease(&self) -> Duration {
        self.lease
    }

    /// How long a leader goes on without an acknowledged renewal.
    pub fn renew_deadline(&self) -> Duration {
        self.renew_deadline
    }

    /// The pause between attempts.
    pub fn retry(&self) -> Duration {
        self.retry
    }

    /// For how long leadership must be proven when a call is sent: enough to write it. Relative to the timings, so that no timings
    /// withhold every call, and short, so that slow renewals do not either.
    pub fn call(&self) -> Duration {
        self.renew_deadline / PARTS_OF_A_CALL
    }

    /// The same, for the Lease object.
    pub(super) fn lease_seconds(&self) -> i32 {
        // Rounded up, never zero: a shorter number would let others in too early.
        let whole = self.lease.as_secs() + u64::from(self.lease.subsec_nanos() > 0);
        i32::try_from(whole.max(1)).unwrap_or(i32::MAX)
    }
}

impl Default for Timings {
    /// 15 s, 10 s, 2 s: the values of the Kubernetes control plane.
    fn default() -> Timings {
        Timings::from_lease_duration(Duration::from_secs(15))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(lease: u64, deadline: u64, retry: u64) -> Result<Timings, TimingsError> {
        Timings::new(
            Duration::from_secs(lease),
            Duration::from_secs(deadline),
            Duration::from_secs(retry),
        )
    }

    #[test]
    fn only_timings_that_fit_are_made() {
        assert_eq!(new(15, 10, 2), Ok(Timings::default()));
        assert_eq!(
            new(60, 40, 8),
            Ok(Timings::from_lease_duration(Duration::from_secs(60)))
        );
        assert!(matches!(new(10, 10, 2), Err(TimingsError::LeaseTooShort { .. })));
        assert!(matches!(new(15, 6, 5), Err(TimingsError::DeadlineTooShort { .. })));
        assert!(new(15, 7, 5).is_ok());
        assert!(matches!(new(15, 10, 0), Err(TimingsError::NoRetryPeriod)));
    }

    #[test]
    fn what_is_not_given_follows_from_what_is() {
        let given = |lease, deadline: Option<u64>, retry: Option<u64>| {
            Timings::given(
                Duration::from_secs(lease),
                deadline.map(Duration::from_secs),
                retry.map(Duration::from_secs),
            )
        };
        assert_eq!(given(15, None, None), Ok(Timings::default()));
        assert_eq!(given(30, Some(20), None), new(30, 20, 4));
        assert_eq!(given(30, None, Some(3)), new(30, 20, 3));
        for lease in 3..=3600 {
            assert!(given(lease, None, None).is_ok(), "{lease}");
        }
    }

    #[test]
    fn who_is_refused_hears_which_value_is_wrong_and_what_would_be_right() {
        let refused = |lease, deadline, retry| new(lease, deadline, retry).unwrap_err().to_string();
        let long = refused(15, 20, 2);
        assert!(long.starts_with("--renew-deadline-seconds 20 is too long"), "{long}");
        assert!(
            long.contains("--lease-duration-seconds 15") && long.contains("10 would be usual"),
            "{long}"
        );
        let rare = refused(15, 10, 9);
        assert!(rare.starts_with("--retry-period-seconds 9 is too long"), "{rare}");
        assert!(rare.contains("shorter than 8.33 s; 2 would be usual"), "{rare}");
        assert!(refused(15, 10, 0).contains("at least 1"));
    }

    #[test]
    fn a_call_needs_a_part_of_the_time_that_any_timings_prove() {
        for lease in 3..=3600 {
            let timings = Timings::from_lease_duration(Duration::from_secs(lease));
            // Renewals that take two thirds of the lease minus a sixth still leave time for a call.
            assert!(timings.call() * 8 < timings.renew_deadline(), "{lease}");
        }
    }

    #[test]
    fn the_object_never_promises_less_than_we_mean() {
        let odd = Timings::new(
            Duration::from_millis(1500),
            Duration::from_secs(1),
            Duration::from_millis(100),
        )
        .unwrap();
        assert_eq!(odd.lease_seconds(), 2);
        assert_eq!(Timings::default().lease_seconds(), 15);
    }
}
