//! The documented shapes, with the documented nulls (`docs/vendors/sdrs.md#forms`), and shapes that strain them.
//! They must not say what a word means.

use super::*;
use serde::de::DeserializeOwned;

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
    let pair = golden::<PairPage>(include_str!("golden/pairs.json"))
        .replications
        .remove(0);
    assert_eq!(
        (pair.fault_level.as_deref(), pair.replication_status.as_deref()),
        (Some("0"), Some("active"))
    );
    let instance = golden::<InstancePage>(include_str!("golden/instances.json"))
        .protected_instances
        .remove(0);
    assert_eq!(
        instance.source_server.as_deref(),
        Some("f1a00000-0000-4000-8000-000000000006")
    );
}

#[test]
fn jobs() {
    let job: Job = golden(include_str!("golden/job.json"));
    assert_eq!((job.parts().len(), job.error_code.as_deref()), (0, None));
    assert_eq!(job.resource().as_deref(), Some("a59d0000-0000-4000-8000-000000000001"));
    let fan: Job = golden(include_str!("golden/job_fan_out.json"));
    let types: Vec<_> = fan.parts().into_iter().filter_map(|part| part.job_type).collect();
    assert_eq!(types, ["stopProtectionGroupRepNoCG", "stopProtectionGroupRepNoCG"]);
    let failures: FailurePage = golden(include_str!("golden/failure_jobs.json"));
    assert_eq!(failures.failure_jobs[0].error_code.as_deref(), Some("EVS.2024"));
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
        golden::<PairPage>(level).replications[0].fault_level.as_deref(),
        Some("5")
    );
}

#[test]
fn what_is_no_such_page_is_not_read_as_an_empty_one() {
    for text in [
        "{}",
        "[]",
        "null",
        r#"{"server_groups":null}"#,
        r#"{"server_groups":{}}"#,
        r#"{"server_groups":["x"]}"#,
    ] {
        assert!(serde_json::from_str::<GroupPage>(text).is_err(), "{text}");
    }
    for text in ["{}", r#"{"replications":null}"#, r#"{"replications":[7]}"#] {
        assert!(serde_json::from_str::<PairPage>(text).is_err(), "{text}");
    }
    assert!(serde_json::from_str::<InstancePage>("{}").is_err());
    assert!(serde_json::from_str::<FailurePage>("{}").is_err());
}
