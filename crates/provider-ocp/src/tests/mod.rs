//! The whole provider against an OCP and two databases in the process of the test.
//! They must not leave this machine, nor wait for time to pass.

mod calls;
mod lists;
mod memory;
mod ocp;
mod offers;
mod readings;

use crate::sql::fake::{Fake, PASSWORD, USER};
use crate::{Ocp, OcpAuth, OcpConfig, OcpSql};
use ocp::FakeOcp;
use secrecy::SecretString;
use stationmaster_engine::{OperationType, Station};
use stationmaster_provider::CallRequest;

/// Two pairs, the second with a service name.
const SET: &str = "3000010>3000020:2000025>2000125,2000026>2000126=orders";

struct Bench {
    ocp: FakeOcp,
    source: Fake,
    target: Fake,
}

/// A row of a database.
fn row<'a>(id: &'a str, name: &'a str, role: &'a str, epoch: &'a str, scn: &'a str) -> [&'a str; 8] {
    [id, name, "2024-01-01 00:00:00", "NORMAL", role, "NORMAL", epoch, scn]
}

const SCN: &str = "1700000005000000000";
const EARLIER: &str = "1700000003000000000";

impl Bench {
    /// Production runs at source, and is replicated.
    async fn new() -> Bench {
        let bench = Bench {
            ocp: FakeOcp::serve().await,
            source: Fake::serve(None).await,
            target: Fake::serve(None).await,
        };
        bench.roles(["PRIMARY", "PRIMARY"], ["STANDBY", "STANDBY"]);
        bench
    }

    fn roles(&self, source: [&str; 2], target: [&str; 2]) {
        let rows = |roles: [&'static str; 2], scn| {
            [
                row("1004", "orders", roles[0], "3", scn),
                row("1006", "stock", roles[1], "3", scn),
            ]
        };
        let own = |roles: [&str; 2]| {
            roles.map(|role| match role {
                "PRIMARY" => "PRIMARY",
                "STANDBY" => "STANDBY",
                other => panic!("{other}"),
            })
        };
        self.source.put(&rows(own(source), SCN));
        self.target.put(&rows(own(target), EARLIER));
    }

    fn config(&self) -> OcpConfig {
        let auth = OcpAuth::AccessKey {
            access_key: "ak".to_owned(),
            secret_key: SecretString::from("sk-hunter22"),
        };
        let sql = |cluster, fake: &Fake| OcpSql {
            cluster,
            host: "127.0.0.1".to_owned(),
            port: fake.address.port(),
            username: USER.to_owned(),
            password: SecretString::from(PASSWORD),
            tls_required: false,
        };
        let mut config = OcpConfig::new(self.ocp.url(), "berlin-ocp", auth);
        config.transport.requests_per_second = 10_000;
        config.sql = vec![sql(3_000_010, &self.source), sql(3_000_020, &self.target)];
        config
    }

    fn provider(&self) -> Ocp {
        Ocp::new(self.config()).unwrap()
    }
}

fn call(operation: OperationType) -> CallRequest {
    let action = match operation {
        OperationType::PlannedFailover => "switchover",
        _ => "failover",
    };
    CallRequest {
        object: SET.to_owned(),
        action: action.to_owned(),
        endpoint: "ocp".to_owned(),
        operation,
        target: Station::Target,
        recorded_at: jiff::Timestamp::now(),
        operation_name: "op".to_owned(),
        step: "Call".to_owned(),
        attempt: 1,
        dedupe_key: String::new(),
        expected_revision: None,
        part: None,
    }
}
