//! Creating, deleting and expanding replication pairs (`docs/vendors/sdrs.md#member-operations`).
//! It must not attach them.

use serde_json::Value;

use super::{Handled, groups, pairs, wire};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::World;
use crate::world::job::Work;
use crate::world::model::{Pair, replication, status};

const ERRORS: &[&str] = &[
    "error-starting",
    "error-stopping",
    "error-reversing",
    "error-failing-over",
    "error-deleting",
    "error-reprotecting",
];

pub(super) fn create(world: &mut World, call: &Call, project: &str) -> Handled {
    let given = wire::wrapped(call, "replication")?;
    let name = wire::name(&given)?;
    let description = wire::description(&given)?;
    let group_id = wire::text(&given, "server_group_id", "SDRS.0207")?;
    let volume_id = wire::text(&given, "volume_id", "SDRS.0211")?;
    let group = groups::find(world, project, &group_id)?.clone();
    if !matches!(group.status.as_str(), "available" | "protected") {
        return Err(Refusal::sdrs(&world.switches.code_wrong_state));
    }
    let used = world
        .pairs
        .values()
        .any(|p| p.source_volume == volume_id || p.target_volume == volume_id);
    if used {
        return Err(Refusal::sdrs("SDRS.1811"));
    }
    let volume = world
        .volumes
        .get(&volume_id)
        .cloned()
        .ok_or_else(|| Refusal::sdrs("SDRS.1803"))?;
    if volume.availability_zone != group.active_zone() {
        return Err(Refusal::sdrs("SDRS.1810"));
    }
    let count = world.pairs.values().filter(|p| p.project == project).count() as i64;
    if (0..=count).contains(&world.quotas.replications) {
        return Err(Refusal::sdrs("SDRS.0306"));
    }
    let (id, twin) = (world.ids.uuid(), world.ids.uuid());
    let entities = vec![
        ("server_group_id".into(), group_id.clone()),
        ("replication_pair_id".into(), id.clone()),
        ("volume_ids".into(), format!("{volume_id},{twin}")),
    ];
    let pair = Pair {
        id: id.clone(),
        project: project.into(),
        group: group_id,
        name,
        description,
        status: status::CREATING.into(),
        replication_status: replication::INACTIVE.into(),
        priority_station: group.priority_station,
        source_volume: volume_id,
        target_volume: twin,
        attachment: None,
        fault_level: "0".into(),
        failure_detail: None,
        size_gb: volume.size_gb,
        volume_type: volume.volume_type,
        bootable: false,
        created_at: world.now,
        updated_at: world.now,
        sync: None,
    };
    world.pairs.insert(id.clone(), pair);
    let work = Work::CreatePair { pair: id };
    let seconds = world.switches.create_pair_seconds;
    let job = world.start_job(
        project,
        "createReplicationPairNoCG",
        work,
        entities,
        seconds,
        call.fate.clone(),
    );
    Ok(Reply::job(200, &job))
}

pub(super) fn delete(world: &mut World, call: &Call, project: &str, id: &str) -> Handled {
    let pair = pairs::find(world, project, id)?;
    let group = groups::find(world, project, &pair.group)?;
    let stable = |word: &str| matches!(word, "available" | "protected" | "failed-over") || ERRORS.contains(&word);
    let own = |word: &str| {
        stable(word)
            || matches!(
                word,
                "error" | "error-attaching" | "error-extending" | "invalid" | "fault"
            )
    };
    let code = if !stable(&group.status) {
        &world.switches.code_wrong_state
    } else if !own(&pair.status) {
        "SDRS.1601"
    } else if pair.attachment.is_some() {
        "SDRS.1605"
    } else {
        let entities = vec![("replication_pair_id".into(), id.to_owned())];
        world.set_pair(id, status::DELETING);
        let work = Work::DeletePair { pair: id.into() };
        let seconds = world.switches.create_pair_seconds;
        let job = world.start_job(
            project,
            "deleteReplicationPairNoCG",
            work,
            entities,
            seconds,
            call.fate.clone(),
        );
        return Ok(Reply::job(200, &job));
    };
    Err(Refusal::sdrs(code))
}

pub(super) fn expand(world: &mut World, call: &Call, project: &str, id: &str) -> Handled {
    let body = call.json()?;
    let given = body
        .get("extend-replication")
        .ok_or_else(|| Refusal::sdrs("SDRS.0206"))?;
    // Decimals are cut off, as documented.
    let size = given
        .get("new_size")
        .and_then(Value::as_f64)
        .ok_or_else(|| Refusal::sdrs("SDRS.0201"))? as u64;
    let pair = pairs::find(world, project, id)?;
    if !matches!(pair.status.as_str(), "available" | "protected" | "error-extending") {
        return Err(Refusal::sdrs("SDRS.1601"));
    }
    if size <= pair.size_gb {
        return Err(Refusal::sdrs("SDRS.1816"));
    }
    let entities = vec![("replication_pair_id".into(), id.to_owned())];
    world.set_pair(id, "extending");
    let work = Work::Extend {
        pair: id.into(),
        size_gb: size,
    };
    let seconds = world.switches.attach_seconds;
    let job = world.start_job(
        project,
        "expandReplicationPairNew",
        work,
        entities,
        seconds,
        call.fate.clone(),
    );
    Ok(Reply::job(200, &job))
}
