//! Who calls OCP: HTTP Basic or an access key, the blocking of wrong passwords, and how often each user may call.
//! It must not look at what is asked for.

mod limit;
mod signature;

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use self::limit::Windows;
pub(super) use self::limit::limit;
use super::codes::Refused;
use crate::call::Call;
use crate::clock::later;
use crate::scenario::OcpUser;
use crate::switches::AuthClock;
use crate::world::World;

/// Who has proven who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Caller {
    pub(super) name: String,
    read_only: bool,
}

#[derive(Debug, Default)]
struct Attempts {
    wrong: u32,
    blocked_until: Option<Timestamp>,
}

/// Users, their wrong passwords and their calls.
#[derive(Debug, Default)]
pub(crate) struct Door {
    users: Vec<OcpUser>,
    attempts: HashMap<String, Attempts>,
    windows: Windows,
}

impl Door {
    pub(crate) fn new(users: &[OcpUser]) -> Self {
        Self {
            users: users.to_vec(),
            ..Default::default()
        }
    }
}

/// Finds out who calls.
pub(super) fn authenticate(door: &mut Door, world: &World, call: &Call) -> Result<Caller, Refused> {
    let given = call.header("authorization").and_then(|value| value.split_once(' '));
    match given {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("basic") => basic(door, world, rest),
        Some((signature::SCHEME, rest)) => signed(door, world, call, rest),
        _ => Err(Refused::new("IAM10000")),
    }
}

/// Refuses a change by somebody who may only read.
pub(super) fn authorize(caller: &Caller, call: &Call) -> Result<(), Refused> {
    let changes = call.route.as_ref().is_some_and(|route| route.is_mutating(&call.method));
    if changes && caller.read_only {
        return Err(Refused::new("COM10009"));
    }
    Ok(())
}

fn basic(door: &mut Door, world: &World, encoded: &str) -> Result<Caller, Refused> {
    let decoded = STANDARD
        .decode(encoded.trim())
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let Some((name, password)) = decoded.as_deref().and_then(|text| text.split_once(':')) else {
        return Err(Refused::new("IAM10000"));
    };
    let switches = &world.switches.ocp;
    let attempts = door.attempts.entry(name.into()).or_default();
    if attempts.blocked_until.is_some_and(|until| world.real_now < until) {
        return Err(Refused::new("IAM10006"));
    }
    let known = door
        .users
        .iter()
        .find(|u| u.name == name && !u.password.is_empty() && u.password == password);
    if let Some(user) = known {
        *attempts = Attempts::default();
        return Ok(Caller {
            name: user.name.clone(),
            read_only: user.read_only,
        });
    }
    attempts.wrong += 1;
    let left = switches.lock_after.saturating_sub(attempts.wrong);
    if switches.lock_after == 0 {
        return Err(Refused::new("IAM10004"));
    }
    if left == 0 {
        (attempts.wrong, attempts.blocked_until) = (0, Some(later(world.real_now, switches.lock_seconds)));
    }
    let text = format!("User name or password is wrong; {left} attempts are left.");
    Err(Refused::with("IAM10004", text))
}

fn signed(door: &Door, world: &World, call: &Call, credentials: &str) -> Result<Caller, Refused> {
    let switches = &world.switches.ocp;
    let wrong = || Refused::new(&switches.code_signature);
    let (access, given) = credentials.split_once(':').ok_or_else(wrong)?;
    let with_key = |user: &OcpUser| user.access_keys.iter().find(|k| k.access == access).cloned();
    let mut users = door.users.iter();
    let (user, key) = users.find_map(|u| with_key(u).map(|key| (u, key))).ok_or_else(wrong)?;
    let date = call
        .header("date")
        .and_then(signature::date)
        .ok_or_else(|| Refused::new(&switches.code_date))?;
    let now = match world.switches.auth_clock {
        AuthClock::Real => world.real_now,
        // A request that was held has aged meanwhile.
        AuthClock::Virtual => {
            let held = world.now.duration_since(call.received_virtual).as_secs_f64();
            later(call.received_real, held)
        }
    };
    if now.duration_since(date).as_secs_f64().abs() >= switches.date_window_seconds {
        return Err(Refused::new(&switches.code_date));
    }
    if !signature::fits(call, &key.secret, given) {
        return Err(wrong());
    }
    Ok(Caller {
        name: user.name.clone(),
        read_only: user.read_only,
    })
}
