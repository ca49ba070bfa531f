//! What a person may do to a task: retry, roll back, skip, cancel (`docs/vendors/ocp.md#task-operations`).
//! It must not run anything; `engine` does.

use super::engine;
use super::task::{Operation, Status, Task, TaskStatus, faults_of};
use crate::switches::RefuseOrAllow;
use crate::world::World;
use crate::world::job::JobFate;

/// A code of refusal.
pub(crate) type Refused = &'static str;

const NO_TASK: Refused = "TSK10001";
const WRONG_STATE: Refused = "TSK10007";
const NO_ROLLBACK: Refused = "TSK10009";

/// The four orders, and whom they are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    RetryTask,
    RollBackTask,
    RetrySubtask(u64),
    SkipSubtask(u64),
    CancelSubtask(u64),
}

impl World {
    /// Carries an order out.
    pub(crate) fn order(&mut self, id: u64, order: Order, fate: &JobFate) -> Result<(), Refused> {
        let lenient = self.switches.ocp.retry_failed_rollback == RefuseOrAllow::Allow;
        let task = self.ocp.tasks.get_mut(&id).ok_or(NO_TASK)?;
        match order {
            Order::RetryTask => retry(task, lenient)?,
            Order::RollBackTask => roll_back(task)?,
            Order::RetrySubtask(subtask) => {
                let place = failed_at(task, subtask)?;
                if task.subtasks[place].operation == Operation::Rollback {
                    return Err(WRONG_STATE);
                }
                ready(task, place, Operation::Retry);
            }
            Order::SkipSubtask(subtask) => {
                let place = failed_at(task, subtask)?;
                let back = task.subtasks[place].operation == Operation::Rollback;
                ready(
                    task,
                    place,
                    if back { Operation::RollbackSkip } else { Operation::Skip },
                );
            }
            Order::CancelSubtask(subtask) => {
                let place = place_of(task, subtask)?;
                if task.subtasks[place].status != Status::Running {
                    return Err(WRONG_STATE);
                }
                task.subtasks[place].status = Status::Canceling;
            }
        }
        let tenant = self.ocp.tenants.get(&self.ocp.tasks[&id].tenant.id).cloned();
        if let (Some(tenant), Some(task)) = (tenant, self.ocp.tasks.get_mut(&id)) {
            let n = task.subtasks.len();
            for (place, subtask) in task.subtasks.iter_mut().enumerate() {
                subtask.faults.extend(faults_of(fate, place, n, &tenant));
            }
        }
        engine::wake(self, id);
        Ok(())
    }
}

fn place_of(task: &Task, subtask: u64) -> Result<usize, Refused> {
    task.subtasks.iter().position(|s| s.id == subtask).ok_or(NO_TASK)
}

fn failed_at(task: &Task, subtask: u64) -> Result<usize, Refused> {
    let place = place_of(task, subtask)?;
    let failed = task.subtasks[place].status == Status::Failed;
    if failed { Ok(place) } else { Err(WRONG_STATE) }
}

/// A subtask runs again; the task does, too.
fn ready(task: &mut Task, place: usize, operation: Operation) {
    let subtask = &mut task.subtasks[place];
    (subtask.status, subtask.operation) = (Status::Ready, operation);
    (task.status, task.finished) = (TaskStatus::Running, None);
}

fn retry(task: &mut Task, lenient: bool) -> Result<(), Refused> {
    let back = task.operation == Operation::Rollback;
    if task.status != TaskStatus::Failed || back && !lenient {
        return Err(WRONG_STATE);
    }
    for place in 0..task.subtasks.len() {
        if task.subtasks[place].status == Status::Failed {
            task.subtasks[place].run_time += 1;
            task.subtasks[place].undo_first = !back;
            ready(task, place, if back { Operation::Rollback } else { Operation::Retry });
        }
    }
    if !back {
        task.operation = Operation::Retry;
    }
    Ok(())
}

fn roll_back(task: &mut Task) -> Result<(), Refused> {
    if task.status != TaskStatus::Failed {
        return Err(WRONG_STATE);
    }
    if task.prohibits_rollback() {
        return Err(NO_ROLLBACK);
    }
    task.operation = Operation::Rollback;
    (task.status, task.finished) = (TaskStatus::Running, None);
    let begun: Vec<u64> = task
        .subtasks
        .iter()
        .filter(|s| s.status != Status::Pending)
        .map(|s| s.id)
        .collect();
    for subtask in task.subtasks.iter_mut().filter(|s| s.status != Status::Pending) {
        subtask.operation = Operation::Rollback;
        let leaf = !subtask.downstreams.iter().any(|d| begun.contains(d));
        // The others wait as done until the way back reaches them.
        subtask.status = if leaf { Status::Ready } else { Status::Successful };
    }
    Ok(())
}
