//! Failover and switchover: a batch is judged, then each item becomes a task.
//! It must not change a tenant; its task does.

use std::collections::BTreeSet;

use serde_json::Value;

use super::access::Caller;
use super::codes::Refused;
use super::{Answer, Handled, rules, task_wire, wire};
use crate::call::Call;
use crate::switches::{AliveCheck, BatchRule, ListForm, RefuseOrAllow};
use crate::world::World;
use crate::world::job::JobFate;
use crate::world::ocp::fault::SubtaskFault;
use crate::world::ocp::task::Work;

/// The items of a batch, each with its own judgement.
fn items(world: &World, body: &Value, list: &str) -> Result<Vec<Value>, Refused> {
    let items = match body.get(list) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items.clone(),
        Some(_) => return Err(Refused::new("COM10001")),
    };
    if items.is_empty() && world.switches.ocp.empty_batch == RefuseOrAllow::Refuse {
        return Err(Refused::with("COM10001", format!("{list} is empty.")));
    }
    Ok(items)
}

/// Those that are taken; one that is refused may refuse them all.
fn taken(world: &World, judged: Vec<Result<Work, Refused>>) -> Result<Vec<Work>, Refused> {
    let mut works = Vec::new();
    let (mut seen, mut first) = (BTreeSet::new(), None);
    for work in judged {
        let twice = |work: &Work| work.tenants().iter().any(|id| seen.contains(id));
        match work {
            Ok(work) if !twice(&work) => {
                seen.extend(work.tenants());
                works.push(work);
            }
            Ok(_) => first = first.or(Some(Refused::with("COM10001", "A tenant is named twice."))),
            Err(refused) => first = first.or(Some(refused)),
        }
    }
    match first {
        Some(refused) if world.switches.ocp.batch_rule == BatchRule::All || works.is_empty() => Err(refused),
        _ => Ok(works),
    }
}

/// Starts the tasks and shows them.
fn submit(world: &mut World, call: &Call, caller: &Caller, works: Vec<Work>, form: ListForm) -> Handled {
    let chinese = wire::is_chinese(world, call);
    let mut answer = Answer::default();
    let mut shown = Vec::new();
    for work in works {
        let id = start(world, work, caller, &call.fate)?;
        shown.extend(
            world
                .ocp
                .tasks
                .get(&id)
                .map(|task| task_wire::submitted(world, task, chinese)),
        );
        answer.jobs.push(id);
    }
    answer.data = Some(wire::listed(form, shown));
    Ok(answer)
}

/// Starts one task; it stands under the tenant that it is named after.
pub(super) fn start(world: &mut World, work: Work, caller: &Caller, fate: &JobFate) -> Result<u64, Refused> {
    let subject = match &work {
        Work::Switchover { standby, .. } if world.switches.ocp.switchover_task_standby => *standby,
        _ => work.tenants()[0],
    };
    let tenant = world
        .ocp
        .tenants
        .get(&subject)
        .cloned()
        .ok_or_else(|| Refused::new("OBE21003"))?;
    let cluster = world
        .ocp
        .clusters
        .get(&tenant.cluster)
        .cloned()
        .ok_or_else(|| Refused::new("OBE11001"))?;
    let mut fate = fate.clone();
    if let Work::Failover { tenant, .. } = &work
        && world.switches.ocp.alive == AliveCheck::Task
        && let Some(standby) = world.ocp.tenants.get(tenant)
        && let Some(primary) = standby.recorded_primary.and_then(|id| world.ocp.tenants.get(&id))
        && rules::seems_alive(world, primary)
    {
        fate.subtasks.push(SubtaskFault {
            tenant: Some(tenant.to_string()),
            message: Some("[OBE26019] the primary tenant is alive".into()),
            ..SubtaskFault::fail(1)
        });
    }
    Ok(world.submit(work, &caller.name, &fate, (&cluster, &tenant)))
}

pub(super) fn failover(world: &mut World, call: &Call, cluster: u64, caller: &Caller) -> Handled {
    super::clusters::find(world, cluster)?;
    let items = items(world, &wire::body(call)?, "failoverTenantItemList")?;
    let judge = |item: &Value| {
        let tenant = wire::required(item, "tenantId")?;
        rules::failover(world, cluster, tenant)?;
        let service = match item.get("serviceName") {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) if name.is_empty() => None,
            Some(Value::String(name)) => Some(name.clone()),
            Some(_) => return Err(Refused::with("COM10001", "serviceName is not valid.")),
        };
        Ok(Work::Failover { tenant, service })
    };
    let works = taken(world, items.iter().map(judge).collect())?;
    let form = world.switches.ocp.submit_data;
    submit(world, call, caller, works, form)
}

fn pair(world: &World, cluster: u64, item: &Value) -> Result<Work, Refused> {
    let (primary, standby) = (
        wire::required(item, "tenantId")?,
        wire::required(item, "standbyTenantId")?,
    );
    rules::switchover(world, cluster, primary, standby)?;
    Ok(Work::Switchover { primary, standby })
}

pub(super) fn switchover_batch(world: &mut World, call: &Call, cluster: u64, caller: &Caller) -> Handled {
    super::clusters::find(world, cluster)?;
    let items = items(world, &wire::body(call)?, "tenantParamList")?;
    let works = taken(world, items.iter().map(|item| pair(world, cluster, item)).collect())?;
    let form = world.switches.ocp.submit_data;
    submit(world, call, caller, works, form)
}

pub(super) fn switchover(world: &mut World, call: &Call, cluster: u64, tenant: u64, caller: &Caller) -> Handled {
    let item = wire::body(call)?;
    super::tenants::find(world, cluster, tenant)?;
    if wire::required(&item, "tenantId")? != tenant {
        return Err(Refused::with("COM10001", "tenantId is not the one of the path."));
    }
    let work = pair(world, cluster, &item)?;
    submit(world, call, caller, vec![work], ListForm::Object)
}
