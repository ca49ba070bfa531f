//! Places for work that waits for somebody outside: shared out by namespace, with some kept for what a person asked for in an emergency.
//! It must not hold anything but counts and those who wait; whoever waits holds no place and no worker.
//!
//! A namespace is a tenant. The servers that it names may answer nothing for as long as they are asked, so one namespace never has more than
//! a quarter of a pool, and who waits is served in turn by namespace, not in the order of asking.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::time::Instant;

mod queue;
#[cfg(test)]
mod tests;

use queue::{Queue, Waiting};

/// Of what a namespace may have at most, one in so many is for routine work before urgent work.
const FLOOR: usize = 6;
/// From so many turns the pace is told.
const REMEMBERED: usize = 32;

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
    /// So many of its `common` each namespace has for routine work although urgent work waits: what was begun has to be followed.
    floor: usize,
    /// When urgent work was last given places, the latest at the end.
    handed: VecDeque<Instant>,
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
    /// How many of them are for routine work.
    routine: usize,
}

/// Where somebody stands who waits with urgent work.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// The how-manieth, from 1.
    pub nth: usize,
    /// How many wait.
    pub of: usize,
    /// How many have had their turn in a second of late, where that can be told.
    pub per_second: Option<f64>,
}

/// A place; it is free again when it is dropped.
#[derive(Debug)]
pub struct Place {
    pool: Arc<Mutex<Pool>>,
    namespace: String,
    kept: bool,
    haste: Haste,
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
            floor: share / FLOOR,
            handed: VecDeque::new(),
            common_taken: 0,
            kept_taken: 0,
            tenants: HashMap::new(),
            urgent: Queue::default(),
            routine: Queue::default(),
        })))
    }

    /// Waits for a place. Urgent work has its turn first, and the places that are kept for it besides its share.
    pub async fn take(&self, namespace: &str, name: &str, haste: Haste) -> Place {
        loop {
            let turn = {
                let mut pool = lock(&self.0);
                if let Some(kept) = pool.free(namespace, haste) {
                    pool.given(namespace, kept, haste);
                    return self.place(namespace, kept, haste);
                }
                pool.queue(haste).enter(namespace, name)
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

    /// Where `name` stands among those of its namespace who wait with urgent work, if it does.
    pub fn line(&self, namespace: &str, name: &str) -> Option<Line> {
        let pool = lock(&self.0);
        let (ahead, of) = pool.urgent.stands(namespace, name)?;
        let (first, last) = (pool.handed.front()?, pool.handed.back()?);
        let seconds = last.duration_since(*first).as_secs_f64();
        let steps = u32::try_from(pool.handed.len() - 1).map_or(0.0, f64::from);
        Some(Line {
            nth: ahead + 1,
            of,
            per_second: (seconds > 0.0).then(|| steps / seconds),
        })
    }

    fn place(&self, namespace: &str, kept: bool, haste: Haste) -> Place {
        Place {
            pool: Arc::clone(&self.0),
            namespace: namespace.to_owned(),
            kept,
            haste,
            returned: false,
        }
    }
}

impl Place {
    /// For how pressing work it was given.
    pub fn haste(&self) -> Haste {
        self.haste
    }

    /// Whether others of the namespace wait for one with urgent work.
    pub fn is_awaited(&self) -> bool {
        lock(&self.pool).urgent.holds(&self.namespace)
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

    fn given(&mut self, namespace: &str, kept: bool, haste: Haste) {
        if haste == Haste::Urgent {
            self.handed.push_back(Instant::now());
            if self.handed.len() > REMEMBERED {
                self.handed.pop_front();
            }
        }
        let tenant = self.tenants.entry(namespace.to_owned()).or_default();
        tenant.routine += usize::from(haste == Haste::Routine);
        if kept {
            tenant.kept += 1;
            self.kept_taken += 1;
        } else {
            tenant.common += 1;
            self.common_taken += 1;
        }
    }

    fn returned(&mut self, namespace: &str, kept: bool, haste: Haste) {
        if kept {
            self.kept_taken -= 1;
        } else {
            self.common_taken -= 1;
        }
        if let Some(tenant) = self.tenants.get_mut(namespace) {
            tenant.routine -= usize::from(haste == Haste::Routine);
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

    /// Who is next, how pressing, and whether to a kept place: routine work that has less than its floor, then the urgent, then the rest.
    fn next(&mut self) -> Option<(String, Waiting, Haste, bool)> {
        let floor = self.floor;
        [
            (Haste::Routine, floor),
            (Haste::Urgent, usize::MAX),
            (Haste::Routine, usize::MAX),
        ]
        .into_iter()
        .find_map(|(haste, most)| self.next_below(haste, most))
    }

    fn next_below(&mut self, haste: Haste, most: usize) -> Option<(String, Waiting, Haste, bool)> {
        for turn in 0..self.queue(haste).turns.len() {
            let namespace = self.queue(haste).turns.get(turn).cloned()?;
            let has = self.tenants.get(&namespace).map_or(0, |tenant| tenant.routine);
            if has < most
                && let Some(kept) = self.free(&namespace, haste)
                && let Some(waiting) = self.queue(haste).leave(turn)
            {
                return Some((namespace, waiting, haste, kept));
            }
        }
        None
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.returned {
            return;
        }
        lock(&self.pool).returned(&self.namespace, self.kept, self.haste);
        let places = Places(Arc::clone(&self.pool));
        loop {
            let (waiting, place) = {
                let mut pool = lock(&self.pool);
                let Some((namespace, waiting, haste, kept)) = pool.next() else {
                    return;
                };
                pool.given(&namespace, kept, haste);
                (waiting, places.place(&namespace, kept, haste))
            };
            // Who does not wait any more has the place no longer, and the next one is looked for.
            match waiting.sender.send(place) {
                Ok(()) => return,
                Err(mut place) => {
                    place.returned = true;
                    lock(&place.pool).returned(&place.namespace, place.kept, place.haste);
                }
            }
        }
    }
}

fn lock(pool: &Mutex<Pool>) -> MutexGuard<'_, Pool> {
    pool.lock().unwrap_or_else(PoisonError::into_inner)
}
