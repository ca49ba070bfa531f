//! A provider that exists only for proof: every ambiguity class and every shape of an operation, as values.
//! It must not be linked into the operator, nor be kinder to it than a real system is.
//!
//! | what | module |
//! | --- | --- |
//! | which providers there can be: the axes, their names | [`Variant`], [`matrix`] |
//! | what such a provider plans | [`plan`] |
//! | what comes of a call that arrives at it | [`Delivered`] |
//! | its objects, jobs and time, as one value | [`World`] |
//! | the provider contract over a shared world | [`ProofProvider`] |
//! | what happens between the two | [`wire`] |

mod delivered;
pub mod matrix;
mod obstacles;
pub mod plan;
mod provider;
pub mod variant;
pub mod wire;
pub mod world;

pub use delivered::Delivered;
pub use provider::{Access, ProofProvider};
pub use variant::{Count, FirstCall, Jobs, PlannedEnd, Variant};
pub use wire::{Disturb, Wire};
pub use world::{At, Entry, Fate, Job, Object, Servers, World};

use delivered::submission;
use jiff::{SignedDuration, Timestamp};

/// A moment some seconds later; the end of time at the latest.
pub(crate) fn later(at: Timestamp, seconds: u32) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(i64::from(seconds)))
        .unwrap_or(Timestamp::MAX)
}
