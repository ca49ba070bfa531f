//! The operator's process as its administrator sees it: memory, log, metrics, ledgers.
//! It must not ask the operator for what the system tells of it.

use serde_json::Value;
use stationmaster_api::GroupLedger;
use stationmaster_testkit::installation::{Cluster, Operator};
use std::collections::{BTreeMap, BTreeSet};

/// The most that the process may ever have had resident, in kilobytes.
pub const MOST: u64 = 128 * 1024;
/// The longest ledger, in bytes.
const LEDGER: usize = 64 * 1024;

/// What `/proc/<pid>/status` says, in kilobytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// The most that was ever resident.
    pub most: u64,
    /// What is now.
    pub now: u64,
}

/// Of the running process.
pub fn memory(operator: &Operator) -> Memory {
    let pid = operator.process().expect("it runs").pid;
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().trim_end_matches(" kB").trim().parse().unwrap()
    };
    Memory {
        most: field("VmHWM:"),
        now: field("VmRSS:"),
    }
}

/// Each line of the log is one JSON object of the operator's own making.
pub fn log_is_whole(operator: &Operator) {
    let log = operator.log().unwrap();
    let mut told = 0;
    for line in log.lines() {
        assert!(!line.chars().any(char::is_control), "it steers a terminal: {line:?}");
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let target = line["target"].as_str().unwrap_or_default();
        assert!(
            ["stationmaster", "kube", "tower", "hyper", "rustls"]
                .iter()
                .any(|own| target.starts_with(own)),
            "{line}"
        );
        told += usize::from(line.to_string().contains("FORGED"));
    }
    assert!(
        told > 0,
        "what the hostile words are was never logged: this proves nothing"
    );
}

/// One line of the metrics.
#[derive(Clone, Debug)]
pub struct Series {
    pub name: String,
    pub labels: BTreeMap<String, String>,
}

/// All of them.
pub async fn series(operator: &Operator) -> Vec<Series> {
    let text = operator.metrics().await.unwrap();
    text.lines().filter(|line| !line.starts_with('#')).map(read).collect()
}

fn read(line: &str) -> Series {
    let (name, rest) = line.split_at(line.find(['{', ' ']).unwrap());
    let mut labels = BTreeMap::new();
    let mut rest = rest.strip_prefix('{').unwrap_or("");
    while let Some((key, after)) = rest.split_once("=\"") {
        let mut value = String::new();
        let mut end = after.len();
        let mut escaped = false;
        for (at, c) in after.char_indices() {
            match (escaped, c) {
                (false, '"') => {
                    end = at;
                    break;
                }
                (false, '\\') => escaped = true,
                (_, c) => {
                    value.push(c);
                    escaped = false;
                }
            }
        }
        labels.insert(key.trim_start_matches(',').to_owned(), value);
        rest = &after[(end + 1).min(after.len())..];
        if rest.starts_with('}') {
            break;
        }
    }
    Series {
        name: name.to_owned(),
        labels,
    }
}

/// The labels whose values the administrator's dashboards count on, and how many values each may have at most.
const CLOSED: [(&str, usize); 6] = [
    ("code", 40),
    ("operation", 30),
    ("resource", 24),
    ("verb", 12),
    ("method", 8),
    ("reason", 120),
];

/// No word of a server or of a tenant is a label's value, but the names of objects that are there.
pub fn labels_are_closed(all: &[Series]) {
    for series in all {
        for (label, value) in &series.labels {
            assert!(!value.contains("FORGED") && value.len() <= 253, "{series:?}");
            if label == "code" {
                let number = value.len() == 3 && value.bytes().next().is_some_and(|b| b.is_ascii_digit());
                let known =
                    number || value.starts_with('<') || value.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
                assert!(known, "{series:?}");
            }
        }
    }
    for (label, most) in CLOSED {
        let values: BTreeSet<&String> = all.iter().filter_map(|series| series.labels.get(label)).collect();
        assert!(values.len() <= most, "{label} has {} values: {values:?}", values.len());
    }
}

/// Those of a namespace.
pub fn of_namespace<'a>(all: &'a [Series], namespace: &str) -> Vec<&'a Series> {
    let ours = |series: &&Series| series.labels.get("namespace").is_some_and(|value| value == namespace);
    all.iter().filter(ours).collect()
}

/// The ledgers of the operator's own namespace: none is longer than a ledger may be. Answers how many bytes the longest has.
pub async fn ledgers_are_bounded(own: &Cluster) -> usize {
    let ledgers: Vec<GroupLedger> = own.list().await.unwrap();
    assert!(!ledgers.is_empty());
    let length = |ledger: &GroupLedger| serde_json::to_string(ledger).unwrap().len();
    let longest = ledgers.iter().map(length).max().unwrap();
    assert!(longest <= LEDGER, "a ledger has {longest} bytes");
    longest
}
