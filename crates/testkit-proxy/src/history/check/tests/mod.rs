//! Forged histories: for each invariant some that break it and must be found, and good ones that must pass.
//! It must not be judged by how many violations there are: a forgery breaks what it is meant to break.

mod other_dialect;
mod report;
mod script;
mod sets;

use jiff::Timestamp;
use serde_json::{Value, json};
use stationmaster_simulator::JournalEntry;

use self::script::*;
use super::{HistoryReport, Invariant, check};
use crate::vendors::Sdrs;

fn judge(steps: &[Step]) -> HistoryReport {
    check(&Sdrs, &history(steps), &[], &[])
}

/// The forgery is found, on this exchange (from the end, 0 is the last).
#[track_caller]
fn found(steps: &[Step], invariant: Invariant, from_end: usize) {
    let report = judge(steps);
    let whole = history(steps);
    let exchange = steps.len() as u64 - from_end as u64;
    let on = |line: u64| {
        whole
            .records
            .iter()
            .any(|record| record.line == line && record.exchange == exchange)
    };
    let hit = report.violations.iter().any(|v| v.invariant == invariant && on(v.line));
    assert!(hit, "{invariant:?} on exchange {exchange}:\n{report}");
}

#[track_caller]
fn passes(steps: &[Step]) {
    let report = judge(steps);
    assert_eq!(report.violations, [], "{report}");
}

fn without(mut steps: Vec<Step>, index: usize) -> Vec<Step> {
    steps.remove(index);
    steps
}

fn then(mut steps: Vec<Step>, more: Vec<Step>) -> Vec<Step> {
    steps.extend(more);
    steps
}

/// A second attempt, after the first call ended in this way and counts as `state`.
fn again(first: End, state: &str) -> Vec<Step> {
    let second = vec![
        call().ends(first),
        ledger(record(Some(operation(&[state, "recorded"])), json!([])), "30"),
        reading("source"),
        ledger_read("30"),
        group_read("target", TOKEN),
        call(),
    ];
    then(until_call(), second)
}

fn entry(accepted: bool, duplicates: u32) -> JournalEntry {
    let time = Timestamp::UNIX_EPOCH;
    JournalEntry {
        sequence: 1,
        time,
        real_time: time,
        service: "sdrs".into(),
        method: "POST".into(),
        path: CALL.into(),
        operation: "ProtectionGroupAction".into(),
        action: Some("reverse-server-group".into()),
        resource: Some(GROUP.into()),
        resource_name: None,
        body: Some(call().body),
        accepted,
        accepted_time: None,
        accepted_order: None,
        answered: true,
        held: false,
        duplicates,
        status: Some(200),
        code: None,
        job_id: None,
        faults: Vec::new(),
    }
}

#[test]
fn good_histories_pass() {
    passes(&good());
    passes(&[]);
    passes(&again(End::Stopped, "notSent"));
    passes(&again(End::Answered(429, Value::Null), "notSent"));
    passes(&again(End::Lost, "provenAbsent"));
    passes(&then(until_call(), vec![call().ends(End::Lost)]));
    let report = judge(&good());
    assert_eq!(
        (report.calls, report.to_string()),
        (1, "13 exchanges, 0 violations".into())
    );
    // A person's operation, without any intent.
    let mut filed_failover = operation(&["recorded"]);
    filed_failover["origin"] = "Person".into();
    filed_failover["type"] = "Failover".into();
    filed_failover["name"] = "now".into();
    let mut steps = until_call();
    steps[1] = filed("now", "Failover");
    steps[2] = group_read("source", "");
    steps[3] = ledger(record(Some(filed_failover), json!([])), "20");
    passes(&then(steps, vec![call()]));
    // Election switched off.
    passes(&without(good(), 0));
    // The replica of a call is not known, and only one ever held the lease.
    let mut steps = good();
    steps[7] = call().by(None);
    passes(&steps);
}

#[test]
fn two_calls_at_once_are_found() {
    use Invariant::OneCallInFlight as It;
    found(&again(End::Open, "notSent"), It, 0);
    found(&again(End::Lost, "ambiguous"), It, 0);
    found(&again(End::Lost, "recorded"), It, 0);
    found(&again(End::Lost, "notSent"), It, 0);
    found(&again(End::Answered(200, json!({"job_id": "j"})), "accepted"), It, 0);
    found(&again(End::Lost, "adoptedEffect"), It, 0);
    // Without any word of the ledger in between.
    found(&then(until_call(), vec![call().ends(End::Lost), call()]), It, 0);
}

#[test]
fn a_second_execution_is_found() {
    let accepted = End::Answered(200, json!({"job_id": "j"}));
    found(&again(accepted, "declaredNotExecuted"), Invariant::OneExecution, 0);
    // The operator was told nothing both times; only the provider's journal knows.
    let steps = then(again(End::Lost, "provenAbsent"), Vec::new());
    let lost = history(&steps);
    let breaks = |journal: &[JournalEntry]| {
        let report = check(&Sdrs, &lost, journal, &[]);
        report.violations.iter().any(|v| v.invariant == Invariant::OneExecution)
    };
    assert!(breaks(&[entry(true, 0), entry(true, 0)]));
    assert!(breaks(&[entry(true, 1), entry(false, 0)]));
    assert!(!breaks(&[entry(false, 0), entry(true, 0)]));
}

#[test]
fn a_call_without_its_record_is_found() {
    use Invariant::RecordFirst as It;
    let with_ledger = |step: Step| {
        let mut steps = until_call();
        steps[3] = step;
        then(steps, vec![call()])
    };
    let recorded = || ledger(record(Some(operation(&["recorded"])), json!([])), "20");
    found(&without(then(until_call(), vec![call()]), 3), It, 0);
    found(&with_ledger(recorded().ends(End::Lost)), It, 0);
    found(&with_ledger(recorded().ends(End::Answered(409, Value::Null))), It, 0);
    found(
        &with_ledger(ledger(record(Some(operation(&["accepted"])), json!([])), "20")),
        It,
        0,
    );
    found(&with_ledger(recorded().by(Some("b"))), It, 0);
    let mut other = operation(&["recorded"]);
    other["steps"][0]["spec"]["kind"]["Call"]["action"] = "failover-server-group".into();
    found(&with_ledger(ledger(record(Some(other), json!([])), "20")), It, 0);
    // The same attempt twice.
    found(&then(until_call(), vec![call().ends(End::Stopped), call()]), It, 0);
}

#[test]
fn a_call_on_old_knowledge_is_found() {
    use Invariant::FreshReads as It;
    for missing in [4, 5, 6] {
        found(&without(then(until_call(), vec![call()]), missing), It, 0);
    }
    for cached in [5, 6] {
        let mut steps = then(until_call(), vec![call()]);
        steps[cached].query = "resourceVersion=0";
        found(&steps, It, 0);
    }
    let mut steps = then(until_call(), vec![call()]);
    steps[5] = ledger_read("19");
    found(&steps, It, 0);
    let mut steps = then(until_call(), vec![call()]);
    steps[4] = reading("source").ends(End::Answered(404, Value::Null));
    found(&steps, It, 0);
    // Read by another replica than the one that recorded the call.
    let mut steps = then(until_call(), vec![call()]);
    steps[6] = group_read("target", TOKEN).by(Some("b"));
    found(&steps, It, 0);
}

#[test]
fn a_call_after_the_lease_was_lost_is_found() {
    use Invariant::LeaseHeld as It;
    found(&then(until_call(), vec![lease("b"), call()]), It, 0);
    found(
        &then(until_call(), vec![lease("b"), lease("a"), call().by(None)]),
        It,
        0,
    );
    passes(&then(until_call(), vec![lease("b"), lease("a"), call()]));
    passes(&then(
        until_call(),
        vec![lease("b").ends(End::Answered(409, Value::Null)), call()],
    ));
}

#[test]
fn numbers_that_go_back_are_found() {
    use Invariant::NothingGoesBack as It;
    found(&[group_status(TOKEN, 3), group_status(TOKEN, 2)], It, 0);
    let mut older = record(None, json!([]));
    older["judgedGeneration"] = 1.into();
    found(
        &[ledger(record(None, json!([])), "1"), ledger(older.clone(), "2")],
        It,
        0,
    );
    let write = |states: &[&str]| ledger(record(Some(operation(states)), json!([])), "3");
    found(&[write(&["notSent", "recorded"]), write(&["recorded"])], It, 0);
    // Another group has the name now.
    older["group"]["uid"] = "uid-2".into();
    passes(&[ledger(record(None, json!([])), "1"), ledger(older, "2")]);
}

#[test]
fn unguarded_writes_are_found() {
    use Invariant::GuardedWrites as It;
    for mut write in [lease("a"), group_status(TOKEN, 1), ledger(record(None, json!([])), "1")] {
        write.end = End::Answered(409, Value::Null);
        passes(&[write.clone()]);
        let mut patch = write.clone();
        patch.method = "PATCH";
        found(&[patch], It, 0);
        write.body["metadata"]["resourceVersion"] = Value::Null;
        found(&[write], It, 0);
    }
}

#[test]
fn a_success_that_was_not_seen_is_found() {
    use Invariant::VerifiedSuccess as It;
    let steps = good();
    found(&without(steps.clone(), 10), It, 1);
    let mut unchanged = steps.clone();
    unchanged[10] = reading("source");
    found(&unchanged, It, 1);
    found(&without(steps, 11), It, 0);
}

#[test]
fn a_success_is_told_by_whoever_reads_it_after_the_writer_died_on_the_answer() {
    let mut steps = good();
    let told = steps.pop().unwrap();
    let write = steps.pop().unwrap().ends(End::Lost);
    let shown = write.body["spec"]["record"].clone();
    let after = |read: Step| then(steps.clone(), vec![write.clone(), read, told.clone()]);
    passes(&after(ledger_shown(shown.clone())));
    let invariant = Invariant::VerifiedSuccess;
    found(&after(ledger_read("22")), invariant, 0);
    found(&after(ledger_shown(record(None, json!([])))), invariant, 0);
    found(&after(ledger_shown(shown).ends(End::Lost)), invariant, 0);
}

#[test]
fn a_call_that_nobody_asked_for_is_found() {
    use Invariant::PersonAsked as It;
    let intent = |step: Step| {
        let mut steps = then(until_call(), vec![call()]);
        steps[2] = step;
        steps
    };
    found(&intent(group_read("target", "old-token")), It, 0);
    found(&intent(group_read("source", TOKEN)), It, 0);
    found(&without(then(until_call(), vec![call()]), 1), It, 0);
    let mut forced = operation(&["recorded"]);
    forced["origin"] = "Person".into();
    let mut steps = then(until_call(), vec![call()]);
    steps[3] = ledger(record(Some(forced), json!([])), "20");
    found(&steps, It, 0);
}
