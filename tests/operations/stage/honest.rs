//! What must hold for every version of a group or an operation, whatever a story is about.
//! It must not know what came before: each version stands for itself, as a tool sees it that reads once.

use super::kstatus::Status;
use super::watched::Version;
use anyhow::{Result, ensure};
use stationmaster::vendors::OBSTACLES;
use stationmaster_engine::{Reason, text};

/// `Ready` once it was looked at; `Reconciling` and `Stalled` only while true and never both; reasons are words of the one enum.
pub fn well_formed(version: &Version) -> Result<()> {
    let looked_at = version.status("observedGeneration").as_i64().is_some_and(|g| g >= 0);
    let ready = version.condition("Ready");
    ensure!(
        ready.is_some() == looked_at,
        "Ready is there once the object was looked at"
    );
    let (reconciling, stalled) = (version.condition("Reconciling"), version.condition("Stalled"));
    ensure!(reconciling.is_none() || stalled.is_none(), "Reconciling and Stalled");
    for condition in [reconciling, stalled].into_iter().flatten() {
        ensure!(condition["status"] == "True", "there only while true");
        ensure!(
            ready.is_some_and(|ready| ready["status"] == "False"),
            "and not ready then"
        );
    }
    let own = version.status("reason").as_str();
    let conditions = version.status("conditions").as_array();
    let reasons = conditions.into_iter().flatten().filter_map(|c| c["reason"].as_str());
    for reason in reasons.chain(own) {
        ensure!(is_a_reason(reason), "{reason} is no reason");
    }
    messages(&version.object["status"])?;
    let size = version.object.to_string().len();
    ensure!(size <= 64 * 1024, "{size} bytes");
    Ok(())
}

/// Every message can be read by a tired person.
fn messages(status: &serde_json::Value) -> Result<()> {
    for (name, value) in status.as_object().into_iter().flatten() {
        match value.as_str() {
            Some(message) if name == "message" => {
                let flaw = text::flaw(message);
                ensure!(flaw.is_none(), "{}: {message:?}", flaw.unwrap_or_default());
            }
            _ => messages(value)?,
        }
    }
    status.as_array().into_iter().flatten().try_for_each(messages)
}

/// Whether a word is one of the core's or of the provider's.
pub fn is_a_reason(word: &str) -> bool {
    let mut obstacles = OBSTACLES.iter().flat_map(|(_, words)| *words);
    Reason::ALL.iter().any(|reason| reason.as_str() == word) || obstacles.any(|obstacle| obstacle.word == word)
}

/// A group is not done while something runs, or while its intent waits.
pub fn group(version: &Version) -> Result<()> {
    let waits = version.condition("IntentCurrent").is_some_and(|intent| {
        intent["message"]
            .as_str()
            .is_some_and(|text| text.contains("waits (since") || text.contains("starts now"))
    });
    let operation = version.status("operation");
    if !operation.is_null() || waits {
        ensure!(version.kstatus() != Status::Current, "done before its end");
    }
    let moves = matches!(operation["type"].as_str(), Some("PlannedFailover" | "Failover"));
    if moves && !operation["startedAt"].is_null() {
        ensure!(
            version.status("priorityToken").is_null(),
            "a token while production moves"
        );
    }
    Ok(())
}

/// An operation is done when it has ended well or was taken back, failed when it has ended otherwise or a person is needed.
pub fn operation(version: &Version) -> Result<()> {
    let state = version.status("state").as_str().unwrap_or("none");
    let ended = !version.status("finishedAt").is_null();
    let expected = match (version.deleted, ended, state) {
        // The last version before the deletion; it may say anything that it said before.
        (true, ..) => return Ok(()),
        (_, true, "Succeeded" | "Cancelled") => Status::Current,
        (_, true, _) | (_, false, "Unknown") => Status::Failed,
        (_, false, _) => Status::InProgress,
    };
    ensure!(
        version.kstatus() == expected,
        "{:?}, not {expected:?}",
        version.kstatus()
    );
    for kind in ["Complete", "Failed"] {
        ensure!(version.condition(kind).is_some() == ended, "{kind} when it has ended");
    }
    Ok(())
}

/// Known-bad versions are found: a check that cannot fail proves nothing.
pub mod tests {
    use super::*;
    use libtest_mimic::Trial;
    use serde_json::{Value, json};

    /// All of them.
    pub fn stories() -> Vec<Trial> {
        rules![
            what_is_well_formed_passes_and_each_flaw_is_found,
            a_group_that_is_done_too_early_is_found,
            an_operation_that_is_done_too_early_is_found,
        ]
    }

    fn version(status: Value) -> Version {
        Version {
            name: "sample".into(),
            revision: 1,
            deleted: false,
            object: json!({"metadata": {"generation": 1}, "status": status}),
        }
    }

    fn conditions(list: &[(&str, &str)]) -> Value {
        let all = list.iter().map(
            |(kind, status)| json!({"type": kind, "status": status, "reason": "JobRunning", "message": "it runs"}),
        );
        all.collect()
    }

    fn finds(check: fn(&Version) -> Result<()>, status: Value) -> bool {
        check(&version(status)).is_err()
    }

    fn what_is_well_formed_passes_and_each_flaw_is_found() {
        let with = |list: &[(&str, &str)]| json!({"observedGeneration": 1, "conditions": conditions(list)});
        assert!(!finds(well_formed, json!({"observedGeneration": -1})));
        assert!(!finds(well_formed, with(&[("Ready", "True")])));
        assert!(!finds(
            well_formed,
            with(&[("Reconciling", "True"), ("Ready", "False")])
        ));
        for bad in [
            with(&[]),
            with(&[("Reconciling", "True"), ("Stalled", "True"), ("Ready", "False")]),
            with(&[("Reconciling", "False"), ("Ready", "True")]),
            with(&[("Stalled", "True"), ("Ready", "True")]),
            json!({"observedGeneration": 1, "reason": "NoSuchReason", "conditions": conditions(&[("Ready", "True")])}),
            json!({"observedGeneration": 1, "steps": [{"message": "Some(\"x\")"}], "conditions": conditions(&[("Ready", "True")])}),
            json!({"observedGeneration": 1, "message": "x".repeat(65_536), "conditions": conditions(&[("Ready", "True")])}),
        ] {
            assert!(finds(well_formed, bad.clone()), "{bad:.200}");
        }
    }

    fn a_group_that_is_done_too_early_is_found() {
        let ready = conditions(&[("Ready", "True")]);
        let busy = conditions(&[("Reconciling", "True"), ("Ready", "False")]);
        let running = json!({"name": "o", "type": "Failover", "startedAt": "2026-01-02T03:04:05Z"});
        assert!(!finds(group, json!({"conditions": ready})));
        assert!(!finds(group, json!({"operation": running, "conditions": busy})));
        assert!(finds(group, json!({"operation": running, "conditions": ready})));
        let shows_a_token = json!({"operation": running, "priorityToken": "aaaa-aaaa", "conditions": busy});
        assert!(finds(group, shows_a_token));
        let waits = json!({"conditions": [
            {"type": "Ready", "status": "True"},
            {"type": "IntentCurrent", "status": "False", "message": "the planned failover to target waits (since …)"},
        ]});
        assert!(finds(group, waits));
    }

    fn an_operation_that_is_done_too_early_is_found() {
        let status = |state: &str, finished: Option<&str>, list: &[(&str, &str)]| json!({"state": state, "finishedAt": finished, "conditions": conditions(list)});
        let busy = [("Reconciling", "True"), ("Ready", "False")];
        let done = [("Ready", "True"), ("Complete", "True"), ("Failed", "False")];
        let at = Some("2026-01-02T03:04:05Z");
        assert!(!finds(operation, status("Running", None, &busy)));
        assert!(!finds(operation, status("Succeeded", at, &done)));
        assert!(
            finds(operation, json!({})),
            "without the default of the kind it counts as done"
        );
        assert!(finds(operation, status("Running", None, &done)));
        assert!(finds(operation, status("Failed", at, &done)));
        assert!(finds(operation, status("Succeeded", at, &busy)));
        assert!(finds(operation, status("Succeeded", at, &done[..1])));
    }
}
