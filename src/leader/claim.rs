//! Who may hold the lease now: a pure judgement over what this process saw and when it saw it.
//! It must not read a clock, nor compare a time that somebody else wrote with a time of our own.

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::LeaseSpec;
use std::time::Duration;
use tokio::time::Instant;

/// What this process knows of the lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// Who holds it; empty when nobody does.
    pub holder: String,
    /// When the holder says that it renewed it: only ever compared with what it said before.
    pub renewed: Option<Timestamp>,
    /// How long it is respected after it was last seen to change.
    pub duration: Duration,
    /// When we first saw this holder with this renewal, on our own clock.
    pub since: Instant,
}

/// The judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is ours: renew it.
    Held,
    /// It is free or has expired: try to take it, guarded.
    Take,
    /// It is another's, at least until then.
    Wait(Instant),
}

impl Observed {
    /// What is known after a read that ended at `now` showed `spec` (none: no such object).
    ///
    /// A lease that was deleted while somebody held it is respected like one that is no longer renewed: its holder may not have
    /// noticed yet. `own` is our lease duration; a shorter one in the object is not believed.
    pub fn after(before: Option<&Observed>, spec: Option<&LeaseSpec>, own: Duration, now: Instant) -> Observed {
        let Some(spec) = spec else {
            return before.cloned().unwrap_or(Observed {
                holder: String::new(),
                renewed: None,
                duration: own,
                since: now,
            });
        };
        let holder = spec.holder_identity.clone().unwrap_or_default();
        let renewed = spec.renew_time.as_ref().map(|time| time.0);
        let written = spec
            .lease_duration_seconds
            .and_then(|s| u64::try_from(s).ok())
            .unwrap_or_default();
        let since = match before {
            Some(before) if before.holder == holder && before.renewed == renewed => before.since,
            _ => now,
        };
        Observed {
            holder,
            renewed,
            duration: own.max(Duration::from_secs(written)),
            since,
        }
    }

    /// It is respected until `end` at least. For a process that could not read for a while: most likely its holder could not write either, and
    /// it is the one who knows what it has begun.
    pub(super) fn respected_until(&mut self, end: Instant) {
        if let Some(since) = end.checked_sub(self.duration) {
            self.since = self.since.max(since);
        }
    }
}

/// Whether `me` holds the lease, may take it, or must wait.
pub fn claim(observed: &Observed, me: &str, now: Instant) -> Claim {
    if observed.holder.is_empty() {
        return Claim::Take;
    }
    if observed.holder == me {
        return Claim::Held;
    }
    // A duration beyond the clock's end never expires.
    match observed.since.checked_add(observed.duration) {
        Some(end) if now >= end => Claim::Take,
        Some(end) => Claim::Wait(end),
        None => Claim::Wait(now + Duration::from_secs(3600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;

    const OWN: Duration = Duration::from_secs(15);

    fn spec(holder: &str, renewed: i64, duration: i32) -> LeaseSpec {
        LeaseSpec {
            holder_identity: Some(holder.to_owned()),
            renew_time: Some(MicroTime(Timestamp::from_second(renewed).unwrap())),
            lease_duration_seconds: Some(duration),
            ..LeaseSpec::default()
        }
    }

    fn later(base: Instant, seconds: u64) -> Instant {
        base + Duration::from_secs(seconds)
    }

    #[test]
    fn a_lease_nobody_ever_held_is_taken() {
        let now = Instant::now();
        assert_eq!(claim(&Observed::after(None, None, OWN, now), "me", now), Claim::Take);
        let released = Observed::after(None, Some(&spec("", 1, 1)), OWN, now);
        assert_eq!(claim(&released, "me", now), Claim::Take);
    }

    #[test]
    fn anothers_lease_expires_by_our_clock_since_we_saw_it_change() {
        let start = Instant::now();
        // Its renewTime is an hour ago by our wall clock: that must not matter.
        let first = Observed::after(None, Some(&spec("other", 1, 15)), OWN, start);
        assert_eq!(claim(&first, "me", start), Claim::Wait(later(start, 15)));
        let same = Observed::after(Some(&first), Some(&spec("other", 1, 15)), OWN, later(start, 14));
        assert_eq!(claim(&same, "me", later(start, 14)), Claim::Wait(later(start, 15)));
        assert_eq!(claim(&same, "me", later(start, 15)), Claim::Take);
        let renewed = Observed::after(Some(&same), Some(&spec("other", 2, 15)), OWN, later(start, 14));
        assert_eq!(claim(&renewed, "me", later(start, 15)), Claim::Wait(later(start, 29)));
    }

    #[test]
    fn a_renewal_into_the_past_is_a_renewal() {
        let start = Instant::now();
        let first = Observed::after(None, Some(&spec("other", 7200, 15)), OWN, start);
        let back = Observed::after(Some(&first), Some(&spec("other", 3600, 15)), OWN, later(start, 10));
        assert_eq!(back.since, later(start, 10));
    }

    #[test]
    fn the_longer_duration_counts() {
        let start = Instant::now();
        let long = Observed::after(None, Some(&spec("other", 1, 60)), OWN, start);
        assert_eq!(claim(&long, "me", later(start, 59)), Claim::Wait(later(start, 60)));
        for shorter in [1, 0, -5] {
            let short = Observed::after(None, Some(&spec("other", 1, shorter)), OWN, start);
            assert_eq!(claim(&short, "me", later(start, 14)), Claim::Wait(later(start, 15)));
        }
    }

    #[test]
    fn a_deleted_lease_is_respected_until_it_would_have_expired() {
        let start = Instant::now();
        let held = Observed::after(None, Some(&spec("other", 1, 15)), OWN, start);
        let gone = Observed::after(Some(&held), None, OWN, later(start, 5));
        assert_eq!(claim(&gone, "me", later(start, 5)), Claim::Wait(later(start, 15)));
        assert_eq!(claim(&gone, "me", later(start, 15)), Claim::Take);
        assert_eq!(
            claim(&gone, "other", later(start, 5)),
            Claim::Held,
            "its holder makes it again"
        );
    }

    #[test]
    fn ours_is_ours_however_old() {
        let start = Instant::now();
        let mine = Observed::after(None, Some(&spec("me", 1, 15)), OWN, start);
        assert_eq!(claim(&mine, "me", later(start, 999)), Claim::Held);
    }
}
