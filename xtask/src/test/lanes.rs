//! The programs of the integration tests, some of them side by side: most of them wait more than they compute.
//! Must not know how a program is run or what it prints.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// How many programs run at once. Each of the large ones starts control planes of its own (300 MB each).
const LANES: usize = 3;

/// The test programs that take a minute or more, the longest first: each has a lane for itself, begun first.
const LARGE: [&str; 7] = [
    "sweeps",
    "faults",
    "fault_proxy",
    "scale",
    "tour",
    "virtual",
    "operations",
];

/// What each lane takes next, in turn: a large program alone, then all small ones in one go, so that cargo looks at the workspace once for them.
pub fn parts(programs: impl IntoIterator<Item = String>) -> Vec<Vec<String>> {
    let (mut large, small): (Vec<String>, Vec<String>) = programs
        .into_iter()
        .partition(|program| LARGE.contains(&program.as_str()));
    large.sort_by_key(|program| LARGE.iter().position(|name| name == program));
    let mut parts: Vec<Vec<String>> = large.into_iter().map(|program| vec![program]).collect();
    if !small.is_empty() {
        parts.push(small);
    }
    parts
}

/// Does all the work, some of it side by side, begun in this order. The answers come in the order in which the work ended.
pub fn side_by_side<W: Send, A: Send>(work: impl IntoIterator<Item = W>, act: impl Fn(W) -> A + Sync) -> Vec<A> {
    let left: Mutex<VecDeque<W>> = Mutex::new(work.into_iter().collect());
    let done = Mutex::new(Vec::new());
    // A lane that panics ends the command by the scope; what the others hold is whole.
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    thread::scope(|scope| {
        for _ in 0..LANES {
            scope.spawn(|| {
                while let Some(work) = next() {
                    let answer = act(work);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push(answer);
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;

    #[test]
    fn every_program_is_in_one_part_and_large_ones_are_alone_and_first() {
        let parts = parts(["api", "scale", "tour", "sweeps", "wire"].map(String::from));
        assert_eq!(
            parts,
            [vec!["sweeps"], vec!["scale"], vec!["tour"], vec!["api", "wire"]]
        );
        assert!(super::parts([]).is_empty());
    }

    #[test]
    fn all_work_is_done_once_and_side_by_side() {
        let together = Barrier::new(LANES);
        let mut done = side_by_side(0..2 * LANES, |number| {
            together.wait();
            number
        });
        done.sort_unstable();
        assert_eq!(done, (0..2 * LANES).collect::<Vec<_>>());
    }
}
