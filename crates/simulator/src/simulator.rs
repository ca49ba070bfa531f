//! The simulator as a library: load, serve, disturb and inspect.
//! It must not need a socket; `server` adds them, and `control` the control API.

use std::sync::Arc;

use axum::Router;
use jiff::Timestamp;

use crate::faults::console::ConsoleError;
use crate::faults::{ConsoleAct, FaultRule, TenantAct, console, tenant};
use crate::gateway::Inner;
use crate::journal::JournalEntry;
use crate::requests::RequestReport;
use crate::routes::Service;
use crate::scenario::{Scenario, ScenarioError};
use crate::switches::{SwitchError, Switches};
use crate::world::endpoints::Endpoints;
use crate::world::history::HistoryEntry;
use crate::world::ocp::history::TenantChange;

/// A simulated cloud. Clones share one state. Virtual time starts at the real time and runs at speed 1 unless the
/// scenario says otherwise.
#[derive(Debug, Clone)]
pub struct Simulator {
    pub(crate) inner: Arc<Inner>,
}

impl Simulator {
    /// A simulator with that scenario and default switches.
    ///
    /// # Errors
    /// When the scenario does not hold together.
    pub fn new(scenario: Scenario) -> Result<Self, ScenarioError> {
        Self::with_switches(scenario, Switches::default())
    }

    /// A simulator whose switches start from the given ones; they also hold for scenarios that are loaded later.
    ///
    /// # Errors
    /// When the scenario does not hold together.
    pub fn with_switches(scenario: Scenario, switches: Switches) -> Result<Self, ScenarioError> {
        let inner = Inner::new(scenario, switches)?;
        Ok(Self { inner: Arc::new(inner) })
    }

    /// A router for the vendor paths of the given services, for use without sockets. A dropped connection shows as a
    /// response with a [`crate::Dropped`] extension.
    pub fn vendor_router(&self, services: &[Service]) -> Router {
        crate::vendor::router(Arc::clone(&self.inner), services.to_vec())
    }

    /// Replaces the state. Switches go back to what the simulator was started with, plus the scenario's; faults,
    /// journal, counts and tokens are gone.
    ///
    /// # Errors
    /// When the scenario does not hold together; then nothing has changed.
    pub fn load(&self, scenario: Scenario) -> Result<(), ScenarioError> {
        self.inner.load(scenario)
    }

    /// Virtual time.
    pub fn now(&self) -> Timestamp {
        self.inner.with(|gate| gate.world.now)
    }

    /// Virtual seconds for each real second; 0 stops virtual time.
    pub fn set_speed(&self, speed: f64) {
        self.inner.with(|gate| {
            let real = gate.world.real_now;
            gate.world.clock.set_speed(speed.max(0.0), real);
        });
    }

    /// Moves virtual time forward; what is due happens in its order.
    pub fn advance(&self, seconds: f64) {
        self.inner.with(|gate| {
            let real = gate.world.real_now;
            gate.world.clock.advance(seconds, real);
            gate.settle(real);
        });
    }

    /// Adds a fault rule and returns its id.
    pub fn add_fault(&self, rule: FaultRule) -> String {
        self.inner.with(|gate| gate.faults.add(rule))
    }

    /// Takes all fault rules away.
    pub fn clear_faults(&self) {
        self.inner.with(|gate| gate.faults.rules.clear());
    }

    /// The fault rules with their counters.
    pub fn faults(&self) -> Vec<FaultRule> {
        self.inner.with(|gate| gate.faults.rules.clone())
    }

    /// Delivers held calls now, in the order of their arrival, and says how many there were.
    pub fn release(&self) -> usize {
        self.inner.with(|gate| {
            let mut numbers: Vec<u64> = gate.held.keys().copied().collect();
            numbers.sort_unstable();
            numbers.iter().for_each(|number| crate::gateway::deliver(gate, *number));
            numbers.len()
        })
    }

    /// Does something behind the client's back.
    ///
    /// # Errors
    /// When the group or action is unknown, or the vendor's rules refuse an action that was to run as a job.
    pub fn console(&self, act: &ConsoleAct) -> Result<(), ConsoleError> {
        self.inner.with(|gate| console::act(&mut gate.world, act))
    }

    /// Does something to a tenant or cluster of OCP behind the client's back.
    ///
    /// # Errors
    /// When the tenant or cluster is unknown, or what is asked for cannot be.
    pub fn tenant_act(&self, act: &TenantAct) -> Result<(), ConsoleError> {
        self.inner.with(|gate| tenant::act(&mut gate.world, act))
    }

    /// OCP's id of a tenant that is given as id, name or `cluster/name`.
    pub fn tenant_id(&self, tenant: &str) -> Option<u64> {
        self.inner.with(|gate| gate.world.ocp.tenant_id(tenant))
    }

    /// Every change of a tenant's role or switchover status since the scenario was loaded.
    pub fn tenant_history(&self) -> Vec<TenantChange> {
        self.inner.with(|gate| gate.world.ocp.history.clone())
    }

    /// Makes all IAM tokens of now invalid.
    pub fn expire_tokens(&self) {
        self.inner.with(|gate| gate.doors.expire_tokens());
    }

    /// Sets a switch of the present scenario.
    ///
    /// # Errors
    /// When the name is unknown or the value does not fit.
    pub fn set_switch(&self, name: &str, value: &str) -> Result<(), SwitchError> {
        self.inner.with(|gate| gate.world.switches.set(name, value))
    }

    /// The switches in force.
    pub fn switches(&self) -> Switches {
        self.inner.with(|gate| gate.world.switches.clone())
    }

    /// Every mutating call since the scenario was loaded or the journal emptied.
    pub fn journal(&self) -> Vec<JournalEntry> {
        self.inner.with(|gate| gate.journal.entries.clone())
    }

    /// Empties the journal; sequences go on.
    pub fn clear_journal(&self) {
        self.inner.with(|gate| gate.journal.entries.clear());
    }

    /// Counts of all vendor calls.
    pub fn requests(&self) -> RequestReport {
        self.inner.with(|gate| gate.requests.report())
    }

    /// Sets the counts of vendor calls to nothing.
    pub fn clear_requests(&self) {
        self.inner.with(|gate| gate.requests = Default::default());
    }

    /// Every change of a group's status or role since the scenario was loaded.
    pub fn history(&self) -> Vec<HistoryEntry> {
        self.inner.with(|gate| gate.world.history.entries.clone())
    }

    /// The addresses that the IAM catalog names.
    pub fn endpoints(&self) -> Endpoints {
        self.inner.with(|gate| gate.world.endpoints.clone())
    }
}
