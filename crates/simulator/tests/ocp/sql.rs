//! The SQL ports: what a connection is told, and when it is told nothing.
//! It must not test statements one by one; the crate's own tests do.

use mysql_common::packets::AuthPlugin;
use stationmaster_simulator::scenario::{OCP_EAST, OCP_SQL_PASSWORD, OCP_SQL_USER, OCP_WEST};
use stationmaster_simulator::{Running, ServeOptions, SqlPort, TenantAct, Vendor};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::bench::Ocp;

/// A client that knows as much of the protocol as it needs.
struct Client(TcpStream);

impl Client {
    async fn read(&mut self) -> Option<(u8, Vec<u8>)> {
        let mut head = [0; 4];
        self.0.read_exact(&mut head).await.ok()?;
        let mut packet = vec![0; usize::from(head[0]) | usize::from(head[1]) << 8];
        self.0.read_exact(&mut packet).await.ok()?;
        Some((head[3], packet))
    }

    async fn write(&mut self, number: u8, packet: &[u8]) {
        let mut bytes = vec![packet.len() as u8, (packet.len() >> 8) as u8, 0, number];
        bytes.extend_from_slice(packet);
        self.0.write_all(&bytes).await.expect("written");
    }

    /// Logs in and tells what came of it: 0 for well, else the error's code; none where the connection was closed.
    async fn open(address: &str, user: &str, password: &str) -> Option<(Self, u16)> {
        let mut client = Self(TcpStream::connect(address).await.expect("open"));
        let (_, greeting) = client.read().await?;
        let rest = greeting.iter().position(|byte| *byte == 0).expect("the version ends") + 5;
        let nonce: Vec<u8> = [&greeting[rest..rest + 8], &greeting[rest + 27..rest + 39]].concat();
        let proof = AuthPlugin::MysqlNativePassword
            .gen_data(Some(password), &nonce)
            .expect("proof");
        let mut login = vec![0x01, 0x82, 0x08, 0x00, 0, 0, 0, 1, 45];
        login.extend_from_slice(&[0; 23]);
        login.extend_from_slice(user.as_bytes());
        login.push(0);
        login.push(20);
        login.extend_from_slice(&proof);
        login.extend_from_slice(b"mysql_native_password\0");
        client.write(1, &login).await;
        let (_, answer) = client.read().await?;
        let code = if answer[0] == 0xff {
            u16::from_le_bytes([answer[1], answer[2]])
        } else {
            0
        };
        Some((client, code))
    }

    /// The first value of the first row of a statement; none where the connection was closed.
    async fn first(&mut self, statement: &str) -> Option<String> {
        self.write(0, &[&[3], statement.as_bytes()].concat()).await;
        let (_, count) = self.read().await?;
        assert_ne!(count[0], 0xff, "{}", String::from_utf8_lossy(&count));
        for _ in 0..=count[0] {
            self.read().await?;
        }
        let (_, row) = self.read().await?;
        let mut end = row.clone();
        while end[0] != 0xfe {
            end = self.read().await?.1;
        }
        let length = usize::from(row[0]);
        Some(String::from_utf8_lossy(&row[1..=length]).into_owned())
    }
}

async fn serve(ocp: &Ocp) -> Running {
    let options = ServeOptions {
        vendor: Vendor::Ocp,
        ..Default::default()
    };
    ocp.simulator.serve(options).await.expect("ports are free")
}

const ROLE: &str = "SELECT TENANT_ROLE FROM oceanbase.DBA_OB_TENANTS WHERE TENANT_NAME = 'payments'";

#[tokio::test]
async fn each_cluster_has_its_port_and_its_rows() {
    let ocp = Ocp::two_sites();
    let running = serve(&ocp).await;
    let mut roles = Vec::new();
    for cluster in [OCP_EAST, OCP_WEST] {
        let address = &running.endpoints.sql[cluster];
        let (mut client, code) = Client::open(address, OCP_SQL_USER, OCP_SQL_PASSWORD)
            .await
            .expect("open");
        assert_eq!(code, 0);
        roles.push(client.first(ROLE).await.expect("a row"));
    }
    assert_eq!(roles, ["PRIMARY", "STANDBY"]);
    let report = ocp.simulator.requests();
    let route = report.routes.iter().find(|r| r.service == "sql").expect("counted");
    assert_eq!(
        (&*route.route, route.count, report.reads),
        ("oceanbase.DBA_OB_TENANTS", 2, 2)
    );
}

#[tokio::test]
async fn only_who_proves_the_password_is_let_in() {
    let ocp = Ocp::two_sites();
    let running = serve(&ocp).await;
    let address = &running.endpoints.sql[OCP_WEST];
    for (user, password, code) in [
        (OCP_SQL_USER, OCP_SQL_PASSWORD, 0),
        ("monitor@sys#ob-west", OCP_SQL_PASSWORD, 0),
        (OCP_SQL_USER, "wrong", 1045),
        ("root@sys", OCP_SQL_PASSWORD, 1045),
    ] {
        let (_, told) = Client::open(address, user, password).await.expect("answered");
        assert_eq!(told, code, "{user}");
    }
}

#[tokio::test]
async fn a_lost_site_and_a_closed_port_end_the_connection() {
    let ocp = Ocp::two_sites();
    let running = serve(&ocp).await;
    let address = &running.endpoints.sql[OCP_EAST];
    let act = |down, sql| TenantAct {
        cluster: Some(OCP_EAST.into()),
        down,
        sql,
        ..Default::default()
    };
    for (lost, back) in [
        (act(Some(true), None), act(Some(false), None)),
        (act(None, Some(SqlPort::Closed)), act(None, Some(SqlPort::Open))),
    ] {
        let (mut client, _) = Client::open(address, OCP_SQL_USER, OCP_SQL_PASSWORD)
            .await
            .expect("open");
        assert_eq!(client.first(ROLE).await.as_deref(), Some("PRIMARY"));
        ocp.act(lost);
        assert_eq!(client.first(ROLE).await, None, "an open connection ends");
        assert!(Client::open(address, OCP_SQL_USER, OCP_SQL_PASSWORD).await.is_none());
        ocp.act(back);
        assert!(Client::open(address, OCP_SQL_USER, OCP_SQL_PASSWORD).await.is_some());
    }
}
