//! Keeps wrong credentials from being tried again and again.
//! It must not hold back a call that a person waits for.
//!
//! Accounts and keys are locked after a few wrong tries (`docs/vendors/sdrs.md#signature`).

use stationmaster_provider::Fault;
use std::time::Duration;
use tokio::time::Instant;

const FIRST: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_secs(900);

/// What is remembered of refusals.
#[derive(Debug, Default)]
pub(crate) struct HoldOff {
    refusals: u32,
    held: Option<(Instant, Fault)>,
}

impl HoldOff {
    /// The provider refused the credentials: hold for 30 s, then twice as long each time, at most 15 minutes.
    pub(crate) fn refused(&mut self, fault: &Fault) {
        let now = Instant::now();
        // Requests that were under way when the first was refused are no further tries.
        if self.held.as_ref().is_some_and(|(until, _)| *until > now) {
            return;
        }
        let wait = FIRST.saturating_mul(2u32.saturating_pow(self.refusals)).min(LONGEST);
        self.refusals = self.refusals.saturating_add(1);
        self.held = Some((now + wait, fault.clone()));
    }

    /// The credentials were accepted.
    pub(crate) fn accepted(&mut self) {
        *self = HoldOff::default();
    }

    /// The refusal that is still remembered.
    pub(crate) fn fault(&self) -> Option<Fault> {
        let (until, fault) = self.held.as_ref()?;
        (*until > Instant::now()).then(|| fault.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stationmaster_engine::Reason;
    use stationmaster_provider::FaultClass;

    #[tokio::test(start_paused = true)]
    async fn it_holds_longer_each_time_and_forgets_on_success() {
        let fault = Fault::new(FaultClass::Denied, Reason::AuthenticationFailed, "no");
        let mut hold = HoldOff::default();
        assert_eq!(hold.fault(), None);
        for wait in [30, 60, 120, 240, 480, 900, 900] {
            hold.refused(&fault);
            hold.refused(&fault);
            tokio::time::advance(Duration::from_secs(wait - 1)).await;
            assert_eq!(hold.fault(), Some(fault.clone()), "{wait}");
            tokio::time::advance(Duration::from_secs(1)).await;
            assert_eq!(hold.fault(), None, "{wait}");
        }
        hold.refused(&fault);
        hold.accepted();
        assert_eq!(hold.fault(), None);
    }
}
