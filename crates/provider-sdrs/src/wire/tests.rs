//! The documented shapes, with the documented nulls (`docs/vendors/sdrs.md#forms`), and shapes that strain them.
//! They must not say what a word means.

use super::*;
use serde::de::DeserializeOwned;
use stationmaster_transport::Entries;

fn first<T>(entries: Entries<T>) -> T {
    match entries {
        Entries::Listed { mut entries, .. } => entries.remove(0).unwrap(),
        Entries::Missing | Entries::Null => panic!("there is no list"),
    }
}

fn golden<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_group_with_the_documented_nulls() {
    let group = golden::<OneGroup>(include_str!("golden/group.json")).server_group;
    assert_eq!(group.status.as_deref(), Some("available"));
    assert_eq!(
        (group.replication_status, group.replication_num, group.progress),
        (None, Some(0), Some(0))
    );
    assert_eq!(group.updated_at.as_deref(), Some("2019-05-23 09:11:10.856"));
    assert_eq!(group.source_availability_zone.as_deref(), Some("eu-de-01"));
    let legacy = golden::<OneGroup>(include_str!("golden/group_legacy.json")).server_group;
    assert_eq!(
        (legacy.replication_status.as_deref(), legacy.progress),
        (Some("copying"), Some(37))
    );
}

#[test]
fn members() {
    let pair = first(golden::<PairPage>(include_str!("golden/pairs.json")).replications);
    assert_eq!(
        (pair.fault_level.as_deref(), pair.replication_status.as_deref()),
        (Some("0"), Some("active"))
    );
    let instance = first(golden::<InstancePage>(include_str!("golden/instances.json")).protected_instances);
    assert_eq!(
        instance.source_server.as_deref(),
        Some("f1a00000-0000-4000-8000-000000000006")
    );
}

#[test]
fn jobs() {
    let job: Job = golden(include_str!("golden/job.json"));
    assert_eq!((job.parts().count(), job.error_code.as_deref()), (0, None));
    assert_eq!(job.resource(), Some("a59d0000-0000-4000-8000-000000000001"));
    let fan: Job = golden(include_str!("golden/job_fan_out.json"));
    let types: Vec<_> = fan.parts().filter_map(|part| part.job_type.as_deref()).collect();
    assert_eq!(types, ["stopProtectionGroupRepNoCG", "stopProtectionGroupRepNoCG"]);
    let failures: FailurePage = golden(include_str!("golden/failure_jobs.json"));
    assert_eq!(first(failures.failure_jobs).error_code.as_deref(), Some("EVS.2024"));
}

#[test]
fn quotas() {
    let quotas: Quotas = golden(include_str!("golden/quotas.json"));
    let entries: Vec<_> = quotas.quotas.resources.iter().map(|q| (q.used, q.quota)).collect();
    assert_eq!(entries, [(Some(10), Some(50)), (Some(7), Some(-1))]);
}

#[test]
fn every_field_may_be_null_absent_or_of_another_type() {
    for text in [
        r#"{"server_group":{}}"#,
        r#"{"server_group":{"id":null,"status":null,"progress":null,"priority_station":null,"updated_at":null,"new":{"x":[1]}}}"#,
        r#"{"server_group":{"id":7,"status":["protected"],"progress":"12","priority_station":true,"replication_num":"x"}}"#,
    ] {
        let group = golden::<OneGroup>(text).server_group;
        assert_eq!(
            (group.status, group.priority_station, group.replication_num),
            (None, None, None),
            "{text}"
        );
    }
    assert_eq!(
        golden::<OneGroup>(r#"{"server_group":{"progress":"12"}}"#)
            .server_group
            .progress,
        Some(12)
    );
    let level = r#"{"replications":[{"id":"p","fault_level":5}],"count":null}"#;
    assert_eq!(
        first(golden::<PairPage>(level).replications).fault_level.as_deref(),
        Some("5")
    );
}

#[test]
fn what_is_no_such_page_is_not_read_as_an_empty_one() {
    for text in ["{}", r#"{"server_groups":{}}"#, r#"{"server_groups":"x"}"#, "[]"] {
        let page = golden::<GroupPage>(text);
        assert!(matches!(page.server_groups, Entries::Missing), "{text}");
    }
    let null = golden::<GroupPage>(r#"{"server_groups":null}"#);
    assert!(matches!(null.server_groups, Entries::Null));
    for text in ["null", "7"] {
        assert!(serde_json::from_str::<GroupPage>(text).is_err(), "{text}");
    }
}

#[test]
fn one_bad_entry_does_not_cost_the_others() {
    let page = golden::<PairPage>(r#"{"replications":[7,null,{"id":"a"},[{"id":"x"}],"b",{"id":["c"]}]}"#);
    let Entries::Listed { entries, more: false } = page.replications else {
        panic!("{page:?}")
    };
    let ids: Vec<_> = entries.into_iter().map(|pair| pair.map(|pair| pair.id)).collect();
    assert_eq!(ids, [None, None, Some(Some("a".to_owned())), None, None, Some(None)]);
}

#[test]
fn a_page_of_a_million_entries_is_not_kept() {
    let text = format!(r#"{{"replications":[{}{{}}]}}"#, "{},".repeat(1_000_000));
    let page = golden::<PairPage>(&text);
    let Entries::Listed { entries, more: true } = page.replications else {
        panic!("all were kept")
    };
    assert_eq!(entries.len(), 2000);
}

#[test]
fn a_word_that_is_too_long_is_named() {
    let pair = |id: usize, status: usize| Pair {
        id: Some("x".repeat(id)),
        status: Some("y".repeat(status)),
        ..Pair::default()
    };
    assert_eq!(pair(WORD, WORD).too_long(), None);
    assert_eq!(
        pair(36, 900_000).too_long().as_deref(),
        Some("status has more than the 128 bytes that are expected at most")
    );
}
