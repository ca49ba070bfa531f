//! What went over the wire between an operator, its API server and its provider, and the judge of it.
//! It must not send anything: a history is read after the fact.

mod api_call;
mod check;
pub mod dialect;
mod ledgers;
mod record;
mod view;

pub use self::api_call::ApiCall;
pub(crate) use self::api_call::parameter;
pub use self::check::{HistoryReport, Invariant, Violation, check};
pub use self::record::{Event, ForwardResult, History, HistoryError, Record, Source};
