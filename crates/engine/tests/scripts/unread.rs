//! A job that nobody can read: what the object plainly shows ends its operation, and nothing else does.
//! They must not test jobs that can be read; `jobs` does.

use crate::stage::Stage;
use crate::stage::provider::Fate;
use stationmaster_engine::Reason;
use stationmaster_engine::ledger::Ending;
use stationmaster_engine::report::ConditionType;

#[test]
fn a_job_that_cannot_be_read_is_waited_for() {
    let mut stage = Stage::protected();
    stage.provider.world.polls_jobs = false;
    stage.intent("target", "t1");
    let begun = stage.now;
    while stage
        .operations
        .get("orders-db-t1")
        .is_none_or(|o| o.finished_at.is_none())
    {
        stage.sleep(1);
        stage.pass();
        let after = stage.now.as_second() - begun.as_second();
        assert!(after < 120, "the outcome is plainly there, and is not told");
        if after > 30 && after < 55 {
            assert_eq!(stage.standing(), (ConditionType::Reconciling, Reason::JobRunning));
            assert!(stage.message(ConditionType::Ready).contains("could not be read"));
        }
    }
    assert_eq!(stage.ended("orders-db-t1"), (Ending::Succeeded, Reason::Succeeded));

    // What the object shows is not the outcome: then the job is waited for.
    let mut stage = Stage::protected();
    stage.provider.world.polls_jobs = false;
    stage.fate(Fate::SucceedsWithoutEffect);
    stage.intent("target", "t1");
    stage.run_until_quiet();
    assert_eq!(stage.standing(), (ConditionType::Reconciling, Reason::JobRunning));
    stage.provider.world.polls_jobs = true;
    stage.run_until_quiet();
    assert_eq!(stage.ended("orders-db-t1"), (Ending::Failed, Reason::OutcomeDiffers));
}
