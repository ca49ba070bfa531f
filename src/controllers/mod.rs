//! The controllers: what wakes them, and what they share. Only the group's reconcile decides and acts.
//! It must not let the provider's do more than read.

mod claim_list;
pub mod claims;
mod context;
mod edits;
mod ended;
mod ending;
pub mod feeds;
pub mod forced;
pub mod group;
pub mod names;
pub mod orphans;
pub mod provider;
mod stores;
pub mod sweep;
pub mod wakers;

#[cfg(test)]
mod tests;

pub use claim_list::ClaimList;
pub use context::{Context, Wakes, Woken};
pub use ending::Ending;
pub use forced::Forced;
pub use stores::Stores;
