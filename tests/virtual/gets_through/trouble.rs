//! What goes wrong in a run, and when: at the provider, on the way to the API server, with a replica.
//! It must not decide what is asked, nor look at what the operator does about it.

use super::how::{At, How, Reading, Sending};
use super::limits::Limits;
use stationmaster_engine::{Reason, Risk, Why};
use stationmaster_testkit_api_server::{Call, Fate, Gate};
use stationmaster_testkit_basics::dice::Dice;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;
use tokio::time::Instant;

type Chosen = Box<dyn Fn(&Call) -> bool + Send>;

/// What goes wrong. Shared by everything on the ground.
#[derive(Default)]
pub struct Trouble {
    /// How many requests a connection may send.
    pub limits: Limits,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    readings: BTreeMap<(String, Reading), How>,
    sendings: VecDeque<Sending>,
    spoilt_at: Option<Instant>,
    server: Vec<(Chosen, At)>,
    requests: u64,
    dead: BTreeSet<String>,
    tasks: BTreeMap<String, AbortHandle>,
    never: Vec<oneshot::Sender<()>>,
    renames: u64,
    risks: BTreeMap<Risk, Why>,
    mute: bool,
    /// How many requests of each kind were sent, the urgent ones apart.
    counts: BTreeMap<(&'static str, Reading), u32>,
    hanging: BTreeSet<String>,
}

/// What the API server does about a request besides its fate.
pub enum Server {
    /// It has this fate.
    Meets(Fate),
    /// Somebody else writes its object first.
    IsOvertaken,
}

impl Trouble {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// From now on this read of a connection goes so.
    pub fn reads(&self, connection: &str, reading: Reading, how: How) {
        self.state().readings.insert((connection.to_owned(), reading), how);
    }

    /// This read of a connection is well again.
    pub fn reads_well(&self, connection: &str, reading: Reading) {
        self.state().readings.remove(&(connection.to_owned(), reading));
    }

    /// A read is sent.
    pub fn counts(&self, haste: &'static str, reading: Reading) {
        *self.state().counts.entry((haste, reading)).or_default() += 1;
    }

    /// How many were sent of each kind until now; from here on it is counted anew.
    pub fn counted(&self) -> BTreeMap<(&'static str, Reading), u32> {
        std::mem::take(&mut self.state().counts)
    }

    /// How a read goes now.
    pub fn of(&self, connection: &str, reading: Reading) -> Option<How> {
        self.state().readings.get(&(connection.to_owned(), reading)).copied()
    }

    /// The next calls go so.
    pub fn sends(&self, sending: Sending, times: usize) {
        self.state().sendings.extend(std::iter::repeat_n(sending, times));
    }

    /// What becomes of a call now. When the last of them was spoilt is remembered.
    pub fn sending(&self) -> Option<Sending> {
        let mut state = self.state();
        let next = state.sendings.pop_front()?;
        state.spoilt_at = Some(Instant::now());
        Some(next)
    }

    /// When a call was turned away last.
    pub fn spoilt_at(&self) -> Option<Instant> {
        self.state().spoilt_at
    }

    /// Whether calls are still to be turned away.
    pub fn spoils(&self) -> bool {
        !self.state().sendings.is_empty()
    }

    /// From now on the chosen requests to the API server meet this; what was chosen first counts.
    pub fn serves(&self, chosen: impl Fn(&Call) -> bool + Send + 'static, at: At) {
        self.state().server.push((Box::new(chosen), at));
    }

    /// The API server is well again.
    pub fn serves_well(&self) {
        self.state().server.clear();
    }

    /// A replica that can die.
    pub fn runs(&self, replica: &str, task: AbortHandle) {
        self.state().tasks.insert(replica.to_owned(), task);
    }

    /// A replica dies now.
    pub fn dies(&self, replica: &str) {
        let mut state = self.state();
        state.dead.insert(replica.to_owned());
        if let Some(task) = state.tasks.remove(replica) {
            task.abort();
        }
    }

    /// The replicas that live.
    pub fn alive(&self) -> Vec<String> {
        self.state().tasks.keys().cloned().collect()
    }

    /// The object is renamed once more.
    pub fn renames(&self) {
        self.state().renames += 1;
    }

    /// What the object says of itself.
    pub fn description(&self) -> String {
        format!("named {} times", self.state().renames)
    }

    /// A forced failover runs into this.
    pub fn risk(&self, risk: Risk) {
        // The provider's own word for it is the same.
        let why = Why::new(Reason::Other(risk.as_str()), "it does not look well");
        self.state().risks.insert(risk, why);
    }

    /// It does not any more.
    pub fn no_risk(&self) {
        self.state().risks.clear();
    }

    /// What a forced failover runs into.
    pub fn risks(&self) -> BTreeMap<Risk, Why> {
        self.state().risks.clone()
    }

    /// Whether the object's own word tells where production runs.
    pub fn tell_nothing(&self, mute: bool) {
        self.state().mute = mute;
    }

    /// See above.
    pub fn tells_nothing(&self) -> bool {
        self.state().mute
    }

    /// Reads of this object are not answered.
    pub fn hangs(&self, object: &str) {
        self.state().hanging.insert(object.to_owned());
    }

    /// Whether reads of this object are not answered.
    pub fn is_hanging(&self, object: &str) -> bool {
        self.state().hanging.contains(object)
    }

    /// What the API server does about a request.
    pub fn request(&self, call: &Call) -> Server {
        let mut state = self.state();
        state.requests += 1;
        let number = state.requests;
        if state.dead.contains(&call.user) {
            return Server::Meets(Fate::Hold(state.for_ever(), Box::new(Fate::DropBefore)));
        }
        let found = state.server.iter().position(|(chosen, _)| chosen(call));
        let Some(index) = found else {
            return Server::Meets(Fate::Pass);
        };
        let fate = match &state.server[index].1 {
            At::Answers(code, after) => Fate::Answer(*code, *after),
            // Which one it is follows no rhythm that a pass could keep step with.
            At::OneIn(times, code) if Dice::new(number).once_in(*times) => Fate::Answer(*code, Some(1)),
            At::OneIn(..) => Fate::Pass,
            At::FrozenUntil(end) => {
                let left = end.saturating_duration_since(Instant::now());
                Fate::Hold(Gate::For(left), Box::new(Fate::Pass))
            }
            At::Slow(pause) => Fate::Hold(Gate::For(*pause), Box::new(Fate::Pass)),
            At::Conflicts => return Server::IsOvertaken,
            dies @ (At::DiesBefore | At::DiesAfter) => {
                let after = matches!(dies, At::DiesAfter);
                drop(state.server.remove(index));
                let gate = state.for_ever();
                drop(state);
                self.dies(&call.user);
                return Server::Meets(match after {
                    true => Fate::HoldAnswer(gate),
                    false => Fate::Hold(gate, Box::new(Fate::DropBefore)),
                });
            }
        };
        Server::Meets(fate)
    }
}

impl State {
    fn for_ever(&mut self) -> Gate {
        let (sender, receiver) = oneshot::channel();
        self.never.push(sender);
        Gate::Until(receiver)
    }
}
