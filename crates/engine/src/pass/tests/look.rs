//! How much is read, and for whom.
//! They must not test what is decided from it.

use super::scene::*;
use crate::pass::*;
use crate::{Depth, OperationType, Request};
use std::sync::Arc;

#[test]
fn a_reading_is_for_a_forced_failover_from_the_order_until_the_operation_is_over() {
    let forced = |ledger: LedgerRead, requests: Vec<Request>| {
        let Pass::Asks(at) = Pass::begin(group(), seen(), ledger, requests) else {
            panic!("it begins with questions");
        };
        let Pass::Observes(at) = at.take(vec![], false, moment()) else {
            panic!("then it observes");
        };
        (at.look().depth, at.look().forced)
    };
    assert_eq!(forced(known(), vec![]), (Depth::Listed, false));
    assert_eq!(forced(known(), vec![order()]), (Depth::Full, true));
    let ended = Request { ended: true, ..order() };
    assert_eq!(forced(known(), vec![ended]), (Depth::Listed, false));
    let other = Request {
        operation: OperationType::Reprotect,
        ..order()
    };
    assert_eq!(forced(known(), vec![other]), (Depth::Full, false));
    let running = LedgerRead::Stored(Stored {
        version: version(2),
        ledger: Arc::new(records().ledger().unwrap().clone()),
    });
    assert_eq!(forced(running, vec![order()]), (Depth::Full, true));
}
