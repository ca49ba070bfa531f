//! Leader election: one replica of several works, the others wait for it to vanish.
//! It must not be taken for a fence. It saves work and noise; that nothing is done twice rests on the guarded ledger and on the
//! provider.
//!
//! * Every write of the Lease is guarded: a creation by its name, a replacement by the `resourceVersion` that was read.
//! * For holding and taking it no two clocks are ever compared. Another replica's lease has expired when *we* have not seen it change for its duration on
//!   our own monotonic clock.
//! * A renewal counts from the moment it was *sent*: the server may have written it down then, and others count from there. So a
//!   [`LeadershipProof`] ends `renew deadline` after that moment, and the next leader begins no sooner than `lease duration` after
//!   it. Slow answers shorten the proof; they do not lose the lease.
//! * Leadership is given up when a renewal was tried for the renew deadline and never *acknowledged*, or when the lease names someone
//!   else. It is never won back: the process exits (code 75) and starts again. No work is begun between the end of the proof and the
//!   exit.
//! * A time without a leader is noticed by the next one ([`LeadershipProof::absent_until`]), and an API server that was put back to an older
//!   state by the one who leads: then what had been asked for is held. Only for this a time of another clock is read, and what does not
//!   fit counts as absence.
//! * A thread outside the async runtime aborts the process (code 134) when the runtime was starved or frozen past that.

mod absence;
mod claim;
mod election;
mod lease;
mod proof;
mod renew;
mod standing;
mod timings;
mod watchdog;

#[cfg(test)]
mod tests;

pub use claim::{Claim, Observed, claim};
pub use election::{Election, Leadership};
pub use proof::LeadershipProof;
pub use standing::Standing;
pub use timings::{Timings, TimingsError};
