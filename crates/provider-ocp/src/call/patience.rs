//! What becomes of "the primary is alive": OCP looks for itself, and may be late in seeing that it is dead.
//! It must not let an order end because of what OCP has not seen yet, nor wait for ever.

use super::answer::{Answer, Came};
use jiff::{SignedDuration, Timestamp};
use stationmaster_engine::{Reason, text};
use stationmaster_provider::CallOutcome;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// For so long after the first such answer it is asked again.
const LONGEST: SignedDuration = SignedDuration::from_mins(10);
/// So often.
const PAUSE_SECONDS: u64 = 30;
/// So many operations are remembered.
const MOST: usize = 256;

/// What else a person can do.
const ELSE: &str = "; if the primary must not be used any more, stop it, or decouple the standby at OCP's console (which cannot be undone)";

/// When each operation was first told that its primary is alive.
#[derive(Debug, Default)]
pub(crate) struct Patience(Mutex<VecDeque<(String, Timestamp)>>);

impl Patience {
    /// The outcome. `alive` tells whether a database shows the old primary as one, so that OCP is right.
    pub(crate) fn outcome(&self, operation: &str, answer: Answer, alive: bool, now: Timestamp) -> CallOutcome {
        let (code, message) = match answer.came {
            Came::Out(outcome) => return outcome,
            Came::PrimaryAlive { code, message } => (code, message),
        };
        let since = self.since(operation, now);
        let waited = now.duration_since(since);
        if alive || waited >= LONGEST {
            let read = match alive {
                true => "; the database shows the old primary as PRIMARY",
                false => "; OCP has said so for ten minutes, and no database shows the old primary",
            };
            let message = text::cut(text::SENTENCE, format!("{message}{read}{ELSE}"));
            return CallOutcome::Refused { code, message };
        }
        let message = format!(
            "{code}: {message}; no database shows it as PRIMARY, so OCP is asked again, for ten minutes in all{ELSE}"
        );
        CallOutcome::TurnedAway {
            reason: Reason::CallTurnedAway,
            message: text::cut(text::SENTENCE, message),
            after_seconds: Some(PAUSE_SECONDS),
        }
    }

    fn since(&self, operation: &str, now: Timestamp) -> Timestamp {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, since)) = known.iter().find(|(name, _)| name == operation) {
            return *since;
        }
        if known.len() >= MOST {
            known.pop_front();
        }
        known.push_back((operation.to_owned(), now));
        now
    }
}

#[cfg(test)]
mod tests {
    use super::super::answer::Trace;
    use super::*;

    fn alive() -> Answer {
        Answer {
            came: Came::PrimaryAlive {
                code: "OBE26019".to_owned(),
                message: "The primary tenant is available".to_owned(),
            },
            tasks: Vec::new(),
            left_out: Vec::new(),
            trace: Trace::default(),
        }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn who_is_read_as_primary_is_alive_and_who_is_not_may_be_dead() {
        let patience = Patience::default();
        let refused = patience.outcome("a", alive(), true, at(0));
        assert!(matches!(refused, CallOutcome::Refused { code, .. } if code == "OBE26019"));
        for (seconds, again) in [(0, true), (599, true), (600, false), (700, false)] {
            let outcome = patience.outcome("b", alive(), false, at(seconds));
            let turned = matches!(
                outcome,
                CallOutcome::TurnedAway {
                    after_seconds: Some(30),
                    ..
                }
            );
            assert_eq!(turned, again, "{seconds} {outcome:?}");
            assert!(turned || matches!(outcome, CallOutcome::Refused { .. }));
        }
        // Another operation has its own ten minutes.
        assert!(matches!(
            patience.outcome("c", alive(), false, at(700)),
            CallOutcome::TurnedAway { .. }
        ));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let patience = Patience::default();
        for number in 0..1000 {
            patience.outcome(&number.to_string(), alive(), false, at(0));
        }
        assert_eq!(patience.0.lock().unwrap().len(), MOST);
    }
}
