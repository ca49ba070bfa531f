//! Calls at several objects that one journal holds, and at jobs, in the words of OCP: each rule shown to find what breaks it.
//! It must not repeat what the words of another vendor have shown of single objects.

mod script;

use serde_json::{Value, json};

use self::script::*;
use super::script::*;
use crate::history::Invariant;
use crate::history::check::{HistoryReport, check};
use crate::vendors::Ocp;

fn judge(steps: &[Step]) -> HistoryReport {
    check(&Ocp, &history(steps), &[], &[])
}

#[track_caller]
fn passes(steps: &[Step]) {
    let report = judge(steps);
    assert_eq!(report.violations, [], "{report}");
}

/// The forgery is found on its last exchange, and told in these words.
#[track_caller]
fn found(steps: &[Step], invariant: Invariant, words: &str) {
    let report = judge(steps);
    let last = history(steps);
    let first_line_of_last = last.records.iter().find(|record| record.exchange == steps.len() as u64);
    let line = first_line_of_last.unwrap().line;
    let hit = report
        .violations
        .iter()
        .any(|v| v.invariant == invariant && v.line == line && v.what.contains(words));
    assert!(hit, "{invariant:?} with `{words}` on the last exchange:\n{report}");
}

/// The steps, with another one in the place of that which fits, or without it.
fn forged(mut steps: Vec<Step>, fits: impl Fn(&Step) -> bool, other: Option<Step>) -> Vec<Step> {
    let at = steps.iter().rposition(fits).expect("such a step is there");
    match other {
        Some(other) => steps[at] = other,
        None => drop(steps.remove(at)),
    }
    steps
}

fn is(path: &'static str, method: &'static str) -> impl Fn(&Step) -> bool {
    move |step| step.path.ends_with(path) && step.method == method
}

fn before_last(mut steps: Vec<Step>, more: Step) -> Vec<Step> {
    steps.insert(steps.len() - 1, more);
    steps
}

#[test]
fn a_batch_and_a_retry_pass() {
    passes(&until_success());
    let report = judge(&until_success());
    assert_eq!(report.calls, 2);
    // A claim's answer was lost: it may stand as it was written.
    let lost = |step: &Step| step.path.ends_with("tenant-26") && step.method == "PUT";
    let steps = until_batch();
    passes(&forged(steps, lost, Some(claim(OTHERS[2], UID, true).ends(End::Lost))));
    // The history began after the claims.
    let steps = until_batch().into_iter();
    passes(
        &steps
            .filter(|step| !step.path.contains("groupledgers/tenant-2"))
            .collect::<Vec<_>>(),
    );
    // The journal is read as one of a list by whoever comes after a writer that died on the answer.
    let mut steps = until_success();
    let write = steps.pop().unwrap().ends(End::Lost);
    let shown = json!({"items": [{"spec": {"record": write.body["spec"]["record"]}}]});
    let list = |shown: Value| Step::kubernetes("GET", LEDGERS, Value::Null, shown);
    let status = json!({
        "metadata": {"namespace": "shop", "name": NAME, "resourceVersion": "3"}, "status": {"state": "Succeeded"},
    });
    let path = format!("/apis/stationmaster.dev/v1alpha1/namespaces/shop/recoveryoperations/{NAME}/status");
    let told = Step::kubernetes("PUT", path, status.clone(), status);
    let after = |read: Step| [steps.clone(), vec![write.clone(), read, told.clone()]].concat();
    passes(&after(list(shown)));
    found(
        &after(list(json!({"items": []}))),
        Invariant::VerifiedSuccess,
        "no ledger does",
    );
}

#[test]
fn a_batch_that_no_one_journal_holds_is_found() {
    use Invariant::RecordFirst as It;
    let steps = |ids: &[u32]| forged(until_batch(), is("/failover", "POST"), Some(batch(ids)));
    passes(&steps(&[25]));
    // A tenant of somebody else among its own.
    found(&steps(&[25, 77]), It, "no acknowledged ledger write records it");
    // It does not say at what it is.
    found(&steps(&[]), It, "no acknowledged ledger write records it");
    let switchover = Step {
        path: "/api/v2/ob/clusters/1/tenants/switchover".into(),
        body: json!({"tenantParamList": [{"tenantId": 15, "standbyTenantId": 25}]}),
        ..batch(&[])
    };
    let other = forged(until_batch(), is("/failover", "POST"), Some(switchover));
    found(&other, It, "the ledger records `failover`");
}

#[test]
fn a_batch_at_an_object_whose_claim_does_not_count_is_found() {
    use Invariant::RecordFirst as It;
    let with = |step: Step| before_last(until_batch(), step);
    found(&with(given_up(OTHERS[1])), It, "tenant/25 was given up");
    found(
        &with(claim(OTHERS[1], "uid-2", true)),
        It,
        "tenant/25 is held by orders",
    );
    found(
        &with(claim(OTHERS[1], UID, false)),
        It,
        "does not say that the journal lists it",
    );
    // What was refused, or is another object's, changes nothing.
    passes(&with(given_up(OTHERS[1]).ends(End::Answered(409, Value::Null))));
    passes(&with(given_up(OTHERS[0])));
}

#[test]
fn a_second_call_at_a_part_of_the_set_is_found() {
    use Invariant::OneCallInFlight as It;
    let again = |first: End, ids: &[u32]| {
        let mut steps = forged(until_batch(), is("/failover", "POST"), Some(batch(ids).ends(first)));
        steps.push(batch(&[26]));
        steps
    };
    found(&again(End::Open, &[25, 26]), It, "is on its way");
    // They have no tenant in common, and one journal.
    found(&again(End::Open, &[25]), It, "is on its way");
    found(&again(End::Lost, &[25]), It, "is recorded and another one is made");
    // The last call at one of the tenants is over; the one at another is not.
    let mut steps = forged(
        until_batch(),
        is("/failover", "POST"),
        Some(batch(&[25]).ends(End::Open)),
    );
    steps.extend([
        batch(&[77, 26]).ends(End::Answered(429, Value::Null)),
        batch(&[25, 26, 77]),
    ]);
    found(&steps, It, "is on its way");
    // A call at a job of the set while one at the set is in doubt.
    let mut steps = until_retry();
    let open = journal(record(Some(forced(&[state("ambiguous"), started()])), json!([])), "22");
    let at = steps.iter().rposition(is("/failover", "POST")).unwrap();
    steps[at] = batch(&[25, 26]).ends(End::Lost);
    steps.insert(steps.len() - 1, open);
    found(&steps, It, "is ambiguous and another one is made");
}

#[test]
fn a_batch_on_old_knowledge_of_one_of_its_objects_is_found() {
    use Invariant::FreshReads as It;
    let lists = |other: Option<Step>| forged(until_batch(), is("clusters/2/tenants", "GET"), other);
    found(&lists(None), It, "object tenant/25, the provider's object tenant/26");
    found(&lists(Some(tenants(2, &[25]))), It, "object tenant/26");
    let unheard = tenants(2, &[25, 26]).ends(End::Lost);
    found(&lists(Some(unheard)), It, "object tenant/25");
    let journal = forged(until_batch(), is("tenant-15", "GET"), Some(journal_read("10")));
    found(&journal, It, "the ledger");
    // The other cluster's tenants are none of the call's: they may be lost with their site.
    passes(&forged(until_batch(), is("clusters/1/tenants", "GET"), None));
    let retry = forged(until_retry(), is("clusters/2/tenants", "GET"), None);
    found(&retry, It, "the job 900 nor an object of its group");
    let task = Step::provider(
        "GET",
        "/api/v2/tasks/instances/900",
        Value::Null,
        json!({"successful": true, "data": {"id": 900}}),
    );
    passes(&before_last(retry, task));
}

#[test]
fn a_call_at_another_part_than_the_recorded_one_is_found() {
    use Invariant::RecordFirst as It;
    let recorded = |operation: Value| {
        let write = journal(record(Some(operation), json!([])), "22");
        forged(until_retry(), is("tenant-15", "PUT"), Some(write))
    };
    found(&recorded(with_retry("8", "recorded")), It, "at another part");
    found(
        &recorded(forced(&[started()])),
        It,
        "no acknowledged ledger write records it",
    );
    // The batch itself is recorded once more, and a part is called.
    found(
        &recorded(forced(&[started(), state("recorded")])),
        It,
        "at another part",
    );
    let mut unknown = until_retry();
    unknown.last_mut().unwrap().path = RETRY.replace("900", "999");
    found(&unknown, It, "no acknowledged ledger write records it");
    let mut skip = until_retry();
    skip.last_mut().unwrap().path = RETRY.replace("retry", "skip");
    found(&skip, It, "the ledger records `retry-subtask`");
}

#[test]
fn a_part_that_nobody_decided_and_a_batch_that_nobody_filed_are_found() {
    use Invariant::PersonAsked as It;
    let decision = |other: Option<Step>| forged(until_retry(), is("operationdecisions", "GET"), other);
    found(&decision(None), It, "nobody decided Retry for part 7 of job 900");
    found(&decision(Some(decided(NAME, "Skip"))), It, "nobody decided");
    found(&decision(Some(decided("another", "Retry"))), It, "nobody decided");
    let filed = forged(until_batch(), is("recoveryoperations", "GET"), None);
    found(&filed, It, "nobody filed");
}

#[test]
fn a_step_that_is_executed_twice_is_found_and_a_batch_and_its_retry_are_two_steps() {
    use Invariant::OneExecution as It;
    let mut steps = forged(until_retry(), is("/retry", "POST"), None);
    let absent = forced(&[state("declaredNotExecuted"), state("recorded")]);
    steps.extend([journal(record(Some(absent), json!([])), "30"), batch(&[25, 26])]);
    found(&steps, It, "executed 2 times");
}

#[test]
fn a_success_of_a_set_that_was_not_seen_since_its_call_is_found() {
    use Invariant::VerifiedSuccess as It;
    let last = |other: Option<Step>| forged(until_success(), is("clusters/2/tenants", "GET"), other);
    // The last look before the retry was before the retry.
    found(
        &last(None),
        It,
        "nobody has read the provider's object tenant/25 since its call",
    );
    found(&last(Some(tenants(2, &[25]))), It, "object tenant/26 since its call");
    // Without any call, one reading of any object is asked for.
    let record = record(None, json!([completed("Succeeded", forced(&[]))]));
    let without = vec![tenants(1, &[16]), journal(record.clone(), "10")];
    passes(&without);
    found(&[journal(record, "10")], It, "nobody has read");
}

#[test]
fn the_numbers_of_a_claim_are_those_of_no_group() {
    passes(&[journal(record(None, json!([])), "1"), claim(OTHERS[0], UID, true)]);
    let mut older = record(None, json!([]));
    older["judgedGeneration"] = 1.into();
    let steps = [
        journal(record(None, json!([])), "1"),
        claim(OTHERS[0], UID, true),
        journal(older, "2"),
    ];
    found(&steps, Invariant::NothingGoesBack, "judged generation");
}
