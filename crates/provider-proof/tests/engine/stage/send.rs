//! How a call of the stage fares: its luck stands in the case.
//! It must not know how the answer is judged.

use super::Stage;
use crate::case::Luck;
use jiff::SignedDuration;
use stationmaster_engine::{CallOutcome, CallRequest, Reason};

impl Stage {
    pub(super) fn send(&mut self, call: &CallRequest) -> CallOutcome {
        let luck = if self.sendings == self.case.at {
            self.case.luck
        } else {
            Luck::Good
        };
        self.sendings += 1;
        self.started = self.started.or(self.case.servers_start.then_some(self.now));
        let message = || "not sent".to_owned();
        let not_sent = |reason| CallOutcome::NotSent {
            reason,
            message: message(),
        };
        let heard = match luck {
            Luck::Good => return self.world.deliver(call).outcome,
            Luck::NeverLeaves => return not_sent(Reason::ProviderUnreachable),
            Luck::TurnedAway => {
                return CallOutcome::TurnedAway {
                    reason: Reason::CallTurnedAway,
                    message: message(),
                    after_seconds: None,
                };
            }
            Luck::AnswerLost => {
                self.world.deliver(call);
                "the answer was lost"
            }
            Luck::RequestLost => "no answer",
            Luck::Late(seconds) => {
                self.world
                    .post(call.clone(), self.now + SignedDuration::from_secs(seconds));
                "no answer"
            }
        };
        if self.case.bold {
            return not_sent(Reason::CallNotSent);
        }
        CallOutcome::Ambiguous {
            message: heard.to_owned(),
        }
    }
}
