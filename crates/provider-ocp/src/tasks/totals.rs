//! Many tasks together: one for each tenant, counted over all, the worst first.
//! It must not let many that are well hide one that is not.

use super::graph::{Graph, State};
use super::standing::{Standing, standing};
use crate::wire::Task;

/// What there is over all tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many tasks there are: one for each tenant.
    pub tasks: u32,
    /// Tasks that did all that they were to do.
    pub done: u32,
    /// Tasks that wait for a person, or were taken back.
    pub stopped: u32,
    /// Subtasks of all tasks.
    pub parts: u32,
    /// Subtasks that were done, and not left out.
    pub parts_done: u32,
    /// Subtasks that failed.
    pub parts_failed: u32,
    /// Tasks that nothing leads back from any more.
    pub past_no_return: u32,
}

impl Totals {
    pub(crate) fn of(tasks: &[Task]) -> Totals {
        let mut totals = Totals::default();
        for task in tasks {
            let graph = Graph::of(task);
            let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            let standing = standing(task, &graph);
            totals.tasks += 1;
            totals.done += u32::from(standing == Standing::Done);
            totals.stopped += u32::from(matches!(standing, Standing::Stopped(_) | Standing::RolledBack));
            totals.parts += count(graph.nodes.len());
            totals.parts_done += count(graph.count(|node| node.state == State::Successful && !node.skipped));
            totals.parts_failed += count(graph.count(|node| node.state == State::Failed));
            totals.past_no_return += u32::from(graph.past_no_return());
        }
        totals
    }

    /// In percent, over all subtasks.
    pub fn progress(&self) -> Option<u8> {
        (self.parts > 0).then(|| u8::try_from(100 * u64::from(self.parts_done) / u64::from(self.parts)).unwrap_or(100))
    }
}

/// The tasks, the worst first.
pub(crate) fn worst_first(tasks: &mut [Task]) {
    tasks.sort_by_cached_key(|task| {
        let graph = Graph::of(task);
        let rank = match standing(task, &graph) {
            Standing::Stopped(_) => 0,
            Standing::RolledBack => 1,
            Standing::Unknown => 2,
            Standing::DoneWithout(_) => 3,
            Standing::RollingBack => 4,
            Standing::Running => 5,
            Standing::Done => 6,
        };
        (rank, graph.progress(), task.tenant(), task.id)
    });
}

#[cfg(test)]
mod tests {
    use super::super::graph::tests::{STEPS, failover};
    use super::*;

    fn task(id: i64, status: &str, done: usize, then: &str) -> Task {
        let mut statuses: Vec<(&str, &str)> = STEPS[..done].iter().map(|name| (*name, "SUCCESSFUL")).collect();
        if let Some(next) = STEPS.get(done) {
            statuses.push((*next, then));
        }
        Task {
            id: Some(id),
            status: Some(status.to_owned()),
            ..failover(&statuses)
        }
    }

    #[test]
    fn all_are_counted_and_the_worst_comes_first() {
        let mut tasks = vec![
            task(1, "SUCCESSFUL", 5, ""),
            task(2, "RUNNING", 1, "RUNNING"),
            task(3, "FAILED", 3, "FAILED"),
            task(4, "RUNNING", 0, "READY"),
        ];
        let totals = Totals::of(&tasks);
        let wanted = Totals {
            tasks: 4,
            done: 1,
            stopped: 1,
            parts: 20,
            parts_done: 9,
            parts_failed: 1,
            past_no_return: 3,
        };
        assert_eq!((totals, totals.progress()), (wanted, Some(45)));
        worst_first(&mut tasks);
        let order: Vec<_> = tasks.iter().filter_map(|task| task.id).collect();
        assert_eq!(order, [3, 4, 2, 1]);
        assert_eq!(Totals::of(&[]).progress(), None);
    }
}
