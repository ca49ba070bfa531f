//! A task as a job of the contract.
//! It must not call a task ended because its word is unknown, nor one a success in which something was left out or taken back.

use super::graph::{Graph, Node, State};
use super::standing::{Allowed, Standing, allowed, standing};
use crate::client::Client;
use crate::operations;
use crate::plan;
use crate::problem::Problem;
use crate::wire::{Task, moment};
use stationmaster_engine::{JobReport, JobStatus, OFFERS, OperationType, PartAction, PartOffer, SubJob, text};

/// No report holds more parts.
const MOST_PARTS: usize = 100;

/// What a task is part of.
pub(crate) struct Work<'a> {
    pub(crate) operation: OperationType,
    /// Whether a database shows that a tenant has the role that its task was to bring about.
    pub(crate) moved: &'a (dyn Fn(i64) -> bool + Sync),
    /// Of a call on a part.
    pub(crate) dead_time_seconds: Option<u32>,
}

/// Reads a task.
pub(crate) async fn poll(client: &Client, work: &Work<'_>, job: &str) -> Result<JobReport, Problem> {
    let Ok(id) = job.parse::<i64>() else {
        return Ok(JobReport::gone(job));
    };
    match client.task(id).await {
        Ok(task) => Ok(report(work, job, &task)),
        Err(problem) if problem.says_absent() => Ok(JobReport::gone(job)),
        Err(problem) => Err(problem),
    }
}

/// A task as read.
pub(crate) fn report(work: &Work<'_>, id: &str, task: &Task) -> JobReport {
    let graph = Graph::of(task);
    if !graph.sound {
        tracing::warn!(task = id, "an edge of a task's graph leads nowhere, or in a circle");
    }
    let standing = standing(task, &graph);
    let status = status(work, task, &graph, &standing);
    let name = task.name.as_deref().unwrap_or_default();
    let failed = graph.count(|node| node.state == State::Failed);
    let total = graph.nodes.len();
    let mut parts: Vec<&Node<'_>> = graph.nodes.iter().collect();
    // The graph's order stays among equals.
    parts.sort_by_key(|node| rank(node.state));
    JobReport {
        id: id.to_owned(),
        provider_status: word(task.status.as_deref(), task.operation.as_deref()),
        expected_type: operations::is_expected(work.operation, name),
        job_type: text::word(128, name),
        progress_percent: match status {
            JobStatus::Succeeded => Some(100),
            _ => graph.progress(),
        },
        status,
        started_at: moment(task.start_time.as_deref()),
        finished_at: moment(task.finish_time.as_deref()),
        sub_jobs: parts
            .into_iter()
            .take(MOST_PARTS)
            .map(|node| part(task, node))
            .collect(),
        sub_jobs_total: u32::try_from(total).unwrap_or(u32::MAX),
        sub_jobs_failed: u32::try_from(failed).unwrap_or(u32::MAX),
    }
}

/// The provider's two words.
fn word(status: Option<&str>, operation: Option<&str>) -> String {
    let status = status.unwrap_or_default();
    match operation {
        None | Some("EXECUTE") => text::word(64, status),
        Some(operation) => text::word(64, &format!("{status} ({operation})")),
    }
}

fn status(work: &Work<'_>, task: &Task, graph: &Graph<'_>, standing: &Standing) -> JobStatus {
    let ended = |message: String| JobStatus::Failed {
        code: None,
        message: text::word(512, &message),
    };
    let names = |ids: &[i64]| {
        let named = graph.nodes.iter().filter(|node| ids.contains(&node.id));
        let names: Vec<String> = named.map(|node| format!("{} ({})", name(node), node.id)).collect();
        names.join(", ")
    };
    let tenant = task.tenant().map(|id| format!("tenant {id}: ")).unwrap_or_default();
    match standing {
        Standing::Running | Standing::RollingBack => JobStatus::Running,
        Standing::Done => JobStatus::Succeeded,
        Standing::Unknown => JobStatus::Unknown,
        Standing::RolledBack => ended(format!("{tenant}the task was rolled back; its work was not done")),
        // What was left out may be what mattered: the role is read, and tells.
        Standing::DoneWithout(_) => JobStatus::Succeeded,
        Standing::Stopped(failed) => {
            let past = match graph.past_no_return() {
                true => "; the database may have changed the role all the same",
                false => "",
            };
            let moved = task.tenant().is_some_and(|tenant| (work.moved)(tenant));
            let message = format!("{tenant}the subtask {} failed{past}", names(failed));
            JobStatus::Waiting {
                message: text::word(512, &message),
                offers: offers(&allowed(task, graph, moved), failed, work.dead_time_seconds),
            }
        }
    }
}

/// What may be asked. To take back the task is asked of the first part that failed: that tells of it.
fn offers(allowed: &Allowed, failed: &[i64], dead_time_seconds: Option<u32>) -> Vec<PartOffer> {
    let offer = |action: PartAction| {
        move |part: &i64| PartOffer {
            part: part.to_string(),
            action,
            call: plan::of_part(action, dead_time_seconds),
        }
    };
    let back = failed.first().filter(|_| allowed.rollback);
    let retry = allowed.retry.iter().map(offer(PartAction::Retry));
    let skip = allowed.skip.iter().map(offer(PartAction::Skip));
    let offered = retry.chain(skip).chain(back.map(offer(PartAction::Rollback)));
    offered.take(OFFERS).collect()
}

fn name<'a>(node: &Node<'a>) -> &'a str {
    node.part.name.as_deref().unwrap_or("a subtask without a name")
}

fn part(task: &Task, node: &Node<'_>) -> SubJob {
    SubJob {
        id: node.id.to_string(),
        name: match node.part.split() {
            Some(index) => format!("{} [{index}]", text::word(110, name(node))),
            None => text::word(128, name(node)),
        },
        resource: task.tenant().map(|tenant| format!("tenant/{tenant}")),
        provider_status: word(node.part.status.as_deref(), node.part.operation.as_deref()),
        status: match node.state {
            State::Pending | State::Ready | State::Running | State::Canceling => JobStatus::Running,
            // What was left out did not happen.
            State::Successful if node.skipped => JobStatus::Unknown,
            State::Successful => JobStatus::Succeeded,
            State::Failed => JobStatus::Failed {
                code: None,
                message: "OCP tells the reason in the subtask's log".to_owned(),
            },
            State::Unknown => JobStatus::Unknown,
        },
        started_at: moment(node.part.start_time.as_deref()),
        finished_at: moment(node.part.finish_time.as_deref()),
        depends_on: node.before.iter().map(i64::to_string).collect(),
        revision: Some(revision(node)),
    }
}

/// Each run of a subtask has an operation and, when it ends, a time of its own.
fn revision(node: &Node<'_>) -> String {
    let told = |word: &Option<String>| text::word(60, word.as_deref().unwrap_or("-"));
    format!("{} {}", told(&node.part.operation), told(&node.part.finish_time))
}

fn rank(state: State) -> u8 {
    match state {
        State::Failed => 0,
        State::Running | State::Canceling => 1,
        State::Unknown => 2,
        State::Ready => 3,
        State::Pending => 4,
        State::Successful => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::super::graph::tests::{STEPS, failover};
    use super::*;

    fn told(task: &Task) -> JobReport {
        report(&work(OperationType::Failover, &|_| false), "12022226", task)
    }

    fn work(operation: OperationType, moved: &(dyn Fn(i64) -> bool + Sync)) -> Work<'_> {
        Work {
            operation,
            moved,
            dead_time_seconds: Some(7),
        }
    }

    #[test]
    fn the_documented_failover_runs_with_five_parts_in_the_order_of_its_edges() {
        let report = told(&failover(&[]));
        assert_eq!(
            (report.status, report.expected_type, report.progress_percent),
            (JobStatus::Running, true, Some(0))
        );
        let parts: Vec<(&str, usize)> = report
            .sub_jobs
            .iter()
            .map(|part| (part.name.as_str(), part.depends_on.len()))
            .collect();
        assert_eq!(parts, STEPS.map(|name| (name, usize::from(name != STEPS[0]))));
        assert_eq!(report.sub_jobs[1].depends_on, ["13025787"]);
        let other = report_of(OperationType::PlannedFailover);
        assert!(!other.expected_type);
    }

    fn report_of(operation: OperationType) -> JobReport {
        report(&work(operation, &|_| false), "12022226", &failover(&[]))
    }

    #[test]
    fn one_that_stopped_waits_and_names_tenant_step_and_what_may_be_asked() {
        let task = Task {
            status: Some("FAILED".to_owned()),
            ..failover(&[(STEPS[0], "SUCCESSFUL"), (STEPS[1], "FAILED")])
        };
        let report = told(&task);
        let JobStatus::Waiting { message, .. } = &report.status else {
            panic!("{report:?}")
        };
        assert_eq!(
            message,
            "tenant 2000025: the subtask Failover to primary tenant (13025788) failed; the database may have changed the role all the same"
        );
        let asked = |report: &JobReport| {
            let words = report
                .offers()
                .iter()
                .map(|offer| format!("{} {}", offer.call.action, offer.part));
            words.collect::<Vec<_>>()
        };
        assert_eq!(asked(&report), ["retry-subtask 13025788"]);
        let promoted = super::report(
            &work(OperationType::Failover, &|tenant| tenant == 2_000_025),
            "12022226",
            &task,
        );
        assert_eq!(asked(&promoted), ["retry-subtask 13025788", "skip-subtask 13025788"]);
        assert_eq!(
            (
                report.sub_jobs_total,
                report.sub_jobs_failed,
                report.sub_jobs[0].name.as_str()
            ),
            (5, 1, STEPS[1])
        );
    }

    #[test]
    fn one_that_was_rolled_back_is_no_success() {
        let task = Task {
            status: Some("SUCCESSFUL".to_owned()),
            operation: Some("ROLLBACK".to_owned()),
            ..failover(&[])
        };
        let report = told(&task);
        assert!(matches!(report.status, JobStatus::Failed { .. }));
        assert_eq!(report.provider_status, "SUCCESSFUL (ROLLBACK)");
    }
}
