//! Candidates around one server, and a watcher that notes who could prove to lead at which moment.
//! It must not judge; the tests do.

use super::server::{Server, Wire};
use crate::clock::Clock;
use crate::leader::{Election, LeadershipProof, Timings};
use crate::metrics::Metrics;
use stationmaster_testkit_basics::dice::Dice;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

#[derive(Default)]
pub struct World {
    pub server: Server,
    proofs: Arc<Mutex<BTreeMap<String, LeadershipProof>>>,
    losses: Arc<Mutex<BTreeMap<String, usize>>>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

const STEP: Duration = Duration::from_millis(50);

impl World {
    pub fn election(&self, name: &str, wire: &Wire) -> Election {
        self.election_with(name, wire, Clock::system())
    }

    pub fn election_with(&self, name: &str, wire: &Wire, wall: Clock) -> Election {
        self.made(name, wire, wall, Timings::default())
    }

    pub fn election_timed(&self, name: &str, wire: &Wire, timings: Timings) -> Election {
        self.made(name, wire, Clock::system(), timings)
    }

    fn made(&self, name: &str, wire: &Wire, wall: Clock, timings: Timings) -> Election {
        let client = crate::client::over(self.server.through(wire), "s", Duration::from_secs(30), &Metrics::new());
        let (lease, name) = ("stationmaster".to_owned(), name.to_owned());
        Election::with_clock(client, "s", lease, name, timings, wall).without_watchdog()
    }

    /// A process that stands for election, leads until it loses, and is started again.
    pub fn stand(&self, name: &str, wire: &Wire) -> tokio::task::AbortHandle {
        self.stand_with(name, wire, Clock::system())
    }

    pub fn stand_with(&self, name: &str, wire: &Wire, wall: Clock) -> tokio::task::AbortHandle {
        let election = self.election_with(name, wire, wall);
        let (proofs, losses, name) = (self.proofs.clone(), self.losses.clone(), name.to_owned());
        let task = tokio::spawn(async move {
            loop {
                let leadership = election.acquire().await;
                proofs.lock().unwrap().insert(name.clone(), leadership.proof());
                leadership.lost().await;
                *losses.lock().unwrap().entry(name.clone()).or_default() += 1;
            }
        });
        let handle = task.abort_handle();
        self.tasks.lock().unwrap().push(task);
        handle
    }

    /// A process is dead: what it could prove is nobody's.
    pub fn forget(&self, name: &str) {
        self.proofs.lock().unwrap().remove(name);
    }

    pub fn losses(&self, name: &str) -> usize {
        self.losses.lock().unwrap().get(name).copied().unwrap_or_default()
    }

    /// Notes every 50 ms who can prove to lead.
    pub async fn watch(&self, seconds: f64) -> Seen {
        let mut seen = Seen::default();
        let end = Instant::now() + Duration::from_secs_f64(seconds);
        while Instant::now() < end {
            let proofs = self.proofs.lock().unwrap().clone();
            let leaders = proofs
                .into_iter()
                .filter(|(_, proof)| proof.proves(Duration::ZERO))
                .map(|(name, _)| name);
            seen.0.push((Instant::now(), leaders.collect()));
            sleep(STEP).await;
        }
        seen
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for task in self.tasks.lock().unwrap().drain(..) {
            task.abort();
        }
    }
}

/// Who could prove to lead, moment by moment.
#[derive(Default)]
pub struct Seen(Vec<(Instant, Vec<String>)>);

impl Seen {
    pub fn most(&self) -> usize {
        self.0
            .iter()
            .map(|(_, leaders)| leaders.len())
            .max()
            .unwrap_or_default()
    }

    pub fn never_two(&self) {
        let two = self.0.iter().find(|(_, leaders)| leaders.len() > 1);
        assert!(two.is_none(), "two lead: {two:?}");
    }

    /// It led at some time, and nobody else did.
    pub fn only(&self, name: &str) {
        let other = self
            .0
            .iter()
            .find(|(_, leaders)| leaders.iter().any(|leader| leader != name));
        assert!(other.is_none(), "another leads: {other:?}");
        self.first(name);
    }

    fn moments(&self, name: &str) -> impl DoubleEndedIterator<Item = Instant> {
        self.0
            .iter()
            .filter(move |(_, leaders)| leaders.iter().any(|leader| leader == name))
            .map(|(at, _)| *at)
    }

    pub fn first(&self, name: &str) -> Instant {
        self.moments(name).next().unwrap_or_else(|| panic!("{name} never led"))
    }

    pub fn last(&self, name: &str) -> Instant {
        self.moments(name)
            .next_back()
            .unwrap_or_else(|| panic!("{name} never led"))
    }

    pub fn led(&self, name: &str) -> Duration {
        STEP * u32::try_from(self.moments(name).count()).unwrap()
    }
}

/// A quarter of an hour in which every few seconds something happens to one of three candidates.
pub async fn storm(seed: u64, guarded: bool) -> Seen {
    let world = World::default();
    let mut dice = Dice::new(seed);
    let names = ["a", "b", "c"];
    let wires = [Wire::default(), Wire::default(), Wire::default()];
    if !guarded {
        wires.iter().for_each(Wire::strip_versions);
    }
    let mut processes: Vec<_> = names
        .iter()
        .zip(&wires)
        .map(|(name, wire)| world.stand(name, wire))
        .collect();
    let mut seen = Seen::default();
    let end = Instant::now() + Duration::from_secs(900);
    while Instant::now() < end {
        let who = usize::try_from(dice.below(3)).unwrap();
        let tenths = |n: u64| Duration::from_millis(n * 100);
        match dice.below(8) {
            0 => wires[who].cut(true),
            1 => wires[who].delay(tenths(dice.below(100)), tenths(dice.below(100))),
            2 => {
                wires[who].refuse([Some(403), Some(409), Some(429), Some(500)][usize::try_from(dice.below(4)).unwrap()])
            }
            3 => {
                processes[who].abort();
                world.forget(names[who]);
                // The name of a process is never used again, but the watcher knows it by its place.
                processes[who] = world.stand(names[who], &wires[who]);
            }
            _ => {
                wires[who].cut(false);
                wires[who].refuse(None);
                wires[who].delay(tenths(dice.below(3)), tenths(dice.below(3)));
            }
        }
        let pause = Duration::from_millis(200 + dice.below(8000));
        seen.0.extend(world.watch(pause.as_secs_f64()).await.0);
    }
    seen
}
