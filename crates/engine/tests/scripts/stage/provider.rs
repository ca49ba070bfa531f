//! The provider of a script: the one object of a world, and luck on the wire to it.
//! It must not behave in its place: what a request does, and what is shown, is the world's own.

use jiff::{SignedDuration, Timestamp};
use stationmaster_engine::{CallOutcome, CallRequest, OperationType, Reason, Station, StepSpec};
use stationmaster_provider_proof::{Delivered, Entry, Object, Variant, World, world};
use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};

pub use stationmaster_provider_proof::{At, Count, Fate, FirstCall, Servers};

/// How long a job takes, in seconds.
pub const JOB_SECONDS: i64 = world::JOB_SECONDS as i64;

/// A reprotection of which the first of two calls has worked.
pub const LINKED: At = At::Half(OperationType::Reprotect);

/// The object's id.
pub const OBJECT: &str = "g1";

/// What becomes of the next request on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// The provider refuses it.
    Refused,
    /// The gate turns it away.
    TurnedAway { after_seconds: Option<u64> },
    /// It never leaves.
    NeverLeaves,
    /// It is executed and the answer is lost.
    AnswerLost,
    /// It is lost with its answer, or arrives so many seconds later.
    RequestLost { arrives_after: Option<i64> },
}

impl Mishap {
    /// The request is lost for good, and nothing is heard of it.
    pub fn never() -> Mishap {
        Mishap::RequestLost { arrives_after: None }
    }
}

/// Stands for its object: scripts read and prepare that.
#[derive(Clone, Debug)]
pub struct Provider {
    pub world: World,
    /// Why it cannot be read, if it cannot.
    pub unseen: Option<(Reason, &'static str)>,
    /// Whether what it says is as long as it may be.
    pub long_words: bool,
    /// What a plan has otherwise than the variant's.
    pub edits_plan: Option<fn(&mut Vec<StepSpec>)>,
    pub mishaps: VecDeque<Mishap>,
    /// Every request that was sent, whatever became of it.
    pub sent: Vec<String>,
}

impl Deref for Provider {
    type Target = Object;

    fn deref(&self) -> &Object {
        self.world.object(OBJECT).expect("the object is there")
    }
}

impl DerefMut for Provider {
    fn deref_mut(&mut self) -> &mut Object {
        self.world.object_mut(OBJECT).expect("the object is there")
    }
}

impl Provider {
    pub fn new(at: At, station: Station, now: Timestamp) -> Provider {
        let mut world = World::new(Variant::sdrs(), &[OBJECT], now);
        let object = world.object_mut(OBJECT).expect("the object is there");
        (object.at, object.station) = (at, station);
        Provider {
            world,
            unseen: None,
            long_words: false,
            edits_plan: None,
            mishaps: VecDeque::new(),
            sent: Vec::new(),
        }
    }

    /// Which provider it is; it may become another one.
    pub fn variant(&mut self) -> &mut Variant {
        &mut self.world.variant
    }

    /// Receives a request, or does not.
    pub fn send(&mut self, call: &CallRequest, now: Timestamp) -> CallOutcome {
        let mishap = self.mishaps.pop_front();
        let ambiguous = |message: &str| CallOutcome::Ambiguous {
            message: super::view::said(self.long_words, message),
        };
        if mishap != Some(Mishap::NeverLeaves) {
            self.sent.push(call.action.clone());
        }
        match mishap {
            None => self.world.deliver(call).outcome,
            Some(Mishap::Refused) => Delivered::refused("PROOF.1002", "refused").outcome,
            Some(Mishap::TurnedAway { after_seconds }) => CallOutcome::TurnedAway {
                reason: Reason::CallTurnedAway,
                message: "too many requests".to_owned(),
                after_seconds,
            },
            Some(Mishap::NeverLeaves) => CallOutcome::NotSent {
                reason: Reason::ProviderUnreachable,
                message: "no connection".to_owned(),
            },
            Some(Mishap::AnswerLost) => {
                let lost = ambiguous("the connection broke while the answer was read");
                self.world.deliver(call);
                lost
            }
            Some(Mishap::RequestLost { arrives_after }) => {
                let lost = ambiguous("no answer within the deadline");
                if let Some(seconds) = arrives_after {
                    self.loses_on_the_way(call, now + SignedDuration::from_secs(seconds));
                }
                lost
            }
        }
    }

    /// Keeps a request that arrives later.
    pub fn loses_on_the_way(&mut self, call: &CallRequest, at: Timestamp) {
        self.world.post(call.clone(), at);
    }

    /// Lets time pass: late requests arrive, jobs end.
    pub fn until(&mut self, now: Timestamp) {
        self.world.advance_to(now);
    }

    /// Somebody changes the object at the console.
    pub fn foreign(&mut self, at: At) {
        self.world.console_set(OBJECT, at);
    }

    /// Every call that took effect.
    pub fn done(&self) -> &[Entry] {
        self.world.journal()
    }
}
