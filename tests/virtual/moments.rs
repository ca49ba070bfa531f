//! The moments of a run at which something can go wrong, in their order.
//! It must not do anything: it names and chooses.

use crate::case::Fault;
use stationmaster_testkit_api_server::{Call, Verb};

/// A moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The operator reads at the API server.
    Reads {
        /// What.
        resource: String,
        /// Whether it is a watch that begins.
        watch: bool,
    },
    /// A write has left the operator and has not arrived.
    Writes {
        /// What.
        resource: String,
        /// Whether the present version is quoted.
        update: bool,
    },
    /// The write is carried out and nobody has heard of it.
    Written {
        /// What.
        resource: String,
    },
    /// An exchange with the provider begins.
    Leaves {
        /// Whether it is a call that changes something.
        call: bool,
    },
    /// The provider has done what was asked and nobody has heard of it.
    Answered {
        /// As above.
        call: bool,
    },
}

impl Moment {
    /// The moments of a request: one of a read, two of a write.
    pub fn of(call: &Call) -> Vec<Moment> {
        let resource = call.resource.clone();
        if call.is_write() {
            let writes = Moment::Writes {
                resource: resource.clone(),
                update: call.verb == Verb::Update,
            };
            return vec![writes, Moment::Written { resource }];
        }
        let watch = call.verb == Verb::Watch;
        vec![Moment::Reads { resource, watch }]
    }

    /// Whether something is read at the API server.
    pub fn is_a_read(&self) -> bool {
        matches!(self, Moment::Reads { .. })
    }

    /// Whether it is one of a call that changes something at the provider.
    pub fn is_a_call(&self) -> bool {
        matches!(self, Moment::Leaves { call: true } | Moment::Answered { call: true })
    }

    fn is_of_an_event(&self) -> bool {
        match self {
            Moment::Reads { resource, .. } | Moment::Writes { resource, .. } | Moment::Written { resource } => {
                resource == "events"
            }
            Moment::Leaves { .. } | Moment::Answered { .. } => false,
        }
    }

    /// Whether a fault can strike here and would be another than at the moment before.
    pub fn suits(&self, fault: Fault) -> bool {
        let call = self.is_a_call();
        let write = matches!(self, Moment::Writes { .. });
        match fault {
            // A reading changes nothing: whether it or its answer is lost is the same.
            Fault::Crash | Fault::Takeover | Fault::Drop | Fault::Election => *self != Moment::Answered { call: false },
            Fault::Hang => true,
            Fault::Late => write || matches!(self, Moment::Leaves { call: true }),
            // Events are only ever made: nothing rests on them.
            Fault::Conflict => matches!(self, Moment::Writes { update: true, .. }),
            Fault::Touch | Fault::Repeat => write && !self.is_of_an_event(),
            Fault::Stale => matches!(self, Moment::Reads { watch: false, .. }),
            Fault::Restore | Fault::RestoreAsked => (write && !self.is_of_an_event()) || call,
            // Between the last look and the arrival of a call lie some requests; what happens there nobody can see.
            Fault::Console => (write && !self.is_of_an_event()) || matches!(self, Moment::Leaves { call: false }),
            Fault::None | Fault::Twice | Fault::Hide | Fault::Delay | Fault::Pair => false,
        }
    }
}
