//! The contract bench over the simulator: real loopback sockets, one fresh cloud for each rule.
//! It must not know the rules.
#![allow(dead_code, reason = "each test program uses its own part")]

mod suite;

use secrecy::SecretString;
use serde_json::Value;
use stationmaster_engine::Station;
use stationmaster_provider::Provider;
use stationmaster_provider_sdrs::{Sdrs, SdrsAuth, SdrsConfig};
use stationmaster_simulator::{
    Act, ConsoleAct, ConsoleServers, Endpoints, FaultMatch, FaultRule, RouteCount, Running, ServeOptions, Service,
    Simulator, scenario,
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub const GROUP: &str = "40df180b-9fe2-471a-8c64-1b758dc84189";
pub const PROJECT: &str = "9d4b3a5c0e7f4f8a8c1d2e3f40516273";
const ACCOUNT: &str = "OTC-EU-DE-DEMO";
const USER: &str = "stationmaster";
const PASSWORD: &str = "demo-Passw0rd";
const ACCESS_KEY: &str = "DEMOACCESSKEY0000001";
const SECRET_KEY: &str = "demoSecretKey000000000000000000000000001";

/// How a bench connects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    Password,
    AccessKey,
}

/// A cloud and connections to it.
pub struct SimulatorBench {
    pub simulator: Simulator,
    pub endpoints: Endpoints,
    pub auth: Auth,
    running: Mutex<Vec<Running>>,
}

impl SimulatorBench {
    pub async fn new(auth: Auth, tls: bool) -> SimulatorBench {
        let simulator = Simulator::new(scenario::three_groups()).unwrap();
        simulator.set_speed(0.0);
        let running = simulator
            .serve(ServeOptions {
                tls,
                ..ServeOptions::default()
            })
            .await
            .unwrap();
        let endpoints = running.endpoints.clone();
        SimulatorBench {
            simulator,
            endpoints,
            auth,
            running: Mutex::new(vec![running]),
        }
    }

    /// The configuration of a good connection.
    pub fn config(&self) -> SdrsConfig {
        let auth = match self.auth {
            Auth::Password => SdrsAuth::Password {
                username: USER.to_owned(),
                password: SecretString::from(PASSWORD),
                domain_name: ACCOUNT.to_owned(),
            },
            Auth::AccessKey => SdrsAuth::AccessKey {
                access_key: ACCESS_KEY.to_owned(),
                secret_key: SecretString::from(SECRET_KEY),
                security_token: None,
            },
        };
        let mut config = SdrsConfig::new(&self.endpoints.sdrs, auth);
        config.iam_endpoint = Some(self.endpoints.iam.clone());
        config.ecs_endpoint = Some(self.endpoints.ecs.clone());
        config.project_name = Some("demo".to_owned());
        config.transport.tls.ca_bundle_pem = self.endpoints.ca_pem.clone().map(String::into_bytes);
        config.transport.requests_per_second = 1000;
        config.transport.concurrent_requests = 64;
        config.transport.request_timeout = Duration::from_secs(2);
        config
    }

    pub fn console(&self, act: ConsoleAct) {
        self.simulator
            .console(&ConsoleAct {
                group: GROUP.to_owned(),
                ..act
            })
            .unwrap();
    }

    /// How many requests came by such routes.
    pub fn requests(&self, which: impl Fn(&RouteCount) -> bool) -> u64 {
        let routes = self.simulator.requests().routes;
        routes.iter().filter(|route| which(route)).map(|r| r.count).sum()
    }

    fn on_call(&self, act: Act) {
        let matching = FaultMatch {
            service: Some(Service::Sdrs),
            mutating: Some(true),
            ..FaultMatch::default()
        };
        self.simulator.add_fault(FaultRule::new(matching, act));
    }
}

/// Answers so in the place of the service, which does nothing.
pub fn respond(status: u16, body: Value) -> Act {
    instead(status, Some(body))
}

/// The same with the gateway's own body for that status.
pub fn respond_as_gateway(status: u16) -> Act {
    instead(status, None)
}

fn instead(status: u16, body: Option<Value>) -> Act {
    Act::Respond {
        status,
        headers: BTreeMap::new(),
        body,
        apply: false,
    }
}

/// Stops all servers of a site.
pub fn servers(station: Option<Station>, status: &str) -> Option<ConsoleServers> {
    Some(ConsoleServers {
        station: station.map(there),
        status: status.to_owned(),
    })
}

pub fn there(station: Station) -> stationmaster_simulator::Station {
    match station {
        Station::Source => stationmaster_simulator::Station::Source,
        Station::Target => stationmaster_simulator::Station::Target,
    }
}

pub fn connection(config: SdrsConfig) -> Arc<dyn Provider> {
    Arc::new(Sdrs::new(config).unwrap())
}
