//! How often each user may call: one window after another (switches `ocp-rate-*`).
//! It must not count a caller who is not known.

use std::collections::HashMap;

use jiff::Timestamp;

use super::super::codes::Refused;
use super::Door;
use crate::clock::later;
use crate::switches::AuthClock;
use crate::world::World;

/// Begin of the present window and the calls in it, by user.
pub(super) type Windows = HashMap<String, (Timestamp, u32)>;

/// Counts a call, tells what is left, and refuses one too many.
pub(crate) fn limit(
    door: &mut Door,
    world: &World,
    user: &str,
    headers: &mut Vec<(String, String)>,
) -> Result<(), Refused> {
    let (most, length) = (world.switches.ocp.rate_limit, world.switches.ocp.rate_window_seconds);
    if most == 0 {
        return Ok(());
    }
    let now = match world.switches.throttle_clock {
        AuthClock::Real => world.real_now,
        AuthClock::Virtual => world.now,
    };
    let window = door.windows.entry(user.into()).or_insert((now, 0));
    if now >= later(window.0, length) {
        *window = (now, 0);
    }
    window.1 = window.1.saturating_add(1);
    let left = later(window.0, length).duration_since(now).as_secs_f64().ceil() as u64;
    for (name, value) in [
        ("ratelimit-limit", u64::from(most)),
        ("ratelimit-remaining", u64::from(most.saturating_sub(window.1))),
        ("ratelimit-reset", left),
    ] {
        headers.push((name.into(), value.to_string()));
    }
    if window.1 > most {
        Err(Refused::too_many())
    } else {
        Ok(())
    }
}
