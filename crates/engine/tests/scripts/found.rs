//! The job of a call whose answer was lost, as the provider's search finds it.
//! It must not test what is done where none is found.

use crate::stage::Stage;
use crate::stage::classes::{ALL, NOT_REPEATED};
use crate::stage::provider::{Fate, Mishap};
use stationmaster_engine::Reason;
use stationmaster_engine::ledger::Ending;

const NAME: &str = "orders-db-t1";
#[test]
fn a_job_that_is_found_is_followed_for_every_class() {
    for resolution in ALL {
        let mut stage = Stage::protected();
        stage.provider.variant().resolution = resolution;
        stage.provider.variant().finds_jobs = true;
        stage.luck(Mishap::AnswerLost);
        stage.intent("target", "t1");
        stage.run_until_quiet();
        assert_eq!(
            stage.ended(NAME),
            (Ending::Succeeded, Reason::Succeeded),
            "{resolution:?}"
        );
        assert_eq!(stage.operations[NAME].job.as_ref().unwrap().job.id, "job-1");
        let pending = &stage.ledger().pending_calls;
        assert_eq!(pending.len(), 1, "whose job it is rests on a clock: {pending:?}");
    }
}

/// The provider's clock leads: by its times the first operation's failed job began after the second one's call.
#[test]
fn a_job_of_another_operation_is_never_taken_for_a_lost_calls() {
    for resolution in NOT_REPEATED {
        let mut stage = Stage::protected();
        stage.provider.variant().resolution = resolution;
        stage.provider.variant().finds_jobs = true;
        stage.provider.world.clock_leads = true;
        stage.fate(Fate::Fails);
        stage.intent("target", "t1");
        stage.run_until_quiet();
        assert_eq!(stage.ended(NAME), (Ending::Failed, Reason::JobFailed));
        assert_eq!(stage.ledger().completed.last().unwrap().jobs, ["job-1"]);
        stage.luck(Mishap::never());
        stage.intent("target", "t2");
        stage.run_until_quiet();
        let step = stage.ledger().operation.as_ref().and_then(|o| o.current()).unwrap();
        assert_eq!(step.reason, Some(Reason::SubmissionUnknown), "{resolution:?}");
        assert_eq!(stage.said(Reason::JobFailed), 1, "the first operation's alone");
    }
}
