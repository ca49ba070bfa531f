//! The jobs of an operation in one view: the one that a person must look at first, with the parts and the totals of all.
//! It must not read anything, nor hold more parts than a status may.

use crate::ledger::Operation;
use crate::{Input, JobReport, JobStatus, SubJob};

/// How many parts are shown.
const PARTS: usize = 100;

/// The jobs of an operation, as read in this pass.
#[derive(Clone, Debug, PartialEq)]
pub struct JobView {
    /// The one that a person must look at first: one that failed, then one that runs. Where there are several its parts are those of all of
    /// them, failed and running ones first, each under the name `job/part`, and its progress is that of all.
    pub job: JobReport,
    /// How many jobs there are.
    pub jobs_total: u32,
    /// How many of them have failed.
    pub jobs_failed: u32,
}

/// The jobs of an operation, as far as they were read.
pub(super) fn of(input: &Input<'_>, operation: &Operation) -> Option<JobView> {
    let ours: Vec<String> = operation
        .steps
        .iter()
        .flat_map(|s| operation.jobs_of(&s.spec.name))
        .collect();
    let jobs: Vec<&JobReport> = input.jobs.iter().filter(|j| ours.contains(&j.id)).collect();
    together(jobs)
}

fn together(mut jobs: Vec<&JobReport>) -> Option<JobView> {
    jobs.sort_by_key(|j| urgency(&j.status));
    let first = (*jobs.first()?).clone();
    let failed = jobs.iter().filter(|j| matches!(j.status, JobStatus::Failed { .. }));
    let (jobs_total, jobs_failed) = (count(jobs.len()), count(failed.count()));
    let job = if jobs.len() == 1 { first } else { sum(first, &jobs) };
    Some(JobView {
        job,
        jobs_total,
        jobs_failed,
    })
}

fn sum(first: JobReport, jobs: &[&JobReport]) -> JobReport {
    let mut parts: Vec<SubJob> = jobs.iter().flat_map(|job| parts(job)).collect();
    parts.sort_by_key(|part| urgency(&part.status));
    parts.truncate(PARTS);
    let total = |of: fn(&JobReport) -> u32| jobs.iter().map(|job| of(job)).fold(0, u32::saturating_add);
    JobReport {
        progress_percent: progress(jobs),
        sub_jobs: parts,
        sub_jobs_total: total(|job| job.sub_jobs_total.max(1)),
        sub_jobs_failed: total(|job| {
            let alone = u32::from(job.sub_jobs_total == 0 && matches!(job.status, JobStatus::Failed { .. }));
            job.sub_jobs_failed.max(alone)
        }),
        ..first
    }
}

/// The parts of a job under names that are its own among several jobs. A job without parts is one.
fn parts(job: &JobReport) -> Vec<SubJob> {
    if job.sub_jobs.is_empty() {
        return vec![SubJob {
            id: job.id.clone(),
            name: job.job_type.clone(),
            resource: None,
            provider_status: job.provider_status.clone(),
            status: job.status.clone(),
            started_at: job.started_at,
            finished_at: job.finished_at,
            depends_on: Vec::new(),
            revision: None,
        }];
    }
    let named = |part: &String| format!("{}/{part}", job.id);
    let part = |part: &SubJob| SubJob {
        id: named(&part.id),
        depends_on: part.depends_on.iter().map(named).collect(),
        ..part.clone()
    };
    job.sub_jobs.iter().map(part).collect()
}

/// The mean of all jobs. One that tells nothing has done nothing, if any tells something.
fn progress(jobs: &[&JobReport]) -> Option<u8> {
    let of = |job: &&JobReport| match job.status {
        JobStatus::Succeeded => Some(100),
        _ => job.progress_percent.map(u32::from),
    };
    let told: Vec<Option<u32>> = jobs.iter().map(of).collect();
    if told.iter().all(Option::is_none) {
        return None;
    }
    let all = told.iter().flatten().sum::<u32>() / count(told.len()).max(1);
    u8::try_from(all.min(100)).ok()
}

/// What a person must look at comes first.
fn urgency(status: &JobStatus) -> u8 {
    match status {
        JobStatus::Failed { .. } | JobStatus::Waiting { .. } => 0,
        JobStatus::Running | JobStatus::Unknown | JobStatus::Gone => 1,
        JobStatus::Succeeded => 2,
    }
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(id: &str, status: JobStatus, depends_on: &[&str]) -> SubJob {
        SubJob {
            id: id.to_owned(),
            name: "step".to_owned(),
            resource: None,
            provider_status: String::new(),
            status,
            started_at: None,
            finished_at: None,
            depends_on: depends_on.iter().map(|id| (*id).to_owned()).collect(),
            revision: None,
        }
    }

    fn job(id: &str, status: JobStatus, progress_percent: Option<u8>, sub_jobs: Vec<SubJob>) -> JobReport {
        let failed = sub_jobs.iter().filter(|p| matches!(p.status, JobStatus::Failed { .. }));
        JobReport {
            status,
            progress_percent,
            sub_jobs_total: count(sub_jobs.len()),
            sub_jobs_failed: count(failed.count()),
            sub_jobs,
            ..JobReport::gone(id)
        }
    }

    fn bad() -> JobStatus {
        JobStatus::Failed {
            code: None,
            message: String::new(),
        }
    }

    #[test]
    fn one_job_is_shown_as_it_is() {
        let one = job(
            "a",
            JobStatus::Running,
            Some(7),
            vec![part("1", JobStatus::Running, &["0"])],
        );
        let view = together(vec![&one]).unwrap();
        assert_eq!((view.job, view.jobs_total, view.jobs_failed), (one, 1, 0));
        assert_eq!(together(Vec::new()), None);
    }

    #[test]
    fn several_jobs_are_shown_together_the_worst_first_each_part_under_its_own_name() {
        let done = job(
            "a",
            JobStatus::Succeeded,
            None,
            vec![part("1", JobStatus::Succeeded, &[])],
        );
        let parts = vec![
            part("1", JobStatus::Succeeded, &[]),
            part("2", JobStatus::Running, &["1"]),
        ];
        let runs = job("b", JobStatus::Running, Some(50), parts);
        let failed = job("c", bad(), Some(0), vec![part("1", bad(), &[])]);
        let alone = job("d", bad(), None, Vec::new());
        let view = together(vec![&done, &runs, &failed, &alone]).unwrap();
        assert_eq!((view.job.id.as_str(), view.jobs_total, view.jobs_failed), ("c", 4, 2));
        let ids: Vec<&str> = view.job.sub_jobs.iter().map(|part| part.id.as_str()).collect();
        assert_eq!(ids, ["c/1", "d", "b/2", "b/1", "a/1"]);
        assert_eq!(view.job.sub_jobs[2].depends_on, ["b/1"]);
        assert_eq!((view.job.sub_jobs_total, view.job.sub_jobs_failed), (5, 2));
        assert_eq!(
            view.job.progress_percent,
            Some(37),
            "of those that tell nothing nothing is done"
        );
        let silent = job("e", JobStatus::Running, None, Vec::new());
        assert_eq!(together(vec![&silent, &silent]).unwrap().job.progress_percent, None);
    }

    #[test]
    fn what_is_cut_is_what_went_well() {
        let many: Vec<SubJob> = (0..90)
            .map(|n| part(&n.to_string(), JobStatus::Succeeded, &[]))
            .collect();
        let (one, two) = (
            job("a", JobStatus::Succeeded, None, many.clone()),
            job(
                "b",
                bad(),
                None,
                many.into_iter().chain([part("x", bad(), &[])]).collect(),
            ),
        );
        let view = together(vec![&one, &two]).unwrap();
        assert_eq!((view.job.sub_jobs.len(), view.job.sub_jobs_total), (100, 181));
        assert_eq!(view.job.sub_jobs[0].id, "b/x");
    }
}
