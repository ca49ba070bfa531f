//! What a recorded call rests on besides the provider's object, read right before it is sent.
//! It must not decide anything new: each rule only withholds.

use super::call::SEND_BUDGET;
use crate::input::Watch;
use crate::ledger::Version;
use crate::{CallRequest, Group, Ledger, Observation, Reason, Why};
use jiff::Timestamp;

/// What was read after the last look at the provider, in this order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Standing {
    /// The version of the ledger that is stored; none when it is gone. An error says why it could not be read.
    pub ledger: Result<Option<Version>, String>,
    /// Uid and generation of the group; none when it is gone. An error says why it could not be read.
    pub group: Result<Option<(String, i64)>, String>,
    /// Now.
    pub now: Timestamp,
    /// Whether the process was asked to stop.
    pub stopping: bool,
    /// Whether the lease provably outlasts the sending.
    pub leads: bool,
}

/// A recorded call, and everything that was looked at once more.
pub struct Sending<'a> {
    /// The call.
    pub call: &'a CallRequest,
    /// The ledger that records it.
    pub ledger: &'a Ledger,
    /// The version under which it was recorded.
    pub version: &'a Version,
    /// The group from which it was decided.
    pub group: &'a Group,
    /// What the provider shows now.
    pub seen: &'a Observation,
    /// How closely it was watched since the record.
    pub watch: Watch,
    /// What else stands now.
    pub standing: &'a Standing,
}

fn withheld(message: impl Into<String>) -> Option<Why> {
    Some(Why::new(Reason::CallWithheld, message))
}

pub(super) fn same_ledger(sending: &Sending<'_>) -> Option<Why> {
    match &sending.standing.ledger {
        Ok(Some(version)) if version == sending.version => None,
        Ok(_) => withheld("someone else wrote the ledger"),
        Err(why) => withheld(why.clone()),
    }
}

pub(super) fn same_group(sending: &Sending<'_>) -> Option<Why> {
    match &sending.standing.group {
        Ok(Some((uid, _))) if *uid != sending.group.uid => withheld("the group was made again"),
        Ok(Some((_, generation))) if *generation != sending.group.generation => {
            withheld("the group's spec was changed meanwhile")
        }
        Ok(Some(_)) => None,
        Ok(None) => withheld("the group is gone"),
        Err(why) => withheld(why.clone()),
    }
}

pub(super) fn in_time(sending: &Sending<'_>) -> Option<Why> {
    if sending.standing.now.duration_since(sending.call.recorded_at) > SEND_BUDGET {
        return withheld("too much time has passed since the call was recorded");
    }
    None
}

pub(super) fn not_stopping(sending: &Sending<'_>) -> Option<Why> {
    if sending.standing.stopping {
        return withheld("the operator was asked to stop");
    }
    None
}

pub(super) fn leads(sending: &Sending<'_>) -> Option<Why> {
    if !sending.standing.leads {
        return withheld("the lease does not provably outlast the sending of the call");
    }
    None
}
