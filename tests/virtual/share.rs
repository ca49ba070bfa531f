//! How much is swept: the selection of every test run, or everything.
//! It must not change what is demanded of a point.

use crate::case::Fault;
use crate::scope::is_whole;
use stationmaster_engine::OperationType;
use stationmaster_provider_proof::{Variant, matrix};

/// How many of its points a sweep plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// Each.
    All,
    /// Each at which something is written, or said to or by the provider; reads of the API server change nothing.
    Central,
    /// At most so many, spread evenly.
    Some(usize),
}

/// Which providers an operation is swept with, and how many points of a fault at each.
pub fn of(operation: OperationType, fault: Fault) -> Vec<(Variant, Share)> {
    let quick: Vec<_> = matrix::quick().into_iter().filter(|v| v.has(operation)).collect();
    if !is_whole() {
        let share = |variant| Some((variant, selected(variant, operation, fault)?));
        return quick.into_iter().filter_map(share).collect();
    }
    // Every point at those that hold every value of every axis, one at every other.
    let others = matrix::matrix().into_iter().filter(|v| !quick.contains(v));
    let others: Vec<_> = others.map(|variant| (variant, Share::Some(1))).collect();
    quick.iter().map(|v| (*v, Share::All)).chain(others).collect()
}

/// At the provider that is served, all points of what production rests on, and some of all else. At the others some.
fn selected(variant: Variant, operation: OperationType, fault: Fault) -> Option<Share> {
    let asked_for = !matches!(
        operation,
        OperationType::EnableProtection | OperationType::DisableProtection
    );
    match (variant == Variant::sdrs(), asked_for, fault) {
        (true, true, Fault::Crash | Fault::Drop) => Some(Share::Central),
        (true, true, Fault::Conflict | Fault::Repeat | Fault::Touch | Fault::Hide | Fault::Delay) => Some(Share::All),
        (true, true, Fault::Pair) => Some(Share::Some(6)),
        (true, true, _) => Some(Share::Some(5)),
        (true, false, _) => Some(Share::Some(1)),
        (false, true, Fault::Crash | Fault::Drop) => Some(Share::Some(2)),
        (false, true, Fault::None | Fault::Takeover | Fault::Late | Fault::Hang) => Some(Share::Some(1)),
        (false, ..) => None,
    }
}
