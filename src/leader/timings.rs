//! How long a lease holds, when to give it up, how often to try.
//! It must not allow values with which a leader could outlive its lease.

use std::time::Duration;

/// The three durations of an election.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timings {
    lease: Duration,
    renew_deadline: Duration,
    retry: Duration,
}

/// Why timings do not fit together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimingsError {
    /// A leader would go on after others have taken over.
    #[error("the lease duration ({lease:?}) must be longer than the renew deadline ({renew_deadline:?})")]
    LeaseTooShort {
        /// The lease duration.
        lease: Duration,
        /// The renew deadline.
        renew_deadline: Duration,
    },
    /// One late attempt would lose the lease.
    #[error("the renew deadline ({renew_deadline:?}) must be longer than 1.2 times the retry period ({retry:?})")]
    DeadlineTooShort {
        /// The renew deadline.
        renew_deadline: Duration,
        /// The retry period.
        retry: Duration,
    },
    /// An attempt would follow the other without a pause.
    #[error("the retry period must not be zero")]
    NoRetryPeriod,
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
        if renew_deadline * 5 <= retry * 6 {
            return Err(TimingsError::DeadlineTooShort { renew_deadline, retry });
        }
        if lease <= renew_deadline {
            return Err(TimingsError::LeaseTooShort { lease, renew_deadline });
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

    #[test]
    fn only_timings_that_fit_are_made() {
        let new = |lease, deadline, retry| {
            Timings::new(
                Duration::from_secs(lease),
                Duration::from_secs(deadline),
                Duration::from_secs(retry),
            )
        };
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
