//! The wire between operators and the provider: every exchange passes here, is counted, and can be disturbed.
//! It must not decide what a caller hears: it says what has become of the request, the connection puts it into words.

mod exchange;

pub use exchange::{Arrival, Disturb, Exchange, Moment, What};

use crate::{Delivered, World, later, submission};
use jiff::Timestamp;
use stationmaster_engine::CallRequest;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The time that callers and provider share.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Asked before each exchange leaves and before its answer comes back.
pub type Hook = Arc<dyn Fn(&Exchange) -> Disturb + Send + Sync>;

/// One world, reached by any number of connections.
pub struct Wire {
    world: Arc<Mutex<World>>,
    clock: Clock,
    hook: Option<Hook>,
    log: Mutex<Log>,
}

#[derive(Default)]
struct Log {
    exchanges: u64,
    calls: VecDeque<Disturb>,
    reads: VecDeque<Disturb>,
    arrivals: Vec<Arrival>,
    /// Grows when all credentials lapse.
    epoch: u64,
}

/// An exchange that has been asked for, with what is to become of it.
pub(crate) struct Asked {
    pub exchange: Exchange,
    pub disturb: Disturb,
}

impl Wire {
    /// A wire to a world. Nothing is disturbed.
    pub fn new(world: Arc<Mutex<World>>, clock: Clock) -> Wire {
        Wire {
            world,
            clock,
            hook: None,
            log: Mutex::default(),
        }
    }

    /// The same wire with somebody who is asked about each exchange.
    #[must_use]
    pub fn with_hook(mut self, hook: Hook) -> Wire {
        self.hook = Some(hook);
        self
    }

    /// Disturbs the next call that nobody disturbs otherwise; several calls queue up.
    pub fn disturb_call(&self, disturb: Disturb) {
        self.log().calls.push_back(disturb);
    }

    /// The same for reads.
    pub fn disturb_read(&self, disturb: Disturb) {
        self.log().reads.push_back(disturb);
    }

    /// The world at the present time, to look at it or to act at its console.
    pub fn world<T>(&self, use_it: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.advance_to((self.clock)());
        use_it(&mut world)
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// How many exchanges there were, reads and calls.
    pub fn exchanges(&self) -> u64 {
        self.log().exchanges
    }

    /// Every call that reached the provider while its caller waited, in order, whatever came of it.
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.log().arrivals.clone()
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.log().epoch
    }

    /// Asks for an exchange.
    pub(crate) fn ask(&self, connection: &str, what: What) -> Asked {
        let exchange = {
            let mut log = self.log();
            log.exchanges += 1;
            Exchange {
                number: log.exchanges,
                connection: connection.to_owned(),
                moment: Moment::Leaving,
                what,
            }
        };
        let mut disturb = self.hook.as_ref().map_or(Disturb::Go, |hook| hook(&exchange));
        if disturb == Disturb::Go {
            let mut log = self.log();
            let queue = match exchange.what {
                What::Call(_) => &mut log.calls,
                _ => &mut log.reads,
            };
            disturb = queue.pop_front().unwrap_or(Disturb::Go);
        }
        Asked { exchange, disturb }
    }

    /// Asks what becomes of the answer.
    ///
    /// # Panics
    /// When the hook answers with what can only become of a request: the sweep that does so would test nothing.
    pub(crate) fn answered(&self, mut exchange: Exchange) -> Disturb {
        exchange.moment = Moment::Answered;
        let disturb = self.hook.as_ref().map_or(Disturb::Go, |hook| hook(&exchange));
        assert!(
            disturb.fits(Moment::Answered),
            "{disturb:?} is too late for exchange {}",
            exchange.number
        );
        disturb
    }

    /// The request arrives now.
    pub(crate) fn deliver(&self, request: &CallRequest) -> Delivered {
        let delivered = self.world(|world| world.deliver(request));
        self.arrived(request, delivered.executed);
        delivered
    }

    /// The request arrives some seconds later, when nobody waits for it any more.
    pub(crate) fn deliver_later(&self, request: &CallRequest, seconds: u32) {
        self.world(|world| {
            let at = later(world.now(), seconds);
            world.post(request.clone(), at);
        });
    }

    /// The request reached the provider's gate.
    pub(crate) fn arrived(&self, request: &CallRequest, executed: bool) {
        self.log().arrivals.push(Arrival {
            object: request.object.clone(),
            action: request.action.clone(),
            submission: submission(request),
            executed,
        });
    }

    pub(crate) fn lapse_credentials(&self) {
        self.log().epoch += 1;
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
