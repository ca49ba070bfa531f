//! Wrong plans get clear answers.
//! It must not need a proxy.

use crate::proxy::{Occurrence, Plan};

fn refused(rule: &str) -> String {
    Plan::parse(&format!("{{\"rules\": [{rule}]}}"))
        .unwrap_err()
        .to_string()
}

#[test]
fn what_does_not_read_is_told_with_its_place() {
    let cases = [
        (
            r#"{"act": {"kind": "explode"}}"#,
            "unknown variant `explode`, expected one of `signal`, `hook`",
        ),
        (r#"{"act": {"kind": "hold", "seconds": 3}}"#, "unknown field `seconds`"),
        (
            r#"{"match": {"verbs": "get"}, "act": {"kind": "hold"}}"#,
            "unknown field `verbs`",
        ),
        (
            r#"{"match": {"source": "cloud"}, "act": {"kind": "hold"}}"#,
            "unknown variant `cloud`",
        ),
        (r#"{"when": 3, "act": {"kind": "hold"}}"#, "unknown field `when`"),
        (r#"{"match": {}}"#, "missing field `act`"),
        (
            r#"{"occurrence": "twice", "act": {"kind": "hold"}}"#,
            "did not match any variant of untagged enum Occurrence",
        ),
        (
            r#"{"act": {"kind": "reset", "when": "later"}}"#,
            "unknown variant `later`",
        ),
    ];
    for (rule, expected) in cases {
        let error = refused(rule);
        assert!(error.contains(expected) && error.contains("line 1"), "{rule}: {error}");
    }
    assert!(
        Plan::parse("{\"rule\": []}")
            .unwrap_err()
            .to_string()
            .contains("unknown field `rule`")
    );
    assert!(
        Plan::parse("")
            .unwrap_err()
            .to_string()
            .starts_with("the plan does not read: EOF")
    );
}

#[test]
fn what_reads_and_means_nothing_is_told_too() {
    let cases = [
        (
            r#"{"occurrence": 0, "act": {"kind": "hold"}}"#,
            "rule 1: occurrences are counted from 1",
        ),
        (
            r#"{"occurrence": {"from": 3, "to": 2}, "act": {"kind": "hold"}}"#,
            "the occurrences 3 to 2 are none",
        ),
        (
            r#"{"match": {"source": "provider", "verb": "get"}, "act": {"kind": "hold"}}"#,
            "not of the provider",
        ),
        (
            r#"{"match": {"verb": "put"}, "act": {"kind": "hold"}}"#,
            "`put` is no verb; there are get, list",
        ),
        (
            r#"{"match": {"path": "apis/*"}, "act": {"kind": "hold"}}"#,
            "`apis/*` starts with neither / nor *",
        ),
        (
            r#"{"match": {"method": "G T"}, "act": {"kind": "hold"}}"#,
            "`G T` is no HTTP method",
        ),
        (
            r#"{"match": {"body": [{"pointer": "x", "exists": true}]}, "act": {"kind": "hold"}}"#,
            "`x` is no JSON pointer",
        ),
        (
            r#"{"match": {"body": [{"pointer": "/x"}]}, "act": {"kind": "hold"}}"#,
            "nothing is asked of the body at `/x`",
        ),
        (
            r#"{"act": {"kind": "signal", "signal": "KILL", "when": "afterRelay"}}"#,
            "either `pid` or `pidFile`",
        ),
        (
            r#"{"act": {"kind": "signal", "signal": "KILL", "pid": 7, "when": "afterRelay", "continueAfterMs": 1}}"#,
            "`continueAfterMs` is for STOP",
        ),
        (
            r#"{"act": {"kind": "signal", "signal": "KILL", "pid": 0, "when": "afterRelay"}}"#,
            "0 is no process",
        ),
        (r#"{"act": {"kind": "reset", "when": "afterRelay"}}"#, "is none"),
        (r#"{"act": {"kind": "answer", "status": 99}}"#, "99 is no HTTP status"),
        (r#"{"act": {"kind": "replay"}}"#, "match the verb `list` or `watch`"),
        (
            r#"{"match": {"verb": "list"}, "act": {"kind": "replay", "back": 0}}"#,
            "`back` counts from 1",
        ),
        (r#"{"act": {"kind": "freezeWatch"}}"#, "`freezeWatch` is for watches"),
        (
            r#"{"match": {"verb": "watch"}, "act": {"kind": "hideEvents", "from": 4, "to": 2}}"#,
            "the events 4 to 2",
        ),
        (r#"{"act": {"kind": "slowBody", "bytesPerSecond": 0}}"#, "at least 1"),
        (
            r#"{"name": "a", "act": {"kind": "hold"}}, {"name": "a", "act": {"kind": "hold"}}"#,
            "rule `a`: another rule",
        ),
    ];
    for (rule, expected) in cases {
        let error = refused(rule);
        assert!(error.contains(expected), "{rule}: {error}");
    }
}

#[test]
fn occurrences() {
    let read = |text: &str| serde_json::from_str::<Occurrence>(text).unwrap();
    let held = |occurrence: Occurrence| (1..=4).filter(|count| occurrence.holds(*count)).collect::<Vec<_>>();
    assert_eq!(held(read("\"once\"")), [1]);
    assert_eq!(held(read("\"always\"")), [1, 2, 3, 4]);
    assert_eq!(held(read("3")), [3]);
    assert_eq!(held(read("{\"from\": 2, \"to\": 3}")), [2, 3]);
    assert_eq!(Occurrence::default(), read("\"once\""));
}
