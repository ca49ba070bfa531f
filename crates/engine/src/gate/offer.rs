//! What could be asked now: exactly what the gate would let begin, were it asked rightly.
//! It must not have rules of its own: what is offered is what is accepted.

use super::ask::{intent_may_begin, order_may_begin};
use super::case::{self, Case};
use super::risk;
use crate::input::{DataLoss, OwnRequest};
use crate::{Depth, Input, Ledger, Observation, OperationType, Risk, Sight, Station, Token, Why};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Why an operation of this type could not begin now; nothing where it could.
///
/// It is asked for as it would have to be: with the present token, towards the right station, in time, every loss and every risk accepted. A listing is taken
/// for a full reading, because the group is read fully as soon as something is asked. The facts of checks are left out, because a listing
/// knows none: a check that fails delays an operation and refuses none.
pub fn offered(input: &Input<'_>, ledger: &Ledger, kind: OperationType) -> Option<Why> {
    with_the_order(input, ledger, kind, |case| {
        if ledger.token.is_none() {
            // There is nothing to quote, because an operation runs: that is why, and not what the order would be told of its token.
            return case::operation_running(case);
        }
        let violation = match kind {
            OperationType::PlannedFailover => intent_may_begin(case),
            _ => order_may_begin(case),
        };
        violation.map(|v| v.why)
    })
}

/// The risks that whoever asks for it now must accept, with what each means here; none but for a forced failover.
pub fn offered_risks(input: &Input<'_>, ledger: &Ledger, kind: OperationType) -> BTreeMap<Risk, Why> {
    match kind {
        OperationType::Failover => with_the_order(input, ledger, kind, risk::risks),
        _ => BTreeMap::new(),
    }
}

/// Where production would be moved to. While it is not known where it runs, the object's own word is the best there is; else any station will
/// do, and the direction is a risk.
pub fn offered_target(input: &Input<'_>, ledger: &Ledger) -> Station {
    let seen = input.sight.seen();
    let active = seen.and_then(|s| s.active.known().or(s.own_station));
    active.or(ledger.active.known()).unwrap_or(Station::Source).other()
}

fn with_the_order<T>(input: &Input<'_>, ledger: &Ledger, kind: OperationType, ask: impl FnOnce(&Case<'_>) -> T) -> T {
    let sight = read_fully(input.sight);
    let active = offered_target(input, ledger).other();
    let own = OwnRequest {
        name: String::new(),
        operation: kind,
        target: if kind.moves_production() {
            active.other()
        } else {
            active
        },
        token: ledger.token.clone().unwrap_or_else(|| Token::quoted("")),
        requested_by: String::new(),
    };
    let mut asked = own.filed(String::new(), input.group.uid.clone(), input.now);
    asked.not_after = Some(Timestamp::MAX);
    asked.data_loss = Some(DataLoss::Unknown);
    asked.accepted_risks = Risk::ALL.to_vec();
    ask(&Case {
        sight: &sight,
        ..Case::new(input, ledger, &asked)
    })
}

fn read_fully(sight: &Sight) -> Sight {
    match sight {
        Sight::Seen(seen) => Sight::Seen(Observation {
            depth: Depth::Full,
            facts: BTreeMap::new(),
            ..seen.clone()
        }),
        unseen => unseen.clone(),
    }
}
