//! What a scene is made of: people file, withdraw and wait, seconds pass, and at each of them what is shown is looked at.
//! It must not believe the operator: whether a call was made is read from the provider's journal.

use super::furnish::group;
use super::ground::Ground;
use super::row::Played;
use super::witness::Witness;
use stationmaster_api::{OperationState, RecoveryOperationStatus};
use stationmaster_engine::OperationType;
use stationmaster_provider_proof::Entry;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// The order that a row is about.
pub const ORDER: &str = "orders-db-az1-lost";
/// Within so many seconds after the call itself would be accepted it is made.
pub const WITHIN: u64 = 60;
/// So long after the call the success is told at the latest, in seconds.
const TOLD: u64 = 180;
/// Until then the group is known, in seconds.
const KNOWN: u64 = 120;

/// A row while it is played.
pub struct Play {
    /// What it is played on.
    pub ground: Ground,
    /// Who looks at what is shown.
    pub witness: Witness,
    /// From when on the call itself would be accepted, as far as the scene knows.
    free: Instant,
    /// The one order that must come through; none in a row in which nothing may.
    through: Option<String>,
    /// How many groups had an order each, where all must come through.
    all: Option<usize>,
    /// How many calls were made before an older state was put back.
    before: usize,
    found: Vec<String>,
    took: Option<u64>,
}

impl Play {
    /// At the beginning, with nobody there.
    pub fn on(ground: Ground) -> Play {
        Play {
            ground,
            witness: Witness::default(),
            free: Instant::now(),
            through: None,
            all: None,
            before: 0,
            found: Vec::new(),
            took: None,
        }
    }

    /// The groups are made and known. False if they do not become known.
    pub async fn begins(&mut self) -> bool {
        self.ground.furnish();
        self.ground.start("pod-a");
        if self.ground.setting.elects {
            self.ground.start("pod-b");
        }
        let names: Vec<String> = (0..self.ground.setting.groups).map(|index| group(index).0).collect();
        for _ in 0..KNOWN {
            self.second().await;
            if names.iter().all(|name| self.token_of(name).is_some()) {
                return true;
            }
        }
        self.says("no token is shown at the beginning");
        false
    }

    /// Something must not be.
    pub fn says(&mut self, what: impl Into<String>) {
        self.found.push(what.into());
    }

    /// One second passes, and everybody looks.
    pub async fn second(&mut self) {
        sleep(Duration::from_secs(1)).await;
        self.witness.look(&self.ground);
    }

    /// Some seconds pass.
    pub async fn seconds(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.second().await;
        }
    }

    /// Seconds pass until something is so. False if it does not come about within this time.
    pub async fn until(&mut self, seconds: u64, so: impl Fn(&Play) -> bool) -> bool {
        for _ in 0..seconds {
            if so(self) {
                return true;
            }
            self.second().await;
        }
        so(self)
    }

    /// The same for what must come about for the row to show anything.
    pub async fn comes(&mut self, what: &str, so: impl Fn(&Play) -> bool) {
        if !self.until(300, so).await {
            self.says(format!("the scene does not come about: {what}"));
        }
    }

    /// From now on the call itself would be accepted: what the call needs is there again.
    pub fn is_free(&mut self) {
        self.free = Instant::now();
    }

    /// What an operation shows.
    pub fn shows(&self, name: &str) -> RecoveryOperationStatus {
        let object = self.ground.operation(name);
        object.and_then(|object| object.status).unwrap_or_default()
    }

    /// Whether an operation shows this reason.
    pub fn waits_for(&self, name: &str, reason: &str) -> bool {
        let shown = self.shows(name);
        shown.finished_at.is_none() && shown.reason.as_deref() == Some(reason)
    }

    /// The calls of forced failovers that were carried out for an operation.
    pub fn calls_of(&self, name: &str) -> Vec<Entry> {
        let mut journal = self.ground.journal();
        journal.retain(|entry| entry.by == name && entry.asked == OperationType::Failover);
        journal
    }

    /// The order's call is made within the time, and only then told as a success.
    pub async fn gets_through(&mut self) {
        self.is_called().await;
        self.succeeds().await;
    }

    /// The order's call is made within the time.
    pub async fn is_called(&mut self) {
        self.is_called_as(ORDER).await;
    }

    /// The same for an order of another name.
    pub async fn is_called_as(&mut self, name: &str) {
        self.through = Some(name.to_owned());
        self.witness.must_not_end_badly(name);
        loop {
            let free = self
                .ground
                .trouble
                .spoilt_at()
                .map_or(self.free, |at| at.max(self.free));
            let waited = free.elapsed().as_secs();
            if !self.calls_of(name).is_empty() {
                self.took = Some(waited);
                return;
            }
            let over = self.shows(name).finished_at.is_some();
            if over || (waited > WITHIN && !self.ground.trouble.spoils()) {
                let shown = self.shows(name);
                let (reason, message) = (shown.reason.unwrap_or_default(), shown.message.unwrap_or_default());
                self.says(format!(
                    "no call within {WITHIN} s: {:?} {reason}: {message}",
                    shown.state
                ));
                return;
            }
            self.second().await;
        }
    }

    /// The order's success is told.
    pub async fn succeeds(&mut self) {
        let name = self.through.clone().unwrap_or_else(|| ORDER.to_owned());
        let ended = |play: &Play| play.shows(&name).finished_at.is_some();
        self.until(TOLD, ended).await;
        let shown = self.shows(&name);
        if shown.state != Some(OperationState::Succeeded) {
            let (reason, message) = (shown.reason.unwrap_or_default(), shown.message.unwrap_or_default());
            self.says(format!("it ended {:?} {reason}: {message}", shown.state));
        }
    }

    /// For so long the order's call is not made, and the order then shows this.
    pub async fn is_not_made(&mut self, seconds: u64, state: OperationState, reason: &str) {
        self.is_not_made_as(ORDER, seconds, state, reason).await;
    }

    /// The same for an order of another name.
    pub async fn is_not_made_as(&mut self, name: &str, seconds: u64, state: OperationState, reason: &str) {
        self.seconds(seconds).await;
        let shown = self.shows(name);
        if (shown.state, shown.reason.as_deref()) != (Some(state), Some(reason)) {
            let is = (shown.state, shown.reason, shown.message);
            self.says(format!("{name} shows {is:?} instead of {state:?} {reason}"));
        }
    }

    /// The operator is killed, and started again after a pause in seconds.
    pub async fn restarts(&mut self, pod: &str, pause: u64) {
        for replica in self.ground.trouble.alive() {
            self.ground.trouble.dies(&replica);
        }
        self.starts_again(pod, pause).await;
    }

    /// The operator is dead, and started again after a pause in seconds. It then has two seconds to fill its caches.
    pub async fn starts_again(&mut self, pod: &str, pause: u64) {
        self.witness.nobody_writes_for(pause + 2);
        self.seconds(pause).await;
        self.ground.start(pod);
    }

    /// Every group's order came through: so many calls were made, each once.
    pub fn counts_all(&mut self, took: u64, groups: usize) {
        self.took = Some(took);
        self.all = Some(groups);
    }

    /// The API server was put back: what was filed and done before is not of this world.
    pub fn restored(&mut self) {
        self.before = self.ground.journal().len();
        self.through = None;
        self.witness.begins_anew();
    }

    /// What came of it.
    pub fn ends(mut self) -> Played {
        self.ground.server.heal();
        let journal = self.ground.journal();
        let ours: Vec<&Entry> = journal
            .iter()
            .skip(self.before)
            .filter(|e| !e.foreign() && e.asked == OperationType::Failover)
            .collect();
        match (&self.through, self.all) {
            (_, Some(groups)) => {
                let names: BTreeSet<&String> = ours.iter().map(|e| &e.by).collect();
                if (ours.len(), names.len()) != (groups, groups) {
                    let (calls, orders) = (ours.len(), names.len());
                    self.found
                        .push(format!("{calls} calls of {orders} orders for {groups} groups"));
                }
            }
            (Some(name), None) => {
                let times = ours.iter().filter(|e| e.by == *name).count();
                if times > 1 {
                    self.found
                        .push(format!("production was moved {times} times for {name}"));
                }
                for entry in ours.iter().filter(|e| e.by != *name && e.object == group(0).1) {
                    self.found.push(format!("production was also moved for {}", entry.by));
                }
            }
            (None, None) => {
                let unasked = ours.iter().map(|e| format!("production was moved for {}", e.by));
                self.found.extend(unasked);
            }
        }
        self.found.append(&mut self.witness.found());
        Played {
            found: self.found,
            took: self.took,
        }
    }
}
