//! What becomes of requests to the API server, and of the events of its watches.
//! It must not decide when: the count does.

use super::{Faults, News};
use crate::case::Fault;
use crate::moments::Moment;
use stationmaster_testkit_api_server::{Call, Delivery, EventFate, Fate, Gate, Verb, WatchFate};
use std::time::Duration;
use tokio::sync::oneshot;

/// How late what is late comes: later than any deadline of a client, and than a lease.
const LATE: Duration = Duration::from_secs(45);
/// How late events come.
const EVENT_LATE: Duration = Duration::from_secs(20);

impl Faults {
    fn for_ever(&self) -> Gate {
        let (sender, receiver) = oneshot::channel();
        self.state().never.push(sender);
        Gate::Until(receiver)
    }

    fn held(&self) -> Fate {
        Fate::Hold(self.for_ever(), Box::new(Fate::DropBefore))
    }

    /// What becomes of a request to the API server.
    pub fn request(&self, call: &Call) -> Fate {
        let revision = self.server.revision();
        let mut state = self.state();
        state.revisions.push(revision);
        // A lease is renewed for ever.
        state.writes += u64::from(call.is_write() && call.resource != "leases");
        drop(state);
        if self.state().dead.contains(&call.user) {
            return self.held();
        }
        if call.verb == Verb::Watch && self.relists(&call.resource) {
            return Fate::Watch(WatchFate {
                expire_after: Some(0),
                ..WatchFate::default()
            });
        }
        if self.case.fault == Fault::Pair && call.verb != Verb::Watch {
            let pause = self.state().dice.below(400);
            return Fate::Hold(Gate::For(Duration::from_millis(pause)), Box::new(Fate::Pass));
        }
        match self.count(&Moment::of(call), &call.body) {
            Some(moment) => self.strike(call, &moment),
            None => Fate::Pass,
        }
    }

    fn relists(&self, resource: &str) -> bool {
        let mut state = self.state();
        let this = state.relist.as_deref() == Some(resource);
        if this {
            state.relist = None;
        }
        this
    }

    fn strike(&self, call: &Call, moment: &Moment) -> Fate {
        let done = matches!(moment, Moment::Written { .. });
        match self.case.fault {
            Fault::Crash | Fault::Takeover | Fault::Election => {
                self.kill(&call.user);
                if done {
                    Fate::HoldAnswer(self.for_ever())
                } else {
                    self.held()
                }
            }
            Fault::Drop if done => Fate::DropAfter,
            Fault::Drop => Fate::DropBefore,
            Fault::Hang if done => Fate::HoldAnswer(self.for_ever()),
            Fault::Hang => self.held(),
            Fault::Late => {
                let _ = self.news.send(News::Joins);
                Fate::Hold(Gate::For(LATE), Box::new(Fate::Pass))
            }
            Fault::Conflict => {
                self.touch(
                    &call.resource,
                    &call.namespace,
                    call.name.as_deref().unwrap_or_default(),
                );
                Fate::Pass
            }
            Fault::Repeat => {
                self.state().repeat = Some(call.user.clone());
                Fate::Pass
            }
            Fault::Touch => {
                self.touch("protectiongroups", crate::stage::NAMESPACE, crate::stage::GROUP);
                Fate::Pass
            }
            Fault::Stale => Fate::AsOf(self.past()),
            Fault::Restore | Fault::RestoreAsked => {
                self.restore();
                Fate::Pass
            }
            Fault::Console => {
                self.flip();
                Fate::Pass
            }
            Fault::None | Fault::Twice | Fault::Hide | Fault::Delay | Fault::Pair => Fate::Pass,
        }
    }

    /// What becomes of an event of a watch.
    pub fn event(&self, delivery: &Delivery) -> EventFate {
        let mut state = self.state();
        if !state.armed || state.dead.contains(&delivery.user) {
            return EventFate::Pass;
        }
        let number = state.events;
        state.events += 1;
        let here = number == self.case.point;
        match self.case.fault {
            Fault::Twice => EventFate::Twice,
            Fault::Hide if here => {
                state.struck = true;
                state.relist = Some(delivery.resource.clone());
                EventFate::Hide
            }
            Fault::Delay if here => {
                state.struck = true;
                EventFate::Delay(EVENT_LATE)
            }
            _ => EventFate::Pass,
        }
    }
}
