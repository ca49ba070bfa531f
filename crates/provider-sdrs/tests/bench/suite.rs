//! What the suite asks of the bench, done at the simulator: states, disturbances, flaws, the journal.
//! It must not judge the provider.

use super::{
    Auth, GROUP, PASSWORD, PROJECT, SECRET_KEY, SimulatorBench, connection, respond_as_gateway, servers, there,
};
use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::SecretString;
use stationmaster_engine::{OperationType, Station};
use stationmaster_provider::Provider;
use stationmaster_provider::contract::{Bench, Disturbance, Flaw, JournalLine, Ready, Spoil};
use stationmaster_provider_sdrs::SdrsAuth;
use stationmaster_simulator::{Act, BodyForm, ConsoleAct, FaultMatch, FaultRule, ServeOptions, Service};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

#[async_trait]
impl Bench for SimulatorBench {
    fn provider(&self) -> Arc<dyn Provider> {
        connection(self.config())
    }

    async fn elsewhere(&self) -> Option<Arc<dyn Provider>> {
        let running = self.simulator.serve(ServeOptions::default()).await.unwrap();
        let mut config = self.config();
        config.endpoint.clone_from(&running.endpoints.sdrs);
        self.running.lock().unwrap().push(running);
        Some(connection(config))
    }

    async fn flawed(&self, flaw: Flaw) -> Option<Arc<dyn Provider>> {
        let mut config = self.config();
        match flaw {
            Flaw::WrongCredentials => match &mut config.auth {
                SdrsAuth::Password { password, .. } => *password = SecretString::from("not-the-passw0rd"),
                SdrsAuth::AccessKey { secret_key, .. } => *secret_key = SecretString::from("notTheSecretKey"),
            },
            Flaw::NobodyListens => {
                let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
                let address = format!("http://{}", listener.local_addr().unwrap());
                config.endpoint.clone_from(&address);
                config.iam_endpoint = Some(address.clone());
                config.ecs_endpoint = Some(address);
            }
            Flaw::UntrustedCertificate => {
                let running = self
                    .simulator
                    .serve(ServeOptions {
                        tls: true,
                        ..ServeOptions::default()
                    })
                    .await
                    .unwrap();
                config.endpoint.clone_from(&running.endpoints.sdrs);
                config.iam_endpoint = Some(running.endpoints.iam.clone());
                config.ecs_endpoint = Some(running.endpoints.ecs.clone());
                config.transport.tls.ca_bundle_pem = None;
                self.running.lock().unwrap().push(running);
            }
        }
        Some(connection(config))
    }

    fn exempt(&self, rule: u32) -> Option<&'static str> {
        (rule == 40).then_some("a job that failed is over")
    }

    async fn ready_for(&self, operation: OperationType) -> Ready {
        let (status, replication, active) = match operation {
            OperationType::PlannedFailover | OperationType::Failover | OperationType::DisableProtection => {
                ("protected", "active", Station::Source)
            }
            OperationType::EnableProtection => ("available", "inactive", Station::Source),
            OperationType::Reprotect => ("failed-over", "inactive", Station::Target),
        };
        self.console(ConsoleAct {
            servers: servers(None, "SHUTOFF"),
            set_status: Some(status.to_owned()),
            set_priority_station: Some(there(active)),
            set_member_status: Some(status.to_owned()),
            set_replication_status: Some(replication.to_owned()),
            set_fault_level: Some("0".to_owned()),
            ..ConsoleAct::default()
        });
        Ready {
            object: GROUP.to_owned(),
            active,
        }
    }

    async fn disturb(&self, disturbance: Disturbance) {
        let fail = || Act::FailJob {
            sub_job: None,
            error_code: None,
            fail_reason: None,
            roles: Default::default(),
        };
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
            Disturbance::Refuse => self.on_call(refuse("SDRS.1002", None)),
            // A permanent key does not lapse: the gateway says no, once.
            Disturbance::LapseCredentials if self.auth == Auth::AccessKey => self.on_call(refuse("APIG.0301", None)),
            Disturbance::LapseCredentials => self.on_call(Act::ExpireTokens {}),
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
                let place = format!("{}/v1/{PROJECT}/server-groups/{GROUP}/action", self.endpoints.sdrs);
                self.on_call(respond(307, "Location", place, false));
            }
            Disturbance::Say(text) => self.on_call(refuse("SDRS.1002", Some(text))),
            Disturbance::SayOnRead(text) => {
                let matching = FaultMatch::operation("ShowProtectionGroup");
                self.simulator
                    .add_fault(FaultRule::new(matching, refuse("SDRS.0201", Some(text))));
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
        self.console(ConsoleAct {
            set_status: Some("hovering".to_owned()),
            ..ConsoleAct::default()
        });
        "hovering".to_owned()
    }

    async fn sicken(&self, _object: &str) {
        self.console(ConsoleAct {
            set_replication_status: Some("inactive".to_owned()),
            ..ConsoleAct::default()
        });
    }

    async fn move_behind(&self, _object: &str) {
        self.console(ConsoleAct {
            action: Some("reverse".to_owned()),
            ..ConsoleAct::default()
        });
    }

    async fn hide_facts(&self, _operation: OperationType) {
        let matching = FaultMatch {
            service: Some(Service::Ecs),
            ..FaultMatch::default()
        };
        let rule = FaultRule::new(matching, respond_as_gateway(404)).count(0);
        self.simulator.add_fault(rule);
    }

    async fn pass(&self, time: Duration) {
        self.simulator.advance(time.as_secs_f64());
    }

    fn long_enough(&self) -> Duration {
        Duration::from_secs(600)
    }

    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn journal(&self) -> Vec<JournalLine> {
        let line = |entry: stationmaster_simulator::JournalEntry| JournalLine {
            object: entry.resource.unwrap_or_default(),
            action: entry.action.unwrap_or(entry.operation),
            accepted: entry.accepted,
        };
        self.simulator.journal().into_iter().map(line).collect()
    }

    fn no_object(&self) -> String {
        "00000000-0000-4000-8000-000000000000".to_owned()
    }

    fn no_job(&self) -> String {
        "0000000000000000000000000000dead".to_owned()
    }

    fn secrets(&self) -> Vec<String> {
        let own = match self.auth {
            Auth::Password => PASSWORD,
            Auth::AccessKey => SECRET_KEY,
        };
        vec![own.to_owned()]
    }
}
