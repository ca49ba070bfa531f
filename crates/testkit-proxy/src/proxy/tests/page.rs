//! The page of the fault proxy: its plans and its history are read as they stand there, and it names every act and invariant.
//! It must not hold a copy of what the page says.

use crate::history::{History, Invariant};
use crate::proxy::Plan;

fn page() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/proof/fault-proxy.md");
    std::fs::read_to_string(path).unwrap()
}

/// The blocks of JSON.
fn blocks(page: &str) -> Vec<&str> {
    let starts = page.split("```json\n").skip(1);
    starts.map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn every_example_reads_and_every_word_is_there() {
    let page = page();
    let blocks = blocks(&page);
    let plans: Vec<Plan> = blocks
        .iter()
        .filter(|block| block.contains("\"rules\""))
        .map(|block| Plan::parse(block).unwrap())
        .collect();
    assert_eq!(plans.len(), 2);
    let history = blocks.iter().find(|block| block.contains("\"line\"")).unwrap();
    assert_eq!(History::parse(history).unwrap().exchanges(), 1);

    let error = Plan::parse(r#"{"rules": [{"act": {"kind": "?"}}]}"#)
        .unwrap_err()
        .to_string();
    let known = error.split("expected one of ").nth(1).unwrap();
    let acts: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    assert!(acts.len() == 13, "{error}");
    for act in acts {
        assert!(page.contains(&format!("\n| `{act}` |")), "{act} has no row");
        let used = plans
            .iter()
            .flat_map(|plan| &plan.rules)
            .any(|rule| rule.act.kind() == act);
        assert!(used, "{act} has no example");
    }
    for invariant in Invariant::ALL {
        assert!(
            page.contains(&format!("\n| `{invariant:?}` |")),
            "{invariant:?} has no row"
        );
    }
}
