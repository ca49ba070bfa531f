//! IAM: who exists, the tokens that were given, and the paths under `/v3`.
//! It must not know the other services' objects.

mod tokens;

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::routes::Operation;
use crate::scenario::{Account, Project, User};
use crate::world::World;

/// A token that was given.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) user: String,
    pub(crate) project: Option<String>,
    pub(crate) expires_real: Timestamp,
    pub(crate) expires_virtual: Timestamp,
    pub(crate) revoked: bool,
}

#[derive(Debug, Default)]
struct KeyState {
    failures: u32,
    locked_until: Option<Timestamp>,
}

/// Accounts, tokens and the state of access keys.
#[derive(Debug, Default)]
pub(crate) struct Identity {
    accounts: Vec<Account>,
    pub(crate) tokens: HashMap<String, Token>,
    keys: HashMap<String, KeyState>,
}

impl Identity {
    pub(crate) fn new(accounts: &[Account]) -> Self {
        Self {
            accounts: accounts.to_vec(),
            ..Default::default()
        }
    }

    fn user(&self, id: &str) -> Option<(&Account, &User)> {
        self.accounts
            .iter()
            .find_map(|a| a.users.iter().find(|u| u.id == id).map(|u| (a, u)))
    }

    fn projects_of(&self, user: &str) -> Vec<&Project> {
        let Some((account, user)) = self.user(user) else {
            return Vec::new();
        };
        let allowed = |p: &&Project| {
            user.projects.is_empty() || user.projects.iter().any(|wanted| *wanted == p.id || *wanted == p.name)
        };
        account.projects.iter().filter(allowed).collect()
    }

    /// Whether the user may act on the project.
    pub(crate) fn may_use(&self, user: &str, project: &str) -> bool {
        self.projects_of(user).iter().any(|p| p.id == project)
    }

    /// User id and secret of an access key.
    pub(crate) fn access_key(&self, access: &str) -> Option<(String, String)> {
        let mut users = self.accounts.iter().flat_map(|a| &a.users);
        users.find_map(|u| {
            let key = u.access_keys.iter().find(|k| k.access == access)?;
            Some((u.id.clone(), key.secret.clone()))
        })
    }

    /// Whether wrong signatures have locked the key.
    pub(crate) fn locked(&self, access: &str, now: Timestamp) -> bool {
        self.keys
            .get(access)
            .and_then(|k| k.locked_until)
            .is_some_and(|until| now < until)
    }

    /// Counts wrong signatures in a row and locks the key when there were too many.
    pub(crate) fn note_signature(&mut self, access: &str, good: bool, now: Timestamp, after: u32, seconds: f64) {
        let key = self.keys.entry(access.into()).or_default();
        if good {
            *key = KeyState::default();
            return;
        }
        key.failures += 1;
        if after > 0 && key.failures >= after {
            *key = KeyState {
                failures: 0,
                locked_until: Some(crate::clock::later(now, seconds)),
            };
        }
    }

    /// Makes all tokens of now invalid.
    pub(crate) fn expire_tokens(&mut self) {
        self.tokens.values_mut().for_each(|token| token.revoked = true);
    }
}

/// Answers a path under `/v3`.
pub(crate) fn handle(
    identity: &mut Identity,
    world: &mut World,
    call: &Call,
    operation: Operation,
    user: Option<&str>,
) -> Result<Reply, Refusal> {
    match operation {
        Operation::IssueToken => tokens::issue(identity, world, call),
        Operation::ListProjects | Operation::ListOwnProjects => {
            list_projects(identity, world, call, user.unwrap_or_default())
        }
        _ => Ok(version(world)),
    }
}

fn version(world: &World) -> Reply {
    let href = format!("{}/v3/", world.endpoints.iam);
    Reply::ok(json!({"version": {
        "id": "v3.6",
        "status": "stable",
        "updated": "2016-04-04T00:00:00Z",
        "media-types": [{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}],
        "links": [{"rel": "self", "href": href}],
    }}))
}

fn list_projects(identity: &Identity, world: &World, call: &Call, user: &str) -> Result<Reply, Refusal> {
    let name = call.query("name");
    let account = identity
        .user(user)
        .map(|(account, _)| account.id.clone())
        .unwrap_or_default();
    let projects: Vec<Value> = identity
        .projects_of(user)
        .into_iter()
        .filter(|p| name.as_ref().is_none_or(|wanted| *wanted == p.name))
        .map(|p| {
            json!({
                "id": p.id, "name": p.name, "domain_id": account, "parent_id": account, "is_domain": false,
                "enabled": true, "description": "",
                "links": {"self": format!("{}/v3/projects/{}", world.endpoints.iam, p.id)},
            })
        })
        .collect();
    let href = format!("{}/v3/projects", world.endpoints.iam);
    Ok(Reply::ok(
        json!({"projects": projects, "links": {"self": href, "previous": null, "next": null}}),
    ))
}
