//! Plays one case again by its name, in this process or in another, and tells what happened.
//! It must not judge otherwise than a sweep does.

use crate::case::{Case, Fault};
use crate::run::play;
use crate::sweep;
use crate::wrong::Wrong;
use libtest_mimic::Failed;
use stationmaster_engine::OperationType;
use stationmaster_provider_proof::Variant;
use std::process::{Command, ExitCode};

/// Names the one case to play.
pub const VARIABLE: &str = "STATIONMASTER_REPLAY";

/// What plays a case again.
pub fn command(case: Case) -> String {
    format!("{VARIABLE}='{case}' cargo test --workspace --test virtual")
}

/// Plays the case and prints every request to the API server, then what is wrong.
pub fn run(name: &str) -> ExitCode {
    let case: Case = match name.parse() {
        Ok(case) => case,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let played = play(case);
    for line in played.transcript() {
        println!("{line}");
    }
    for violation in &played.violations {
        println!("VIOLATION: {violation}");
    }
    println!("{case}: {} violations", played.violations.len());
    if played.violations.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// A case that fails in a sweep fails in the same way when it is played alone in another process, as its failure says.
pub fn a_failure_is_replayed() -> Result<(), Failed> {
    let calm = Case::calm(OperationType::Failover, Variant::sdrs());
    let wrong = Case {
        wrong: Wrong::Resends,
        ..calm
    };
    let mut failing = sweep::cases(wrong.with(Fault::Drop, 0)).into_iter();
    let (case, told) = failing
        .find_map(|case| Some((case, sweep::violations(case))).filter(|(_, told)| !told.is_empty()))
        .ok_or("nothing fails, so that nothing can be played again")?;
    let name = told[0]
        .split('\'')
        .nth(1)
        .ok_or("the failure does not say how to play it again")?;
    assert!(told[0].contains(&format!("{VARIABLE}='{case}'")), "{}", told[0]);
    let replayed = Command::new(std::env::current_exe()?).env(VARIABLE, name).output()?;
    assert!(!replayed.status.success(), "alone it does not fail");
    let shown = String::from_utf8(replayed.stdout)?;
    for violation in play(case).violations {
        assert!(
            shown.contains(&format!("VIOLATION: {violation}")),
            "{violation} is not in\n{shown}"
        );
    }
    Ok(())
}

/// What names no case is said to be none, and every name is read as it was written.
pub fn names_are_read() -> Result<(), Failed> {
    let calm = Case::calm(OperationType::Reprotect, Variant::sdrs());
    for fault in Fault::ALL {
        for wrong in Wrong::ALL {
            let case = Case {
                wrong,
                ..calm.with(fault, 17)
            };
            assert_eq!(case.to_string().parse::<Case>()?, case);
        }
    }
    for none in [
        "",
        "Reprotect",
        "Reprotect/sdrs/crash/x/1",
        "Reprotect/sdrs/fire/1/1",
        "Sleep/sdrs/crash/1/1",
    ] {
        assert!(none.parse::<Case>().is_err(), "{none:?}");
    }
    Ok(())
}
