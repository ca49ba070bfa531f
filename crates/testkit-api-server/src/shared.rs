//! What all clients of one in-process API server share: its state, the faults that are set, the log, the open watches.
//! It must not know what a request means.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use super::call::{Call, CallState, Delivery, EventFate, Fate, Logged};
use super::state::State;
use super::watch::Mode;

type OnRequest = Arc<dyn Fn(&Call) -> Fate + Send + Sync>;
type OnEvent = Arc<dyn Fn(&Delivery) -> EventFate + Send + Sync>;

/// See the module.
pub(crate) struct Shared {
    state: Mutex<State>,
    faults: Mutex<Faults>,
    log: Mutex<Vec<Logged>>,
    watches: Mutex<BTreeMap<u64, Open>>,
}

#[derive(Default)]
struct Faults {
    on_request: Option<OnRequest>,
    on_event: Option<OnEvent>,
}

struct Open {
    call: Call,
    mode: Mode,
    waker: Option<Waker>,
}

/// A test that panicked while it held a lock has not left half a change.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub fn new(state: State) -> Self {
        Self {
            state: Mutex::new(state),
            faults: Mutex::default(),
            log: Mutex::default(),
            watches: Mutex::default(),
        }
    }

    pub fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Changes the state and tells every watch of it.
    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let (result, changed) = {
            let mut state = self.lock();
            let before = state.store.revision();
            let result = change(&mut state);
            (result, state.store.revision() != before)
        };
        if changed {
            self.wake();
        }
        result
    }

    fn wake(&self) {
        let wakers: Vec<Waker> = lock(&self.watches)
            .values_mut()
            .filter_map(|open| open.waker.take())
            .collect();
        wakers.into_iter().for_each(Waker::wake);
    }

    pub fn set_on_request(&self, hook: Option<OnRequest>) {
        lock(&self.faults).on_request = hook;
    }

    pub fn set_on_event(&self, hook: Option<OnEvent>) {
        lock(&self.faults).on_event = hook;
    }

    /// What a test wants of a request. No lock is held meanwhile: it may read and write the server.
    pub fn fate_of(&self, call: &Call) -> Fate {
        let hook = lock(&self.faults).on_request.clone();
        hook.map_or(Fate::Pass, |hook| hook(call))
    }

    pub fn fate_of_event(&self, delivery: &Delivery) -> EventFate {
        let hook = lock(&self.faults).on_event.clone();
        hook.map_or(EventFate::Pass, |hook| hook(delivery))
    }

    /// Numbers a request and writes it down.
    pub fn begin(&self, mut call: Call) -> Call {
        let at = self.lock().clock.now();
        let mut log = lock(&self.log);
        call.number = log.len() as u64 + 1;
        log.push(Logged {
            call: call.clone(),
            at,
            state: CallState::Pending,
        });
        call
    }

    pub fn end(&self, number: u64, state: CallState) {
        let mut log = lock(&self.log);
        let index = usize::try_from(number).unwrap_or(usize::MAX).wrapping_sub(1);
        if let Some(logged) = log.get_mut(index) {
            logged.state = state;
        }
    }

    pub fn log(&self) -> Vec<Logged> {
        lock(&self.log).clone()
    }

    pub fn add_watch(&self, call: Call) {
        let open = Open {
            mode: Mode::Open,
            waker: None,
            call,
        };
        lock(&self.watches).insert(open.call.number, open);
    }

    pub fn forget_watch(&self, number: u64) {
        lock(&self.watches).remove(&number);
    }

    /// What was made of a watch; whoever asks is woken when that, or the store, changes.
    pub fn watch_state(&self, number: u64, waker: &Waker) -> Mode {
        let mut watches = lock(&self.watches);
        let Some(open) = watches.get_mut(&number) else {
            return Mode::Closed;
        };
        open.waker = Some(waker.clone());
        open.mode
    }

    pub fn watches(&self) -> Vec<Call> {
        lock(&self.watches).values().map(|open| open.call.clone()).collect()
    }

    /// Sets the mode of all watches that `which` chooses; gives their number.
    pub fn set_watches(&self, mode: Mode, which: impl Fn(&Call) -> bool) -> usize {
        let mut chosen = 0;
        for open in lock(&self.watches).values_mut().filter(|open| which(&open.call)) {
            open.mode = mode;
            chosen += 1;
        }
        self.wake();
        chosen
    }
}
