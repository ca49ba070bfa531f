//! The API of OceanBase Cloud Platform: who calls, which module answers, and the envelope around it.
//! It must not hold rules of its own.

pub(crate) mod access;
mod clusters;
mod codes;
mod makings;
mod moves;
mod paging;
mod prechecks;
mod probes;
mod rules;
mod task_wire;
mod tasks;
mod tenants;
mod wire;

use serde_json::Value;

use self::access::{Caller, Door};
use self::codes::Refused;
use crate::call::Call;
use crate::reply::Reply;
use crate::routes::{Operation, Route};
use crate::world::World;

/// What a module answers: data for the envelope, with the tasks that it started.
#[derive(Debug, Default)]
struct Answer {
    data: Option<Value>,
    jobs: Vec<u64>,
}

impl Answer {
    fn of(data: Value) -> Self {
        Self {
            data: Some(data),
            jobs: Vec::new(),
        }
    }
}

type Handled = Result<Answer, Refused>;

/// What OCP does with a call.
pub(crate) fn process(door: &mut Door, world: &mut World, call: &Call) -> Reply {
    let mut limits = Vec::new();
    let outcome = answer(door, world, call, &mut limits);
    let mut reply = outcome.unwrap_or_else(|refused| wire::refusal(world, wire::is_chinese(world, call), &refused));
    reply.headers.extend(limits);
    reply
}

/// A refusal that a fault asks for.
pub(crate) fn refuse(world: &mut World, code: &str, status: Option<u16>, text: Option<String>) -> Reply {
    let mut refused = Refused::new(code);
    refused.status = status.unwrap_or(refused.status);
    refused.text = text;
    wire::refusal(world, false, &refused)
}

/// The answer to too many requests.
pub(crate) fn too_many(world: &mut World, retry_after: Option<u32>) -> Reply {
    let mut reply = wire::refusal(world, false, &Refused::too_many());
    if let Some(seconds) = retry_after {
        reply.headers.push(("retry-after".into(), seconds.to_string()));
    }
    reply
}

fn answer(
    door: &mut Door,
    world: &mut World,
    call: &Call,
    limits: &mut Vec<(String, String)>,
) -> Result<Reply, Refused> {
    let unknown = || {
        let mut refused = Refused::new("COM10003");
        refused.status = world.switches.ocp.unknown_route_status as u16;
        refused
    };
    let route = call.route.as_ref().ok_or_else(unknown)?;
    if route.operation == Operation::OcpTime {
        return Ok(probes::time(world));
    }
    let caller = access::authenticate(door, world, call)?;
    access::limit(door, world, &caller.name, limits)?;
    access::authorize(&caller, call)?;
    match route.operation {
        Operation::OcpInfo => return Ok(probes::info()),
        Operation::OcpStatus => return Ok(probes::status(world, call)),
        _ => {}
    }
    let handled = serve(world, call, route, &caller)?;
    let mut reply = wire::success(world, handled.data);
    reply.job = (!handled.jobs.is_empty()).then(|| {
        let ids: Vec<String> = handled.jobs.iter().map(u64::to_string).collect();
        ids.join(",")
    });
    Ok(reply)
}

fn serve(world: &mut World, call: &Call, route: &Route, caller: &Caller) -> Handled {
    use Operation as O;
    let number = |text: &Option<String>| -> Result<u64, Refused> {
        let text = text.as_deref().unwrap_or_default();
        text.parse().map_err(|_| Refused::new("COM10001"))
    };
    let id = number(&route.id);
    let sub = number(&route.sub);
    match route.operation {
        O::ListClusters => clusters::list(world, call),
        O::ShowCluster => clusters::show(world, id?),
        O::ListTenants => tenants::list(world, call, None),
        O::ListClusterTenants => tenants::list(world, call, Some(id?)),
        O::ShowTenant => tenants::show(world, id?, sub?),
        O::FailoverTenants => moves::failover(world, call, id?, caller),
        O::SwitchoverTenants => moves::switchover_batch(world, call, id?, caller),
        O::SwitchoverTenant => moves::switchover(world, call, id?, sub?, caller),
        O::CheckFailover => prechecks::failover(world, id?),
        O::CheckSwitchover => prechecks::switchover(world, call, id?, sub?),
        O::CreateTenant => makings::create(world, call, id?, caller),
        O::CreateStandbyTenant => makings::create_standby(world, call, id?, caller),
        O::DeleteTenant => makings::delete(world, call, id?, sub?, caller),
        O::ListTasks => tasks::list(world, call),
        O::ShowTask | O::ShowTaskShort => tasks::show(world, call, id?),
        O::RetryTask | O::RollBackTask | O::RetrySubtask | O::SkipSubtask | O::CancelSubtask => {
            tasks::order(world, call, route.operation, id?, sub.unwrap_or_default())
        }
        O::ShowSubtaskLog => tasks::log(world, id?, sub?),
        _ => Err(Refused::new("COM10003")),
    }
}
