//! What a recorded call rests on besides the provider's object, read right before it is sent.
//! It must not decide anything new: each rule only withholds.

use super::Version;
use crate::Why;
use crate::{CallRequest, Group, Ledger, Observation, Reason, gate};
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
    /// What else stands now.
    pub standing: &'a Standing,
}

type Rule = fn(&Sending<'_>) -> Result<(), Why>;

/// May it be sent? The first rule that is broken withholds the call, and it is then provably not sent.
const MAY_BE_SENT: &[Rule] = &[
    // The record is this call's, the provider's object is as it was, the checks hold.
    still_true,
    // Nobody else has decided anything since.
    same_ledger,
    // Nobody has taken it back since, nor made another group of that name.
    same_group,
    // What is known of late calls counts on it.
    in_time,
    // A process that ends could not write the answer down.
    not_stopping,
    // Nobody else may act meanwhile.
    leads,
];

/// Whether the recorded call may be sent.
///
/// # Errors
/// What stands in the way.
pub fn may_be_sent(sending: &Sending<'_>) -> Result<(), Why> {
    MAY_BE_SENT.iter().try_for_each(|rule| rule(sending))
}

fn withheld(message: impl Into<String>) -> Result<(), Why> {
    Err(Why::new(Reason::CallWithheld, message))
}

fn still_true(sending: &Sending<'_>) -> Result<(), Why> {
    let call = sending.call;
    gate::may_be_sent(sending.ledger, &call.step, call.attempt, sending.seen)
        .map_err(|(reason, message)| Why::new(reason, message))
}

fn same_ledger(sending: &Sending<'_>) -> Result<(), Why> {
    match &sending.standing.ledger {
        Ok(Some(version)) if version == sending.version => Ok(()),
        Ok(_) => withheld("someone else wrote the ledger"),
        Err(why) => withheld(why.clone()),
    }
}

fn same_group(sending: &Sending<'_>) -> Result<(), Why> {
    match &sending.standing.group {
        Ok(Some((uid, _))) if *uid != sending.group.uid => withheld("the group was made again"),
        Ok(Some((_, generation))) if *generation != sending.group.generation => {
            withheld("the group's spec was changed meanwhile")
        }
        Ok(Some(_)) => Ok(()),
        Ok(None) => withheld("the group is gone"),
        Err(why) => withheld(why.clone()),
    }
}

fn in_time(sending: &Sending<'_>) -> Result<(), Why> {
    if sending.standing.now.duration_since(sending.call.recorded_at) > gate::SEND_BUDGET {
        return withheld("too much time has passed since the call was recorded");
    }
    Ok(())
}

fn not_stopping(sending: &Sending<'_>) -> Result<(), Why> {
    if sending.standing.stopping {
        return withheld("the operator was asked to stop");
    }
    Ok(())
}

fn leads(sending: &Sending<'_>) -> Result<(), Why> {
    if !sending.standing.leads {
        return withheld("the lease does not provably outlast the sending of the call");
    }
    Ok(())
}
