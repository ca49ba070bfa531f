//! What is read from OCP: what it is, clusters, tenants, tasks, prechecks (`docs/vendors/ocp.md#reads`).
//! It must not say what is made of it.

use crate::client::{Client, Read};
use crate::list::Listed;
use crate::problem::Problem;
use crate::wire::{Cluster, Info, Many, Precheck, SwitchoverPrecheck, Task, Tenant, Words, many, moment};
use jiff::Timestamp;
use serde_json::json;
use stationmaster_engine::text;
use stationmaster_transport::Urgency;

/// Which tasks are looked for. What is not set does not narrow.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tasks<'a> {
    /// Words of status, separated by commas.
    pub(crate) status: Option<&'a str>,
    pub(crate) kind: Option<&'a str>,
    pub(crate) cluster: Option<i64>,
    pub(crate) tenant: Option<i64>,
}

impl Client {
    /// What OCP says that it is. No envelope.
    pub(crate) async fn info(&self) -> Result<Info, Problem> {
        let read = Read::of("Info", "reading what OCP is", &["v2", "info"]);
        let response = self.answer(&read).await?;
        let info = serde_json::from_slice(&response.body);
        info.map_err(|error| Problem::malformed(read.what, &response.body, &error, |text| self.scrub(text)))
    }

    /// OCP's own time. No envelope.
    pub(crate) async fn time(&self) -> Result<Timestamp, Problem> {
        let read = Read::of("Time", "reading OCP's time", &["v2", "time"]);
        let response = self.answer(&read).await?;
        let text = std::str::from_utf8(&response.body).ok();
        moment(text).ok_or_else(|| Problem::unreadable(read.what, "it is no moment with an offset"))
    }

    /// How OCP says that it is. The words are configurable: they are told, and nothing is decided by them.
    pub(crate) async fn status(&self) -> Result<String, Problem> {
        let response = self
            .answer(&Read::of("Status", "reading OCP's status", &["status"]))
            .await?;
        Ok(text::word(64, String::from_utf8_lossy(&response.body).trim()))
    }

    /// All clusters.
    pub(crate) async fn clusters(&self) -> Result<Listed<Cluster>, Problem> {
        self.list(&Read::of(
            "ListClusters",
            "listing the clusters",
            &["v2", "ob", "clusters"],
        ))
        .await
    }

    /// All tenants of a cluster.
    pub(crate) async fn tenants(&self, cluster: i64, urgency: Urgency) -> Result<Listed<Tenant>, Problem> {
        let what = format!("listing the tenants of cluster {cluster}");
        let cluster = cluster.to_string();
        let path = ["v2", "ob", "clusters", &cluster, "tenants"];
        let read = Read {
            urgency,
            ..Read::of("ListTenants", &what, &path)
        };
        self.list(&read).await
    }

    /// Tasks; with their subtasks' statuses, without their edges.
    pub(crate) async fn tasks(&self, which: Tasks<'_>) -> Result<Listed<Task>, Problem> {
        let number = |id: Option<i64>| id.map(|id| id.to_string());
        let (cluster, tenant) = (number(which.cluster), number(which.tenant));
        let filters = [
            ("status", which.status),
            ("type", which.kind),
            ("clusterId", cluster.as_deref()),
            ("tenantId", tenant.as_deref()),
        ];
        let query: Vec<(&str, &str)> = filters
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)))
            .collect();
        let read = Read {
            query: &query,
            ..Read::of("ListTasks", "listing the tasks", &["v2", "tasks", "instances"])
        };
        self.list(&read).await
    }

    /// One task with its graph.
    pub(crate) async fn task(&self, id: i64) -> Result<Task, Problem> {
        let what = format!("reading the task {id}");
        let text = id.to_string();
        let path = ["v2", "tasks", "instances", &text];
        let task: Task = self.one(&Read::of("ShowTask", &what, &path)).await?;
        match (task.id, task.too_long()) {
            (Some(told), None) if told == id => Ok(task),
            (_, Some(why)) => Err(Problem::unreadable(&what, &why)),
            (Some(_), None) => Err(Problem::unreadable(&what, "it is another task")),
            (None, None) => Err(Problem::unreadable(&what, "it is no task")),
        }
    }

    /// What OCP says of a failover of the standbys of a cluster, tenant by tenant.
    pub(crate) async fn failover_precheck(&self, cluster: i64) -> Result<Vec<Precheck>, Problem> {
        let what = format!("asking whether the standbys of cluster {cluster} could be failed over");
        let id = cluster.to_string();
        let path = ["v2", "ob", "clusters", &id, "tenants", "failoverPreCheck"];
        let read = Read {
            post: true,
            ..Read::of("FailoverPrecheck", &what, &path)
        };
        let response = self.answer(&read).await?;
        match many::<Precheck>(&response.body) {
            Ok(Some(Many { entries, .. })) => Ok(entries.into_iter().flatten().collect()),
            // Whether it is a list or an object is not documented.
            Ok(None) => self.single(&what, &response.body),
            Err(error) => Err(Problem::malformed(&what, &response.body, &error, |text| {
                self.scrub(text)
            })),
        }
    }

    fn single(&self, what: &str, body: &[u8]) -> Result<Vec<Precheck>, Problem> {
        match crate::wire::one::<Precheck>(body) {
            Ok(Some(precheck)) => Ok(vec![precheck]),
            _ => Err(Problem::unreadable(what, "it holds neither a list nor an object")),
        }
    }

    /// What OCP says of a switchover of one pair. `cluster` is that of the primary.
    pub(crate) async fn switchover_precheck(
        &self,
        cluster: i64,
        primary: i64,
        standby: i64,
    ) -> Result<SwitchoverPrecheck, Problem> {
        let what = format!("asking whether tenant {primary} could be switched over to {standby}");
        let (cluster, tenant) = (cluster.to_string(), primary.to_string());
        let path = [
            "v2",
            "ob",
            "clusters",
            &cluster,
            "tenants",
            &tenant,
            "switchoverPreCheck",
        ];
        let body = json!({ "tenantId": primary, "standbyTenantId": standby }).to_string();
        let read = Read {
            post: true,
            body: Some(&body),
            ..Read::of("SwitchoverPrecheck", &what, &path)
        };
        let check: SwitchoverPrecheck = self.one(&read).await?;
        match check.tenant_id {
            Some(told) if told != primary => Err(Problem::unreadable(&what, "it is of another tenant")),
            _ => Ok(check),
        }
    }
}
