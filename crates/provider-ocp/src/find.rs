//! The search for the tasks of a call whose answer was lost: by tenant, name and time (`docs/vendors/ocp.md#tasks`).
//! It must not find a task of an earlier call, nor one that another call is known to have started; finding none proves nothing.

use crate::call::Order;
use crate::client::Client;
use crate::operations;
use crate::problem::Problem;
use crate::reads::Tasks;
use crate::tasks::{Work, report, worst::worst_first};
use crate::wire::{Task, moment};
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use stationmaster_engine::{JobReport, OperationType};
use stationmaster_provider::LostCall;

/// How far a task's start may lie before the record, by OCP's own clock, whose `Date` tells whole seconds. It is small, because an older task of
/// the same kind must not be adopted.
const SLACK: SignedDuration = SignedDuration::from_secs(5);
/// How long after its record a call can have started a task that is taken for its own. One that arrives later stays in doubt.
const LATEST: SignedDuration = SignedDuration::from_mins(40);
/// So many tenants are asked for at the same time.
const AT_ONCE: usize = 4;

/// What became of a call for one of its tenants.
#[derive(Debug)]
pub(crate) struct Found {
    /// OCP's id of the tenant, as the call named it first.
    pub(crate) tenant: i64,
    /// Its task; none where there is none, which proves nothing.
    pub(crate) task: Option<Task>,
}

/// The tasks of a call, tenant by tenant.
pub(crate) async fn all(client: &Client, lost: &LostCall, order: &Order) -> Result<Vec<Found>, Problem> {
    let recorded = lost.request.recorded_at;
    // Without OCP's own time no task is known to be younger than the call.
    let lead = match client.leads.at(recorded) {
        Some(lead) => lead,
        None => client.time().await?.duration_since(client.clock.now()),
    };
    let Some(window) = window(recorded, lead) else {
        return Ok(Vec::new());
    };
    let one = |names: Vec<i64>| {
        let window = &window;
        async move {
            let mut tasks = Vec::new();
            for tenant in &names {
                let which = Tasks {
                    tenant: Some(*tenant),
                    // Whatever a call starts is of this type.
                    kind: Some("MANUAL"),
                    ..Tasks::default()
                };
                tasks.extend(client.tasks(which).await?.entries);
            }
            let task = ours(lost, &names, window, tasks);
            let task = match task.and_then(|task| task.id) {
                // The list tells no edges.
                Some(id) => Some(client.task(id).await?),
                None => None,
            };
            Ok::<_, Problem>(Found {
                tenant: names.first().copied().unwrap_or_default(),
                task,
            })
        }
    };
    let found: Vec<_> = stream::iter(order.tenants()).map(one).buffered(AT_ONCE).collect().await;
    found.into_iter().collect()
}

/// The worst task of a call, as the one job that the contract asks for.
pub(crate) async fn worst(
    client: &Client,
    lost: &LostCall,
    order: &Order,
    work: &Work<'_>,
) -> Result<Option<JobReport>, Problem> {
    let found = all(client, lost, order).await?;
    let left_out: Vec<i64> = found
        .iter()
        .filter(|found| found.task.is_none())
        .map(|found| found.tenant)
        .collect();
    let mut tasks: Vec<Task> = found.into_iter().filter_map(|found| found.task).collect();
    if !tasks.is_empty() && !left_out.is_empty() {
        tracing::warn!(
            operation = lost.request.operation_name,
            ?left_out,
            "a call has started tasks for some of its tenants only"
        );
    }
    worst_first(&mut tasks);
    let first = tasks.first();
    Ok(first.and_then(|task| Some(report(work, &task.id?.to_string(), task))))
}

/// From when to when a task can have been started by a call, by OCP's clock.
struct Window {
    from: Timestamp,
    to: Timestamp,
}

fn window(recorded: Timestamp, lead: SignedDuration) -> Option<Window> {
    let recorded = recorded.checked_add(lead).ok()?;
    Some(Window {
        from: recorded.checked_sub(SLACK).ok()?,
        to: recorded.checked_add(LATEST).ok()?,
    })
}

/// The first task of a tenant that the call can have started, and no other call is known to have.
fn ours(lost: &LostCall, names: &[i64], window: &Window, tasks: Vec<Task>) -> Option<Task> {
    let operation: OperationType = lost.request.operation;
    let held = |task: &Task| task.id.is_none_or(|id| lost.held_jobs.contains(&id.to_string()));
    let fits = |task: &Task| {
        !held(task)
            && task.tenant().is_some_and(|tenant| names.contains(&tenant))
            && task
                .name
                .as_deref()
                .is_some_and(|name| operations::is_expected(operation, name))
    };
    let dated = tasks.into_iter().filter(fits).filter_map(|task| {
        let began = moment(task.start_time.as_deref()).or_else(|| moment(task.create_time.as_deref()))?;
        (window.from..=window.to).contains(&began).then_some((began, task))
    });
    dated
        .min_by_key(|(began, task)| (*began, task.id))
        .map(|(_, task)| task)
}

#[cfg(test)]
mod tests {
    use super::*;
    use stationmaster_engine::Station;
    use stationmaster_provider::CallRequest;

    fn lost(held: &[&str]) -> LostCall {
        LostCall {
            request: CallRequest {
                object: "1>2:11>21".to_owned(),
                action: "failover".to_owned(),
                endpoint: "ocp".to_owned(),
                operation: OperationType::Failover,
                target: Station::Target,
                recorded_at: "2026-01-01T12:00:00Z".parse().unwrap(),
                operation_name: "op".to_owned(),
                step: "FailoverTenants".to_owned(),
                attempt: 1,
                dedupe_key: String::new(),
                expected_revision: None,
                part: None,
            },
            held_jobs: held.iter().map(|id| (*id).to_owned()).collect(),
        }
    }

    fn task(id: i64, tenant: i64, name: &str, began: &str) -> Task {
        let text =
            format!(r#"{{"data":{{"id":{id},"name":"{name}","tenant":{{"id":{tenant}}},"startTime":"{began}"}}}}"#);
        crate::wire::one(text.as_bytes()).unwrap().unwrap()
    }

    fn found(lead: i64, held: &[&str], tasks: Vec<Task>) -> Option<i64> {
        let lost = lost(held);
        let window = window(lost.request.recorded_at, SignedDuration::from_secs(lead)).unwrap();
        ours(&lost, &[21], &window, tasks).and_then(|task| task.id)
    }

    #[test]
    fn only_a_task_of_this_tenant_kind_and_time_that_no_one_holds_is_ours() {
        let good = || task(7, 21, "Failover tenant", "2026-01-01T20:00:01.5+08:00");
        assert_eq!(found(0, &[], vec![good()]), Some(7));
        assert_eq!(found(0, &["7"], vec![good()]), None, "another call's");
        for (tenant, name, began) in [
            (22, "Failover tenant", "2026-01-01T12:00:01Z"),
            (21, "Create tenant", "2026-01-01T12:00:01Z"),
            (21, "Switchover ob tenant for network mode", "2026-01-01T12:00:01Z"),
            (21, "Failover tenant", "2026-01-01T11:59:54Z"),
            (21, "Failover tenant", "2026-01-01T12:40:01Z"),
            (21, "Failover tenant", "soon"),
        ] {
            assert_eq!(
                found(0, &[], vec![task(7, tenant, name, began)]),
                None,
                "{tenant} {name} {began}"
            );
        }
        let several = vec![
            task(9, 21, "Failover tenant", "2026-01-01T12:10:00Z"),
            good(),
            task(3, 21, "Failover tenant", "2025-01-01T00:00:00Z"),
        ];
        assert_eq!(found(0, &[], several), Some(7), "the first after the call");
    }

    #[test]
    fn the_clock_of_ocp_counts_and_ours_does_not() {
        // It leads by two minutes: what began a minute before the call carries a later time than the call's record.
        let older = || vec![task(7, 21, "Failover tenant", "2026-01-01T12:01:00Z")];
        assert_eq!(found(120, &[], older()), None);
        assert_eq!(found(0, &[], older()), Some(7));
        assert_eq!(
            found(-600, &[], vec![task(7, 21, "Failover tenant", "2026-01-01T11:50:01Z")]),
            Some(7)
        );
    }
}
