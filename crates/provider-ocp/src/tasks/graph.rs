//! The graph of a task's subtasks, by its edges alone (`docs/vendors/ocp.md#tasks`).
//! It must not go by list order, ids or series: none of them follows the order of execution.

use crate::wire::{Subtask, Task};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How a subtask stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It waits for those before it.
    Pending,
    /// It may begin at any moment.
    Ready,
    Running,
    Canceling,
    Failed,
    Successful,
    Unknown,
}

impl State {
    pub(crate) fn read(word: Option<&str>) -> State {
        match word {
            Some("PENDING") => State::Pending,
            Some("READY") => State::Ready,
            Some("RUNNING") => State::Running,
            Some("CANCELING") => State::Canceling,
            Some("FAILED") => State::Failed,
            Some("SUCCESSFUL") => State::Successful,
            _ => State::Unknown,
        }
    }

    /// Whether its work has begun at any time, or may have.
    pub(crate) fn begun(self) -> bool {
        !matches!(self, State::Pending | State::Ready)
    }
}

/// One subtask in the graph.
#[derive(Clone, Debug)]
pub(crate) struct Node<'a> {
    pub(crate) id: i64,
    pub(crate) part: &'a Subtask,
    pub(crate) state: State,
    /// What must end before it, by either side's word.
    pub(crate) before: Vec<i64>,
    /// Whether it was left out: it says that it is successful, and its work was not done.
    pub(crate) skipped: bool,
    /// Whether the task cannot be rolled back once this has begun.
    pub(crate) final_once_begun: bool,
}

/// The graph.
#[derive(Clone, Debug)]
pub(crate) struct Graph<'a> {
    /// In an order in which they can run; those of a circle, which no document allows, last.
    pub(crate) nodes: Vec<Node<'a>>,
    /// Whether there is no circle, and each edge leads to a subtask that is there.
    pub(crate) sound: bool,
}

impl<'a> Graph<'a> {
    pub(crate) fn of(task: &'a Task) -> Graph<'a> {
        let parts: BTreeMap<i64, &Subtask> = task.parts().collect();
        let mut before: BTreeMap<i64, BTreeSet<i64>> = parts.keys().map(|id| (*id, BTreeSet::new())).collect();
        let mut sound = true;
        for (id, part) in &parts {
            let edges = part
                .upstreams
                .iter()
                .map(|up| (*up, *id))
                .chain(part.after().map(|down| (*id, down)));
            for (first, then) in edges {
                match before.get_mut(&then) {
                    Some(known) if parts.contains_key(&first) && first != then => {
                        known.insert(first);
                    }
                    _ => sound = false,
                }
            }
        }
        let (order, circle) = order(&before);
        sound &= circle.is_empty();
        let node = |id: i64| {
            let part = parts.get(&id)?;
            Some(Node {
                id,
                part,
                state: State::read(part.status.as_deref()),
                before: before.get(&id).into_iter().flatten().copied().collect(),
                skipped: matches!(part.operation.as_deref(), Some("SKIP" | "ROLLBACK_SKIP")),
                // One that does not say so is taken for final: nothing is promised that cannot be kept.
                final_once_begun: part.prohibit_rollback != Some(false),
            })
        };
        Graph {
            nodes: order.into_iter().chain(circle).filter_map(node).collect(),
            sound,
        }
    }

    /// In percent: how many of its subtasks have ended.
    pub(crate) fn progress(&self) -> Option<u8> {
        let ended = self.count(|node| node.state == State::Successful);
        (!self.nodes.is_empty()).then(|| u8::try_from(100 * ended / self.nodes.len()).unwrap_or(100))
    }

    pub(crate) fn count(&self, which: impl Fn(&Node<'_>) -> bool) -> usize {
        self.nodes.iter().filter(|node| which(node)).count()
    }

    /// The subtask after whose beginning nothing leads back; none where each can be taken back.
    pub(crate) fn point_of_no_return(&self) -> Option<&Node<'a>> {
        self.nodes.iter().find(|node| node.final_once_begun)
    }

    /// Whether nothing leads back any more. What the task says of itself when it is submitted is worth nothing: it is computed as it runs.
    pub(crate) fn past_no_return(&self) -> bool {
        self.nodes
            .iter()
            .any(|node| node.final_once_begun && node.state.begun())
    }
}

/// An order in which each comes after those before it, and what is left in circles. Of several that could come next the smallest id comes first,
/// so that the same graph is shown the same each time.
fn order(before: &BTreeMap<i64, BTreeSet<i64>>) -> (Vec<i64>, Vec<i64>) {
    let mut waits: BTreeMap<i64, usize> = before.iter().map(|(id, set)| (*id, set.len())).collect();
    let mut after: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (id, firsts) in before {
        for first in firsts {
            after.entry(*first).or_default().push(*id);
        }
    }
    let mut free: VecDeque<i64> = waits
        .iter()
        .filter(|(_, waits)| **waits == 0)
        .map(|(id, _)| *id)
        .collect();
    let mut order = Vec::new();
    while let Some(id) = free.pop_front() {
        waits.remove(&id);
        order.push(id);
        for next in after.get(&id).into_iter().flatten() {
            if let Some(left) = waits.get_mut(next) {
                *left -= 1;
                if *left == 0 {
                    free.push_back(*next);
                }
            }
        }
    }
    (order, waits.into_keys().collect())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::wire::many;

    /// The documented failover, its subtasks' statuses set by their names.
    pub(crate) fn failover(statuses: &[(&str, &str)]) -> Task {
        let many = many::<Task>(include_bytes!("../wire/golden/failover.json"))
            .unwrap()
            .unwrap();
        let mut task = many.entries.into_iter().flatten().next().unwrap();
        for part in &mut task.subtasks {
            if let Some((_, status)) = statuses.iter().find(|(name, _)| part.name.as_deref() == Some(name)) {
                part.status = Some((*status).to_owned());
            }
        }
        task
    }

    pub(crate) const STEPS: [&str; 5] = [
        "Reset log restore source",
        "Failover to primary tenant",
        "Upgrade tenant data version",
        "Create tenant service name",
        "Update primary tenant info task",
    ];

    fn names(task: &Task) -> Vec<&str> {
        Graph::of(task)
            .nodes
            .iter()
            .map(|node| node.part.name.as_deref().unwrap())
            .collect()
    }

    #[test]
    fn the_order_is_that_of_the_edges_however_they_are_listed() {
        let mut task = failover(&[]);
        for _ in 0..task.subtasks.len() {
            task.subtasks.rotate_left(1);
            assert_eq!(names(&task), STEPS);
        }
        task.subtasks.reverse();
        assert_eq!(names(&task), STEPS);
        assert!(Graph::of(&task).sound);
    }

    #[test]
    fn an_edge_counts_that_only_one_side_tells() {
        let mut task = failover(&[]);
        task.subtasks.iter_mut().for_each(|part| part.upstreams.clear());
        assert_eq!(names(&task), STEPS);
    }

    #[test]
    fn progress_and_the_point_of_no_return() {
        let percent = |statuses: &[(&str, &str)]| Graph::of(&failover(statuses)).progress();
        assert_eq!(percent(&[]), Some(0));
        assert_eq!(percent(&[(STEPS[0], "SUCCESSFUL"), (STEPS[1], "RUNNING")]), Some(20));
        let past = |status: &str| {
            let task = failover(&[(STEPS[0], "SUCCESSFUL"), (STEPS[1], status)]);
            let graph = Graph::of(&task);
            assert_eq!(
                graph.point_of_no_return().and_then(|node| node.part.name.as_deref()),
                Some(STEPS[1])
            );
            graph.past_no_return()
        };
        assert!(!past("PENDING") && !past("READY"));
        assert!(past("RUNNING") && past("FAILED") && past("SUCCESSFUL") && past("SOMETHING"));
    }

    #[test]
    fn a_circle_and_an_edge_to_nowhere_are_shown_and_not_followed() {
        let mut task = failover(&[]);
        let first = task
            .subtasks
            .iter()
            .position(|part| part.name.as_deref() == Some(STEPS[0]))
            .unwrap();
        task.subtasks[first].upstreams = vec![13_025_789];
        let graph = Graph::of(&task);
        assert!(!graph.sound && graph.nodes.len() == 5);
        task.subtasks[first].upstreams = vec![1];
        let graph = Graph::of(&task);
        assert!(!graph.sound);
        assert_eq!(names(&task), STEPS);
    }
}
