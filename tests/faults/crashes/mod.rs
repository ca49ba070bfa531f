//! The operator is killed at exact points, in the middle of several operations at once, and started again.
//! It must not be told where to look: the ledger and the cloud are all that the next process has.

mod accepted;
mod recorded;
mod running;

use crate::stage::stories;
use accepted::after_the_call_was_accepted_and_before_the_answer_is_written;
use recorded::between_the_record_and_the_call;
use running::while_the_job_runs;

stories![
    between_the_record_and_the_call,
    after_the_call_was_accepted_and_before_the_answer_is_written,
    while_the_job_runs,
];
