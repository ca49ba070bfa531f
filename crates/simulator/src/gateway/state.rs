//! What the gateway keeps beside the world: who may call, which faults are in force, what has arrived; and the lock around all.
//! It must not hold an object of a service.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::deliver;
use crate::call::Call;
use crate::doors::Doors;
use crate::faults::FaultBook;
use crate::journal::Journal;
use crate::requests::RequestCounts;
use crate::scenario::{Scenario, ScenarioError};
use crate::switches::Switches;
use crate::world::World;
use crate::world::endpoints::Endpoints;

/// The world and what stands in front of it.
#[derive(Debug)]
pub(crate) struct Gate {
    pub(crate) world: World,
    pub(crate) doors: Doors,
    pub(crate) journal: Journal,
    pub(crate) requests: RequestCounts,
    pub(crate) faults: FaultBook,
    /// Calls that wait for late delivery, by journal sequence or their own number.
    pub(crate) held: HashMap<u64, Call>,
}

impl Gate {
    fn load(
        scenario: Scenario,
        base: Switches,
        endpoints: Endpoints,
        speed: f64,
        generation: u64,
    ) -> Result<Self, ScenarioError> {
        let scenario = scenario.completed()?;
        Ok(Self {
            doors: Doors::new(&scenario),
            world: World::load(scenario, base, endpoints, speed, Timestamp::now(), generation)?,
            journal: Journal::default(),
            requests: RequestCounts::default(),
            faults: FaultBook::default(),
            held: HashMap::new(),
        })
    }

    /// Brings virtual time to a real instant; what is due happens at its own instant, held calls too.
    pub(crate) fn settle(&mut self, real: Timestamp) {
        while let Some(number) = self.world.settle(real) {
            deliver(self, number);
        }
    }
}

/// What all handles share.
#[derive(Debug)]
pub(crate) struct Inner {
    gate: Mutex<Gate>,
    /// Switches that hold for every scenario, unless it says otherwise.
    base: Mutex<Switches>,
    generation: AtomicU64,
}

impl Inner {
    /// A state whose switches start from the given ones.
    pub(crate) fn new(scenario: Scenario, switches: Switches) -> Result<Self, ScenarioError> {
        Ok(Self {
            gate: Mutex::new(Gate::load(scenario, switches.clone(), Endpoints::in_process(), 1.0, 0)?),
            base: Mutex::new(switches),
            generation: AtomicU64::new(0),
        })
    }

    /// Runs a change or a question on the state, with virtual time up to date.
    pub(crate) fn with<T>(&self, f: impl FnOnce(&mut Gate) -> T) -> T {
        let mut gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        gate.settle(Timestamp::now());
        f(&mut gate)
    }

    /// Replaces the state by a fresh one.
    pub(crate) fn load(&self, scenario: Scenario) -> Result<(), ScenarioError> {
        let base = self.base.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let generation = self.generation.fetch_add(1, Ordering::Relaxed) + 1;
        let mut gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        let (endpoints, speed) = (gate.world.endpoints.clone(), gate.world.clock.speed());
        *gate = Gate::load(scenario, base, endpoints, speed, generation)?;
        Ok(())
    }
}
