//! Which calls a rule is about.
//! It must not count.

use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::routes::Service;
use crate::world::World;

/// All given parts must fit; none given is every vendor call.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct FaultMatch {
    /// `iam`, `sdrs`, `ecs` or `ocp`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Service>,
    /// HTTP method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Path; `*` stands for any text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The vendor's operation id, for example `ShowProtectionGroup`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The key of an action body, for example `failover-server-group` or `os-stop`, or the word that the path of a call of OCP ends
    /// with, for example `failover`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// Id or name of the object in the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Only calls that can change something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mutating: Option<bool>,
}

impl FaultMatch {
    /// Calls with that action, for example `reverse-server-group`.
    pub fn action(action: &str) -> Self {
        Self {
            action: Some(action.into()),
            ..Default::default()
        }
    }

    /// Calls of that operation, for example `ShowProtectionGroup`.
    pub fn operation(operation: &str) -> Self {
        Self {
            operation: Some(operation.into()),
            ..Default::default()
        }
    }

    pub(super) fn fits(&self, world: &World, call: &Call) -> bool {
        let route = call.route.as_ref();
        let same = |wanted: &Option<String>, given: Option<&str>| {
            wanted
                .as_ref()
                .is_none_or(|w| given.is_some_and(|g| w.eq_ignore_ascii_case(g)))
        };
        self.service.is_none_or(|s| route.is_some_and(|r| r.service == s))
            && same(&self.method, Some(&call.method))
            && self.path.as_ref().is_none_or(|pattern| glob(pattern, &call.path))
            && same(&self.operation, route.map(|r| r.operation.name()))
            && same(&self.action, call.action().as_deref())
            && self
                .mutating
                .is_none_or(|wanted| wanted == route.is_some_and(|r| r.is_mutating(&call.method)))
            && self.resource.as_ref().is_none_or(|wanted| {
                let Some(id) = call.resource() else { return false };
                id.split(',')
                    .any(|id| id == wanted || world.name_of(id).as_deref() == Some(wanted))
            })
    }
}

impl World {
    /// The name of a group, instance, pair, server or tenant.
    pub(crate) fn name_of(&self, id: &str) -> Option<String> {
        let group = self.groups.get(id).map(|g| &g.name);
        let instance = || self.instances.get(id).map(|i| &i.name);
        let pair = || self.pairs.get(id).map(|p| &p.name);
        let server = || self.servers.get(id).map(|s| &s.name);
        let tenant = || Some(&self.ocp.tenants.get(&id.parse::<u64>().ok()?)?.name);
        let found = group.or_else(instance).or_else(pair).or_else(server);
        found.or_else(tenant).cloned()
    }
}

/// Whether the text fits the pattern, in which `*` stands for any text.
fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn globs() {
        assert!(glob("/v1/*/jobs/*", "/v1/p/jobs/j"));
        assert!(glob("*", "/x") && glob("/x", "/x") && glob("/a*c", "/abc"));
        assert!(!glob("/x", "/xy") && !glob("/v1/*/jobs", "/v1/p/jobs/j") && !glob("/ab*b", "/ab"));
    }
}
