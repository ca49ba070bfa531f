//! What a group's status, its members and its pairs allow.
//! They must not read anything: groups stand here as values.

use super::*;

const ALL: [OperationType; 5] = OperationType::ALL;

fn pair() -> Pair {
    Pair {
        id: Some("p1".to_owned()),
        status: Some("protected".to_owned()),
        replication_status: Some("active".to_owned()),
        fault_level: Some("0".to_owned()),
        progress: Some(0),
        ..Pair::default()
    }
}

fn of(word: &str, instances: &[Instance], pairs: &[Pair]) -> BTreeMap<OperationType, Permit> {
    permits(
        Status::read(word),
        word,
        &Group::default(),
        Members {
            instances,
            pairs,
            gap: None,
        },
    )
}

fn unknown(pairs: &[Pair]) -> Members<'_> {
    Members {
        instances: &[],
        pairs,
        gap: Some("not looked at yet"),
    }
}

fn reason(permits: &BTreeMap<OperationType, Permit>, operation: OperationType) -> Option<Reason> {
    match &permits[&operation] {
        Permit::Open => None,
        Permit::Closed { reason, .. } => Some(*reason),
        Permit::AtRisk(risks) => risks.values().next().map(|why| why.reason),
    }
}

fn open(permits: &BTreeMap<OperationType, Permit>) -> Vec<OperationType> {
    ALL.into_iter()
        .filter(|operation| permits[operation] == Permit::Open)
        .collect()
}

#[test]
fn healthy_members_leave_what_the_status_opens() {
    use OperationType::{DisableProtection, EnableProtection, Failover, PlannedFailover, Reprotect};
    assert_eq!(
        open(&of("protected", &[], &[pair()])),
        [PlannedFailover, Failover, DisableProtection]
    );
    assert_eq!(open(&of("available", &[], &[pair()])), [EnableProtection]);
    assert_eq!(open(&of("failed-over", &[], &[pair()])), [Reprotect]);
    assert_eq!(
        open(&of("error-reversing", &[], &[pair()])),
        [PlannedFailover, Failover]
    );
    assert_eq!(open(&of("error-failing-over", &[], &[pair()])), [Failover]);
    assert_eq!(open(&of("reversing", &[], &[pair()])), []);
}

#[test]
fn the_message_says_what_is_needed_and_what_is() {
    let permits = of("available", &[], &[pair()]);
    let Permit::Closed { reason, message } = &permits[&OperationType::PlannedFailover] else {
        panic!("open")
    };
    assert_eq!(*reason, Reason::IllegalProviderState);
    assert_eq!(
        message,
        "PlannedFailover needs the status protected or error-reversing; it is available; enable protection first"
    );
    assert_eq!(reason_of_busy(), Some(Reason::ProviderBusy));
}

fn reason_of_busy() -> Option<Reason> {
    reason(&of("reprotecting", &[], &[pair()]), OperationType::Reprotect)
}

#[test]
fn an_unknown_status_closes_all() {
    let permits = of("hovering", &[], &[pair()]);
    assert!(
        ALL.into_iter()
            .all(|operation| reason(&permits, operation) == Some(Reason::UnknownProviderState))
    );
}

#[test]
fn without_pairs_only_disabling_is_left() {
    assert_eq!(open(&of("protected", &[], &[])), [OperationType::DisableProtection]);
    assert_eq!(
        reason(&of("available", &[], &[]), OperationType::EnableProtection),
        Some(obstacles::NO_REPLICATION_PAIRS)
    );
    let listed = Group {
        replication_num: Some(0),
        ..Group::default()
    };
    let listed = permits(Status::Protected, "protected", &listed, unknown(&[]));
    assert_eq!(
        reason(&listed, OperationType::Failover),
        Some(obstacles::NO_REPLICATION_PAIRS)
    );
}

#[test]
fn members_close_what_the_documents_say() {
    use OperationType::{DisableProtection, Failover, PlannedFailover};
    let cases: [(Pair, Option<Reason>, Option<Reason>); 9] = [
        (
            Pair {
                fault_level: Some("5".into()),
                ..pair()
            },
            Some(obstacles::REPLICATION_LINK_DOWN),
            Some(obstacles::REPLICATION_LINK_DOWN),
        ),
        (
            Pair {
                fault_level: Some("2".into()),
                ..pair()
            },
            Some(obstacles::MEMBERS_INVALID),
            None,
        ),
        (
            Pair {
                fault_level: Some("7".into()),
                ..pair()
            },
            Some(Reason::UnknownProviderState),
            None,
        ),
        (
            Pair {
                status: Some("invalid".into()),
                ..pair()
            },
            Some(obstacles::MEMBERS_INVALID),
            Some(obstacles::MEMBERS_INVALID),
        ),
        (
            Pair {
                status: Some("fault".into()),
                ..pair()
            },
            Some(obstacles::MEMBERS_INVALID),
            None,
        ),
        (
            Pair {
                status: Some("odd".into()),
                ..pair()
            },
            Some(Reason::UnknownProviderState),
            None,
        ),
        (
            Pair {
                replication_status: Some("copying".into()),
                ..pair()
            },
            Some(obstacles::PAIRS_SYNCHRONIZING),
            None,
        ),
        (
            Pair {
                replication_status: Some("inactive".into()),
                ..pair()
            },
            Some(obstacles::PAIRS_SYNCHRONIZING),
            None,
        ),
        (
            Pair {
                replication_status: None,
                fault_level: None,
                status: None,
                progress: None,
                ..pair()
            },
            None,
            None,
        ),
    ];
    for (odd, planned, forced) in cases {
        let permits = of("protected", &[], &[pair(), odd.clone()]);
        assert_eq!(reason(&permits, PlannedFailover), planned, "{odd:?}");
        assert_eq!(reason(&permits, Failover), forced, "{odd:?}");
        assert_eq!(reason(&permits, DisableProtection), None, "{odd:?}");
    }
}

#[test]
fn an_instance_whose_server_is_gone_closes_all_but_disabling() {
    let gone = Instance {
        id: Some("i1".into()),
        name: Some("web".into()),
        status: Some("invalid".into()),
        ..Instance::default()
    };
    let permits = of("failed-over", &[gone], &[pair()]);
    let Permit::Closed { reason, message } = &permits[&OperationType::Reprotect] else {
        panic!("open")
    };
    assert_eq!(*reason, obstacles::MEMBERS_INVALID);
    assert_eq!(
        message,
        "protected instance i1 (web): invalid: one of its servers was deleted"
    );
}

#[test]
fn after_a_failed_reverse_resting_pairs_do_not_close_the_repeat() {
    let resting = Pair {
        replication_status: Some("inactive".into()),
        ..pair()
    };
    assert_eq!(
        reason(&of("error-reversing", &[], &[resting]), OperationType::PlannedFailover),
        None
    );
}

#[test]
fn what_was_not_looked_at_closes_all_but_a_forced_failover() {
    use OperationType::{DisableProtection, Failover};
    let known = |word: &str, pairs: &[Pair]| permits(Status::read(word), word, &Group::default(), unknown(pairs));
    let permits = known("protected", &[]);
    assert_eq!(open(&permits), [Failover, DisableProtection]);
    assert_eq!(
        reason(&permits, OperationType::PlannedFailover),
        Some(Reason::NotObserved)
    );
    assert_eq!(open(&known("failed-over", &[])), []);
    let broken = Pair {
        fault_level: Some("5".to_owned()),
        ..pair()
    };
    let permits = known("protected", &[broken]);
    assert_eq!(
        reason(&permits, Failover),
        Some(obstacles::REPLICATION_LINK_DOWN),
        "what is known counts"
    );
}
