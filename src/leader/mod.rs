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
//! * Where no renewal is acknowledged in time nothing is proven and no call is begun, but the process lives on: a call under way gets its
//!   answer, and the answer is written where the ledger still takes it. A later renewal goes on where nobody else held the lease.
//! * Leadership is lost when the lease names someone else. It is never won back: what is under way is ended, the process exits (code 75) and
//!   starts again.
//! * Who stands by and could not read for a while respects the lease a little longer: its holder could not write either.
//! * A time without a leader is noticed by the next one ([`LeadershipProof::absent_until`]), and an API server that was put back to an older
//!   state by the one who leads: then what had been asked for is held. Only for this a time of another clock is read, and what does not
//!   fit counts as absence.
//! * A thread outside the async runtime aborts the process (code 134) when the runtime was starved for as long as a lease lasts.

mod absence;
mod claim;
mod election;
mod leadership;
mod lease;
mod proof;
mod renew;
mod standing;
mod timings;
mod watchdog;

#[cfg(test)]
mod tests;

pub use claim::{Claim, Observed, claim};
pub use election::Election;
pub use leadership::Leadership;
pub use proof::LeadershipProof;
pub use standing::Standing;
pub use timings::{Timings, TimingsError};
