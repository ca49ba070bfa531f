//! The controllers: what wakes them, and what they share. Only the group's reconcile decides and acts.
//! It must not let the provider's do more than read.

pub mod answers;
mod claim_list;
pub mod claims;
mod context;
mod edits;
mod ended;
mod ending;
pub mod feeds;
pub mod forced;
pub mod group;
pub mod orphans;
pub mod provider;
mod stores;
pub mod sweep;
mod unreadable;
pub mod wakers;

#[cfg(test)]
mod tests;

pub use answers::Answers;
pub use claim_list::ClaimList;
pub use context::{Context, Wakes, Woken};
pub use ending::Ending;
pub use forced::Forced;
pub use stores::Stores;
