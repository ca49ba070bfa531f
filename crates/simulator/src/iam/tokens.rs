//! `POST /v3/auth/tokens`: a password for a token (`docs/vendors/sdrs.md#iam-token`).
//! It must not accept anything but the password method.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Identity, Token};
use crate::call::Call;
use crate::clock::later;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::scenario::{Account, Project, User};
use crate::switches::AuthClock;
use crate::world::World;

fn wrong() -> Refusal {
    Refusal::iam(401, "Unauthorized", "The username or password is wrong.")
}

fn malformed(what: &str) -> Refusal {
    Refusal::iam(400, "Bad Request", format!("Expecting to find {what} in the request."))
}

/// Gives a token.
pub(super) fn issue(identity: &mut Identity, world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let body: Value = serde_json::from_slice(&call.body).map_err(|_| malformed("valid JSON"))?;
    let auth = body.get("auth").ok_or_else(|| malformed("auth"))?;
    let given = auth
        .pointer("/identity/password/user")
        .ok_or_else(|| malformed("identity.password.user"))?;
    let text = |value: &Value, pointer: &str| value.pointer(pointer).and_then(Value::as_str).map(String::from);
    let password = text(given, "/password").ok_or_else(|| malformed("password"))?;
    let (id, name, account_name, account_id) = (
        text(given, "/id"),
        text(given, "/name"),
        text(given, "/domain/name"),
        text(given, "/domain/id"),
    );
    let fits = |account: &Account, user: &User| {
        let by_id = id.as_ref().is_some_and(|id| *id == user.id);
        let by_name = name.as_ref().is_some_and(|name| *name == user.name)
            && (account_name.as_ref().is_some_and(|n| *n == account.name)
                || account_id.as_ref().is_some_and(|id| *id == account.id));
        by_id || by_name
    };
    let (account, user) = identity
        .accounts
        .iter()
        .flat_map(|account| account.users.iter().map(move |user| (account, user)))
        .find(|(account, user)| fits(account, user))
        .filter(|(_, user)| !user.password.is_empty() && user.password == password)
        .map(|(account, user)| (account.clone(), user.clone()))
        .ok_or_else(wrong)?;
    let project = scoped_project(identity, auth, &user.id)?;

    let lifetime = world.switches.token_lifetime_seconds;
    let token = Token {
        user: user.id.clone(),
        project: project.as_ref().map(|p| p.id.clone()),
        expires_real: later(world.real_now, lifetime),
        expires_virtual: later(world.now, lifetime),
        revoked: false,
    };
    let (issued, expires) = match world.switches.auth_clock {
        AuthClock::Real => (world.real_now, token.expires_real),
        AuthClock::Virtual => (world.now, token.expires_virtual),
    };
    let secret = format!("MII{}{}", world.ids.hex(), world.ids.hex());
    identity.tokens.insert(secret.clone(), token);

    let with_catalog = call.query("nocatalog").is_none();
    let body = token_body(world, &account, &user, project.as_ref(), issued, expires, with_catalog);
    let mut reply = Reply::json(201, body);
    reply.headers.push(("x-subject-token".into(), secret));
    Ok(reply)
}

/// The project of the scope; a scope that names none of the user's projects is refused.
fn scoped_project(identity: &Identity, auth: &Value, user: &str) -> Result<Option<Project>, Refusal> {
    let Some(scope) = auth.pointer("/scope/project") else {
        return Ok(None);
    };
    let wanted = |key: &str| scope.get(key).and_then(Value::as_str);
    let (id, name) = (wanted("id"), wanted("name"));
    let fits = |p: &&&Project| id.map_or(name == Some(p.name.as_str()), |id| id == p.id);
    let projects = identity.projects_of(user);
    let found = projects.iter().find(fits).map(|p| (*p).clone());
    found
        .map(Some)
        .ok_or_else(|| Refusal::iam(401, "Unauthorized", "The project is not one of the user's."))
}

/// `2015-11-09T01:42:57.527363Z`
fn iam_time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

fn token_body(
    world: &World,
    account: &Account,
    user: &User,
    project: Option<&Project>,
    issued: Timestamp,
    expires: Timestamp,
    with_catalog: bool,
) -> Value {
    let domain = json!({"id": account.id, "name": account.name});
    let mut token = json!({
        "methods": ["password"],
        "issued_at": iam_time(issued),
        "expires_at": iam_time(expires),
        "user": {"id": user.id, "name": user.name, "domain": domain, "password_expires_at": ""},
        "roles": [{"id": "0", "name": "te_admin"}, {"id": "0", "name": "op_gated_sdrs"}],
    });
    if let Some(project) = project {
        token["project"] = json!({"id": project.id, "name": project.name, "domain": domain});
    }
    if with_catalog {
        token["catalog"] = catalog(world, project);
    }
    json!({"token": token})
}

fn catalog(world: &World, project: Option<&Project>) -> Value {
    let scoped = |base: &str| match project {
        Some(project) => format!("{base}/v1/{}", project.id),
        None => base.to_owned(),
    };
    let entry = |kind: &str, url: String| {
        json!({
            "id": format!("catalog-{kind}"),
            "type": kind,
            "name": kind,
            "endpoints": [{
                "id": format!("endpoint-{kind}"), "url": url, "region": world.region, "region_id": world.region,
                "interface": "public",
            }],
        })
    };
    json!([
        entry("identity", format!("{}/v3", world.endpoints.iam)),
        entry("sdrs", scoped(&world.endpoints.sdrs)),
        entry("ecs", scoped(&world.endpoints.ecs)),
    ])
}
