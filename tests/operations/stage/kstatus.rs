//! What kstatus makes of an object: the rules by which Flux and Helm decide that something is done.
//! It must not know this product's kinds: the rules are the same for every custom resource.

use serde_json::Value;

/// The statuses that kstatus computes for an object that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is being deleted.
    Terminating,
    /// Wait.
    InProgress,
    /// Stop waiting: it will not get better.
    Failed,
    /// It is done.
    Current,
}

/// Computes the status. The order of the rules is kstatus's own: deletion, generation, `Reconciling` and `Stalled` as they stand in the
/// list, `Ready`; and what says nothing at all is done.
///
/// # Errors
///
/// `status.observedGeneration` is no integer; kstatus fails then, too.
pub fn compute(object: &Value) -> Result<Status, String> {
    let metadata = &object["metadata"];
    if metadata.get("deletionTimestamp").is_some_and(|at| !at.is_null()) {
        return Ok(Status::Terminating);
    }
    if let Some(observed) = object["status"].get("observedGeneration") {
        let observed = observed
            .as_i64()
            .ok_or_else(|| format!("observedGeneration is {observed}"))?;
        if metadata["generation"].as_i64() != Some(observed) {
            return Ok(Status::InProgress);
        }
    }
    let conditions = || object["status"]["conditions"].as_array().into_iter().flatten();
    for condition in conditions().filter(|condition| condition["status"] == "True") {
        match condition["type"].as_str() {
            Some("Reconciling") => return Ok(Status::InProgress),
            Some("Stalled") => return Ok(Status::Failed),
            _ => {}
        }
    }
    match conditions().find(|condition| condition["type"] == "Ready") {
        Some(ready) if ready["status"] != "True" => Ok(Status::InProgress),
        _ => Ok(Status::Current),
    }
}

/// The rules are tested themselves.
pub mod tests {
    use super::*;
    use libtest_mimic::Trial;
    use serde_json::json;

    /// All of them.
    pub fn stories() -> Vec<Trial> {
        rules![
            what_says_nothing_is_done_and_the_default_of_the_kinds_prevents_that,
            another_generation_counts_for_more_than_any_condition,
            of_reconciling_and_stalled_the_first_in_the_list_wins,
            not_ready_alone_is_waited_for_and_never_failed,
            what_is_being_deleted_is_terminating_and_nonsense_is_an_error,
        ]
    }

    fn of(observed: i64, conditions: &[(&str, &str)]) -> Value {
        let conditions: Vec<Value> = conditions
            .iter()
            .map(|(kind, status)| json!({"type": kind, "status": status}))
            .collect();
        json!({
            "metadata": {"generation": 2},
            "status": {"observedGeneration": observed, "conditions": conditions},
        })
    }

    fn status(observed: i64, conditions: &[(&str, &str)]) -> Status {
        compute(&of(observed, conditions)).unwrap()
    }

    fn what_says_nothing_is_done_and_the_default_of_the_kinds_prevents_that() {
        assert_eq!(
            compute(&json!({"metadata": {"generation": 1}})).unwrap(),
            Status::Current
        );
        assert_eq!(
            compute(&json!({"metadata": {"generation": 1}, "status": {}})).unwrap(),
            Status::Current
        );
        assert_eq!(status(-1, &[]), Status::InProgress);
        assert_eq!(
            compute(&json!({"metadata": {"generation": 1}, "status": {"conditions": []}})).unwrap(),
            Status::Current
        );
    }

    fn another_generation_counts_for_more_than_any_condition() {
        assert_eq!(status(1, &[("Ready", "True")]), Status::InProgress);
        assert_eq!(status(3, &[("Stalled", "True")]), Status::InProgress);
        assert_eq!(status(2, &[("Ready", "True")]), Status::Current);
    }

    fn of_reconciling_and_stalled_the_first_in_the_list_wins() {
        assert_eq!(
            status(2, &[("Reconciling", "True"), ("Stalled", "True")]),
            Status::InProgress
        );
        assert_eq!(
            status(2, &[("Stalled", "True"), ("Reconciling", "True")]),
            Status::Failed
        );
        assert_eq!(
            status(2, &[("Stalled", "False"), ("Reconciling", "False"), ("Ready", "True")]),
            Status::Current
        );
    }

    fn not_ready_alone_is_waited_for_and_never_failed() {
        assert_eq!(status(2, &[("Ready", "False")]), Status::InProgress);
        assert_eq!(status(2, &[("Ready", "Unknown")]), Status::InProgress);
        assert_eq!(status(2, &[("Protected", "False")]), Status::Current);
    }

    fn what_is_being_deleted_is_terminating_and_nonsense_is_an_error() {
        let mut object = of(2, &[("Ready", "True")]);
        object["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:05Z".into();
        assert_eq!(compute(&object).unwrap(), Status::Terminating);
        let nonsense = json!({"metadata": {"generation": 1}, "status": {"observedGeneration": "1"}});
        assert!(compute(&nonsense).is_err());
    }
}
