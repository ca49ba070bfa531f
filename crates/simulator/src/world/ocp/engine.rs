//! The task engine: at each look some subtasks begin, end or become ready (`docs/vendors/ocp.md#task-engine`).
//! It must not know who asked for a task.

use super::effects::{self, Failure};
use super::fault::{SubtaskEnd, SubtaskFault};
use super::task::{Operation, Status, Subtask, TaskStatus, Work};
use crate::clock::later;
use crate::world::World;
use crate::world::agenda::Event;

/// Subtasks of one task that may be ready or running at once.
const AT_ONCE: usize = 10;
/// The shortest time between two looks, in virtual seconds.
const SHORTEST: f64 = 0.01;

/// Puts the engine's next look at a task on the agenda.
pub(crate) fn wake(world: &mut World, id: u64) {
    let due = later(world.now, world.switches.ocp.tick_seconds.max(SHORTEST));
    if let Some(task) = world.ocp.tasks.get_mut(&id)
        && !task.ticking
    {
        task.ticking = true;
        world.agenda.add(due, Event::Look { task: id });
    }
}

/// One look at a task.
pub(crate) fn look(world: &mut World, id: u64) {
    let Some(task) = world.ocp.tasks.get_mut(&id) else {
        return;
    };
    task.ticking = false;
    let before: Vec<Status> = task.subtasks.iter().map(|s| s.status).collect();
    for (place, status) in before.into_iter().enumerate() {
        match status {
            Status::Ready => begin(world, id, place),
            Status::Running | Status::Canceling => go_on(world, id, place),
            _ => {}
        }
    }
    promote(world, id);
    let Some(task) = world.ocp.tasks.get_mut(&id) else {
        return;
    };
    settle(task, world.now);
    let at_work = |s: &Subtask| matches!(s.status, Status::Ready | Status::Running | Status::Canceling);
    if task.is_running() || task.subtasks.iter().any(at_work) {
        wake(world, id);
    }
}

/// The one that a step works with, out of the state.
fn subtask(world: &mut World, id: u64, place: usize) -> Option<(&mut Subtask, Work)> {
    let task = world.ocp.tasks.get_mut(&id)?;
    let work = task.work.clone();
    task.subtasks.get_mut(place).map(|subtask| (subtask, work))
}

fn begin(world: &mut World, id: u64, place: usize) {
    let (now, switches) = (world.now, world.switches.clone());
    let task = world.ocp.tasks.get(&id);
    let never_ends = task.is_some_and(|t| t.never_ends);
    let without_effect = task.is_some_and(|t| t.without_effect);
    let Some((subtask, work)) = subtask(world, id, place) else {
        return;
    };
    let step = subtask.step;
    let stamp = super::local(&switches.ocp, now).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z");
    let word = subtask.operation.word();
    subtask.log += &format!("############{{{word}}}{{{stamp}}}############\n");
    subtask.status = Status::Running;
    subtask.started = subtask.started.or(Some(now));
    (subtask.finished, subtask.worked, subtask.fault) = (None, false, None);
    let runs = matches!(subtask.operation, Operation::Execute | Operation::Retry);
    let seconds = match subtask.operation {
        Operation::Execute | Operation::Retry => step.seconds(&switches),
        Operation::Rollback => switches.ocp.step_seconds,
        _ => 0.0,
    };
    let back = subtask.operation == Operation::Rollback;
    if runs || back {
        subtask.fault = take(&mut subtask.faults, back);
    }
    let seconds = subtask.fault.as_ref().and_then(|f| f.seconds).unwrap_or(seconds);
    let restart = subtask.fault.as_ref().is_some_and(|f| f.end == SubtaskEnd::Restart);
    let seconds = if restart { 0.0 } else { seconds };
    let late = subtask.fault.as_ref().is_some_and(|f| f.end == SubtaskEnd::Timeout);
    subtask.work_due = Some(later(now, seconds));
    let limit = f64::from(step.timeout());
    let (end, endless) = (if late { limit } else { seconds }, never_ends && runs);
    subtask.due = (!endless).then(|| later(now, end));
    if endless {
        subtask.work_due = None;
    }
    let undo_first = std::mem::take(&mut subtask.undo_first);
    if undo_first {
        subtask.log += "rolled back before the retry\n";
        effects::undo(world, id, &work, step);
    }
    if runs && !without_effect {
        effects::begin(world, &work, step, &id.to_string());
    }
}

/// The fault of a run, or of its undoing.
fn take(faults: &mut Vec<SubtaskFault>, back: bool) -> Option<SubtaskFault> {
    let place = faults.iter().position(|fault| fault.rollback == back)?;
    let taken = faults[place].clone();
    match faults[place].runs {
        0 => {}
        1 => {
            faults.remove(place);
        }
        _ => faults[place].runs -= 1,
    }
    Some(taken)
}

fn go_on(world: &mut World, id: u64, place: usize) {
    let now = world.now;
    let without_effect = world.ocp.tasks.get(&id).is_some_and(|t| t.without_effect);
    let Some((subtask, work)) = subtask(world, id, place) else {
        return;
    };
    if subtask.status == Status::Canceling {
        (subtask.status, subtask.operation) = (Status::Running, Operation::Cancel);
        return;
    }
    let (step, operation) = (subtask.step, subtask.operation);
    let (due, work_due, worked) = (subtask.due, subtask.work_due, subtask.worked);
    let over = due.is_some_and(|due| due <= now);
    match operation {
        Operation::Cancel => {
            if !worked {
                effects::give_up(world, &work, step, &id.to_string());
            }
            end(world, id, place, Err(("TSK10014", "The subtask was cancelled.".into())));
        }
        Operation::Skip | Operation::RollbackSkip => end(world, id, place, Ok(())),
        Operation::Rollback if over => {
            let failed = subtask.fault.clone().filter(|f| f.end != SubtaskEnd::Slow);
            if failed.as_ref().is_none_or(|f| f.done) {
                effects::undo(world, id, &work, step);
            }
            end(
                world,
                id,
                place,
                failed.map_or(Ok(()), |f| Err(reason(f.end, f.message))),
            );
        }
        Operation::Rollback => {}
        Operation::Execute | Operation::Retry if without_effect => {
            if over {
                end(world, id, place, Ok(()));
            }
        }
        Operation::Execute | Operation::Retry => {
            let fault = subtask.fault.clone();
            let fails = fault.as_ref().is_some_and(|f| f.end != SubtaskEnd::Slow);
            let works = !fails || fault.as_ref().is_some_and(|f| f.done);
            let mut result = Ok(());
            if !worked && work_due.is_some_and(|due| due <= now) {
                if works {
                    result = effects::finish(world, id, &work, step);
                }
                if let Some((subtask, _)) = self::subtask(world, id, place) {
                    subtask.worked = works && result.is_ok();
                }
            } else if !worked {
                effects::pass(world, &work, step, &id.to_string());
            }
            if !over && result.is_ok() {
                return;
            }
            if !works || result.is_err() {
                effects::give_up(world, &work, step, &id.to_string());
            }
            let told = fault
                .filter(|f| f.end != SubtaskEnd::Slow)
                .map(|f| Err(reason(f.end, f.message)));
            end(world, id, place, told.unwrap_or(result));
        }
    }
}

fn reason(end: SubtaskEnd, message: Option<String>) -> Failure {
    let (code, text) = match end {
        SubtaskEnd::Timeout => ("TSK10012", "The subtask timed out."),
        SubtaskEnd::Restart => ("TSK10015", "The server that ran the subtask was restarted."),
        SubtaskEnd::Fail | SubtaskEnd::Slow => ("OBE10002", "The OceanBase operation failed."),
    };
    (code, message.unwrap_or_else(|| text.into()))
}

/// A run ends. A rolled-back subtask waits again.
fn end(world: &mut World, id: u64, place: usize, result: Result<(), Failure>) {
    let now = world.now;
    let Some((subtask, _)) = subtask(world, id, place) else {
        return;
    };
    if let Err((code, text)) = &result {
        subtask.log += &format!("[{code}] {text}\n");
    }
    let rolled = matches!(subtask.operation, Operation::Rollback | Operation::RollbackSkip);
    subtask.status = match result {
        Err(_) => Status::Failed,
        Ok(()) if rolled => Status::Pending,
        Ok(()) => Status::Successful,
    };
    (subtask.finished, subtask.due, subtask.work_due) = (Some(now), None, None);
    subtask.log += &format!("state: {}\n", subtask.status.word());
}

/// Lets those begin whose turn has come, unless one has failed.
fn promote(world: &mut World, id: u64) {
    let Some(task) = world.ocp.tasks.get_mut(&id) else {
        return;
    };
    if task.subtasks.iter().any(|s| s.status == Status::Failed) {
        return;
    }
    let busy = |s: &&Subtask| matches!(s.status, Status::Ready | Status::Running | Status::Canceling);
    let mut free = AT_ONCE.saturating_sub(task.subtasks.iter().filter(busy).count());
    let back = task.operation == Operation::Rollback;
    let of = |wanted: Status| -> Vec<u64> {
        let with = task.subtasks.iter().filter(|s| s.status == wanted);
        with.map(|s| s.id).collect()
    };
    let (done, waiting) = (of(Status::Successful), of(Status::Pending));
    for subtask in &mut task.subtasks {
        let turn = if back {
            subtask.status == Status::Successful && subtask.downstreams.iter().all(|d| waiting.contains(d))
        } else {
            subtask.status == Status::Pending && subtask.upstreams.iter().all(|u| done.contains(u))
        };
        if turn && free > 0 {
            free -= 1;
            subtask.status = Status::Ready;
        }
    }
}

/// What the subtasks say about their task.
fn settle(task: &mut super::task::Task, now: jiff::Timestamp) {
    let all = |wanted: Status| task.subtasks.iter().all(|s| s.status == wanted);
    let any = |wanted: Status| task.subtasks.iter().any(|s| s.status == wanted);
    let at_work = any(Status::Running) || any(Status::Canceling);
    let over = match task.operation {
        Operation::Rollback => all(Status::Pending),
        _ => all(Status::Successful),
    };
    if task.is_running() && (over || any(Status::Failed) && !at_work) {
        task.status = if over {
            TaskStatus::Successful
        } else {
            TaskStatus::Failed
        };
        task.finished = Some(now);
    }
}
