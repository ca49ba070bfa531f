//! The contract bench over one variant: no sockets, and time that stands still unless it is moved.
//! It must not know the rules.
#![allow(dead_code, reason = "each test program uses its own part")]

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use stationmaster_engine::{OperationType, Station};
use stationmaster_provider::Provider;
use stationmaster_provider::contract::{Bench, Disturbance, Flaw, JournalLine, Ready, Spoil};
use stationmaster_provider_proof::{
    Access, At, Disturb, Fate, FirstCall, Jobs, ProofProvider, Servers, Variant, Wire, World, plan::SERVERS_STOPPED,
};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub const GROUP: &str = "g1";

/// A world of one variant and connections to it.
pub struct ProofBench {
    pub variant: Variant,
    pub wire: Arc<Wire>,
    now: Arc<Mutex<Timestamp>>,
}

impl ProofBench {
    pub fn new(variant: Variant) -> ProofBench {
        let begin: Timestamp = "2026-01-05T08:00:00Z".parse().unwrap();
        let now = Arc::new(Mutex::new(begin));
        let clock = now.clone();
        let world = Arc::new(Mutex::new(World::new(variant, &[GROUP, "g2"], begin)));
        let wire = Wire::new(world, Arc::new(move || *clock.lock().unwrap()));
        ProofBench {
            variant,
            wire: Arc::new(wire),
            now,
        }
    }

    pub fn connection(&self) -> ProofProvider {
        ProofProvider::new(self.wire.clone(), "operator-0")
    }

    fn fate(&self, fate: Fate) {
        self.wire
            .world(|world| world.object_mut(GROUP).unwrap().fates.push_back(fate));
    }
}

#[async_trait]
impl Bench for ProofBench {
    fn provider(&self) -> Arc<dyn Provider> {
        Arc::new(self.connection())
    }

    async fn elsewhere(&self) -> Option<Arc<dyn Provider>> {
        Some(Arc::new(self.connection().at("other.invalid")))
    }

    async fn flawed(&self, flaw: Flaw) -> Option<Arc<dyn Provider>> {
        let access = match flaw {
            Flaw::WrongCredentials => Access::WrongCredentials,
            Flaw::NobodyListens => Access::NobodyListens,
            Flaw::UntrustedCertificate => Access::UntrustedCertificate,
        };
        Some(Arc::new(self.connection().with_access(access)))
    }

    fn exempt(&self, rule: u32) -> Option<&'static str> {
        match rule {
            9 if self.variant.jobs == Jobs::AtOnce => {
                Some("a call has worked when it is answered: it is never seen working")
            }
            9 if self.variant.first_call == FirstCall::Nothing => Some("the first call of two is never seen working"),
            15 if self.variant.lacks == Some(OperationType::PlannedFailover) => Some("no other plan has a check"),
            40 => Some("a job that failed is over"),
            34 if !self.variant.finds_jobs => Some("no job is found without its id"),
            _ => None,
        }
    }

    async fn ready_for(&self, operation: OperationType) -> Ready {
        let (at, active) = match operation {
            OperationType::PlannedFailover | OperationType::Failover | OperationType::DisableProtection => {
                (At::Protected, Station::Source)
            }
            OperationType::EnableProtection => (At::Available, Station::Source),
            OperationType::Reprotect => (At::FailedOver, Station::Target),
        };
        self.wire.world(|world| {
            let object = world.object_mut(GROUP).unwrap();
            object.station = active;
            object.servers = Servers::Stopped;
            // What is ready already is not touched.
            if object.at != at {
                world.console_set(GROUP, at);
            }
        });
        Ready {
            object: GROUP.to_owned(),
            active,
        }
    }

    async fn disturb(&self, disturbance: Disturbance) {
        let refused = |text: String| Disturb::Refused { text };
        let disturb = match disturbance {
            Disturbance::LoseAnswer => Disturb::LoseAnswer,
            Disturbance::LoseRequest => Disturb::LoseRequest,
            Disturbance::Hang | Disturbance::SpoilAnswer(Spoil::Slow) => Disturb::Hang,
            Disturbance::GatewayAnswer(status) => Disturb::Status(status),
            Disturbance::Throttle(seconds) => Disturb::TurnedAway {
                after_seconds: Some(seconds),
            },
            Disturbance::Refuse => refused("no".to_owned()),
            Disturbance::LapseCredentials => Disturb::CredentialsLapse,
            Disturbance::SpoilAnswer(_) => Disturb::Unreadable,
            Disturbance::Redirect => Disturb::Redirect,
            Disturbance::Say(text) => refused(text),
            Disturbance::SayOnRead(text) => return self.wire.disturb_read(refused(text)),
            Disturbance::FailJob => return self.fate(Fate::Fails),
            Disturbance::FailJobAndLoseAnswer => {
                self.fate(Fate::Fails);
                Disturb::LoseAnswer
            }
            Disturbance::JobWithoutEffect => return self.fate(Fate::SucceedsWithoutEffect),
        };
        self.wire.disturb_call(disturb);
    }

    async fn unknown_status(&self, object: &str) -> String {
        let word = "pondering".to_owned();
        self.wire
            .world(|world| world.object_mut(object).unwrap().word = Some(word.clone()));
        word
    }

    async fn sicken(&self, object: &str) {
        self.wire.world(|world| world.object_mut(object).unwrap().broken = true);
    }

    async fn move_behind(&self, object: &str) {
        if !self.wire.world(|world| world.console_can_move(object)) {
            let seconds = u64::from(self.variant.there_and_back_seconds);
            self.pass(Duration::from_secs(seconds)).await;
        }
        self.wire.world(|world| world.console_flip(object));
    }

    async fn hide_facts(&self, _operation: OperationType) {
        assert_eq!(SERVERS_STOPPED, "ServersStopped", "it is the only fact");
        self.wire
            .world(|world| world.object_mut(GROUP).unwrap().servers = Servers::CannotTell);
    }

    async fn pass(&self, time: Duration) {
        *self.now.lock().unwrap() += SignedDuration::try_from(time).unwrap();
    }

    /// Longer also than a key is kept: the suite asks for one thing several times under one name.
    fn long_enough(&self) -> Duration {
        Duration::from_secs(u64::from(self.variant.dedupe_seconds) + 60)
    }

    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    fn journal(&self) -> Vec<JournalLine> {
        let arrivals = self.wire.arrivals().into_iter();
        arrivals
            .map(|arrival| JournalLine {
                object: arrival.object,
                action: arrival.action,
                accepted: arrival.executed,
            })
            .collect()
    }

    fn no_object(&self) -> String {
        "nobody".to_owned()
    }

    fn no_job(&self) -> String {
        "job-0".to_owned()
    }

    fn secrets(&self) -> Vec<String> {
        vec![self.connection().secret().to_owned()]
    }
}
