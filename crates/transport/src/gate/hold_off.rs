//! What is remembered of refusals at one endpoint, so that wrong credentials are not tried again and again.
//! It must not hold back a person for long: an urgent try has a budget of its own.
//!
//! Accounts and keys are locked after a few wrong tries.

use super::Urgency;
use stationmaster_provider::Fault;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

const FIRST: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_secs(900);

/// So many urgent tries may be refused within [`URGENT_WITHIN`].
const URGENT_REFUSALS: usize = 3;
const URGENT_WITHIN: Duration = Duration::from_secs(300);

/// What is remembered of refusals.
#[derive(Debug, Default)]
pub(super) struct HoldOff {
    refusals: u32,
    held: Option<(Instant, Fault)>,
    urgent: VecDeque<Instant>,
}

impl HoldOff {
    /// The credentials were refused: hold for 30 s, then twice as long each time, at most 15 minutes.
    pub(super) fn refused(&mut self, fault: &Fault, urgency: Urgency) {
        let now = Instant::now();
        if urgency == Urgency::Urgent {
            self.urgent.push_back(now);
            self.urgent.drain(..self.urgent.len().saturating_sub(URGENT_REFUSALS));
        }
        // Requests that were under way when the first was refused are no further tries.
        if self.held.as_ref().is_some_and(|(until, _)| *until > now) {
            return;
        }
        let wait = FIRST.saturating_mul(2u32.saturating_pow(self.refusals)).min(LONGEST);
        self.refusals = self.refusals.saturating_add(1);
        self.held = Some((now + wait, fault.clone()));
    }

    /// The credentials were accepted.
    pub(super) fn accepted(&mut self) {
        *self = HoldOff::default();
    }

    /// There are fresh credentials: they are tried at once.
    pub(super) fn renewed(&mut self) {
        let now = Instant::now();
        if let Some((until, _)) = &mut self.held {
            *until = now;
        }
    }

    /// Whether nothing is remembered.
    pub(super) fn clean(&self) -> bool {
        self.refusals == 0
    }

    /// The refusal that answers for this request.
    pub(super) fn fault(&self, urgency: Urgency) -> Option<Fault> {
        let (until, fault) = self.held.as_ref()?;
        let now = Instant::now();
        match urgency {
            Urgency::Routine => (*until > now).then(|| fault.clone()),
            Urgency::Urgent => {
                let next = *self.urgent.front()? + URGENT_WITHIN;
                (self.urgent.len() >= URGENT_REFUSALS && next > now).then(|| {
                    let wait = (next - now).as_secs().max(1);
                    let message = format!(
                        "{} (refused {URGENT_REFUSALS} times in {} minutes; asked again in {wait} s, so that the account is not locked)",
                        fault.message,
                        URGENT_WITHIN.as_secs() / 60
                    );
                    Fault::new(fault.class.clone(), fault.reason, message)
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stationmaster_engine::Reason;
    use stationmaster_provider::FaultClass;

    fn fault() -> Fault {
        Fault::new(FaultClass::Denied, Reason::AuthenticationFailed, "no")
    }

    #[tokio::test(start_paused = true)]
    async fn it_holds_longer_each_time_and_forgets_on_success() {
        let mut hold = HoldOff::default();
        let held = |hold: &HoldOff| hold.fault(Urgency::Routine);
        assert_eq!(held(&hold), None);
        for wait in [30, 60, 120, 240, 480, 900, 900] {
            hold.refused(&fault(), Urgency::Routine);
            hold.refused(&fault(), Urgency::Routine);
            tokio::time::advance(Duration::from_secs(wait - 1)).await;
            assert_eq!(held(&hold), Some(fault()), "{wait}");
            tokio::time::advance(Duration::from_secs(1)).await;
            assert_eq!(held(&hold), None, "{wait}");
        }
        hold.refused(&fault(), Urgency::Routine);
        hold.accepted();
        assert_eq!(held(&hold), None);
    }

    #[tokio::test(start_paused = true)]
    async fn an_urgent_try_waits_for_no_pause_but_has_a_budget() {
        let mut hold = HoldOff::default();
        for _ in 0..10 {
            hold.refused(&fault(), Urgency::Routine);
        }
        for _ in 0..3 {
            assert_eq!(hold.fault(Urgency::Urgent), None);
            hold.refused(&fault(), Urgency::Urgent);
            tokio::time::advance(Duration::from_secs(10)).await;
        }
        let spent = hold.fault(Urgency::Urgent).unwrap();
        assert_eq!(spent.class, FaultClass::Denied);
        assert!(spent.message.contains("asked again in 270 s"), "{spent}");
        tokio::time::advance(Duration::from_secs(270)).await;
        assert_eq!(hold.fault(Urgency::Urgent), None);
        hold.refused(&fault(), Urgency::Urgent);
        assert!(
            hold.fault(Urgency::Urgent).is_some(),
            "the other two are not five minutes old"
        );
    }
}
