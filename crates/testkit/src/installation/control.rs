//! The simulator's control API: faults, time, journal, state (`docs/simulator.md`).
//! It must not be used for what a cloud's user does; `cloud` does that.

use http::Method;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use stationmaster_simulator::{ConsoleAct, ConsoleServers, FaultRule, HistoryEntry, JournalEntry, RequestReport};
use stationmaster_simulator::{Scenario, Station};

use super::{Error, Simulator, http as web};
use crate::vendors;

/// A group as the simulator knows it.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SimulatedGroup {
    /// Its id, `spec.sdrs.serverGroupID`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The provider's status word.
    pub status: String,
    /// Where production runs.
    pub priority_station: Station,
}

/// A server as the simulator knows it.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SimulatedServer {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// ECS status word, e.g. `ACTIVE` or `SHUTOFF`.
    pub status: String,
}

impl Simulator {
    async fn control(&self, method: Method, path: &str, body: Option<&Value>) -> Result<String, Error> {
        let url = format!("{}{path}", self.endpoints().control);
        let answer = web::send(method.clone(), &url, &[], body, None).await?;
        if answer.status.is_success() {
            Ok(answer.body)
        } else {
            Err(Error::Refused {
                request: format!("{method} {url}"),
                status: answer.status.as_u16(),
                body: answer.body,
            })
        }
    }

    async fn ask<T: DeserializeOwned>(&self, method: Method, path: &str, body: Option<&Value>) -> Result<T, Error> {
        let text = self.control(method.clone(), path, body).await?;
        serde_json::from_str(&text).map_err(|error| Error::Refused {
            request: format!("{method} {path}"),
            status: 200,
            body: format!("{error} in {text}"),
        })
    }

    async fn tell(&self, method: Method, path: &str, body: Option<Value>) -> Result<(), Error> {
        self.control(method, path, body.as_ref()).await.map(drop)
    }

    /// Something happens without a call.
    pub(crate) async fn act(&self, act: &impl serde::Serialize) -> Result<(), Error> {
        self.tell(Method::POST, "/console", Some(as_json(act))).await
    }

    /// The history, as the vendor's entries are.
    pub(crate) async fn told<T: DeserializeOwned>(&self) -> Result<T, Error> {
        self.ask(Method::GET, "/history", None).await
    }

    /// A part of the state, by the names on the way to it.
    pub(crate) async fn shown<T: DeserializeOwned>(&self, way: &[&str]) -> Result<T, Error> {
        let state = self.state().await?;
        let (last, before) = way.split_last().unwrap_or((&"", &[]));
        part(before.iter().fold(&state, |state, name| &state[*name]), last)
    }

    /// Replaces the whole state. Faults, journal, counts, history, jobs and tokens are gone; the clock keeps its speed.
    pub async fn load(&self, scenario: &Scenario) -> Result<(), Error> {
        self.tell(Method::POST, "/scenario", Some(as_json(scenario))).await
    }

    /// Replaces the whole state by a built-in scenario, such as `groups:1000`.
    pub async fn load_built_in(&self, name: &str) -> Result<(), Error> {
        self.tell(Method::POST, &format!("/scenario?builtin={name}"), None)
            .await
    }

    /// Adds a fault rule and tells its id.
    pub async fn add_fault(&self, rule: FaultRule) -> Result<String, Error> {
        let added: Value = self.ask(Method::POST, "/faults", Some(&as_json(&rule))).await?;
        Ok(added["added"][0].as_str().unwrap_or_default().to_owned())
    }

    /// The fault rules, with how often each was met and has fired.
    pub async fn faults(&self) -> Result<Vec<FaultRule>, Error> {
        self.ask(Method::GET, "/faults", None).await
    }

    /// Removes all fault rules.
    pub async fn clear_faults(&self) -> Result<(), Error> {
        self.tell(Method::DELETE, "/faults", None).await
    }

    /// Delivers all held calls now, and tells how many.
    pub async fn release(&self) -> Result<u64, Error> {
        let released: Value = self.ask(Method::POST, "/faults/release", None).await?;
        Ok(released["delivered"].as_u64().unwrap_or_default())
    }

    /// Something happens to a group without a call.
    pub async fn console(&self, act: ConsoleAct) -> Result<(), Error> {
        self.act(&act).await
    }

    /// Sets the servers of one station of a group to `ACTIVE` or `SHUTOFF` at once.
    pub async fn set_servers(&self, group: &str, station: Station, status: &str) -> Result<(), Error> {
        self.console(ConsoleAct {
            group: group.into(),
            servers: Some(ConsoleServers {
                station: Some(station),
                status: status.into(),
            }),
            ..ConsoleAct::default()
        })
        .await
    }

    /// Makes all IAM tokens of now invalid.
    pub async fn expire_tokens(&self) -> Result<(), Error> {
        self.tell(Method::POST, "/tokens/expire", None).await
    }

    /// Virtual seconds for each real one; 0 stops virtual time.
    pub async fn set_speed(&self, speed: f64) -> Result<(), Error> {
        self.tell(Method::POST, "/clock", Some(json!({ "speed": speed }))).await
    }

    /// Moves virtual time forward.
    pub async fn advance(&self, seconds: f64) -> Result<(), Error> {
        self.tell(Method::POST, "/clock", Some(json!({ "advanceSeconds": seconds })))
            .await
    }

    /// Sets a switch.
    pub async fn set_switch(&self, name: &str, value: &str) -> Result<(), Error> {
        self.tell(Method::POST, "/switches", Some(json!({ name: value }))).await
    }

    /// Every mutating call, by arrival.
    pub async fn journal(&self) -> Result<Vec<JournalEntry>, Error> {
        self.ask(Method::GET, "/journal", None).await
    }

    /// Every mutating call on one group (by id or name; of OCP on any tenant), accepted or not, by arrival. Stopping servers is none.
    pub async fn calls_on(&self, group: &str) -> Result<Vec<JournalEntry>, Error> {
        let mut journal = self.journal().await?;
        journal.retain(|entry| vendors::is_call_on(group, entry));
        Ok(journal)
    }

    /// What the vendor's users would see of a group's position: to be compared, not to be read.
    pub async fn position(&self, group: &str) -> Result<String, Error> {
        vendors::position(self, group).await
    }

    /// Empties the journal; its sequence goes on.
    pub async fn clear_journal(&self) -> Result<(), Error> {
        self.tell(Method::DELETE, "/journal", None).await
    }

    /// Every change of a group's status or role.
    pub async fn history(&self) -> Result<Vec<HistoryEntry>, Error> {
        self.told().await
    }

    /// Counts of all vendor calls by method and route.
    pub async fn requests(&self) -> Result<RequestReport, Error> {
        self.ask(Method::GET, "/requests", None).await
    }

    /// Sets the counts to zero.
    pub async fn clear_requests(&self) -> Result<(), Error> {
        self.tell(Method::DELETE, "/requests", None).await
    }

    /// Everything that it knows.
    pub async fn state(&self) -> Result<Value, Error> {
        self.ask(Method::GET, "/state", None).await
    }

    /// A group, by id or name.
    pub async fn group(&self, group: &str) -> Result<SimulatedGroup, Error> {
        let groups: Vec<SimulatedGroup> = self.shown(&["groups"]).await?;
        let found = groups.into_iter().find(|one| one.id == group || one.name == group);
        found.ok_or_else(|| unknown(group))
    }

    /// The servers of one station of a group, by id or name.
    pub async fn servers(&self, group: &str, station: Station) -> Result<Vec<SimulatedServer>, Error> {
        let state = self.state().await?;
        let groups: Vec<SimulatedGroup> = part(&state, "groups")?;
        let group = groups
            .into_iter()
            .find(|one| one.id == group || one.name == group)
            .ok_or_else(|| unknown(group))?;
        let side = match station {
            Station::Source => "sourceServer",
            Station::Target => "targetServer",
        };
        let instances = state["instances"].as_array().into_iter().flatten();
        let ids: Vec<&str> = instances
            .filter(|instance| instance["group"] == *group.id)
            .filter_map(|instance| instance[side].as_str())
            .collect();
        let mut servers: Vec<SimulatedServer> = part(&state, "servers")?;
        servers.retain(|server| ids.contains(&server.id.as_str()));
        Ok(servers)
    }
}

fn as_json(value: &impl serde::Serialize) -> Value {
    // The types are the simulator's own and made of plain data.
    serde_json::to_value(value).unwrap_or_default()
}

fn part<T: DeserializeOwned>(state: &Value, name: &str) -> Result<T, Error> {
    serde_json::from_value(state[name].clone()).map_err(|error| Error::Refused {
        request: "GET /state".into(),
        status: 200,
        body: format!("{name}: {error}"),
    })
}

fn unknown(group: &str) -> Error {
    Error::Refused {
        request: "GET /state".into(),
        status: 200,
        body: format!("there is no group {group}"),
    }
}
