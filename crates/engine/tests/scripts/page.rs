//! The cases of the page `docs/how-an-intent-is-read.md`, played.
//! It must not know a case that the page does not tell.

use crate::stage::Stage;
use crate::stage::provider::{At, Fate, Servers};
use stationmaster_engine::report::{ConditionStatus, ConditionType};
use stationmaster_engine::{ActiveStation, OperationType, Reason};

const PAGE: &str = include_str!("../../../../docs/how-an-intent-is-read.md");

/// What the page says in the last column: the status and the reason.
fn told() -> Vec<(usize, ConditionStatus, String)> {
    let rows = PAGE
        .lines()
        .filter(|l| l.starts_with("| ") && l.as_bytes()[2].is_ascii_digit());
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let (status, reason) = cells[4].split_once(", ").expect("status and reason");
        let verity = if status == "True" {
            ConditionStatus::True
        } else {
            ConditionStatus::False
        };
        (
            cells[0].parse().expect("a number"),
            verity,
            reason.trim_matches('`').to_owned(),
        )
    })
    .collect()
}

/// A protected group with an armed intent that waits for `servers`.
fn armed(servers: Servers) -> Stage {
    let mut stage = Stage::protected();
    stage.servers(servers);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    stage
}

fn play(case: usize) -> Stage {
    let mut stage = Stage::protected();
    match case {
        1 => {}
        2 => stage.intent("source", "any"),
        3 => stage.intent_without_token("target"),
        4 => {
            stage.console_flip();
            stage.run_until_quiet();
            stage.console_flip();
            stage.run_until_quiet();
            stage.intent("target", "t1");
        }
        5 | 20 => {
            stage.fate(Fate::Stalls);
            stage.intent("target", "t1");
            stage.run_until_quiet();
            assert_eq!(stage.calls(), ["reverse-server-group"]);
            if case == 20 {
                stage.intent("source", "t1");
            }
        }
        6 => stage.intent("target", "t1"),
        7 => stage = armed(Servers::Running),
        8 => {
            stage = armed(Servers::Running);
            stage.wait(3600);
            stage.servers(Servers::Stopped);
        }
        9 => {
            stage.provider.unseen = Some((Reason::ProviderUnreachable, "no route"));
            stage.intent("target", "t1");
        }
        10 => {
            stage.suspend(true);
            stage.pass();
            stage.intent("target", "t1");
        }
        11 => {
            stage = armed(Servers::Running);
            stage.withdraw();
            stage.run_until_quiet();
            stage.servers(Servers::Stopped);
            stage.revert(1);
        }
        12 => {
            stage.intent("target", "t1");
            stage.withdraw();
            stage.revert(1);
        }
        13 => {
            stage.intent("source", "t1");
            stage.run_until_quiet();
            stage.file(OperationType::Failover, "target");
        }
        14 => {
            stage.fate(Fate::Fails);
            stage.intent("target", "t1");
        }
        15 => {
            stage.intent("source", "t1");
            stage.run_until_quiet();
            stage.console_flip();
        }
        16 => {
            stage = armed(Servers::Running);
            stage.provider.foreign(At::Protected);
            stage.servers(Servers::Stopped);
        }
        17 => {
            stage = armed(Servers::Running);
            stage.ledger = None;
            stage.servers(Servers::Stopped);
        }
        18 => {
            stage = armed(Servers::Running);
            stage.recreate_group();
            stage.servers(Servers::Stopped);
        }
        19 => {
            stage.provider.disguise = Some(ActiveStation::Both);
            stage.intent("target", "t1");
        }
        21 => {
            stage = armed(Servers::CannotTell);
            stage.delete("orders-db-t1");
            stage.servers(Servers::Stopped);
        }
        22 => {
            stage = armed(Servers::Running);
            stage.absent_until = Some(stage.now);
            stage.servers(Servers::Stopped);
        }
        23 => {
            stage = armed(Servers::Running);
            stage.endpoint = "two.example.com".to_owned();
            stage.servers(Servers::Stopped);
        }
        unknown => panic!("the page tells of a case {unknown} that nobody plays"),
    }
    stage.run_until_quiet();
    stage
}

#[test]
fn every_case_of_the_page_is_as_it_says() {
    let told = told();
    assert_eq!(
        told.iter().map(|(case, ..)| *case).collect::<Vec<_>>(),
        (1..=23).collect::<Vec<_>>()
    );
    for (case, verity, reason) in told {
        let stage = play(case);
        let (status, read) = stage.condition(ConditionType::IntentCurrent).expect("IntentCurrent");
        assert_eq!(
            (status, read.as_str()),
            (verity, reason.as_str()),
            "case {case}\n{}",
            stage.told()
        );
        let moved: &[&str] = match case {
            5 | 6 | 14 | 20 => &["reverse-server-group"],
            13 => &["failover-server-group"],
            _ => &[],
        };
        assert_eq!(stage.effects(), moved, "case {case}");
    }
}

#[test]
fn every_word_of_the_page_that_looks_like_a_reason_is_one() {
    let steps_and_kinds = ["PendingCallExcluded", "RecoveryOperation"];
    let answers = ["Executed", "NotExecuted", "Abandon", "IntentCurrent", "Ready"];
    let stations = ["None", "Both", "Mixed", "Unknown"];
    for word in PAGE.split('`').skip(1).step_by(2) {
        let looks =
            word.starts_with(|c: char| c.is_ascii_uppercase()) && word.chars().all(|c| c.is_ascii_alphanumeric());
        let known = steps_and_kinds
            .iter()
            .chain(&answers)
            .chain(&stations)
            .any(|k| *k == word);
        let reason = word == "ServersRunning" || Reason::ALL.iter().any(|r| r.as_str() == word);
        assert!(!looks || known || reason, "`{word}` is no reason");
    }
}
