//! By how much the provider's clock leads ours, as the `Date` of its answers has told, and when.
//! It must not be used for a deadline: it only says whether a job is older than a call.

use crate::request::Response;
use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use std::sync::{Mutex, PoisonError};

/// A change of the lead that is no change: `Date` tells whole seconds, and the way of an answer takes its time.
const NOISE: SignedDuration = SignedDuration::from_secs(2);
/// How many changes are remembered; the oldest is forgotten first.
const MOST: usize = 64;

/// By how much the clock that an answer tells leads ours; none where it tells none.
pub fn lead(response: &Response, now: Timestamp) -> Option<SignedDuration> {
    let theirs = rfc2822::parse(response.headers.get("date")?).ok()?;
    Some(theirs.timestamp().duration_since(now))
}

/// A signature is refused when the clocks are far apart; nothing else tells it, so this does. `whose` is the provider's name, as in `OCP's`;
/// nothing where they agree.
pub fn apart(response: &Response, now: Timestamp, whose: &str) -> String {
    match lead(response, now).map(|lead| lead.as_secs()) {
        Some(behind @ 60..) => format!(" (this host's clock lags behind {whose} by {behind} s)"),
        Some(ahead @ ..=-60) => format!(" (this host's clock leads {whose} by {} s)", -ahead),
        _ => String::new(),
    }
}

/// What was told, oldest first: from when on, and by how much.
#[derive(Debug, Default)]
pub struct Leads(Mutex<Vec<(Timestamp, SignedDuration)>>);

impl Leads {
    /// Notes what an answer tells that was received at `now`.
    pub fn note(&self, response: &Response, now: Timestamp) {
        if let Some(lead) = lead(response, now) {
            self.add(now, lead);
        }
    }

    /// The lead at a moment of our own clock: what was told last before it, or first of all after it. None where nothing was told.
    pub fn at(&self, moment: Timestamp) -> Option<SignedDuration> {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = told.iter().rev().find(|(since, _)| *since <= moment);
        before.or_else(|| told.first()).map(|(_, lead)| *lead)
    }

    fn add(&self, now: Timestamp, lead: SignedDuration) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let news = told.last().is_none_or(|(_, last)| (lead - *last).abs() > NOISE);
        if news {
            if told.len() >= MOST {
                told.remove(0);
            }
            told.push((now, lead));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(at: i64) -> Timestamp {
        Timestamp::from_second(at).unwrap()
    }

    fn lead_at(leads: &Leads, at: i64) -> Option<i64> {
        leads.at(second(at)).map(|lead| lead.as_secs())
    }

    #[test]
    fn the_lead_of_a_moment_is_what_was_told_before_it() {
        let leads = Leads::default();
        assert_eq!(lead_at(&leads, 10), None);
        leads.add(second(10), SignedDuration::from_secs(120));
        leads.add(second(20), SignedDuration::from_secs(121));
        leads.add(second(30), SignedDuration::from_secs(-5));
        assert_eq!(lead_at(&leads, 25), Some(120), "a second is noise");
        assert_eq!(lead_at(&leads, 30), Some(-5));
        assert_eq!(lead_at(&leads, 5), Some(120), "nothing was told before");
    }

    #[test]
    fn a_clock_that_jumps_all_the_time_costs_no_memory() {
        let leads = Leads::default();
        for at in 0..1000 {
            leads.add(second(at), SignedDuration::from_secs(at * 10));
        }
        assert_eq!(leads.0.lock().unwrap().len(), MOST);
        assert_eq!(lead_at(&leads, 2000), Some(9990));
    }
}
