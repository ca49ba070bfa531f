//! The object of the operator's own operation: it is made once, and a person who deletes it is heard.
//! They must not test what the operation does then.

use crate::stage::Stage;
use crate::stage::provider::Servers;
use stationmaster_engine::Reason;
use stationmaster_engine::report::ConditionType;

const NOTHING: [&str; 0] = [];

#[test]
fn an_operation_deleted_while_nobody_knew_its_object_is_not_made_again() {
    let asked = || {
        let mut stage = Stage::protected();
        stage.servers(Servers::CannotTell);
        stage.intent("target", "t1");
        stage
    };
    let mut lives = asked();
    lives.run_until_quiet();
    let made = lives
        .points
        .iter()
        .position(|p| *p == "after the operation's object was made");
    let mut stage = asked();
    stage.dies_at = made;
    while stage.points.len() <= made.unwrap() {
        stage.pass();
    }
    assert_eq!(stage.requests.len(), 1);
    assert_eq!(
        stage.ledger().operation.as_ref().unwrap().uid,
        None,
        "it died too early"
    );
    stage.delete("orders-db-t1");
    stage.servers(Servers::Stopped);
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING);
    assert_eq!(stage.intent_reason(), Reason::OperationDeleted);
    assert_eq!(stage.token(), "t2");
}

#[test]
fn an_object_that_is_refused_for_a_while_is_made_later() {
    let mut stage = Stage::protected();
    stage.creates = false;
    stage.intent("target", "t1");
    stage.pass();
    stage.pass();
    assert_eq!(stage.standing(), (ConditionType::Stalled, Reason::OperationNotMade));
    assert!(
        stage
            .message(ConditionType::Stalled)
            .contains("a quota stands in the way")
    );
    let written = stage.ledger_writes;
    for _ in 0..60 {
        stage.sleep(1);
        stage.pass();
    }
    assert_eq!(
        stage.ledger_writes - written,
        2 * 4,
        "each try is written down, and a try is made every 15 s"
    );
    stage.creates = true;
    stage.run_until_quiet();
    assert_eq!(stage.effects(), ["reverse-server-group"]);
}
