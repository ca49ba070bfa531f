//! The verbs of a script: what people, Git, the console, time and bad luck do; and what can be read off the stage.
//! It must not reach into the engine: a person knows only what the status shows.

use super::mutant::Mutant;
use super::provider::{At, Fate, Mishap, OBJECT, Provider, Servers};
use super::{Passed, Stage};
use jiff::{SignedDuration, Timestamp};
use stationmaster_engine::{
    Claims, DataLoss, DecisionAction, DecisionRequest, Group, Intent, OperationType, Request, Resolution, Station,
    Token,
};
use std::collections::BTreeMap;

/// When every script begins.
pub fn begin() -> Timestamp {
    "2026-01-05T08:00:00Z".parse().expect("a timestamp")
}

fn station(name: &str) -> Station {
    match name {
        "source" => Station::Source,
        "target" => Station::Target,
        other => panic!("no station {other}"),
    }
}

impl Stage {
    /// A group at `at`, production at source; the operator has not looked yet.
    pub fn unseen(at: At) -> Stage {
        Stage {
            now: begin(),
            group: Group {
                namespace: "shop".to_owned(),
                name: "orders-db".to_owned(),
                uid: "group-1".to_owned(),
                object: OBJECT.to_owned(),
                members: [OBJECT.to_owned()].into(),
                generation: 1,
                intent: None,
                edits: Vec::new(),
                starting_deadline_seconds: 3600,
                suspend: false,
            },
            revisions: vec![None],
            requests: Vec::new(),
            filed: Vec::new(),
            decisions: Vec::new(),
            ledger: None,
            provider: Provider::new(at, Station::Source, begin()),
            holder_exists: false,
            claims: Claims::none(),
            endpoint: "one.example.com".to_owned(),
            creates: true,
            guarded: false,
            shallow: false,
            report: None,
            operations: BTreeMap::new(),
            consumed: BTreeMap::new(),
            notices: Vec::new(),
            transcript: Vec::new(),
            mutant: Mutant::None,
            watched: None,
            there_and_back: None,
            absent_until: None,
            dies_at: None,
            points: Vec::new(),
            ledger_writes: 0,
            status_writes: 0,
            sends: Vec::new(),
            listing: None,
            tokens: 0,
            objects: 0,
        }
    }

    /// A group at `at` that has been looked at: its token is `t1`.
    pub fn at(at: At) -> Stage {
        let mut stage = Stage::unseen(at);
        stage.run_until_quiet();
        stage
    }

    /// A protected group that has been looked at.
    pub fn protected() -> Stage {
        Stage::at(At::Protected)
    }

    // What people do on the group.

    /// A planned failover was asked for, this befell its first call, and nothing changes any more.
    pub fn moved(resolution: Resolution, mishap: Mishap) -> Stage {
        let mut stage = Stage::protected();
        stage.provider.variant().resolution = resolution;
        stage.luck(mishap);
        stage.intent("target", "t1");
        stage.run_until_quiet();
        stage
    }

    /// A person or Git sets the intent.
    pub fn intent(&mut self, name: &str, token: &str) {
        self.set(Some(Intent {
            station: station(name),
            token: Some(Token::quoted(token)),
        }));
        self.note(format!("GIT    priorityStation: {name}, priorityToken: {token}"));
    }

    pub fn intent_without_token(&mut self, name: &str) {
        self.set(Some(Intent {
            station: station(name),
            token: None,
        }));
        self.note(format!("GIT    priorityStation: {name}"));
    }

    pub fn withdraw(&mut self) {
        self.set(None);
        self.note("GIT    no priorityStation");
    }

    /// Git puts an earlier revision back (counted from 0).
    pub fn revert(&mut self, revision: usize) {
        let intent = self.revisions[revision].clone();
        self.set(intent);
        self.note(format!("GIT    reverted to revision {revision}"));
    }

    fn set(&mut self, intent: Option<Intent>) {
        if self.group.intent != intent {
            self.group.generation += 1;
            self.group.intent = intent.clone();
            self.revisions.push(intent);
        }
    }

    pub fn suspend(&mut self, suspend: bool) {
        self.group.generation += i64::from(self.group.suspend != suspend);
        self.group.suspend = suspend;
    }

    /// The group's object is deleted and made again from the same manifest.
    pub fn recreate_group(&mut self) {
        self.group.uid = self.new_uid();
        self.group.generation = 1;
        self.report = None;
        self.note("GIT    the group is deleted and made again");
    }

    // Operations and decisions.

    /// A person files an operation that quotes the token that the status shows; the name is its type and a number.
    pub fn file(&mut self, operation: OperationType, target: &str) -> String {
        self.file_with(operation, target, |_| {})
    }

    pub fn file_with(&mut self, operation: OperationType, target: &str, edit: impl FnOnce(&mut Request)) -> String {
        let uid = self.new_uid();
        let mut request = Request {
            name: format!("{}-{}", operation.as_str().to_lowercase(), self.filed.len() + 1),
            uid,
            created_at: self.now,
            group_uid: self.group.uid.clone(),
            operation,
            target: Some(station(target)),
            token: self.shown_token(),
            not_after: Some(self.now + SignedDuration::from_secs(3600)),
            data_loss: Some(DataLoss::Unknown),
            accepted_risks: Vec::new(),
            requested_by: "dana".to_owned(),
            ended: false,
        };
        edit(&mut request);
        let name = request.name.clone();
        self.note(format!("FILES  {operation} {name} to {target}"));
        self.filed.push(request.clone());
        self.requests.push(request);
        name
    }

    pub fn delete(&mut self, name: &str) {
        self.requests.retain(|r| r.name != name);
    }

    /// A person answers the running operation at its present step and attempt; the uid of the decision is returned.
    pub fn answer(&mut self, action: DecisionAction) -> String {
        self.answer_with(action, |_| {})
    }

    pub fn answer_with(&mut self, action: DecisionAction, edit: impl FnOnce(&mut DecisionRequest)) -> String {
        let uid = self.new_uid();
        let running = self.ledger.as_ref().and_then(|l| l.operation.as_ref());
        let step = running.and_then(|o| o.current());
        let mut answer = DecisionRequest {
            name: format!("decision-{uid}"),
            uid: uid.clone(),
            operation_name: running.map(|o| o.name.clone()).unwrap_or_default(),
            operation_uid: running.and_then(|o| o.uid.clone()).unwrap_or_default(),
            step: step.map(|s| s.spec.name.clone()).unwrap_or_default(),
            attempt: step.map_or(0, |s| s.attempts),
            action,
            part: String::new(),
            requested_by: "dana".to_owned(),
            ended: false,
        };
        edit(&mut answer);
        self.note(format!(
            "FILES  decision {action:?} for step {:?} attempt {}",
            answer.step, answer.attempt
        ));
        self.decisions.push(answer);
        uid
    }

    // The console, luck, time.

    pub fn console_flip(&mut self) {
        self.provider.world.console_flip(OBJECT);
        self.note("VENDOR somebody moves production at the console");
    }

    pub fn luck(&mut self, mishap: Mishap) {
        self.provider.mishaps.push_back(mishap);
    }

    pub fn fate(&mut self, fate: Fate) {
        self.provider.fates.push_back(fate);
    }

    pub fn servers(&mut self, servers: Servers) {
        self.provider.servers = servers;
    }

    /// The clock jumps while the operator does not run.
    pub fn sleep(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
        self.provider.until(self.now);
    }

    /// Passes until nothing has changed for a while, neither here nor at the provider; waits for a person do not count.
    pub fn run_until_quiet(&mut self) {
        let mut idle = 0;
        for _ in 0..2_000 {
            let Passed { changed, wake } = self.pass();
            let before = self.now;
            idle = if changed { 0 } else { idle };
            if changed && self.mutant == Mutant::None {
                continue;
            }
            let soon = self.now + SignedDuration::from_secs(5);
            let next = wake
                .into_iter()
                .chain(self.provider.world.next_event())
                .fold(soon, Ord::min);
            self.now = next.max(self.now + SignedDuration::from_secs(1));
            idle += self.now.as_second() - before.as_second();
            if idle > 100
                && self
                    .provider
                    .world
                    .jobs()
                    .iter()
                    .all(|j| j.over || j.fate == Fate::Stalls)
            {
                return;
            }
        }
        panic!("never quiet:\n{}", self.told());
    }

    /// So many seconds pass while the operator runs.
    pub fn wait(&mut self, seconds: i64) {
        self.sleep(seconds);
        self.run_until_quiet();
    }

    // What can be read.
}
