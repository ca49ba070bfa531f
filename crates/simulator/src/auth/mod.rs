//! The gateway's check of who calls: IAM token or AK/SK signature, and whether the project is theirs.
//! It must not look at what is asked for.

pub(crate) mod canonical;
pub(crate) mod signature;

use jiff::Timestamp;

use self::canonical::SignedParts;
use crate::call::Call;
use crate::iam::Identity;
use crate::refusal::Refusal;
use crate::switches::AuthClock;
use crate::world::World;

/// A caller who proved who they are.
#[derive(Debug, Clone)]
pub(crate) struct Principal {
    pub(crate) user: String,
    /// The project that the credentials are scoped to, when they are.
    pub(crate) project: Option<String>,
}

fn unauthorized(reason: &str) -> Refusal {
    Refusal::gateway(
        401,
        "APIG.0301",
        format!("Incorrect IAM authentication information: {reason}"),
    )
}

/// Finds out who calls.
pub(crate) fn authenticate(identity: &mut Identity, world: &World, call: &Call) -> Result<Principal, Refusal> {
    if let Some(token) = call.header("x-auth-token") {
        return by_token(identity, world, token);
    }
    match call.header("authorization") {
        Some(value) if value.starts_with(signature::ALGORITHM) => by_signature(identity, world, call, value),
        _ => Err(unauthorized("x-auth-token not found")),
    }
}

/// Refuses a caller whose credentials do not reach the project of the path.
pub(crate) fn authorize(identity: &Identity, who: &Principal, project: &str) -> Result<(), Refusal> {
    let allowed = identity.may_use(&who.user, project) && who.project.as_deref().is_none_or(|p| p == project);
    if allowed {
        Ok(())
    } else {
        Err(Refusal::service(
            403,
            "SDRS.0005",
            "The user has no permission on this project.",
        ))
    }
}

fn by_token(identity: &Identity, world: &World, token: &str) -> Result<Principal, Refusal> {
    let Some(known) = identity.tokens.get(token) else {
        return Err(unauthorized("decrypt token fail"));
    };
    let expired = match world.switches.auth_clock {
        AuthClock::Real => known.expires_real <= world.real_now,
        AuthClock::Virtual => known.expires_virtual <= world.now,
    };
    if expired || known.revoked {
        return Err(Refusal::gateway(401, "APIG.0307", "The token must be updated."));
    }
    Ok(Principal {
        user: known.user.clone(),
        project: known.project.clone(),
    })
}

fn by_signature(identity: &mut Identity, world: &World, call: &Call, value: &str) -> Result<Principal, Refusal> {
    let header = signature::Authorization::parse(value).ok_or_else(|| unauthorized("verify aksk signature fail"))?;
    let Some((user, secret)) = identity.access_key(&header.access) else {
        return Err(unauthorized("ak not exist"));
    };
    let now = signature_now(world, call);
    if identity.locked(&header.access, now) {
        return Err(unauthorized("AK access failed to reach the limit,forbidden"));
    }
    let (window, lock_after, lock_for) = {
        let s = &world.switches;
        (
            s.signature_window_seconds,
            s.signature_lock_after,
            s.signature_lock_seconds,
        )
    };
    let checked = signature::verify(&header, &secret, &signed_parts(call), now, window);
    identity.note_signature(&header.access, checked.is_ok(), now, lock_after, lock_for);
    match checked {
        Ok(()) => Ok(Principal {
            user,
            project: call.header("x-project-id").map(String::from),
        }),
        Err(reason) => Err(unauthorized(&format!("verify aksk signature fail, {reason}"))),
    }
}

/// The instant that a signature is judged at: a request that was held back has aged meanwhile.
fn signature_now(world: &World, call: &Call) -> Timestamp {
    match world.switches.auth_clock {
        AuthClock::Real => world.real_now,
        AuthClock::Virtual => {
            let held = world.now.duration_since(call.received_virtual).as_secs_f64();
            crate::clock::later(call.received_real, held)
        }
    }
}

/// What a signature covers.
fn signed_parts(call: &Call) -> SignedParts<'_> {
    SignedParts {
        method: &call.method,
        path: &call.path,
        query: &call.query,
        headers: &call.headers,
        body: &call.body,
    }
}

#[cfg(test)]
mod tests;
