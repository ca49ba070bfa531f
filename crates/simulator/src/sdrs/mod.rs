//! The SDRS API v1: which module answers which operation.
//! It must not hold rules of its own.

mod actions;
mod attachments;
mod domains;
mod drills;
mod failures;
mod groups;
mod instance_changes;
mod instances;
mod jobs;
mod pair_changes;
mod pairs;
mod quotas;
mod tags;
mod versions;
mod wire;

use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::routes::{Operation, Route};
use crate::world::World;

pub(crate) use actions::console as console_action;

type Handled = Result<Reply, Refusal>;

/// Answers an SDRS call whose caller may use the project.
pub(crate) fn handle(world: &mut World, call: &Call, route: &Route) -> Handled {
    use Operation as O;
    let project = route.project.as_deref().unwrap_or_default();
    let id = route.id.as_deref().unwrap_or_default();
    let sub = route.sub.as_deref().unwrap_or_default();
    match route.operation {
        O::ListApiVersions => Ok(versions::list(world)),
        O::ShowSpecifiedApiVersion => versions::show(world, id),
        O::ListActiveActiveDomains => Ok(domains::list(world)),
        O::CreateProtectionGroup => groups::create(world, call, project),
        O::ListProtectionGroups => groups::list(world, call, project),
        O::ShowProtectionGroup => groups::show(world, project, id),
        O::UpdateProtectionGroupName => groups::rename(world, call, project, id),
        O::DeleteProtectionGroup => groups::delete(world, call, project, id),
        O::ProtectionGroupAction => actions::handle(world, call, project, id),
        O::CreateProtectedInstance => instance_changes::create(world, call, project),
        O::BatchCreateProtectedInstances => instance_changes::create_batch(world, call, project),
        O::BatchDeleteProtectedInstances => instance_changes::delete_batch(world, call, project),
        O::DeleteProtectedInstance => instance_changes::delete(world, call, project, id),
        O::ListProtectedInstances => instances::list(world, call, project),
        O::ShowProtectedInstance => instances::show(world, project, id),
        O::UpdateProtectedInstanceName => instances::rename(world, call, project, id),
        O::AttachProtectedInstanceReplication => attachments::attach(world, call, project, id),
        O::DetachProtectedInstanceReplication => attachments::detach(world, call, project, id, sub),
        O::ListProtectedInstancesProjectTags => Ok(tags::of_project(world, project)),
        O::ShowProtectedInstanceTags => tags::show(world, project, id),
        O::CreateProtectedInstanceTag => tags::create(world, call, project, id),
        O::BatchUpdateProtectedInstanceTags => tags::batch(world, call, project, id),
        O::DeleteProtectedInstanceTag => tags::delete(world, project, id, sub),
        O::CreateReplication => pair_changes::create(world, call, project),
        O::DeleteReplication => pair_changes::delete(world, call, project, id),
        O::ExpandReplication => pair_changes::expand(world, call, project, id),
        O::ListReplications => pairs::list(world, call, project),
        O::ShowReplication => pairs::show(world, project, id),
        O::UpdateReplicationName => pairs::rename(world, call, project, id),
        O::CreateDisasterRecoveryDrill => drills::create(world, call, project),
        O::ListDisasterRecoveryDrills => drills::list(world, call, project),
        O::ShowDisasterRecoveryDrill => drills::show(world, project, id),
        O::UpdateDisasterRecoveryDrillName => drills::rename(world, call, project, id),
        O::DeleteDisasterRecoveryDrill => drills::delete(world, call, project, id),
        // A job of ECS looks the same.
        O::ShowJobStatus | O::ShowServerJob => jobs::show(world, project, id),
        O::ListFailureJobs => failures::list(world, call, project),
        O::DeleteFailureJob => Ok(failures::delete(world, project, |f| f.job_id == id)),
        O::DeleteServerGroupFailureJobs => Ok(failures::delete(world, project, |f| f.group == id)),
        O::DeleteAllServerGroupFailureJobs => Ok(failures::delete(world, project, |_| true)),
        O::ShowQuota => Ok(quotas::show(world, project)),
        _ => Err(Refusal::no_such_api()),
    }
}
