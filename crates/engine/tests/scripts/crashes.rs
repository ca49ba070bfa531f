//! The operator dies at every point between two writes, in every operation; and its ledger writes are refused.
//! It must not know what the engine does at a point: it only counts the points and tries them all.

use crate::stage::Stage;
use crate::stage::mutant::Mutant;
use crate::stage::provider::{At, Count, Mishap, Servers};
use crate::stage::view::DEAD_SECONDS;
use stationmaster_engine::report::{ConditionType, State};
use stationmaster_engine::{DecisionAction, OperationType, Reason, Station};

/// A story with one operation at its core.
struct Story {
    name: &'static str,
    set: fn() -> Stage,
    ask: fn(&mut Stage),
    /// Where the provider's group is when all has gone well.
    end: (At, Station),
    /// How many calls that takes.
    calls: usize,
}

fn stories() -> Vec<Story> {
    use OperationType::{DisableProtection, EnableProtection, Failover, Reprotect};
    let filed = |name, set, ask, end| Story {
        name,
        set,
        ask,
        end,
        calls: 1,
    };
    vec![
        filed(
            "planned failover",
            Stage::protected,
            |s| s.intent("target", "t1"),
            (At::Protected, Station::Target),
        ),
        Story {
            name: "planned failover that asks a person",
            set: || {
                let mut stage = Stage::protected();
                stage.servers(Servers::CannotTell);
                stage
            },
            ask: |s| s.intent("target", "t1"),
            end: (At::Protected, Station::Target),
            calls: 1,
        },
        filed(
            "forced failover",
            Stage::protected,
            |s| drop(s.file(Failover, "target")),
            (At::FailedOver, Station::Target),
        ),
        filed(
            "reprotect",
            || Stage::at(At::FailedOver),
            |s| drop(s.file(Reprotect, "source")),
            (At::Protected, Station::Source),
        ),
        filed(
            "enable",
            || Stage::at(At::Available),
            |s| drop(s.file(EnableProtection, "source")),
            (At::Protected, Station::Source),
        ),
        filed(
            "disable",
            Stage::protected,
            |s| drop(s.file(DisableProtection, "source")),
            (At::Available, Station::Source),
        ),
        Story {
            name: "reprotect of two calls",
            set: || {
                let mut stage = Stage::unseen(At::FailedOver);
                stage.provider.variant().calls = Count::Two;
                stage.run_until_quiet();
                stage
            },
            ask: |s| drop(s.file(Reprotect, "source")),
            end: (At::Protected, Station::Source),
            calls: 2,
        },
        filed(
            "planned failover whose answer is lost",
            || {
                let mut stage = Stage::protected();
                stage.luck(Mishap::AnswerLost);
                stage
            },
            |s| s.intent("target", "t1"),
            (At::Protected, Station::Target),
        ),
    ]
}

/// Lets the story come to its end; a person confirms what is asked, and tells the truth where nobody else can.
fn tell(stage: &mut Stage) {
    for _ in 0..6 {
        stage.run_until_quiet();
        match stage.standing() {
            (ConditionType::Reconciling, Reason::AwaitingConfirmation) => drop(stage.answer(DecisionAction::Confirm)),
            (ConditionType::Stalled, Reason::SubmissionUnknown) => {
                for _ in 0..3 {
                    stage.wait(i64::from(DEAD_SECONDS));
                }
                if stage.standing() == (ConditionType::Stalled, Reason::SubmissionUnknown) {
                    let executed = !stage.provider.done().is_empty();
                    stage.answer(if executed {
                        DecisionAction::Executed
                    } else {
                        DecisionAction::NotExecuted
                    });
                }
            }
            // Who finds neither the object nor the word that none was made cannot tell whether a person deleted it.
            _ if stage.intent_reason() == Reason::OperationDeleted => {
                let token = stage.token();
                stage.intent("target", &token);
            }
            _ if stage.ledger().operation.is_none() => return,
            _ => {}
        }
    }
}

/// Plays the story and dies at `point`; true when the point was reached.
fn dies(story: &Story, point: usize, mutant: Mutant) -> Result<bool, String> {
    let mut stage = (story.set)();
    stage.mutant = mutant;
    let deadly = stage.points.len() + point;
    stage.dies_at = Some(deadly);
    (story.ask)(&mut stage);
    tell(&mut stage);
    let reached = stage.points.len() > deadly;
    let died = stage.points.get(deadly).copied().unwrap_or("nowhere");
    let wrong = |what: String| {
        Err(format!(
            "{}, dead at {point} ({died}): {what}\n{}",
            story.name,
            stage.told()
        ))
    };
    let effects = stage.provider.done().len();
    if effects > story.calls {
        return wrong(format!("{effects} calls took effect"));
    }
    if let Some(operation) = &stage.ledger().operation {
        return wrong(format!("{} has not ended", operation.name));
    }
    let ended = |s: &State| matches!(s, State::Ended(_));
    if !stage.operations.values().all(|o| ended(&o.state)) {
        return wrong("an operation's status does not tell its end".to_owned());
    }
    // Only a forced failover whose request never left can end without being done: nobody but a person can tell, and she did.
    let undone = story.name == "forced failover" && effects == 0;
    if !undone && (effects != story.calls || (stage.provider.at, stage.provider.station) != story.end) {
        return wrong(format!(
            "{effects} effects, {:?} at {}",
            stage.provider.at, stage.provider.station
        ));
    }
    Ok(reached)
}

fn dies_everywhere(mutant: Mutant) -> Result<usize, String> {
    let mut tried = 0;
    for story in stories() {
        let mut point = 0;
        while dies(&story, point, mutant)? {
            point += 1;
        }
        assert!(point >= 5, "{} has only {point} points", story.name);
        tried += point;
    }
    Ok(tried)
}

#[test]
fn wherever_the_operator_dies_each_operation_takes_effect_once_and_ends() {
    let tried = dies_everywhere(Mutant::None).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert!(tried > 60, "{tried} points");
}

#[test]
fn the_sweep_finds_an_operator_that_calls_again() {
    let wrong = dies_everywhere(Mutant::ResendsTheAmbiguous).unwrap_err();
    assert!(
        wrong.contains("2 calls took effect") || wrong.contains("not ended") || wrong.contains("effects"),
        "{wrong}"
    );
}

#[test]
fn the_operator_dies_twice() {
    // The second death follows the first at every distance.
    let story = &stories()[0];
    for first in 0..12 {
        for gap in 1..8 {
            let mut stage = (story.set)();
            let begin = stage.points.len();
            stage.dies_at = Some(begin + first);
            (story.ask)(&mut stage);
            while stage.points.len() <= begin + first && stage.provider.done().is_empty() {
                stage.pass();
            }
            stage.dies_at = Some(stage.points.len() + gap);
            tell(&mut stage);
            assert_eq!(
                stage.effects(),
                ["reverse-server-group"],
                "{first} {gap}\n{}",
                stage.told()
            );
        }
    }
}

#[test]
fn a_decision_whose_write_is_refused_is_made_anew_from_what_is_there_then() {
    // The intent is withdrawn between the decision and its refused write: nothing of the first decision remains.
    let mut stage = Stage::protected();
    stage.intent("target", "t1");
    stage.dies_at = Some(stage.points.len());
    stage.pass();
    assert_eq!(*stage.points.last().unwrap(), "before the ledger is written");
    stage.withdraw();
    stage.run_until_quiet();
    assert_eq!(stage.calls().len(), 0);
    assert_eq!(stage.token(), "t2");
}
