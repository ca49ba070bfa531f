//! Attaching a pair to an instance and detaching it (`docs/vendors/sdrs.md#member-operations`).
//! It must not create pairs.

use super::{Handled, groups, instances, pairs, wire};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::World;
use crate::world::job::Work;

const OPEN: &[&str] = &["available", "protected"];
const ERRORS: &[&str] = &[
    "error-starting",
    "error-stopping",
    "error-reversing",
    "error-failing-over",
];
const DETACHABLE: &[&str] = &[
    "available",
    "protected",
    "failed-over",
    "error-attaching",
    "error-detaching",
    "error-deleting",
    "error-reprotecting",
    "error-extending",
    "invalid",
    "fault",
];

pub(super) fn attach(world: &mut World, call: &Call, project: &str, id: &str) -> Handled {
    let given = wire::wrapped(call, "replicationAttachment")?;
    let pair_id = wire::text(&given, "replication_id", "SDRS.0213")?;
    let device = wire::text(&given, "device", "SDRS.0201")?;
    let instance = instances::find(world, project, id)?;
    let pair = pairs::find(world, project, &pair_id)?;
    let group = groups::find(world, project, &instance.group)?;
    let taken = world
        .pairs
        .values()
        .filter_map(|p| p.attachment.as_ref())
        .any(|a| a.instance == id && a.device == device);
    let code = if !OPEN.contains(&group.status.as_str()) {
        &world.switches.code_wrong_state
    } else if !OPEN.contains(&instance.status.as_str()) {
        "SDRS.1328"
    } else if pair.group != instance.group {
        "SDRS.1611"
    } else if pair.attachment.is_some() || taken {
        "SDRS.1603"
    } else if !OPEN.contains(&pair.status.as_str()) {
        "SDRS.1601"
    } else {
        let entities = vec![
            ("protected_instance_id".into(), id.to_owned()),
            ("replication_pair_id".into(), pair_id.clone()),
        ];
        let work = Work::Attach {
            pair: pair_id.clone(),
            instance: id.into(),
            device,
        };
        world.set_pair(&pair_id, "attaching");
        let seconds = world.switches.attach_seconds;
        let job = world.start_job(
            project,
            "attachReplicationPairNew",
            work,
            entities,
            seconds,
            call.fate.clone(),
        );
        return Ok(Reply::job(200, &job));
    };
    Err(Refusal::sdrs(code))
}

pub(super) fn detach(world: &mut World, call: &Call, project: &str, id: &str, pair_id: &str) -> Handled {
    let instance = instances::find(world, project, id).map_err(|_| Refusal::sdrs("SDRS.0208"))?;
    let pair = pairs::find(world, project, pair_id).map_err(|_| Refusal::sdrs("SDRS.0213"))?;
    let group = groups::find(world, project, &instance.group)?;
    let allowed = |word: &str| OPEN.contains(&word) || word == "failed-over" || ERRORS.contains(&word);
    let production = instance.server_at(instance.priority_station);
    let running = world.servers.get(production).is_some_and(|s| !s.stopped());
    let code = if !allowed(&group.status) {
        &world.switches.code_wrong_state
    } else if pair.attachment.as_ref().is_none_or(|a| a.instance != id) {
        "SDRS.1604"
    } else if !DETACHABLE.contains(&pair.status.as_str()) && !ERRORS.contains(&pair.status.as_str()) {
        "SDRS.1601"
    } else if pair.bootable && running {
        "SDRS.1316"
    } else {
        let entities = vec![
            ("protected_instance_id".into(), id.to_owned()),
            ("replication_pair_id".into(), pair_id.to_owned()),
        ];
        let work = Work::Detach {
            pair: pair_id.into(),
            instance: id.into(),
        };
        world.set_pair(pair_id, "detaching");
        let seconds = world.switches.attach_seconds;
        let job = world.start_job(
            project,
            "detachReplicationPairNew",
            work,
            entities,
            seconds,
            call.fate.clone(),
        );
        return Ok(Reply::job(200, &job));
    };
    Err(Refusal::sdrs(code))
}
