//! What does not fit a schema is cut to it, and nothing else is touched.
//! It must not list the bounds again.

use stationmaster_api::operation::{JobStatus, OperationStep, RecoveryOperationStatus, SubJob};
use stationmaster_api::{OperationDecisionStatus, StepState, bounds, fit};

fn part(number: usize, text: &str) -> SubJob {
    SubJob {
        id: number.to_string(),
        name: None,
        resource: None,
        status: text.to_owned(),
        progress_percent: Some(250),
        started_at: None,
        finished_at: None,
        message: Some(text.to_owned()),
        depends_on: vec![text.to_owned(); 20],
    }
}

fn job(parts: usize, text: &str) -> JobStatus {
    JobStatus {
        id: text.to_owned(),
        job_type: None,
        status: text.to_owned(),
        progress_percent: Some(101),
        sub_jobs: (0..parts).map(|number| part(number, text)).collect(),
        sub_jobs_total: u32::MAX,
        jobs_total: None,
        jobs_failed: None,
        sub_jobs_failed: 0,
    }
}

fn step(message: &str) -> OperationStep {
    OperationStep {
        name: String::new(),
        state: StepState::Running,
        started_at: None,
        finished_at: None,
        attempts: 1,
        job_id: None,
        reason: None,
        message: Some(message.to_owned()),
    }
}

#[test]
fn what_fits_is_given_back_as_it_is() {
    let status = RecoveryOperationStatus {
        message: Some("ü".repeat(512)),
        job: Some(JobStatus {
            progress_percent: Some(100),
            ..job(0, "x")
        }),
        ..RecoveryOperationStatus::default()
    };
    assert_eq!(fit(status.clone()), status);
}

#[test]
fn a_message_is_cut_between_letters_with_a_mark_and_a_word_without_one() {
    let status = fit(RecoveryOperationStatus {
        reason: Some("R".repeat(500)),
        message: Some("ü".repeat(513)),
        ..RecoveryOperationStatus::default()
    });
    let message = status.message.unwrap();
    assert!(message.ends_with("ü…") && message.len() <= bounds::MESSAGE, "{message}");
    assert_eq!(status.reason.unwrap(), "R".repeat(bounds::REASON));
}

#[test]
fn a_text_is_one_line() {
    let status = fit(OperationDecisionStatus {
        message: Some("forged\n2026-01-01 INFO\u{1b}[31m".to_owned()),
        ..OperationDecisionStatus::default()
    });
    assert_eq!(status.message.unwrap(), "forged 2026-01-01 INFO [31m");
}

#[test]
fn numbers_lists_and_empty_names_are_bounded() {
    let status = fit(RecoveryOperationStatus {
        job: Some(job(150, "x")),
        steps: vec![step("x"); 40],
        ..RecoveryOperationStatus::default()
    });
    let job = status.job.unwrap();
    assert_eq!(job.progress_percent, Some(100));
    assert_eq!(job.sub_jobs.len(), bounds::SUB_JOBS);
    assert_eq!(job.sub_jobs[0].depends_on.len(), bounds::SUB_JOB_DEPENDS_ON);
    assert_eq!(status.steps.len(), bounds::STEPS);
    assert_eq!(status.steps[0].name, "unnamed");
}

#[test]
fn of_what_is_too_large_the_last_parts_go_first_and_then_the_ends_of_messages() {
    let size = |status: &RecoveryOperationStatus| serde_json::to_string(status).unwrap().len();
    let long = "y".repeat(2000);
    let status = fit(RecoveryOperationStatus {
        job: Some(job(100, &long)),
        steps: vec![step(&long); 10],
        ..RecoveryOperationStatus::default()
    });
    assert!(size(&status) <= bounds::STATUS, "{}", size(&status));
    let job = status.job.unwrap();
    assert!(!job.sub_jobs.is_empty() && job.sub_jobs.len() < 100);
    assert_eq!(job.sub_jobs[0].id, "0");
    assert_eq!(status.steps[0].message.as_ref().unwrap().len(), bounds::MESSAGE);

    // What the API server writes as six bytes counts as six.
    let status = fit(RecoveryOperationStatus {
        steps: vec![step(&"<".repeat(2000)); 32],
        ..RecoveryOperationStatus::default()
    });
    assert_eq!(status.steps.len(), 32, "steps stay");
    let left = status.steps[0].message.as_ref().unwrap();
    assert!(left.len() <= 256 && left.ends_with('…'), "{left}");
}
