//! The one decision: from intent, observation, ledger, operations and decisions to the next ledger and at most one act.
//! It must not repeat itself on a conflict: a decision whose ledger write is refused is thrown away and made anew.

mod absence;
mod answers;
mod begin;
mod call;
mod claim;
mod decision;
mod draft;
mod endpoint;
mod finish;
mod progress;
mod record;
mod repeat;
mod requests;
mod resolve;
mod running;
mod unstarted;
mod wish;
mod world;

pub use claim::held;
pub use decision::{Act, Decision, Notice};

use crate::Input;
pub use claim::refuses;

/// Decides. `input.now` must have been read before the provider was observed.
pub fn decide(input: &Input<'_>) -> Decision {
    let mut draft = match claim::open(input) {
        Ok(draft) => draft,
        Err(decision) => return *decision,
    };
    answers::consume(&mut draft);
    absence::take_back(&mut draft);
    endpoint::judge(&mut draft);
    world::tolerate(&mut draft);
    if draft.ledger.operation.is_none() {
        world::adopt(&mut draft);
    }
    absence::mint(&mut draft);
    wish::read(&mut draft);
    requests::judge(&mut draft);
    if draft.ledger.operation.is_none() {
        wish::start(&mut draft);
    }
    if draft.ledger.operation.is_some() {
        progress::advance(&mut draft);
    }
    unstarted::mint(&mut draft);
    draft.close()
}
