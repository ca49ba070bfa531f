//! What the suite asks of the bench, done at the simulator: states, disturbances, flaws, the journal.
//! It must not judge the provider.

use super::ready::is_side;
use super::{Auth, SimulatorBench, connection, options};
use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::SecretString;
use stationmaster_engine::OperationType;
use stationmaster_provider::Provider;
use stationmaster_provider::contract::{Bench, Disturbance, Flaw, JournalLine, Ready, Spoil};
use stationmaster_provider_ocp::OcpAuth;
use stationmaster_simulator::scenario::{
    OCP_EAST, OCP_PASSWORD, OCP_SECRET_KEY, OCP_SQL_PASSWORD, OCP_STANDBY_IDS, OCP_TENANTS, OCP_WEST,
};
use stationmaster_simulator::{
    Act, BodyForm, FaultMatch, FaultRule, Service, SqlPort, SubtaskFault, TenantAct, TenantAction,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

pub(super) fn cluster(name: &str) -> TenantAct {
    TenantAct {
        cluster: Some(name.to_owned()),
        ..TenantAct::default()
    }
}

pub(super) fn tenant(cluster: &str, name: &str) -> TenantAct {
    TenantAct {
        tenant: Some(format!("{cluster}/{name}")),
        ..TenantAct::default()
    }
}

#[async_trait]
impl Bench for SimulatorBench {
    fn provider(&self) -> Arc<dyn Provider> {
        connection(self.config())
    }

    async fn elsewhere(&self) -> Option<Arc<dyn Provider>> {
        let running = self.simulator.serve(options(false)).await.unwrap();
        let mut config = self.config();
        config.endpoint.clone_from(&running.endpoints.ocp);
        self.running.lock().unwrap().push(running);
        Some(connection(config))
    }

    async fn flawed(&self, flaw: Flaw) -> Option<Arc<dyn Provider>> {
        let mut config = self.config();
        match flaw {
            Flaw::WrongCredentials => match &mut config.auth {
                OcpAuth::Basic { password, .. } => *password = SecretString::from("not-the-passw0rd"),
                OcpAuth::AccessKey { secret_key, .. } => *secret_key = SecretString::from("notTheSecretKey"),
            },
            Flaw::NobodyListens => {
                let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
                config.endpoint = format!("http://{}", listener.local_addr().unwrap());
            }
            Flaw::UntrustedCertificate => {
                let running = self.simulator.serve(options(true)).await.unwrap();
                config.endpoint.clone_from(&running.endpoints.ocp);
                config.transport.tls.ca_bundle_pem = None;
                self.running.lock().unwrap().push(running);
            }
        }
        // What the databases show does not hang on OCP.
        config.sql.clear();
        Some(connection(config))
    }

    fn exempt(&self, rule: u32) -> Option<&'static str> {
        exempt(rule)
    }

    fn without_a_call(&self) -> &'static [OperationType] {
        &[OperationType::Reprotect]
    }

    fn keeps_jobs_open(&self) -> bool {
        true
    }

    async fn ready_for(&self, operation: OperationType) -> Ready {
        let seen = || (self.simulator.now(), self.simulator.journal().len());
        if let Some((ready, of, then)) = &*self.ready.lock().unwrap()
            && (*of, *then) == (operation, seen())
        {
            return ready.clone();
        }
        let ready = self.made_ready(operation);
        *self.ready.lock().unwrap() = Some((ready.clone(), operation, seen()));
        ready
    }

    async fn disturb(&self, disturbance: Disturbance) {
        let fail = || Act::Subtask(SubtaskFault::fail(1));
        let refuse = |code: &str, message| Act::Refuse {
            code: code.to_owned(),
            status: None,
            message,
        };
        let respond = |status, name: &str, value: String, apply| Act::Respond {
            status,
            headers: BTreeMap::from([(name.to_owned(), value)]),
            body: None,
            apply,
        };
        match disturbance {
            Disturbance::LoseAnswer => self.on_call(Act::DropAnswer {}),
            Disturbance::LoseRequest => self.on_call(Act::DropRequest {}),
            Disturbance::Hang => self.on_call(Act::Hang { apply: true }),
            Disturbance::GatewayAnswer(status) => self.on_call(respond(status, "Retry-After", "1".to_owned(), true)),
            Disturbance::Throttle(seconds) => self.on_call(Act::Throttle {
                retry_after_seconds: Some(seconds),
            }),
            Disturbance::Refuse => self.on_call(refuse("OBE26002", None)),
            Disturbance::LapseCredentials => self.on_call(refuse("IAM10004", None)),
            Disturbance::SpoilAnswer(spoil) => {
                let form = match spoil {
                    Spoil::Empty => BodyForm::Empty,
                    Spoil::Malformed => BodyForm::Malformed,
                    Spoil::Truncated => BodyForm::Truncated,
                    Spoil::Html => BodyForm::Html,
                    Spoil::Oversized => BodyForm::Oversized,
                    Spoil::Slow => BodyForm::Slow,
                };
                self.on_call(Act::Body {
                    form,
                    bytes: 5 * 1024 * 1024,
                    bytes_per_second: 1,
                });
            }
            Disturbance::Redirect => {
                let place = format!("{}/api/v2/ob/clusters/3000010/tenants/failover", self.endpoints.ocp);
                self.on_call(respond(307, "Location", place, false));
            }
            Disturbance::Say(text) => {
                self.simulator.clear_faults();
                self.on_call(refuse("OBE26002", Some(text)));
            }
            // Each of them: the databases tell as much without OCP.
            Disturbance::SayOnRead(text) => {
                let matching = FaultMatch {
                    service: Some(Service::Ocp),
                    mutating: Some(false),
                    ..FaultMatch::default()
                };
                let rule = FaultRule::new(matching, refuse("COM10000", Some(text)));
                self.simulator.add_fault(rule.count(0));
            }
            Disturbance::FailJob => self.on_call(fail()),
            Disturbance::FailJobAndLoseAnswer => {
                self.on_call(fail());
                self.on_call(Act::DropAnswer {});
            }
            Disturbance::JobWithoutEffect => self.on_call(Act::JobWithoutEffect {}),
        }
    }

    async fn unknown_status(&self, _object: &str) -> String {
        for name in OCP_TENANTS {
            self.act(&TenantAct {
                set_switchover_status: Some("HOVERING".to_owned()),
                ..tenant(OCP_WEST, name)
            });
        }
        "HOVERING".to_owned()
    }

    async fn sicken(&self, _object: &str) {
        self.act(&TenantAct {
            set_sync_status: Some("LOG GAP".to_owned()),
            ..tenant(OCP_WEST, OCP_TENANTS[0])
        });
    }

    async fn move_behind(&self, _object: &str) {
        for (name, standby) in OCP_TENANTS.iter().zip(OCP_STANDBY_IDS) {
            let state = self.simulator.tenant_history();
            let last = state.iter().rev().find(|change| change.tenant == standby);
            let there = last.is_some_and(|change| change.role[1] == "PRIMARY");
            let follows = if there { OCP_EAST } else { OCP_WEST };
            self.act(&TenantAct {
                action: Some(TenantAction::Switchover),
                ..tenant(follows, name)
            });
        }
    }

    async fn hide_facts(&self, operation: OperationType) {
        match operation {
            OperationType::Reprotect => {
                self.act(&TenantAct {
                    sql: Some(SqlPort::Closed),
                    ..cluster(OCP_EAST)
                });
            }
            _ => {
                let matching = FaultMatch {
                    path: Some("*switchoverPreCheck".to_owned()),
                    ..FaultMatch::default()
                };
                let act = Act::Respond {
                    status: 404,
                    headers: BTreeMap::new(),
                    body: None,
                    apply: false,
                };
                self.simulator.add_fault(FaultRule::new(matching, act).count(0));
            }
        }
    }

    async fn pass(&self, time: Duration) {
        self.simulator.advance(time.as_secs_f64());
    }

    /// Twice as long is still less than a signature lives, whose age no simulated time changes.
    fn long_enough(&self) -> Duration {
        Duration::from_secs(400)
    }

    fn now(&self) -> Timestamp {
        self.simulator.now()
    }

    fn journal(&self) -> Vec<JournalLine> {
        let ready = self
            .ready
            .lock()
            .unwrap()
            .as_ref()
            .map(|(ready, ..)| ready.object.clone());
        let line = |entry: stationmaster_simulator::JournalEntry| JournalLine {
            // A batch names the tenants of one side.
            object: match entry.resource {
                Some(tenants) if ready.as_ref().is_some_and(|set| is_side(set, &tenants)) => ready.clone().unwrap(),
                other => other.unwrap_or_default(),
            },
            action: entry.action.unwrap_or(entry.operation),
            accepted: entry.accepted,
        };
        self.simulator.journal().into_iter().map(line).collect()
    }

    fn no_object(&self) -> String {
        "3000009>3000010:1>2".to_owned()
    }

    fn no_job(&self) -> String {
        "1".to_owned()
    }

    fn secrets(&self) -> Vec<String> {
        let own = match self.auth {
            Auth::Basic => OCP_PASSWORD,
            Auth::AccessKey => OCP_SECRET_KEY,
        };
        vec![own.to_owned(), OCP_SQL_PASSWORD.to_owned()]
    }
}

fn exempt(_rule: u32) -> Option<&'static str> {
    None
}
