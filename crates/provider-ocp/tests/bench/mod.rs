//! The contract bench over the simulator: real loopback sockets, one fresh OCP for each rule.
//! It must not know the rules.

mod ready;
mod suite;

use jiff::Timestamp;
use secrecy::SecretString;
use stationmaster_engine::OperationType;
use stationmaster_provider::Provider;
use stationmaster_provider::contract::Ready;
use stationmaster_provider_ocp::{Clock, Ocp, OcpAuth, OcpConfig, OcpSql};
use stationmaster_simulator::scenario::{
    OCP_ACCESS_KEY, OCP_EAST, OCP_EAST_ID, OCP_PASSWORD, OCP_SECRET_KEY, OCP_SQL_PASSWORD, OCP_SQL_USER, OCP_USER,
    OCP_WEST, OCP_WEST_ID, two_sites,
};
use stationmaster_simulator::{
    Act, Endpoints, FaultMatch, FaultRule, Running, ServeOptions, Service, Simulator, TenantAct, Vendor,
};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The three tenants of the scenario, each with the service name that it has.
pub const SET: &str =
    "3000009>3000010:2000015>2000025=svc_payments,2000016>2000026=svc_orders,2000017>2000027=svc_ledger";

/// What was made ready for an operation, and what the simulator's clock and journal said then: until they say more, it is ready still.
type Made = (Ready, OperationType, (Timestamp, usize));

/// How a bench connects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    Basic,
    AccessKey,
}

/// An OCP and connections to it.
pub struct SimulatorBench {
    pub simulator: Simulator,
    pub endpoints: Endpoints,
    pub auth: Auth,
    running: Mutex<Vec<Running>>,
    /// What was made ready last.
    ready: Mutex<Option<Made>>,
}

fn options(tls: bool) -> ServeOptions {
    ServeOptions {
        vendor: Vendor::Ocp,
        tls,
        ..ServeOptions::default()
    }
}

impl SimulatorBench {
    pub async fn new(auth: Auth, tls: bool) -> SimulatorBench {
        let simulator = Simulator::new(two_sites()).unwrap();
        simulator.set_speed(0.0);
        let running = simulator.serve(options(tls)).await.unwrap();
        SimulatorBench {
            simulator,
            endpoints: running.endpoints.clone(),
            auth,
            running: Mutex::new(vec![running]),
            ready: Mutex::default(),
        }
    }

    /// The configuration of a good connection.
    pub fn config(&self) -> OcpConfig {
        let auth = match self.auth {
            Auth::Basic => OcpAuth::Basic {
                username: OCP_USER.to_owned(),
                password: SecretString::from(OCP_PASSWORD),
            },
            Auth::AccessKey => OcpAuth::AccessKey {
                access_key: OCP_ACCESS_KEY.to_owned(),
                secret_key: SecretString::from(OCP_SECRET_KEY),
            },
        };
        let sql = |id: u64, name: &str| {
            let (host, port) = self.endpoints.sql[name].rsplit_once(':').unwrap();
            OcpSql {
                cluster: i64::try_from(id).unwrap(),
                host: host.to_owned(),
                port: port.parse().unwrap(),
                username: OCP_SQL_USER.to_owned(),
                password: SecretString::from(OCP_SQL_PASSWORD),
                tls_required: self.endpoints.ca_pem.is_some(),
            }
        };
        let mut config = OcpConfig::new(&self.endpoints.ocp, "two-sites", auth);
        config.sql = vec![sql(OCP_EAST_ID, OCP_EAST), sql(OCP_WEST_ID, OCP_WEST)];
        config.transport.tls.ca_bundle_pem = self.endpoints.ca_pem.clone().map(String::into_bytes);
        config.transport.requests_per_second = 1000;
        config.transport.concurrent_requests = 64;
        config.transport.request_timeout = Duration::from_secs(2);
        let simulator = self.simulator.clone();
        config.clock = Clock::new(move || simulator.now());
        config
    }

    /// Does something behind everybody's back.
    pub fn act(&self, act: &TenantAct) {
        *self.ready.lock().unwrap() = None;
        self.simulator.tenant_act(act).unwrap();
    }

    fn on_call(&self, act: Act) {
        let matching = FaultMatch {
            service: Some(Service::Ocp),
            mutating: Some(true),
            ..FaultMatch::default()
        };
        self.simulator.add_fault(FaultRule::new(matching, act));
    }
}

pub fn connection(config: OcpConfig) -> Arc<dyn Provider> {
    Arc::new(Ocp::new(config).unwrap())
}
