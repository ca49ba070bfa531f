//! Jobs as SDRS tells of them, and what is made of them.
//! They must not take a word for an end that is not documented as one.

use super::*;
use serde_json::{Value, json};

fn read(operation: OperationType, value: Value) -> JobReport {
    report(operation, "j", &serde_json::from_value(value).unwrap())
}

#[test]
fn start_and_reprotect_are_told_apart_by_the_type_alone() {
    let job = |job_type: &str| json!({"job_id": "j", "status": "RUNNING", "job_type": job_type});
    let enable = job("startProtectionGroupNoCG");
    let reprotect = job("reprotectProtectionGroupNoCG");
    assert!(read(OperationType::EnableProtection, enable.clone()).expected_type);
    assert!(!read(OperationType::EnableProtection, reprotect.clone()).expected_type);
    assert!(read(OperationType::Reprotect, reprotect).expected_type);
    assert!(!read(OperationType::Reprotect, enable).expected_type);
}

#[test]
fn each_operation_has_its_type_and_no_other() {
    let types = [
        (OperationType::PlannedFailover, "reverseProtectionGroupNoCG"),
        (OperationType::Failover, "failoverProtectionGroupNoCG"),
        (OperationType::Reprotect, "reprotectProtectionGroupNoCG"),
        (OperationType::EnableProtection, "startProtectionGroupNoCG"),
        (OperationType::DisableProtection, "stopProtectionGroupNoCG"),
    ];
    for (operation, own) in types {
        for (_, job_type) in types {
            let report = read(operation, json!({"status": "SUCCESS", "job_type": job_type}));
            assert_eq!(report.expected_type, job_type == own, "{operation} {job_type}");
        }
        assert!(!read(operation, json!({"status": "SUCCESS", "job_type": null})).expected_type);
        assert!(
            !read(
                operation,
                json!({"status": "SUCCESS", "job_type": "deleteProtectionGroupNoCG"})
            )
            .expected_type
        );
        assert!(
            read(operation, json!({"status": "INIT", "job_type": null})).expected_type,
            "not told yet"
        );
    }
}

#[test]
fn an_unknown_word_is_not_an_end() {
    for word in ["", "PENDING", "success", "FAILED"] {
        let report = read(OperationType::Failover, json!({"status": word}));
        assert_eq!(report.status, JobStatus::Unknown, "{word}");
        assert_eq!(report.provider_status, word);
    }
    assert_eq!(
        read(OperationType::Failover, json!({"status": null})).status,
        JobStatus::Unknown
    );
}

#[test]
fn parts_are_counted_deep_and_the_bad_ones_come_first() {
    let part = |id: &str, status: &str| json!({"job_id": id, "status": status, "job_type": "x", "entities": {"replication_pair_id": id}});
    let mut nested = part("c", "RUNNING");
    nested["entities"]["sub_jobs"] = json!([part("d", "FAIL")]);
    let report = read(
        OperationType::DisableProtection,
        json!({"status": "RUNNING", "job_type": "stopProtectionGroupNoCG", "end_time": "",
               "entities": {"sub_jobs": [part("a", "SUCCESS"), part("b", "SUCCESS"), nested, "rubbish"]}}),
    );
    let ids: Vec<&str> = report.sub_jobs.iter().map(|part| part.id.as_str()).collect();
    assert_eq!(ids, ["d", "c", "a", "b"]);
    assert_eq!(report.sub_jobs[0].resource.as_deref(), Some("d"));
    assert_eq!(
        (report.sub_jobs_total, report.sub_jobs_failed, report.progress_percent),
        (4, 1, Some(75))
    );
    assert_eq!(report.finished_at, None);
}

#[test]
fn no_more_than_a_hundred_parts_are_kept_and_all_are_counted() {
    let parts: Vec<Value> = (0..150)
        .map(|n| json!({"job_id": n.to_string(), "status": if n == 149 { "FAIL" } else { "SUCCESS" }}))
        .collect();
    let report = read(
        OperationType::Failover,
        json!({"status": "RUNNING", "entities": {"sub_jobs": parts}}),
    );
    assert_eq!(
        (report.sub_jobs.len(), report.sub_jobs_total, report.sub_jobs_failed),
        (100, 150, 1)
    );
    assert_eq!(report.sub_jobs[0].id, "149");
}

#[test]
fn a_failure_keeps_code_and_text_in_bounds() {
    let report = read(
        OperationType::Failover,
        json!({"status": "FAIL", "job_type": "failoverProtectionGroupNoCG", "error_code": "SDRS.1030", "fail_reason": "ä".repeat(600)}),
    );
    let JobStatus::Failed { code, message } = report.status else {
        panic!()
    };
    assert_eq!(code.as_deref(), Some("SDRS.1030"));
    assert!(message.len() <= 512 && message.starts_with('ä'));
    assert_eq!(
        failed(None, None),
        JobStatus::Failed {
            code: None,
            message: "SDRS gives no reason".to_owned()
        }
    );
}
