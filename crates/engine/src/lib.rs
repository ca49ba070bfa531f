//! The pure heart of Stationmaster: reads a wish, keeps the ledger, decides the next act, explains it.
//! It must not do I/O, read a clock, make random numbers, or know Kubernetes, HTTP or any provider's words.
//!
//! The rule for every decision is in one room:
//!
//! | question | room |
//! | --- | --- |
//! | what must be read before deciding? | [`look`] |
//! | whose group is it, has the world changed behind our back? | [`decide`] (`claim`, `world`) |
//! | is this wish one of now? | [`decide`] (`wish`) |
//! | may a person's operation run? | [`decide`] (`requests`) |
//! | what is the next step of the running operation? | [`decide`] (`progress`) |
//! | did a call without an answer happen? | [`evidence`] |
//! | is it still true right before the call? | [`check`] |
//! | what becomes of a call's answer? | [`journal`] |
//! | what does the user read? | [`report`], [`explain`] |

pub mod check;
pub mod decide;
pub mod evidence;
pub mod explain;
pub mod input;
pub mod job;
pub mod journal;
pub mod ledger;
pub mod look;
pub mod observation;
pub mod pace;
pub mod plan;
pub mod reason;
pub mod report;
pub mod words;

pub use decide::{Act, Decision, decide};
pub use input::{Answer, AnswerAction, DataLoss, Group, Input, OwnRequest, Request, Sight, Wish};
pub use job::{JobReport, JobStatus, SubJob};
pub use ledger::Ledger;
pub use observation::{Depth, Fact, Fingerprint, Observation, Permit, Phase, Replication, ReplicationState};
pub use plan::{CallSpec, Resolution, StepKind, StepSpec};
pub use reason::Reason;
pub use words::{ActiveStation, OperationType, Station, Token};
