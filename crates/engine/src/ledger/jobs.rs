//! Whose doing a job is, as far as the ledger knows.
//! It must not ask the provider, nor say how a job stands.

use super::{Ledger, Operation, Submission, SubmissionState};

impl Submission {
    /// The jobs that are known as its doing.
    fn jobs(&self) -> Option<Vec<String>> {
        match &self.state {
            SubmissionState::Accepted { jobs } => Some(jobs.clone()),
            SubmissionState::AdoptedJob { job } => Some(vec![job.clone()]),
            _ => None,
        }
    }
}

impl Operation {
    /// The ids of the jobs that the call step of this name started.
    pub fn jobs_of(&self, call: &str) -> Vec<String> {
        let step = self.step(call);
        step.and_then(|s| s.submissions.iter().rev().find_map(Submission::jobs))
            .unwrap_or_default()
    }

    /// The ids of all jobs that its calls started.
    pub fn jobs(&self) -> impl Iterator<Item = String> {
        let attempts = self.steps.iter().flat_map(|s| &s.submissions);
        attempts.filter_map(Submission::jobs).flatten()
    }
}

impl Ledger {
    /// The jobs that are known as the doing of a call: of the operation that runs, and of those that are completed.
    pub fn held_jobs(&self) -> Vec<String> {
        let running = self.operation.iter().flat_map(Operation::jobs);
        running
            .chain(self.completed.iter().flat_map(|c| c.jobs.iter().cloned()))
            .collect()
    }
}
