//! What every vendor call passes through: counts, journal, faults, and then the vendor's own door.
//! It must not know a vendor.

mod spoil;
mod state;

use std::sync::Arc;
use std::time::Duration;

pub(crate) use self::state::{Gate, Inner};

use jiff::Timestamp;

use crate::call::Call;
use crate::doors::Doors;
use crate::faults::{Act, DelayPlace, FaultClock, Plan, console, tenant};
use crate::journal::JournalEntry;
use crate::reply::Reply;
use crate::world::agenda::Event;

/// The largest body that the gateway takes.
pub(crate) const BODY_LIMIT: usize = 12 * 1024 * 1024;
/// How often a wait for virtual time looks at the clock.
const VIRTUAL_TICK: Duration = Duration::from_millis(10);

/// What the client's connection gets.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Served {
    Reply(Reply),
    /// The connection is closed without a response.
    Drop,
    /// The connection stays open without a response.
    Hang,
}

/// What is known about a call after its arrival.
#[derive(Debug)]
pub(crate) struct Arrival {
    /// Sequence in the journal.
    pub(crate) number: u64,
    pub(crate) call: Call,
    plan: Plan,
}

/// Takes note of a call and finds out which faults meet it.
pub(crate) fn arrive(gate: &mut Gate, mut call: Call) -> Arrival {
    (call.received_real, call.received_virtual) = (gate.world.real_now, gate.world.now);
    gate.requests.received(&call);
    let plan = Plan::of(&mut gate.faults, &gate.world, &call);
    call.fate = plan.job.clone();
    // Only mutating calls have an entry, but every call that may be held needs a number.
    let number = gate.journal.number(is_mutating(&call));
    if is_mutating(&call) {
        let entry = entry(gate, &call, &plan, number);
        gate.journal.add(entry);
    }
    for act in &plan.before {
        match act {
            Act::Console(act) => {
                if let Err(error) = console::act(&mut gate.world, act) {
                    tracing::warn!(%error, "console act failed");
                }
            }
            Act::Tenant(act) => {
                if let Err(error) = tenant::act(&mut gate.world, act) {
                    tracing::warn!(%error, "console act failed");
                }
            }
            _ => gate.doors.expire_tokens(),
        }
    }
    Arrival { number, call, plan }
}

fn is_mutating(call: &Call) -> bool {
    match &call.route {
        Some(route) => route.is_mutating(&call.method),
        None => !matches!(call.method.as_str(), "GET" | "HEAD" | "OPTIONS"),
    }
}

fn entry(gate: &Gate, call: &Call, plan: &Plan, number: u64) -> JournalEntry {
    let resource = call.resource();
    let route = call.route.as_ref();
    JournalEntry {
        sequence: number,
        time: gate.world.now,
        real_time: gate.world.real_now,
        service: route.map_or_else(|| "none".into(), |r| format!("{:?}", r.service).to_lowercase()),
        method: call.method.clone(),
        path: call.path.clone(),
        operation: route.map_or("", |r| r.operation.name()).into(),
        action: call.action(),
        resource_name: resource.as_deref().and_then(|id| gate.world.name_of(id)),
        resource,
        body: serde_json::from_slice(&call.body).ok(),
        accepted: false,
        accepted_time: None,
        accepted_order: None,
        answered: false,
        held: false,
        duplicates: 0,
        status: None,
        code: None,
        job_id: None,
        faults: plan.rules.clone(),
    }
}

/// Carries a call through to what its connection gets.
pub(crate) async fn carry(inner: &Arc<Inner>, arrival: Arrival) -> Served {
    let Arrival { number, call, plan } = arrival;
    let apply = || inner.with(|gate| apply(gate, &call, number));
    match plan.fate {
        None => Served::Reply(apply()),
        Some(Act::Refuse { code, status, message }) => {
            Served::Reply(inner.with(|gate| spoil::refuse(gate, number, call.vendor, &code, status, message)))
        }
        Some(Act::Throttle { retry_after_seconds }) => {
            Served::Reply(inner.with(|gate| spoil::too_many(gate, number, call.vendor, retry_after_seconds)))
        }
        Some(Act::Delay {
            seconds,
            clock,
            place: DelayPlace::Before,
        }) => {
            wait(inner, seconds, clock).await;
            Served::Reply(apply())
        }
        Some(Act::Delay {
            seconds,
            clock,
            place: DelayPlace::After,
        }) => {
            let reply = apply();
            wait(inner, seconds, clock).await;
            Served::Reply(reply)
        }
        Some(Act::DropAnswer {}) => {
            apply();
            Served::Drop
        }
        Some(Act::DropRequest {}) => Served::Drop,
        Some(Act::Hold { seconds, clock }) => {
            hold(inner, number, call.clone(), seconds, clock);
            Served::Drop
        }
        Some(Act::Duplicate {}) => {
            let reply = apply();
            apply();
            Served::Reply(reply)
        }
        Some(Act::Hang { apply: applied }) => {
            if applied {
                apply();
            }
            Served::Hang
        }
        Some(Act::Respond {
            status,
            headers,
            body,
            apply: applied,
        }) => {
            if applied {
                apply();
            }
            Served::Reply(
                inner.with(|gate| spoil::respond(gate, number, call.vendor, (status, headers, body), applied)),
            )
        }
        Some(Act::Body {
            form,
            bytes,
            bytes_per_second,
        }) => Served::Reply(spoil::body(apply(), form, bytes, bytes_per_second)),
        // The other acts happened at arrival or go with the job.
        Some(_) => Served::Reply(apply()),
    }
}

/// Applies a call and notes the service's own answer.
fn apply(gate: &mut Gate, call: &Call, number: u64) -> Reply {
    let reply = if call.body.len() > BODY_LIMIT {
        Doors::too_large(&mut gate.world, call.vendor)
    } else {
        gate.doors.process(&mut gate.world, call)
    };
    let now = gate.world.now;
    gate.journal.applied(number, &reply, now);
    reply
}

/// Delivers a held call.
pub(crate) fn deliver(gate: &mut Gate, number: u64) {
    if let Some(call) = gate.held.remove(&number) {
        apply(gate, &call, number);
    }
}

fn hold(inner: &Arc<Inner>, number: u64, call: Call, seconds: Option<f64>, clock: FaultClock) {
    inner.with(|gate| {
        gate.held.insert(number, call);
        if let Some(entry) = gate.journal.entry(number) {
            entry.held = true;
        }
        if let (Some(seconds), FaultClock::Virtual) = (seconds, clock) {
            let due = crate::clock::later(gate.world.now, seconds);
            gate.world.agenda.add(due, Event::Deliver { number });
        }
    });
    if let (Some(seconds), FaultClock::Real) = (seconds, clock) {
        let inner = Arc::clone(inner);
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs_f64(seconds.max(0.0))).await;
            inner.with(|gate| deliver(gate, number));
        });
    }
}

async fn wait(inner: &Arc<Inner>, seconds: f64, clock: FaultClock) {
    match clock {
        FaultClock::Real => tokio::time::sleep(Duration::from_secs_f64(seconds.max(0.0))).await,
        FaultClock::Virtual => {
            let until: Timestamp = inner.with(|gate| crate::clock::later(gate.world.now, seconds));
            while inner.with(|gate| gate.world.now < until) {
                tokio::time::sleep(VIRTUAL_TICK).await;
            }
        }
    }
}
