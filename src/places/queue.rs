//! Those who wait for a place: in turn by namespace, and within one in the order of asking.
//! It must not know who may have one.

use super::Place;
use std::collections::{HashMap, VecDeque};
use tokio::sync::oneshot;

/// Those who wait, by namespace, and whose turn it is.
#[derive(Debug, Default)]
pub(super) struct Queue {
    pub(super) waiting: HashMap<String, VecDeque<Waiting>>,
    pub(super) turns: VecDeque<String>,
}

/// One that waits, by its name.
#[derive(Debug)]
pub(super) struct Waiting {
    name: String,
    pub(super) sender: oneshot::Sender<Place>,
}

impl Queue {
    pub(super) fn enter(&mut self, namespace: &str, name: &str) -> oneshot::Receiver<Place> {
        let (sender, receiver) = oneshot::channel();
        let name = name.to_owned();
        let one = Waiting { name, sender };
        match self.waiting.get_mut(namespace) {
            Some(waiting) => waiting.push_back(one),
            None => {
                self.waiting.insert(namespace.to_owned(), VecDeque::from([one]));
                self.turns.push_back(namespace.to_owned());
            }
        }
        receiver
    }

    /// The first of the namespace whose turn this is; it goes to the end of the turns, or out of them.
    pub(super) fn leave(&mut self, turn: usize) -> Option<Waiting> {
        let namespace = self.turns.remove(turn)?;
        let waiting = self.waiting.get_mut(&namespace)?;
        let first = waiting.pop_front();
        if waiting.is_empty() {
            self.waiting.remove(&namespace);
        } else {
            self.turns.push_back(namespace);
        }
        first
    }

    /// Whether somebody of a namespace waits.
    pub(super) fn holds(&self, namespace: &str) -> bool {
        let mut waiting = self.waiting.get(namespace).into_iter().flatten();
        waiting.any(|one| !one.sender.is_closed())
    }

    /// How many of its namespace wait before `name`, and how many in all; who has given up does not count.
    pub(super) fn stands(&self, namespace: &str, name: &str) -> Option<(usize, usize)> {
        let waiting = self.waiting.get(namespace)?;
        let waiting = || waiting.iter().filter(|one| !one.sender.is_closed());
        Some((waiting().position(|one| one.name == name)?, waiting().count()))
    }
}
