//! The vendor paths that are served, and what a request is by its method and path.
//! It must not run anything.

use serde::{Deserialize, Serialize};

/// A vendor service; each can have a port of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// Identity and access management.
    Iam,
    /// Storage disaster recovery.
    Sdrs,
    /// Elastic cloud servers.
    Ecs,
    /// OceanBase Cloud Platform.
    Ocp,
}

impl Service {
    /// All services of the cloud of SDRS, for one port that serves everything.
    pub const ALL: [Self; 3] = [Self::Iam, Self::Sdrs, Self::Ecs];
}

/// Whose protocols a port speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Vendor {
    /// SDRS with IAM and ECS.
    #[default]
    Sdrs,
    /// OceanBase Cloud Platform, with the SQL ports of its clusters.
    Ocp,
}

impl Vendor {
    /// Its services.
    pub fn services(self) -> &'static [Service] {
        match self {
            Self::Sdrs => &Service::ALL,
            Self::Ocp => &[Service::Ocp],
        }
    }
}

macro_rules! routes {
    ($( $service:ident $method:ident $pattern:literal => $operation:ident; )+) => {
        /// What a request asks for; the names follow the vendors' operation ids.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum Operation { $( $operation ),+ }

        impl Operation {
            /// The name, for fault rules and the journal.
            pub(crate) fn name(self) -> &'static str {
                match self { $( Self::$operation => stringify!($operation) ),+ }
            }
        }

        const TABLE: &[(Service, &str, &str, Operation)] =
            &[$( (Service::$service, stringify!($method), $pattern, Operation::$operation) ),+];
    };
}

// Literal segments come before captures: the first match wins.
routes! {
    Iam GET "/v3" => ShowIamVersion;
    Iam POST "/v3/auth/tokens" => IssueToken;
    Iam GET "/v3/projects" => ListProjects;
    Iam GET "/v3/auth/projects" => ListOwnProjects;
    Sdrs GET "/" => ListApiVersions;
    Sdrs GET "/{api_version}" => ShowSpecifiedApiVersion;
    Sdrs GET "/v1/{project_id}/active-domains" => ListActiveActiveDomains;
    Sdrs POST "/v1/{project_id}/server-groups" => CreateProtectionGroup;
    Sdrs GET "/v1/{project_id}/server-groups" => ListProtectionGroups;
    Sdrs GET "/v1/{project_id}/server-groups/{id}" => ShowProtectionGroup;
    Sdrs PUT "/v1/{project_id}/server-groups/{id}" => UpdateProtectionGroupName;
    Sdrs DELETE "/v1/{project_id}/server-groups/{id}" => DeleteProtectionGroup;
    Sdrs POST "/v1/{project_id}/server-groups/{id}/action" => ProtectionGroupAction;
    Sdrs POST "/v1/{project_id}/protected-instances" => CreateProtectedInstance;
    Sdrs GET "/v1/{project_id}/protected-instances" => ListProtectedInstances;
    Sdrs POST "/v1/{project_id}/protected-instances/batch" => BatchCreateProtectedInstances;
    Sdrs POST "/v1/{project_id}/protected-instances/delete" => BatchDeleteProtectedInstances;
    Sdrs GET "/v1/{project_id}/protected-instances/tags" => ListProtectedInstancesProjectTags;
    Sdrs GET "/v1/{project_id}/protected-instances/{id}" => ShowProtectedInstance;
    Sdrs PUT "/v1/{project_id}/protected-instances/{id}" => UpdateProtectedInstanceName;
    Sdrs DELETE "/v1/{project_id}/protected-instances/{id}" => DeleteProtectedInstance;
    Sdrs POST "/v1/{project_id}/protected-instances/{id}/attachreplication" => AttachProtectedInstanceReplication;
    Sdrs DELETE "/v1/{project_id}/protected-instances/{id}/detachreplication/{sub}" => DetachProtectedInstanceReplication;
    Sdrs GET "/v1/{project_id}/protected-instances/{id}/tags" => ShowProtectedInstanceTags;
    Sdrs POST "/v1/{project_id}/protected-instances/{id}/tags" => CreateProtectedInstanceTag;
    Sdrs POST "/v1/{project_id}/protected-instances/{id}/tags/action" => BatchUpdateProtectedInstanceTags;
    Sdrs DELETE "/v1/{project_id}/protected-instances/{id}/tags/{sub}" => DeleteProtectedInstanceTag;
    Sdrs POST "/v1/{project_id}/replications" => CreateReplication;
    Sdrs GET "/v1/{project_id}/replications" => ListReplications;
    Sdrs GET "/v1/{project_id}/replications/{id}" => ShowReplication;
    Sdrs PUT "/v1/{project_id}/replications/{id}" => UpdateReplicationName;
    Sdrs DELETE "/v1/{project_id}/replications/{id}" => DeleteReplication;
    Sdrs POST "/v1/{project_id}/replications/{id}/action" => ExpandReplication;
    Sdrs POST "/v1/{project_id}/disaster-recovery-drills" => CreateDisasterRecoveryDrill;
    Sdrs GET "/v1/{project_id}/disaster-recovery-drills" => ListDisasterRecoveryDrills;
    Sdrs GET "/v1/{project_id}/disaster-recovery-drills/{id}" => ShowDisasterRecoveryDrill;
    Sdrs PUT "/v1/{project_id}/disaster-recovery-drills/{id}" => UpdateDisasterRecoveryDrillName;
    Sdrs DELETE "/v1/{project_id}/disaster-recovery-drills/{id}" => DeleteDisasterRecoveryDrill;
    Sdrs GET "/v1/{project_id}/jobs/{id}" => ShowJobStatus;
    Ecs GET "/v1/{project_id}/jobs/{id}" => ShowServerJob;
    Sdrs GET "/v1/{project_id}/task-center/failure-jobs" => ListFailureJobs;
    Sdrs DELETE "/v1/{project_id}/task-center/failure-jobs/batch" => DeleteAllServerGroupFailureJobs;
    Sdrs DELETE "/v1/{project_id}/task-center/failure-jobs/{id}" => DeleteFailureJob;
    Sdrs DELETE "/v1/{project_id}/task-center/{id}/failure-jobs/batch" => DeleteServerGroupFailureJobs;
    Sdrs GET "/v1/{project_id}/sdrs/quotas" => ShowQuota;
    Ecs GET "/v1/{project_id}/cloudservers/detail" => ListServersDetails;
    Ecs GET "/v1/{project_id}/cloudservers/{id}" => ShowServer;
    Ecs POST "/v1/{project_id}/cloudservers/action" => ServersAction;
    Ocp GET "/api/v2/time" => OcpTime;
    Ocp GET "/api/v2/info" => OcpInfo;
    Ocp GET "/api/status" => OcpStatus;
    Ocp GET "/api/v2/ob/clusters" => ListClusters;
    Ocp GET "/api/v2/ob/clusters/{id}" => ShowCluster;
    Ocp GET "/api/v2/ob/tenants" => ListTenants;
    Ocp GET "/api/v2/ob/clusters/{id}/tenants" => ListClusterTenants;
    Ocp POST "/api/v2/ob/clusters/{id}/tenants/failover" => FailoverTenants;
    Ocp POST "/api/v2/ob/clusters/{id}/tenants/failoverPreCheck" => CheckFailover;
    Ocp POST "/api/v2/ob/clusters/{id}/tenants/switchover" => SwitchoverTenants;
    Ocp POST "/api/v2/ob/clusters/{id}/tenants/createTenant" => CreateTenant;
    Ocp POST "/api/v2/ob/clusters/{id}/tenants/createStandbyTenant" => CreateStandbyTenant;
    Ocp POST "/api/v2/ob/clusters/{id}/tenants/{sub}/switchover" => SwitchoverTenant;
    Ocp POST "/api/v2/ob/clusters/{id}/tenants/{sub}/switchoverPreCheck" => CheckSwitchover;
    Ocp GET "/api/v2/ob/clusters/{id}/tenants/{sub}" => ShowTenant;
    Ocp DELETE "/api/v2/ob/clusters/{id}/tenants/{sub}" => DeleteTenant;
    Ocp GET "/api/v2/tasks/instances" => ListTasks;
    Ocp GET "/api/v2/tasks/instances/{id}" => ShowTask;
    Ocp GET "/api/v2/tasks/{id}" => ShowTaskShort;
    Ocp POST "/api/v2/tasks/instances/{id}/retry" => RetryTask;
    Ocp POST "/api/v2/tasks/instances/{id}/rollback" => RollBackTask;
    Ocp GET "/api/v2/tasks/instances/{id}/subtasks/{sub}/log" => ShowSubtaskLog;
    Ocp POST "/api/v2/tasks/instances/{id}/subtasks/{sub}/retry" => RetrySubtask;
    Ocp POST "/api/v2/tasks/instances/{id}/subtasks/{sub}/skip" => SkipSubtask;
    Ocp POST "/api/v2/tasks/instances/{id}/subtasks/{sub}/cancel" => CancelSubtask;
}

impl Operation {
    /// Whether the body's key names the action.
    pub(crate) fn is_action(self) -> bool {
        matches!(
            self,
            Self::ProtectionGroupAction | Self::ExpandReplication | Self::ServersAction
        )
    }

    /// Whether the call needs credentials.
    pub(crate) fn is_public(self) -> bool {
        matches!(
            self,
            Self::ShowIamVersion
                | Self::IssueToken
                | Self::ListApiVersions
                | Self::ShowSpecifiedApiVersion
                | Self::OcpTime
        )
    }

    /// The list in the body that names the objects of a batch, and the key of each one's id.
    pub(crate) fn batch(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::FailoverTenants => Some(("failoverTenantItemList", "tenantId")),
            Self::SwitchoverTenants => Some(("tenantParamList", "tenantId")),
            _ => None,
        }
    }

    /// Whether the call asks without changing anything, though its method says otherwise.
    fn is_question(self) -> bool {
        matches!(self, Self::IssueToken | Self::CheckFailover | Self::CheckSwitchover)
    }
}

/// A request's place in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) service: Service,
    pub(crate) operation: Operation,
    pub(crate) pattern: &'static str,
    pub(crate) project: Option<String>,
    pub(crate) id: Option<String>,
    pub(crate) sub: Option<String>,
}

impl Route {
    /// Finds the route of a request among the services that the port serves.
    pub(crate) fn find(services: &[Service], method: &str, path: &str) -> Option<Self> {
        let trimmed = if path.len() > 1 {
            path.trim_end_matches('/')
        } else {
            path
        };
        TABLE
            .iter()
            .filter(|(service, verb, ..)| services.contains(service) && *verb == method)
            .find_map(|(service, _, pattern, operation)| {
                let mut route = Self {
                    service: *service,
                    operation: *operation,
                    pattern,
                    project: None,
                    id: None,
                    sub: None,
                };
                route.capture(trimmed).then_some(route)
            })
    }

    fn capture(&mut self, path: &str) -> bool {
        let (mut wanted, mut given) = (self.pattern.split('/'), path.split('/'));
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return true,
                (Some(name), Some(value)) if name.starts_with('{') && !value.is_empty() => {
                    let value = percent_encoding::percent_decode_str(value)
                        .decode_utf8_lossy()
                        .into_owned();
                    match name {
                        "{project_id}" => self.project = Some(value),
                        "{sub}" => self.sub = Some(value),
                        _ => self.id = Some(value),
                    }
                }
                (Some(name), Some(value)) if name == value => {}
                _ => return false,
            }
        }
    }

    /// Whether the call can change something that the vendor keeps; token requests do not count.
    pub(crate) fn is_mutating(&self, method: &str) -> bool {
        !self.operation.is_question() && !matches!(method, "GET" | "HEAD" | "OPTIONS")
    }

    /// The object of the path: a tenant in its cluster, else what `{id}` stands for.
    pub(crate) fn object(&self) -> Option<&str> {
        let tenant = self.sub.as_ref().filter(|_| self.pattern.contains("/tenants/{sub}"));
        tenant.or(self.id.as_ref()).map(String::as_str)
    }

    /// The word of an action that the path ends with.
    pub(crate) fn path_action(&self) -> Option<&'static str> {
        let (parent, last) = self.pattern.rsplit_once('/')?;
        (parent.ends_with('}') || parent.ends_with("/tenants"))
            .then_some(last)
            .filter(|last| self.service == Service::Ocp && !last.starts_with('{') && *last != "tenants")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(method: &str, path: &str) -> Option<Route> {
        Route::find(&Service::ALL, method, path)
    }

    #[test]
    fn captures_and_literals() {
        let route = find("POST", "/v1/p/server-groups/g/action").expect("known");
        assert_eq!(route.operation, Operation::ProtectionGroupAction);
        assert_eq!((route.project.as_deref(), route.id.as_deref()), (Some("p"), Some("g")));
        let tags = find("GET", "/v1/p/protected-instances/tags").expect("known");
        assert_eq!(tags.operation, Operation::ListProtectedInstancesProjectTags);
        let detach = find("DELETE", "/v1/p/protected-instances/i/detachreplication/r").expect("known");
        assert_eq!((detach.id.as_deref(), detach.sub.as_deref()), (Some("i"), Some("r")));
    }

    #[test]
    fn a_trailing_slash_is_the_same_path_and_an_empty_segment_is_not() {
        assert!(find("GET", "/v1/p/server-groups/").is_some());
        assert!(find("GET", "/v1//server-groups").is_none());
        assert!(find("PATCH", "/v1/p/server-groups").is_none());
    }

    #[test]
    fn a_port_serves_only_its_services() {
        assert!(Route::find(&[Service::Ecs], "GET", "/v1/p/server-groups").is_none());
        let job = Route::find(&[Service::Ecs], "GET", "/v1/p/jobs/j").expect("known");
        assert_eq!(job.operation, Operation::ShowServerJob);
    }

    #[test]
    fn only_writes_to_the_services_are_mutating() {
        assert!(
            find("DELETE", "/v1/p/replications/r")
                .expect("known")
                .is_mutating("DELETE")
        );
        assert!(!find("POST", "/v3/auth/tokens").expect("known").is_mutating("POST"));
        assert!(!find("GET", "/v1/p/replications").expect("known").is_mutating("GET"));
    }
}
