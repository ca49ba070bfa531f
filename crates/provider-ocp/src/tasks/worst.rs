//! Many tasks together: the worst first.
//! It must not let many that are well hide one that is not.

use super::graph::Graph;
use super::standing::{Standing, standing};
use crate::wire::Task;

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
    fn the_worst_comes_first() {
        let mut tasks = vec![
            task(1, "SUCCESSFUL", 5, ""),
            task(2, "RUNNING", 1, "RUNNING"),
            task(3, "FAILED", 3, "FAILED"),
            task(4, "RUNNING", 0, "READY"),
        ];
        worst_first(&mut tasks);
        let order: Vec<_> = tasks.iter().filter_map(|task| task.id).collect();
        assert_eq!(order, [3, 4, 2, 1]);
    }
}
