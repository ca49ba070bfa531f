//! How a task stands, and what a person may ask of it (`docs/vendors/ocp.md#task-engine`).
//! It must not call a task done that was rolled back, or in which a step was left out.

use super::graph::{Graph, State};
use crate::wire::Task;

/// How a task stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// OCP works on it.
    Running,
    /// OCP takes it back.
    RollingBack,
    /// Each step was done.
    Done,
    /// It says that it was done, but these steps were left out.
    DoneWithout(Vec<i64>),
    /// It was taken back: its word is success.
    RolledBack,
    /// These steps failed; it waits for a person.
    Stopped(Vec<i64>),
    /// A word that no one knows, or words that contradict each other.
    Unknown,
}

/// What OCP lets a person ask of a task that waits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Allowed {
    /// These subtasks may be tried again, each for itself: the task's own retry takes them back first.
    pub(crate) retry: Vec<i64>,
    /// These may be left out. One that changes a role only where the role is read already: it would not happen.
    pub(crate) skip: Vec<i64>,
    /// The whole may be taken back.
    pub(crate) rollback: bool,
}

pub(crate) fn standing(task: &Task, graph: &Graph<'_>) -> Standing {
    let back = task.operation.as_deref() == Some("ROLLBACK");
    // A listed task tells no operation of its own; then its subtasks do.
    let taken_back = |state: State| {
        graph
            .nodes
            .iter()
            .any(|node| node.state == state && node.part.operation.as_deref() == Some("ROLLBACK"))
    };
    match task.status.as_deref() {
        Some("RUNNING") if back => Standing::RollingBack,
        Some("RUNNING") => Standing::Running,
        Some("SUCCESSFUL") if back || taken_back(State::Pending) => Standing::RolledBack,
        Some("SUCCESSFUL") if !matches!(task.operation.as_deref(), None | Some("EXECUTE" | "RETRY")) => {
            Standing::Unknown
        }
        Some("SUCCESSFUL") if graph.count(|node| node.state != State::Successful) > 0 => Standing::Unknown,
        Some("SUCCESSFUL") => {
            let skipped: Vec<i64> = graph
                .nodes
                .iter()
                .filter(|node| node.skipped)
                .map(|node| node.id)
                .collect();
            if skipped.is_empty() {
                Standing::Done
            } else {
                Standing::DoneWithout(skipped)
            }
        }
        Some("FAILED") => Standing::Stopped(failed(graph)),
        _ => Standing::Unknown,
    }
}

fn failed(graph: &Graph<'_>) -> Vec<i64> {
    let failed = graph.nodes.iter().filter(|node| node.state == State::Failed);
    failed.map(|node| node.id).collect()
}

/// What may be asked. `moved` tells whether the database shows the role that the task was to bring about.
pub(crate) fn allowed(task: &Task, graph: &Graph<'_>, moved: bool) -> Allowed {
    if !matches!(standing(task, graph), Standing::Stopped(_)) || task.operation.as_deref() == Some("ROLLBACK") {
        return Allowed::default();
    }
    let changes_role = graph.point_of_no_return().map(|node| node.id);
    let failed = failed(graph);
    Allowed {
        skip: failed
            .iter()
            .copied()
            .filter(|id| moved || Some(*id) != changes_role)
            .collect(),
        retry: failed,
        rollback: task.prohibit_rollback == Some(false) && !graph.past_no_return(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::graph::tests::{STEPS, failover};
    use super::*;
    use crate::wire::{Task, many};

    fn task(status: &str, operation: &str, statuses: &[(&str, &str)]) -> Task {
        Task {
            status: Some(status.to_owned()),
            operation: Some(operation.to_owned()),
            ..failover(statuses)
        }
    }

    fn all(status: &str) -> Vec<(&'static str, &str)> {
        STEPS.into_iter().map(|name| (name, status)).collect()
    }

    fn of(task: &Task) -> Standing {
        standing(task, &Graph::of(task))
    }

    #[test]
    fn the_word_of_success_is_not_enough() {
        assert_eq!(of(&task("SUCCESSFUL", "EXECUTE", &all("SUCCESSFUL"))), Standing::Done);
        assert_eq!(of(&task("SUCCESSFUL", "RETRY", &all("SUCCESSFUL"))), Standing::Done);
        // Trap 1: what was rolled back calls itself successful.
        assert_eq!(
            of(&task("SUCCESSFUL", "ROLLBACK", &all("PENDING"))),
            Standing::RolledBack
        );
        assert_eq!(
            of(&task("SUCCESSFUL", "ROLLBACK", &all("SUCCESSFUL"))),
            Standing::RolledBack
        );
        assert_eq!(
            of(&task("SUCCESSFUL", "MYSTERY", &all("SUCCESSFUL"))),
            Standing::Unknown
        );
        assert_eq!(of(&task("SUCCESSFUL", "EXECUTE", &all("PENDING"))), Standing::Unknown);
        assert_eq!(of(&task("WONDERFUL", "EXECUTE", &all("SUCCESSFUL"))), Standing::Unknown);
    }

    /// The documented list shows exactly this, and no operation of the task.
    #[test]
    fn a_listed_task_that_was_rolled_back_is_known_by_its_subtasks() {
        let page = many::<Task>(include_bytes!("../wire/golden/tasks_page.json"))
            .unwrap()
            .unwrap();
        let task = page.entries[0].as_ref().unwrap();
        assert_eq!((task.operation.as_deref(), of(task)), (None, Standing::RolledBack));
    }

    /// Trap 2.
    #[test]
    fn a_step_that_was_left_out_did_not_happen() {
        let mut done = task("SUCCESSFUL", "EXECUTE", &all("SUCCESSFUL"));
        let skipped = done
            .subtasks
            .iter_mut()
            .find(|part| part.name.as_deref() == Some(STEPS[3]))
            .unwrap();
        skipped.operation = Some("SKIP".to_owned());
        assert_eq!(of(&done), Standing::DoneWithout(vec![13_025_786]));
    }

    #[test]
    fn what_may_be_asked_of_a_task_that_stopped() {
        let asked = |status: &str, step: usize, operation: &str, moved| {
            let mut statuses: Vec<(&str, &str)> = STEPS[..step].iter().map(|name| (*name, "SUCCESSFUL")).collect();
            statuses.push((STEPS[step], "FAILED"));
            let task = task(status, operation, &statuses);
            allowed(&task, &Graph::of(&task), moved)
        };
        let first = asked("FAILED", 0, "EXECUTE", false);
        assert_eq!(
            first,
            Allowed {
                retry: vec![13_025_787],
                skip: vec![13_025_787],
                rollback: true
            }
        );
        // Trap 3: the task still says that it may be rolled back, as it did when it was submitted.
        let second = asked("FAILED", 1, "EXECUTE", false);
        assert_eq!(
            second,
            Allowed {
                retry: vec![13_025_788],
                skip: vec![],
                rollback: false
            }
        );
        let promoted = asked("FAILED", 1, "EXECUTE", true);
        assert_eq!(promoted.skip, [13_025_788], "the database shows the role");
        let fourth = asked("FAILED", 3, "EXECUTE", true);
        assert_eq!(
            fourth,
            Allowed {
                retry: vec![13_025_786],
                skip: vec![13_025_786],
                rollback: false
            }
        );
        for none in [
            asked("RUNNING", 1, "EXECUTE", true),
            asked("FAILED", 0, "ROLLBACK", true),
            asked("ODD", 0, "EXECUTE", true),
        ] {
            assert_eq!(none, Allowed::default());
        }
    }
}
