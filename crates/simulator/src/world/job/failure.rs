//! What a failed job leaves: its code and reason, and the entry in the list of failed tasks.
//! It must not decide whether a job fails.

use super::{Failed, FailureJob, Job, Work};
use crate::world::World;

impl World {
    pub(super) fn note_failure(&mut self, job: &Job, failed: &Failed) {
        let Some((resource_id, resource_type, failure_status)) = failed_resource(&job.work) else {
            return;
        };
        let (name, group) = match resource_type {
            "server_groups" => (
                self.groups.get(&resource_id).map(|g| g.name.clone()),
                Some(resource_id.clone()),
            ),
            "protected_instances" => {
                let instance = self.instances.get(&resource_id);
                (instance.map(|i| i.name.clone()), instance.map(|i| i.group.clone()))
            }
            "replications" => {
                let pair = self.pairs.get(&resource_id);
                (pair.map(|p| p.name.clone()), pair.map(|p| p.group.clone()))
            }
            _ => {
                let drill = self.drills.get(&resource_id);
                (drill.map(|d| d.name.clone()), drill.map(|d| d.group.clone()))
            }
        };
        self.failures.insert(
            job.id.clone(),
            FailureJob {
                project: job.project.clone(),
                group: group.unwrap_or_default(),
                resource_id,
                resource_name: name.unwrap_or_default(),
                resource_type,
                failure_status,
                job_id: job.id.clone(),
                job_type: job.job_type.clone(),
                begin: job.begin,
                failed: failed.clone(),
            },
        );
    }
}

pub(super) fn failure_of(job: &Job) -> Failed {
    let given = job.fate.fail.clone().unwrap_or_default();
    let code = given.code.unwrap_or_else(|| default_code(&job.work).into());
    let reason = given
        .reason
        .unwrap_or_else(|| crate::world::codes::describe(&code).1.into());
    Failed { code, reason }
}

/// The error code that a failed job carries unless told otherwise (`docs/vendors/sdrs.md#codes`).
fn default_code(work: &Work) -> &'static str {
    match work {
        Work::Group { action, .. } => action.error_code(),
        Work::CreateGroup { .. } => "SDRS.1014",
        Work::DeleteGroup { .. } => "SDRS.1016",
        Work::CreateInstances { .. } => "SDRS.1350",
        Work::DeleteInstances { .. } => "SDRS.1351",
        Work::CreatePair { .. } => "SDRS.1606",
        Work::DeletePair { .. } => "SDRS.1607",
        Work::Attach { .. } => "SDRS.1821",
        Work::Detach { .. } => "SDRS.1822",
        Work::Extend { .. } => "SDRS.1820",
        Work::CreateDrill { .. } => "SDRS.1922",
        Work::DeleteDrill { .. } => "SDRS.1923",
        Work::Power { .. } => "Ecs.0000",
    }
}

fn failed_resource(work: &Work) -> Option<(String, &'static str, &'static str)> {
    Some(match work {
        Work::Group { group, action, .. } => (group.clone(), "server_groups", action.failure_status()),
        Work::CreateGroup { group } => (group.clone(), "server_groups", "createFail"),
        Work::DeleteGroup { group } => (group.clone(), "server_groups", "deleteFail"),
        Work::CreateInstances { instances } => (instances.first()?.clone(), "protected_instances", "createFail"),
        Work::DeleteInstances { instances, .. } => (instances.first()?.clone(), "protected_instances", "deleteFail"),
        Work::CreatePair { pair } => (pair.clone(), "replications", "createFail"),
        Work::DeletePair { pair } => (pair.clone(), "replications", "deleteFail"),
        Work::Attach { pair, .. } => (pair.clone(), "replications", "attachFail"),
        Work::Detach { pair, .. } => (pair.clone(), "replications", "detachFail"),
        Work::Extend { pair, .. } => (pair.clone(), "replications", "expandFail"),
        Work::CreateDrill { drill } => (drill.clone(), "disaster_recovery_drills", "createFail"),
        Work::DeleteDrill { drill } => (drill.clone(), "disaster_recovery_drills", "deleteFail"),
        Work::Power { .. } => return None,
    })
}
