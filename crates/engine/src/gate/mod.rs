//! The one gate: may it begin, may it be recorded, may it be sent, is it offered.
//! It must not do anything: a rule says nothing, or why not; the list says what follows; the first one that speaks is the reason.
//!
//! Every question is a literal list in [`lists`]; every rule is a named function over one input, [`Case`] for what is asked of a group,
//! [`Call`] for one call of the running operation, [`Sending`] for one that is recorded. What is offered has no list of its own: it is what the lists would let begin.

mod ask;
mod between;
mod call;
mod case;
mod intent;
pub mod lists;
mod loss;
mod offer;
mod order;
mod risk;
mod standing;
mod violation;

#[cfg(test)]
mod tests;

pub use ask::{intent_may_begin, may_be_recorded, may_be_repeated, may_be_sent, order_may_begin, still_true};
pub use call::{Call, SEND_BUDGET, failed_check, harmless};
pub use case::{Case, not_of_this_group};
pub use intent::intent_as_order;
pub use offer::{Offer, offered};
pub use order::planned_under_way;
pub use risk::{accepted, risks};
pub use standing::{Sending, Standing};
pub use violation::{Follows, Violation};
