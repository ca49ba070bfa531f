//! Places for work that waits for somebody outside: shared out by namespace, with some kept for what a person asked for in an emergency.
//! It must not hold anything but counts and those who wait; whoever waits holds no place and no worker.
//!
//! A namespace is a tenant. The servers that it names may answer nothing for as long as they are asked, so one namespace never has more than
//! a quarter of a pool, and who waits is served in turn by namespace, not in the order of asking.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

#[cfg(test)]
mod tests;

/// How pressing some work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Haste {
    /// It serves a forced order that has not ended.
    Urgent,
    /// Everything else.
    Routine,
}

/// A pool of places. Clones share it.
#[derive(Clone, Debug)]
pub struct Places(Arc<Mutex<Pool>>);

#[derive(Debug)]
struct Pool {
    /// For everybody.
    common: usize,
    /// For urgent work alone.
    kept: usize,
    /// The most of `common` that one namespace has.
    share: usize,
    /// The most of `kept` that one namespace has.
    kept_share: usize,
    common_taken: usize,
    kept_taken: usize,
    tenants: HashMap<String, Tenant>,
    urgent: Queue,
    routine: Queue,
}

#[derive(Debug, Default)]
struct Tenant {
    common: usize,
    kept: usize,
}

/// Those who wait, by namespace, and whose turn it is.
#[derive(Debug, Default)]
struct Queue {
    waiting: HashMap<String, VecDeque<oneshot::Sender<Place>>>,
    turns: VecDeque<String>,
}

/// A place; it is free again when it is dropped.
#[derive(Debug)]
pub struct Place {
    pool: Arc<Mutex<Pool>>,
    namespace: String,
    kept: bool,
    /// Whether it was given back already.
    returned: bool,
}

impl Places {
    /// So many places in all, at least 1. A quarter is kept for urgent work where there are at least four, and one namespace has at most a
    /// quarter of them.
    pub fn new(total: usize) -> Places {
        let total = total.max(1);
        let kept = total / 4;
        let share = if kept == 0 { total } else { kept };
        Places::with(total - kept, kept, share)
    }

    /// Places of one tenant alone, `kept` of them for urgent work.
    pub fn of_one(common: usize, kept: usize) -> Places {
        Places::with(common, kept, common.max(kept))
    }

    fn with(common: usize, kept: usize, share: usize) -> Places {
        Places(Arc::new(Mutex::new(Pool {
            common,
            kept,
            share,
            // Two tenants in an emergency must not find the kept places taken by a third.
            kept_share: if share >= common { kept } else { kept.div_ceil(2) },
            common_taken: 0,
            kept_taken: 0,
            tenants: HashMap::new(),
            urgent: Queue::default(),
            routine: Queue::default(),
        })))
    }

    /// Waits for a place. Urgent work has its turn first, and the places that are kept for it besides its share.
    pub async fn take(&self, namespace: &str, haste: Haste) -> Place {
        loop {
            let turn = {
                let mut pool = lock(&self.0);
                if let Some(kept) = pool.free(namespace, haste) {
                    return self.given(&mut pool, namespace, kept);
                }
                pool.queue(haste).enter(namespace)
            };
            match turn.await {
                Ok(place) => return place,
                // The sender is dropped only with the pool, and this is a handle to it.
                Err(_) => tokio::task::yield_now().await,
            }
        }
    }

    /// Whether routine work of this namespace would have to wait.
    pub fn full_for(&self, namespace: &str) -> bool {
        lock(&self.0).free(namespace, Haste::Routine).is_none()
    }

    fn given(&self, pool: &mut Pool, namespace: &str, kept: bool) -> Place {
        pool.given(namespace, kept);
        Place {
            pool: Arc::clone(&self.0),
            namespace: namespace.to_owned(),
            kept,
            returned: false,
        }
    }
}

impl Pool {
    fn queue(&mut self, haste: Haste) -> &mut Queue {
        match haste {
            Haste::Urgent => &mut self.urgent,
            Haste::Routine => &mut self.routine,
        }
    }

    /// Which place this namespace may have now: `Some(true)` a kept one.
    fn free(&self, namespace: &str, haste: Haste) -> Option<bool> {
        let none = Tenant::default();
        let tenant = self.tenants.get(namespace).unwrap_or(&none);
        if self.common_taken < self.common && tenant.common < self.share {
            return Some(false);
        }
        let kept = haste == Haste::Urgent && self.kept_taken < self.kept && tenant.kept < self.kept_share;
        kept.then_some(true)
    }

    fn given(&mut self, namespace: &str, kept: bool) {
        let tenant = self.tenants.entry(namespace.to_owned()).or_default();
        if kept {
            tenant.kept += 1;
            self.kept_taken += 1;
        } else {
            tenant.common += 1;
            self.common_taken += 1;
        }
    }

    fn returned(&mut self, namespace: &str, kept: bool) {
        if kept {
            self.kept_taken -= 1;
        } else {
            self.common_taken -= 1;
        }
        if let Some(tenant) = self.tenants.get_mut(namespace) {
            if kept {
                tenant.kept -= 1;
            } else {
                tenant.common -= 1;
            }
            if tenant.kept + tenant.common == 0 {
                self.tenants.remove(namespace);
            }
        }
    }

    /// Who is next, and whether to a kept place.
    fn next(&mut self) -> Option<(String, oneshot::Sender<Place>, bool)> {
        for haste in [Haste::Urgent, Haste::Routine] {
            for turn in 0..self.queue(haste).turns.len() {
                let Some(namespace) = self.queue(haste).turns.get(turn).cloned() else {
                    break;
                };
                if let Some(kept) = self.free(&namespace, haste)
                    && let Some(waiting) = self.queue(haste).leave(turn)
                {
                    return Some((namespace, waiting, kept));
                }
            }
        }
        None
    }
}

impl Queue {
    fn enter(&mut self, namespace: &str) -> oneshot::Receiver<Place> {
        let (sender, receiver) = oneshot::channel();
        match self.waiting.get_mut(namespace) {
            Some(waiting) => waiting.push_back(sender),
            None => {
                self.waiting.insert(namespace.to_owned(), VecDeque::from([sender]));
                self.turns.push_back(namespace.to_owned());
            }
        }
        receiver
    }

    /// The first of the namespace whose turn this is; it goes to the end of the turns, or out of them.
    fn leave(&mut self, turn: usize) -> Option<oneshot::Sender<Place>> {
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
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.returned {
            return;
        }
        lock(&self.pool).returned(&self.namespace, self.kept);
        loop {
            let (waiting, place) = {
                let mut pool = lock(&self.pool);
                let Some((namespace, waiting, kept)) = pool.next() else {
                    return;
                };
                pool.given(&namespace, kept);
                let place = Place {
                    pool: Arc::clone(&self.pool),
                    namespace,
                    kept,
                    returned: false,
                };
                (waiting, place)
            };
            // Who does not wait any more has the place no longer, and the next one is looked for.
            match waiting.send(place) {
                Ok(()) => return,
                Err(mut place) => {
                    place.returned = true;
                    lock(&place.pool).returned(&place.namespace, place.kept);
                }
            }
        }
    }
}

fn lock(pool: &Mutex<Pool>) -> MutexGuard<'_, Pool> {
    pool.lock().unwrap_or_else(PoisonError::into_inner)
}
