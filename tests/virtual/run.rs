//! One run: from empty objects to rest, with one fault, in virtual time.
//! It must not read a clock of the machine, nor draw a number that the seed does not give.

use crate::asks;
use crate::case::{Case, Fault};
use crate::faults::News;
use crate::moments::Moment;
use crate::oracle::{self, Ending, Witness};
use crate::people::People;
use crate::stage::Stage;
use serde_json::Value;
use stationmaster_api::Condition;
use stationmaster_engine::OperationType;
use stationmaster_provider_proof::Entry;
use stationmaster_testkit_api_server::{Call, Logged};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How often people look, and the world is checked.
const LOOK: Duration = Duration::from_secs(1);
/// A run that has not come to rest by then never will: three dead times, and what people take.
const LONGEST: Duration = Duration::from_secs(3 * 3600);
/// So long nothing has to be written before it is taken for rest: longer than any pause of the controllers.
const QUIET: Duration = Duration::from_secs(100);
/// So long is watched afterwards that nothing is written.
const REST: Duration = Duration::from_secs(100);
/// So long after the end moments are counted: one look at the provider, and one new start of each watch.
const COUNTED: Duration = Duration::from_secs(40);
/// How long it takes to start a container again.
const RESTART: Duration = Duration::from_secs(1);

/// What came of a run.
pub struct Played {
    /// What must not be.
    pub violations: Vec<String>,
    /// The moments at which something could have gone wrong.
    pub moments: Vec<Moment>,
    /// The events that were sent.
    pub events: u64,
    /// Every request to the API server.
    pub log: Vec<Logged>,
    /// Every call that the provider carried out.
    pub journal: Vec<Entry>,
}

impl Played {
    /// Every request with its answer, then every call that was carried out, in words.
    pub fn transcript(&self) -> Vec<String> {
        let done = self.journal.iter().map(|entry| format!("{entry:?}"));
        self.log.iter().map(said).chain(done).collect()
    }
}

fn said(Logged { call, at, state }: &Logged) -> String {
    let status = if call.status { "/status" } else { "" };
    let (mut name, mut body) = (call.name.clone().unwrap_or_default(), call.body.clone());
    if call.resource == "events" {
        // Whoever records events for the operator reads the machine's clock: nothing rests on it.
        name = name.split('.').next().unwrap_or_default().to_owned();
        body["metadata"] = Value::Null;
        body["eventTime"] = Value::Null;
    }
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let Call {
        user, verb, resource, ..
    } = call;
    format!("{at} {user} {verb:?} {resource}{status} {name} {state:?} {body}")
}

/// Plays a case.
pub fn play(case: Case) -> Played {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async { Run::new(case).played_out().await })
}

struct Run {
    stage: Stage,
    people: People,
    witness: Witness,
    violations: Vec<String>,
    /// The operation that was asked for.
    asked: Option<String>,
    /// The revision up to which people have looked.
    seen: u64,
    looks: u64,
    /// From when on nothing runs any more, as far as they saw.
    over: Option<jiff::Timestamp>,
}

impl Run {
    fn new(case: Case) -> Run {
        Run {
            stage: Stage::set(case),
            people: People::default(),
            witness: Witness::default(),
            violations: Vec::new(),
            asked: None,
            seen: 0,
            looks: 0,
            over: None,
        }
    }

    async fn played_out(mut self) -> Played {
        let case = self.stage.case;
        asks::prepare(&self.stage);
        self.stage.furnish();
        // The beginning is the same for all operations: it is swept with one of them.
        let from_the_start = case.operation == OperationType::PlannedFailover && !case.fault.turns_the_world();
        if from_the_start {
            self.stage.faults.arm();
        }
        self.stage.start("pod-a");
        if matches!(case.fault, Fault::Pair | Fault::Election) {
            self.stage.start("pod-b");
        }
        let Some(token) = self.token().await else {
            self.violations.push("no token is shown".to_owned());
            return self.played();
        };
        if case.fault == Fault::Restore {
            self.stage.faults.keep(self.stage.server.snapshot());
        }
        let asked = asks::ask(&self.stage, &token);
        self.asked = Some(asked.clone());
        if case.fault == Fault::RestoreAsked {
            self.stage.faults.keep(self.stage.server.snapshot());
        }
        self.stage.faults.arm();
        let settled = self.comes_to_rest().await;
        if !settled {
            self.violations.push("it does not come to rest".to_owned());
        }
        self.stage.faults.disarm();
        // With a fault the quiet before is enough.
        if settled && case.fault == Fault::None {
            self.rests().await;
        }
        let asked = self.asked.clone().unwrap_or(asked);
        let ending = Ending {
            asked: &asked,
            settled,
            people: &self.people,
            witness: &self.witness,
        };
        self.violations.extend(oracle::judge(&self.stage, &ending));
        self.played()
    }

    fn played(self) -> Played {
        let faults = &self.stage.faults;
        Played {
            moments: faults.moments(),
            events: faults.events(),
            log: self.stage.server.log(),
            journal: self.stage.wire.world(|world| world.journal().to_vec()),
            violations: self.violations,
        }
    }

    /// The token, once the group is shown as ready for an intent.
    async fn token(&mut self) -> Option<String> {
        let end = Instant::now() + Duration::from_secs(600);
        while Instant::now() < end {
            self.look().await;
            let status = self.stage.group().status.unwrap_or_default();
            if let Some(token) = status.priority_token {
                return Some(token);
            }
        }
        None
    }

    /// A second passes, and everybody looks.
    async fn look(&mut self) {
        sleep(LOOK).await;
        while let Ok(news) = self.stage.news.try_recv() {
            match (news, self.stage.case.fault) {
                (News::Joins, _) | (News::Died, Fault::Takeover) => self.stage.start("pod-b"),
                (News::Died, _) => {
                    sleep(RESTART).await;
                    self.stage.start("pod-a");
                }
            }
        }
        if let Some(how) = self.stage.ended() {
            self.violations.push(how);
        }
        let revision = self.stage.server.revision();
        self.looks += 1;
        // Nothing new is shown; but what is on its way to the provider may have arrived, which lets a person answer.
        if revision == self.seen && !self.looks.is_multiple_of(10) {
            return;
        }
        self.seen = revision;
        self.people.look(&self.stage);
        self.witness.look(&self.stage);
        self.asks_once_more();
        self.over = self.asked.as_ref().and_then(|asked| oracle::over(&self.stage, asked));
    }

    /// Where nobody can tell whether a person deleted the operator's own operation before its first call, the person asks once more.
    fn asks_once_more(&mut self) {
        let Some(asked) = &self.asked else { return };
        let status = self.stage.group().status.unwrap_or_default();
        let deleted = |c: &Condition| c.type_ == "IntentCurrent" && c.reason == "OperationDeleted";
        let Some(token) = status.priority_token.filter(|_| status.conditions.iter().any(deleted)) else {
            return;
        };
        if self.stage.case.operation == OperationType::PlannedFailover && !asked.ends_with(&token) {
            self.asked = Some(asks::ask(&self.stage, &token));
        }
    }

    fn writes(&self) -> u64 {
        self.stage.faults.writes()
    }

    async fn comes_to_rest(&mut self) -> bool {
        let end = Instant::now() + LONGEST;
        let (mut writes, mut since) = (self.writes(), Instant::now());
        while Instant::now() < end {
            self.look().await;
            let now = self.writes();
            if now != writes || self.over.is_none_or(|from| from >= self.stage.now()) {
                (writes, since) = (now, Instant::now());
            }
            if since.elapsed() >= COUNTED {
                self.stage.faults.disarm();
            }
            if since.elapsed() >= QUIET {
                return true;
            }
        }
        false
    }

    /// Rest is where nothing is written.
    async fn rests(&mut self) {
        let before = self.writes();
        let end = Instant::now() + REST;
        while Instant::now() < end {
            self.look().await;
        }
        let before = usize::try_from(before).unwrap();
        let log = self.stage.server.log();
        let written: Vec<String> = log
            .iter()
            .filter(|l| l.call.is_write() && l.call.resource != "leases")
            .skip(before)
            .map(|l| format!("{:?} {}", l.call.verb, l.call.resource))
            .collect();
        if !written.is_empty() {
            self.violations
                .push(format!("at rest it writes: {}", written.join(", ")));
        }
    }
}
