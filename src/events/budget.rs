//! What waits to be told, by namespace: each has a queue of its own, a budget of its own, and its turn.
//! It must not know what is told.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;
use tokio::time::Instant;

/// How much of one namespace waits at most.
pub(super) const QUEUE: usize = 256;
/// How much of all namespaces waits at most.
const ALL: usize = 2048;
/// How much one namespace may tell at once. Enough for all the groups of a large one in the hour in which all of them move.
pub(super) const BURST: u32 = 1000;
/// How long until one more may be told: what an hour brings must fit into the API server's own store.
const REFILL: Duration = Duration::from_millis(500);

/// Queues and budgets.
#[derive(Debug)]
pub(super) struct Budgets<T> {
    namespaces: HashMap<String, Budget<T>>,
    /// Whose turn it is.
    turns: VecDeque<String>,
    waiting: usize,
}

#[derive(Debug)]
struct Budget<T> {
    waiting: VecDeque<T>,
    /// When the whole burst is there again: the later, the more was taken.
    full_at: Instant,
}

impl<T> Default for Budgets<T> {
    fn default() -> Budgets<T> {
        Budgets {
            namespaces: HashMap::new(),
            turns: VecDeque::new(),
            waiting: 0,
        }
    }
}

impl<T> Budgets<T> {
    /// Takes one; false where the namespace has no room or no budget left.
    pub(super) fn enter(&mut self, namespace: &str, what: T, now: Instant) -> bool {
        self.namespaces
            .retain(|_, budget| !budget.waiting.is_empty() || budget.full_at > now);
        let budget = self.namespaces.entry(namespace.to_owned()).or_insert_with(|| Budget {
            waiting: VecDeque::new(),
            full_at: now,
        });
        let then_full = budget.full_at.max(now) + REFILL;
        if self.waiting >= ALL || budget.waiting.len() >= QUEUE || then_full > now + REFILL * BURST {
            return false;
        }
        budget.full_at = then_full;
        budget.waiting.push_back(what);
        if budget.waiting.len() == 1 {
            self.turns.push_back(namespace.to_owned());
        }
        self.waiting += 1;
        true
    }

    /// The first of the namespace whose turn it is.
    pub(super) fn leave(&mut self) -> Option<T> {
        let namespace = self.turns.pop_front()?;
        let budget = self.namespaces.get_mut(&namespace)?;
        let first = budget.waiting.pop_front()?;
        if !budget.waiting.is_empty() {
            self.turns.push_back(namespace);
        }
        self.waiting -= 1;
        Some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_fills_a_queue_keeps_nobody_else_from_telling() {
        let (mut budgets, now) = (Budgets::default(), Instant::now());
        let taken = (0..10_000).filter(|n| budgets.enter("hostile", *n, now)).count();
        assert_eq!(taken, QUEUE);
        assert!(budgets.enter("honest", -1, now));
        let first = [budgets.leave(), budgets.leave()];
        assert_eq!(first, [Some(0), Some(-1)], "and it is told in its turn");
    }

    #[test]
    fn a_budget_is_spent_and_comes_back() {
        let (mut budgets, mut now) = (Budgets::default(), Instant::now());
        let told = |budgets: &mut Budgets<u32>, now| {
            (0..5000)
                .filter(|n| {
                    let taken = budgets.enter("shop", *n, now);
                    budgets.leave();
                    taken
                })
                .count()
        };
        assert_eq!(told(&mut budgets, now), BURST as usize);
        now += REFILL * 10;
        assert_eq!(told(&mut budgets, now), 10);
        now += REFILL * BURST * 2;
        assert!(budgets.enter("other", 0, now));
        assert_eq!(budgets.namespaces.len(), 1, "nothing of a quiet namespace stays");
    }
}
