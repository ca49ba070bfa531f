//! An armed intent as the order that the operator makes of it.
//! It must not arm one, nor judge whether it may begin.

use crate::ledger::Ledger;
use crate::pace::later;
use crate::{Group, OperationType, OwnRequest, Request, Token, text};

/// The planned failover that the armed intent asks for, from its first sight until its starting deadline.
pub fn intent_as_order(group: &Group, ledger: &Ledger) -> Option<Request> {
    let armed = ledger.intent.as_ref()?;
    let own = OwnRequest {
        name: own_name(&group.name, &armed.token),
        operation: OperationType::PlannedFailover,
        target: armed.station,
        token: armed.token.clone(),
        requested_by: "spec.priorityStation".to_owned(),
    };
    let mut asked = own.filed(String::new(), group.uid.clone(), armed.first_seen);
    asked.not_after = Some(later(armed.first_seen, i64::from(group.starting_deadline_seconds)));
    Some(asked)
}

/// `<group>-<token>`, within the 253 bytes of a name; of a group whose name is too long for that, its beginning.
fn own_name(group: &str, token: &Token) -> String {
    let room = 252usize.saturating_sub(token.as_str().len());
    let start = text::start(room, group).trim_end_matches(['.', '-']);
    format!("{start}-{token}")
}
