//! What could be asked now: exactly what the gate would let begin, were it asked rightly.
//! It must not have rules of its own: what is offered is what is accepted.

use super::ask::{intent_may_begin, order_may_begin};
use super::case::{self, Case};
use crate::input::{DataLoss, OwnRequest};
use crate::{Depth, Input, Ledger, Observation, OperationType, Sight, Station, Token, Why};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Why an operation of this type could not begin now; nothing where it could.
///
/// It is asked for as it would have to be: with the present token, towards the right station, in time, every loss accepted. A listing is taken
/// for a full reading, because the group is read fully as soon as something is asked. The facts of checks are left out, because a listing
/// knows none: a check that fails delays an operation and refuses none.
pub fn offered(input: &Input<'_>, ledger: &Ledger, kind: OperationType) -> Option<Why> {
    let sight = read_fully(input.sight);
    let active = sight.seen().and_then(|s| s.active.known());
    // While it is not known, any station will do: then nothing begins but what repeats a failover that failed half-way.
    let active = active.or(ledger.active.known()).unwrap_or(Station::Source);
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
    let case = Case {
        sight: &sight,
        ..Case::new(input, ledger, &asked)
    };
    if ledger.token.is_none() {
        // There is nothing to quote, because an operation runs: that is why, and not what the order would be told of its token.
        return case::operation_running(&case);
    }
    let violation = match kind {
        OperationType::PlannedFailover => intent_may_begin(&case),
        _ => order_may_begin(&case),
    };
    violation.map(|v| v.why)
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
