//! What stands in the way, and what follows from it.
//! It must not know any rule.

use crate::ledger::Ending;
use crate::pace::Waits;
use crate::{Reason, Why};

/// What follows where a rule speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follows {
    /// It waits, and is judged anew.
    Wait(Waits),
    /// It ends like this.
    End(Ending),
    /// What was passed before is open again: the check step that does not hold any more.
    Reopen,
    /// The call is not sent; what becomes of it is decided in the next pass.
    Withhold,
}

/// The first rule that spoke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Why not.
    pub why: Why,
    /// What follows.
    pub follows: Follows,
}

/// What follows, and a rule over what is asked.
pub(super) type Line<Q> = (Follows, fn(&Q) -> Option<Why>);

/// Asks the rules of a list in their order.
pub(super) fn first<Q>(rules: &[Line<Q>], asked: &Q) -> Option<Violation> {
    rules.iter().find_map(|(follows, rule)| {
        let follows = *follows;
        rule(asked).map(|why| Violation { why, follows })
    })
}

/// A rule's word where it is violated.
pub(super) fn when<M: Into<String>>(violated: bool, reason: Reason, message: impl FnOnce() -> M) -> Option<Why> {
    violated.then(|| Why::new(reason, message()))
}
