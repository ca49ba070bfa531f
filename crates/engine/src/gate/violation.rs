//! What stands in the way, and what follows from it.
//! It must not know any rule.

use crate::Why;
use crate::ledger::Ending;
use crate::pace::Waits;

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

/// Asks the rules of a list in their order.
pub(super) fn first<Q>(rules: &[(Follows, fn(&Q) -> Option<Why>)], asked: &Q) -> Option<Violation> {
    rules.iter().find_map(|(follows, rule)| {
        let follows = *follows;
        rule(asked).map(|why| Violation { why, follows })
    })
}
