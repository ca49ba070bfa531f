//! What happened, in words: the steps to a violation are read by people.
//! It must not let anything happen.

use super::act::Action;
use super::operator::Death;
use super::state::STARTING_DEADLINE;
use std::fmt;

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Switch(station) => write!(
                f,
                "a person commits priorityStation: {station} with the token that is shown"
            ),
            Action::Withdraw => f.write_str("a person commits that nothing is asked for"),
            Action::Revert(to) => write!(f, "an unrelated revert restores revision {to}"),
            Action::Sync => f.write_str("GitOps applies the head"),
            Action::File(operation) => write!(f, "a person files a {operation} with the token that is shown"),
            Action::Agree => f.write_str("a person answers the operation's question with yes"),
            Action::TakeBack(index) => write!(f, "a person deletes operation {index}"),
            Action::Reapply(index) => write!(f, "filed operation {index} is put back without its status"),
            Action::PutBackOrder => f.write_str("GitOps puts the operation back that was deleted"),
            Action::ConsoleFlip => f.write_str("somebody moves production at the console"),
            Action::ConsoleRename => f.write_str("somebody renames the object at the console"),
            Action::ToggleDark => f.write_str("the provider cannot be read any more, or again"),
            Action::NextJobFails => f.write_str("the next job is one that fails"),
            Action::ToggleServers => f.write_str("the servers are started or stopped"),
            Action::DeleteGroup => f.write_str("somebody deletes the group"),
            Action::LoseLedger => f.write_str("the ledger is lost"),
            Action::TakeBackup => f.write_str("a backup is taken"),
            Action::Restore { with_status: true } => f.write_str("the backup is restored with statuses"),
            Action::Restore { with_status: false } => f.write_str("the backup is restored without statuses"),
            Action::Snapshot => f.write_str("a snapshot of etcd is taken"),
            Action::PutBack => f.write_str("etcd is put back to the snapshot; the operator is down"),
            Action::Respell => f.write_str("the connection's endpoint is written in another way"),
            Action::Look => f.write_str("the operator looks"),
            Action::LookAndDie(Death::Recorded) => f.write_str("the operator looks, writes the ledger, and dies"),
            Action::LookAndDie(Death::Acted) => {
                f.write_str("the operator looks, acts, and dies before the answer is written")
            }
            Action::LookAndDie(Death::Answered) => f.write_str("the operator looks, acts, and dies before it reports"),
            Action::Stop => f.write_str("the operator dies"),
            Action::Start => f.write_str("the operator starts"),
            Action::ShortPause => f.write_str("30 s pass"),
            Action::LongPause => write!(f, "{} s pass", STARTING_DEADLINE + 100),
        }
    }
}
