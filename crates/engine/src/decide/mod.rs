//! The one decision: from intent, observation, ledger, operations and decisions to the next ledger and at most one act.
//! It must not repeat itself on a conflict: a decision whose ledger write is refused is thrown away and made anew.

mod absence;
mod begin;
mod call;
mod claim;
mod claiming;
mod decided;
mod decisions;
mod delivery;
mod draft;
mod endpoint;
mod finish;
mod follow;
mod intent;
pub mod part;
mod progress;
mod record;
mod repeat;
mod requests;
mod resolve;
mod rights;
mod running;
mod unstarted;
mod world;

pub use claim::held;
pub use decided::{Act, ClaimWrite, Decided, Notice};

use crate::Input;
pub use claim::refuses;

/// Decides. `input.now` must have been read before the provider was observed.
pub fn decide(input: &Input<'_>) -> Decided {
    let mut draft = match claim::open(input) {
        Ok(draft) => draft,
        Err(held) => return *held,
    };
    decisions::consume(&mut draft);
    absence::take_back(&mut draft);
    endpoint::judge(&mut draft);
    claiming::list(&mut draft);
    world::tolerate(&mut draft);
    if draft.ledger.operation.is_none() {
        world::adopt(&mut draft);
    }
    absence::issue(&mut draft);
    intent::read(&mut draft);
    requests::judge(&mut draft);
    if draft.ledger.operation.is_none() {
        intent::start(&mut draft);
    }
    if draft.ledger.operation.is_some() {
        progress::advance(&mut draft);
    }
    draft.ledger.give_back();
    draft.close()
}
