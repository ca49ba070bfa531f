//! What could be asked now: exactly what the gate would let begin, were it asked rightly.
//! It must not have rules of its own: what is offered is what is accepted.

use super::ask::{intent_may_begin, order_may_begin};
use super::case::{self, Case};
use super::risk;
use crate::input::{DataLoss, OwnRequest};
use crate::{Depth, Input, Ledger, Observation, OperationType, Risk, Sight, Station, Token, Why};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Whether an operation could begin now, and how it would have to be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Why it could not begin; nothing where it could.
    pub closed: Option<Why>,
    /// Where production would run, where it would be moved. While it is not known where it runs, the object's own word is the best there is; else
    /// any station will do, and the direction is a risk.
    pub target: Option<Station>,
    /// What its author has to accept, with what each risk means here. Only a forced failover that could begin has any.
    pub risks: BTreeMap<Risk, Why>,
}

/// Whether an operation of this type could begin now.
///
/// It is asked for as it would have to be: with the present token, towards the right station, in time, every loss and every risk accepted. A listing is taken
/// for a full reading, because the group is read fully as soon as something is asked. The facts of checks are left out, because a listing
/// knows none: a check that fails delays an operation and refuses none.
pub fn offered(input: &Input<'_>, ledger: &Ledger, kind: OperationType) -> Offer {
    let sight = read_fully(input.sight);
    let active = sight.seen().and_then(|s| s.active.known().or(s.own_station));
    let active = active.or(ledger.active.known()).unwrap_or(Station::Source);
    let target = kind.moves_production().then(|| active.other());
    let own = OwnRequest {
        name: String::new(),
        operation: kind,
        target: target.unwrap_or(active),
        token: ledger.token.clone().unwrap_or_else(|| Token::quoted("")),
        requested_by: String::new(),
    };
    let mut asked = own.filed(String::new(), input.group.uid.clone(), input.now);
    asked.not_after = Some(Timestamp::MAX);
    asked.data_loss = Some(DataLoss::Unknown);
    asked.accepted_risks = Risk::ALL.to_vec();
    let case = Case {
        sight: &sight,
        ..Case::new(input, ledger, &asked)
    };
    let closed = match (&ledger.token, kind) {
        // There is nothing to quote, because an operation runs: that is why, and not what the order would be told of its token.
        (None, _) => case::operation_running(&case),
        (Some(_), OperationType::PlannedFailover) => intent_may_begin(&case).map(|v| v.why),
        (Some(_), _) => order_may_begin(&case).map(|v| v.why),
    };
    let risks = match kind {
        OperationType::Failover if closed.is_none() => risk::risks(&case),
        _ => BTreeMap::new(),
    };
    Offer { closed, target, risks }
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
