//! Each rule about one call of the running operation, alone.
//! It must not test chains of events: the scripts in `tests/` do.

use super::super::violation::Follows::{self, End, Reopen, Wait, Withhold};
use super::super::*;
use super::world::{World, Wrong, called, runs, submit, unread, world};
use crate::input::Watch;
use crate::ledger::Ending::Failed;
use crate::pace::Waits::{Condition, News, Reading};
use crate::*;

/// The call of a step, bound to what the ledger remembers.
fn call<'a>(w: &'a World, step: usize) -> Call<'a> {
    let operation = w.ledger.operation.as_ref().unwrap();
    Call {
        watch: Watch::default(),
        operation,
        step: &operation.steps[step],
        before: &w.ledger.fingerprint,
        sight: &w.sight,
        suspended: w.group.suspend,
        held: None,
        jobs: &[],
        object_exists: w.asked.uid == "r",
        now: w.now,
    }
}

fn each_call(begin: fn(&mut World), judge: fn(&World) -> Option<(Reason, Follows)>, wrongs: &[Wrong]) {
    let mut right = world(OperationType::Failover);
    begin(&mut right);
    assert_eq!(judge(&right), None, "what is right is let through");
    for (what, spoil, reason, follows) in wrongs {
        let mut world = world(OperationType::Failover);
        begin(&mut world);
        spoil(&mut world);
        assert_eq!(judge(&world), Some((*reason, *follows)), "{what}");
    }
}

fn word(violation: Option<Violation>) -> Option<(Reason, Follows)> {
    violation.map(|v| (v.why.reason, v.follows))
}

/// The permit is closed, as a provider shows it between two calls.
fn between(w: &mut World) {
    called(w);
    w.seen().permits.clear();
}

fn gone(w: &mut World) {
    w.seen().active = ActiveStation::Target;
}

#[test]
fn a_call_is_recorded_only_where_each_rule_lets_it() {
    let unchecked: fn(&mut World) = |w| w.seen().facts.clear();
    each_call(
        runs,
        |w| word(may_be_recorded(&call(w, 1))),
        &[
            ("suspended", |w| w.group.suspend = true, Reason::Suspended, Wait(News)),
            ("unread", unread, Reason::ProviderUnreachable, Wait(Reading)),
            (
                "listed",
                |w| w.seen().depth = Depth::Listed,
                Reason::NotObserved,
                Wait(Reading),
            ),
            (
                "closed",
                |w| w.seen().permits.clear(),
                Reason::UnknownProviderState,
                Wait(Condition),
            ),
            ("a check is open", unchecked, Reason::NotObserved, Reopen),
        ],
    );
    let passing: fn(&mut World) = |w| {
        gone(w);
        w.seen().phase = Phase::Changing(None);
    };
    let open: fn(&mut World) = |w| {
        w.seen().permits.insert(OperationType::PlannedFailover, Permit::Open);
    };
    let open_for_long: fn(&mut World) = |w| {
        w.seen().permits.insert(OperationType::PlannedFailover, Permit::Open);
        w.now = pace::later(w.now, 30);
    };
    let lost: fn(&mut World) = |w| {
        w.operation().kind = OperationType::Reprotect;
        w.seen().active = ActiveStation::Unknown;
    };
    each_call(
        between,
        |w| word(may_be_recorded(&call(w, 2))),
        &[
            ("suspended", |w| w.group.suspend = true, Reason::Suspended, Wait(News)),
            ("unread", unread, Reason::ProviderUnreachable, Wait(Reading)),
            (
                "listed",
                |w| w.seen().depth = Depth::Listed,
                Reason::NotObserved,
                Wait(Reading),
            ),
            ("moved", gone, Reason::ExternalRoleChange, End(Failed)),
            ("being moved", passing, Reason::ExternalRoleChange, Wait(Condition)),
            (
                "nobody knows where",
                lost,
                Reason::ActiveStationUnknown,
                Wait(Condition),
            ),
            ("no trace", open, Reason::StateChanged, Wait(Condition)),
            ("no trace for long", open_for_long, Reason::StateChanged, End(Failed)),
            ("a check is open", unchecked, Reason::NotObserved, Reopen),
        ],
    );
}

#[test]
fn a_call_is_repeated_only_where_each_rule_lets_it() {
    let doubt: fn(&mut World) = |w| {
        runs(w);
        let (since, message) = (w.now, String::new());
        submit(w, 1, ledger::SubmissionState::Ambiguous { since, message });
    };
    let refused: fn(&mut World) = |w| {
        let (code, message) = ("409".to_owned(), String::new());
        submit(w, 1, ledger::SubmissionState::Refused { code, message });
    };
    let withheld = Reason::CallWithheld;
    each_call(
        doubt,
        |w| word(may_be_repeated(&call(w, 1))),
        &[
            ("refused", refused, withheld, Withhold),
            ("withdrawn", |w| w.operation().withdrawn = true, withheld, Withhold),
            ("suspended", |w| w.group.suspend = true, Reason::Suspended, Withhold),
            ("no object", |w| w.asked.uid.clear(), withheld, Withhold),
            ("its time is over", |w| w.operation().expiry = w.now, withheld, Withhold),
            (
                "tried often",
                |w| {
                    let lost = w.operation().steps[1].submissions[0].clone();
                    w.operation().steps[1].submissions = vec![lost; ledger::ATTEMPTS as usize];
                },
                withheld,
                Withhold,
            ),
            (
                "dropped no more",
                |w| w.now = pace::later(w.now, 480),
                withheld,
                Withhold,
            ),
            ("unread", unread, Reason::ProviderUnreachable, Withhold),
            (
                "listed",
                |w| w.seen().depth = Depth::Listed,
                Reason::NotObserved,
                Withhold,
            ),
            (
                "changed",
                |w| w.seen().fingerprint.revision = None,
                Reason::StateChanged,
                Withhold,
            ),
        ],
    );
}

fn look(w: &World, step: &str, attempt: u32) -> Option<(Reason, Follows)> {
    let Sight::Seen(seen) = &w.sight else {
        panic!("it is seen")
    };
    let looked = still_true(&w.ledger, step, attempt, seen, Watch::default());
    looked.err().map(|why| (why.reason, Withhold))
}

#[test]
fn a_call_is_sent_only_where_each_rule_lets_it() {
    let recorded = ledger::SubmissionState::Recorded;
    let first: fn(&mut World) = |w| {
        runs(w);
        submit(w, 1, ledger::SubmissionState::Recorded);
    };
    let further: fn(&mut World) = |w| {
        between(w);
        submit(w, 2, ledger::SubmissionState::Recorded);
    };
    let known: fn(&mut World) = |w| {
        w.operation().steps[1].submissions.clear();
        submit(w, 1, ledger::SubmissionState::AdoptedEffect);
        submit(w, 1, ledger::SubmissionState::Recorded);
        w.operation().steps[1].submissions[1].attempt = 1;
    };
    let both: [Wrong; 4] = [
        (
            "changed",
            |w| w.seen().fingerprint.status = "odd".into(),
            Reason::StateChanged,
            Withhold,
        ),
        ("moved", gone, Reason::ExternalRoleChange, Withhold),
        (
            "listed",
            |w| w.seen().depth = Depth::Listed,
            Reason::NotObserved,
            Withhold,
        ),
        (
            "a check is open",
            |w| w.seen().facts.clear(),
            Reason::NotObserved,
            Withhold,
        ),
    ];
    each_call(first, |w| look(w, "One", 1), &both);
    each_call(further, |w| look(w, "Two", 1), &both);
    each_call(
        first,
        |w| look(w, "One", 1),
        &[
            (
                "closed",
                |w| w.seen().permits.clear(),
                Reason::UnknownProviderState,
                Withhold,
            ),
            (
                "no such call",
                |w| w.ledger.operation = None,
                Reason::CallWithheld,
                Withhold,
            ),
            (
                "consumed",
                |w| w.operation().steps[1].submissions.clear(),
                Reason::CallWithheld,
                Withhold,
            ),
            ("known to be made", known, Reason::CallWithheld, Withhold),
        ],
    );
    let open: fn(&mut World) = |w| {
        w.seen().permits.insert(OperationType::PlannedFailover, Permit::Open);
    };
    let lost: fn(&mut World) = |w| {
        w.operation().kind = OperationType::Reprotect;
        w.seen().active = ActiveStation::Unknown;
    };
    each_call(
        further,
        |w| look(w, "Two", 1),
        &[
            ("no trace", open, Reason::StateChanged, Withhold),
            ("nobody knows where", lost, Reason::ActiveStationUnknown, Withhold),
        ],
    );
    // A repeat: what the provider drops goes, unless it was taken back; what it would carry out twice does not.
    let mut repeat = world(OperationType::Failover);
    runs(&mut repeat);
    let (since, message) = (repeat.now, String::new());
    submit(&mut repeat, 1, ledger::SubmissionState::Ambiguous { since, message });
    submit(&mut repeat, 1, recorded);
    assert_eq!(look(&repeat, "One", 2), None);
    repeat.operation().withdrawn = true;
    assert_eq!(look(&repeat, "One", 2), Some((Reason::CallWithheld, Withhold)));
    repeat.operation().withdrawn = false;
    if let StepKind::Call(spec) = &mut repeat.operation().steps[1].spec.kind {
        spec.resolution = Resolution::Person;
    }
    assert_eq!(look(&repeat, "One", 2), Some((Reason::CallWithheld, Withhold)));
}
