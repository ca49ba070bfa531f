//! The gate of one endpoint: who may try credentials that were refused there, one at a time, its answer shared by all who wait.
//! It must not be used for two endpoints: what one of them refuses says nothing of another.

mod hold_off;

use hold_off::HoldOff;
use stationmaster_provider::Fault;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use tokio::sync::{Mutex as Line, MutexGuard as Turn};

/// How long a request may be kept waiting by what happened before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// Wrong credentials are not tried again for a while.
    Routine,
    /// A person waits for it: it goes first, and is tried whatever was refused before.
    Urgent,
}

/// The gate.
#[derive(Default)]
pub struct Gate {
    memory: Mutex<HoldOff>,
    /// What came of the last try that was made alone.
    line: Line<Option<Result<(), Fault>>>,
    /// How many such tries have ended.
    ended: AtomicU64,
}

/// How a request may go.
pub enum Way<'a> {
    /// Beside others: nothing is remembered against it.
    Free,
    /// Alone. The others wait for what comes of it.
    Alone(Alone<'a>),
}

/// A try that is made alone. One that is given up tells nobody anything, and the next makes its own.
pub struct Alone<'a> {
    gate: &'a Gate,
    last: Turn<'a, Option<Result<(), Fault>>>,
}

impl Gate {
    /// Lets a request through.
    ///
    /// # Errors
    /// The refusal that answers for it.
    pub async fn pass(&self, urgency: Urgency) -> Result<Way<'_>, Fault> {
        if self.clean() {
            Ok(Way::Free)
        } else {
            self.alone(urgency).await
        }
    }

    /// Lets a request through that is always made alone. `Free` means that another was made meanwhile and was good.
    ///
    /// # Errors
    /// The refusal that answers for it.
    pub async fn alone(&self, urgency: Urgency) -> Result<Way<'_>, Fault> {
        let before = self.ended.load(Ordering::Acquire);
        self.remembered(urgency)?;
        let last = self.line.lock().await;
        if self.ended.load(Ordering::Acquire) > before
            && let Some(answer) = &*last
        {
            return answer.clone().map(|()| Way::Free);
        }
        self.remembered(urgency)?;
        Ok(Way::Alone(Alone { gate: self, last }))
    }

    /// The same for a request that nobody needs: nothing where another is under way or refusals are remembered.
    pub fn alone_if_free(&self) -> Option<Alone<'_>> {
        self.remembered(Urgency::Routine).ok()?;
        let last = self.line.try_lock().ok()?;
        Some(Alone { gate: self, last })
    }

    /// Whether no refusal is remembered.
    pub fn clean(&self) -> bool {
        self.memory().clean()
    }

    /// The endpoint took the credentials.
    pub fn accepted(&self) {
        self.memory().accepted();
    }

    /// The endpoint refused the credentials.
    pub fn refused(&self, fault: &Fault, urgency: Urgency) {
        self.memory().refused(fault, urgency);
    }

    /// There are fresh credentials.
    pub fn renewed(&self) {
        self.memory().renewed();
    }

    fn remembered(&self, urgency: Urgency) -> Result<(), Fault> {
        self.memory().fault(urgency).map_or(Ok(()), Err)
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, HoldOff> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Way<'_> {
    /// Tells those who wait what came of it.
    pub fn end(self, answer: Result<(), Fault>) {
        if let Way::Alone(alone) = self {
            alone.end(answer);
        }
    }
}

impl Alone<'_> {
    /// Tells those who wait what came of it.
    pub fn end(mut self, answer: Result<(), Fault>) {
        *self.last = Some(answer);
        self.gate.ended.fetch_add(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::future::join_all;
    use stationmaster_engine::Reason;
    use stationmaster_provider::FaultClass;
    use std::sync::atomic::AtomicUsize;
    use std::time::Duration;

    fn no() -> Fault {
        Fault::new(FaultClass::Denied, Reason::AuthenticationFailed, "no")
    }

    async fn ask(gate: &Gate, urgency: Urgency, tries: &AtomicUsize) -> Result<(), Fault> {
        let way = gate.pass(urgency).await?;
        tries.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_secs(1)).await;
        gate.refused(&no(), urgency);
        way.end(Err(no()));
        Err(no())
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_shares_the_answer_and_who_comes_later_makes_a_try_of_their_own() {
        let gate = Gate::default();
        gate.refused(&no(), Urgency::Routine);
        let tries = AtomicUsize::new(0);
        for round in 1..=3 {
            let all = join_all((0..50).map(|_| ask(&gate, Urgency::Urgent, &tries))).await;
            assert!(all.iter().all(|answer| answer == &Err(no())), "{all:?}");
            assert_eq!(tries.load(Ordering::SeqCst), round);
        }
        assert!(ask(&gate, Urgency::Urgent, &tries).await.is_err());
        assert!(ask(&gate, Urgency::Routine, &tries).await.is_err());
        assert_eq!(tries.load(Ordering::SeqCst), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_try_that_is_given_up_answers_for_nobody() {
        let gate = Gate::default();
        gate.refused(&no(), Urgency::Routine);
        let hangs = async {
            let _way = gate.pass(Urgency::Urgent).await;
            std::future::pending::<()>().await;
        };
        let given_up = tokio::time::timeout(Duration::from_secs(5), hangs);
        let (_, way) = tokio::join!(given_up, gate.pass(Urgency::Urgent));
        assert!(matches!(way, Ok(Way::Alone(_))));
    }

    #[tokio::test(start_paused = true)]
    async fn where_nothing_was_refused_all_go_beside_each_other() {
        let gate = Gate::default();
        let ways = join_all((0..9).map(|_| gate.pass(Urgency::Routine))).await;
        assert!(ways.into_iter().all(|way| matches!(way, Ok(Way::Free))));
    }
}
