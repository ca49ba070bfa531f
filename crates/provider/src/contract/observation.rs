//! Rules about reading a group: list and reading agree, unknown is closed, working is closed.
//! It must not know a provider's status words.

use super::calls::{a_move, any, call, called, had, sent};
use super::connection::said;
use super::{Bench, Broken, ensure};
use crate::{CallOutcome, FaultClass, LostCall, Provider, Wanted};
use stationmaster_engine::ReplicationState;
use stationmaster_engine::{
    ActiveStation, Depth, Fact, Observation, Obstacle, OperationType, Permit, Phase, Reason, Risk,
};
use std::collections::BTreeMap;

fn open(seen: &Observation) -> Vec<OperationType> {
    OperationType::ALL
        .into_iter()
        .filter(|operation| seen.permit(*operation) == Permit::Open)
        .collect()
}

/// A list in which somebody asks about this object.
async fn listed(provider: &dyn Provider, object: &str) -> Result<BTreeMap<String, Observation>, Broken> {
    let wanted = Wanted::new([object.to_owned()].into(), usize::MAX);
    let listing = provider.list_wanted(&wanted).await.map_err(said("list"))?;
    Ok(listing.objects)
}

pub(super) async fn health_is_no_position(bench: &dyn Bench) -> Result<(), Broken> {
    let ready = bench.ready_for(a_move(bench)).await;
    let provider = bench.provider();
    let well = provider.observe(&ready.object).await.map_err(said("observe"))?;
    bench.sicken(&ready.object).await;
    let ill = provider.observe(&ready.object).await.map_err(said("observe"))?;
    ensure!(
        ill.replication.state == ReplicationState::Broken,
        "the bench did not do what it should: {:?}",
        ill.replication
    );
    let place = |seen: &Observation| (seen.fingerprint.status.clone(), seen.fingerprint.active);
    ensure!(place(&well) == place(&ill), "{:?} and {:?}", place(&well), place(&ill));
    Ok(())
}

pub(super) async fn list_agrees(bench: &dyn Bench) -> Result<(), Broken> {
    let ready = bench.ready_for(any(bench)).await;
    let provider = bench.provider();
    let list = listed(&*provider, &ready.object).await?;
    ensure!(
        list.contains_key(&ready.object),
        "{} is not among {:?}",
        ready.object,
        list.keys()
    );
    for (id, listed) in &list {
        let full = provider.observe(id).await.map_err(said("observe"))?;
        ensure!(
            listed.depth == Depth::Listed && full.depth == Depth::Full,
            "{:?}, {:?}",
            listed.depth,
            full.depth
        );
        ensure!(
            listed.fingerprint == full.fingerprint,
            "{:?} and {:?}",
            listed.fingerprint,
            full.fingerprint
        );
        ensure!(
            listed.active == full.active && listed.phase == full.phase,
            "{listed:?} and {full:?}"
        );
        ensure!(
            listed.provider_status == full.provider_status,
            "{listed:?} and {full:?}"
        );
        ensure!(
            listed.facts.is_empty(),
            "a listed reading has facts: {:?}",
            listed.facts
        );
    }
    let full = provider.observe(&ready.object).await.map_err(said("observe"))?;
    ensure!(
        full.active == ready.active.into(),
        "active {:?}, should be {}",
        full.active,
        ready.active
    );
    Ok(())
}

pub(super) async fn not_found(bench: &dyn Bench) -> Result<(), Broken> {
    let (provider, id) = (bench.provider(), bench.no_object());
    match provider.observe(&id).await {
        Err(fault) => {
            ensure!(fault.reason == Reason::ProtectionObjectNotFound, "{fault:?}");
            ensure!(matches!(fault.class, FaultClass::Rejected { .. }), "{fault:?}");
        }
        Ok(seen) => return Err(format!("it was found: {seen:?}")),
    }
    ensure!(!listed(&*provider, &id).await?.contains_key(&id), "it is in the list");
    Ok(())
}

pub(super) async fn unknown_word(bench: &dyn Bench) -> Result<(), Broken> {
    let ready = bench.ready_for(any(bench)).await;
    let word = bench.unknown_status(&ready.object).await;
    let provider = bench.provider();
    let full = provider.observe(&ready.object).await.map_err(said("observe"))?;
    let list = listed(&*provider, &ready.object).await?;
    let listed = list.get(&ready.object).ok_or("it is not in the list any more")?;
    for seen in [&full, listed] {
        ensure!(
            seen.provider_status.contains(&word),
            "the word {word} became {:?}",
            seen.provider_status
        );
        ensure!(
            seen.phase == Phase::Unknown && !seen.settled(),
            "phase {:?}",
            seen.phase
        );
        ensure!(open(seen).is_empty(), "open: {:?}", open(seen));
        ensure!(seen.active.known().is_none(), "active {:?}", seen.active);
        for operation in had(bench) {
            let reason = match (operation, seen.permit(operation)) {
                // Only its author can take that upon himself.
                (OperationType::Failover, Permit::AtRisk(risks)) => {
                    let only: Vec<Risk> = risks.keys().copied().collect();
                    ensure!(only == [Risk::UnknownProviderState], "{only:?}");
                    risks[&Risk::UnknownProviderState].reason
                }
                (_, Permit::Closed { reason, .. }) => reason,
                _ => return Err(format!("{operation} is open")),
            };
            ensure!(reason == Reason::UnknownProviderState, "{operation}: {reason}");
        }
    }
    Ok(())
}

pub(super) async fn closed_while_working(bench: &dyn Bench) -> Result<(), Broken> {
    for operation in called(bench) {
        let ready = bench.ready_for(operation).await;
        let provider = bench.provider();
        let before = provider.observe(&ready.object).await.map_err(said("observe"))?;
        ensure!(
            open(&before).contains(&operation),
            "{operation} is not permitted when ready: {:?}",
            before.permits
        );
        let answer = sent(provider.as_ref(), &call(bench, &ready, operation).await).await?;
        ensure!(
            matches!(answer, CallOutcome::Accepted { .. }),
            "{operation}: {answer:?}"
        );
        let seen = provider.observe(&ready.object).await.map_err(said("observe"))?;
        ensure!(
            seen.phase == Phase::Changing(Some(operation)),
            "{operation}: phase {:?}",
            seen.phase
        );
        ensure!(open(&seen).is_empty(), "{operation}: open {:?}", open(&seen));
        ensure!(
            seen.fingerprint != before.fingerprint,
            "{operation}: the fingerprint is still {:?}",
            seen.fingerprint
        );
        if operation.moves_production() {
            ensure!(
                seen.active == ActiveStation::Unknown,
                "{operation}: active {:?} while it moves",
                seen.active
            );
        }
        bench.pass(bench.long_enough()).await;
    }
    Ok(())
}

pub(super) async fn fingerprint_changes(bench: &dyn Bench) -> Result<(), Broken> {
    let ready = bench.ready_for(OperationType::PlannedFailover).await;
    let provider = bench.provider();
    let before = provider.observe(&ready.object).await.map_err(said("observe"))?;
    bench.pass(std::time::Duration::from_secs(1)).await;
    bench.move_behind(&ready.object).await;
    let after = provider.observe(&ready.object).await.map_err(said("observe"))?;
    ensure!(after.active == ready.active.other().into(), "active {:?}", after.active);
    ensure!(before.fingerprint != after.fingerprint, "both {:?}", after.fingerprint);
    bench.pass(std::time::Duration::from_secs(1)).await;
    bench.move_behind(&ready.object).await;
    let back = provider.observe(&ready.object).await.map_err(said("observe"))?;
    let told = before.fingerprint.revision.is_none() || before.fingerprint != back.fingerprint;
    ensure!(
        told,
        "moved and moved back, with a revision, and yet {:?}",
        back.fingerprint
    );
    Ok(())
}

pub(super) async fn stable(bench: &dyn Bench) -> Result<(), Broken> {
    for operation in had(bench) {
        let ready = bench.ready_for(operation).await;
        let provider = bench.provider();
        let first = provider.observe(&ready.object).await.map_err(said("observe"))?;
        let second = provider.observe(&ready.object).await.map_err(said("observe"))?;
        ensure!(first == second, "{first:?} and {second:?}");
        ensure!(first.settled(), "ready for {operation}, but {:?}", first.phase);
    }
    Ok(())
}

pub(super) async fn reads_are_reads(bench: &dyn Bench) -> Result<(), Broken> {
    let ready = bench.ready_for(OperationType::PlannedFailover).await;
    let provider = bench.provider();
    provider.identity().await.map_err(said("identity"))?;
    provider.connect().await.map_err(said("connect"))?;
    listed(&*provider, &ready.object).await?;
    provider.observe(&ready.object).await.map_err(said("observe"))?;
    for operation in called(bench) {
        let request = call(bench, &ready, operation).await;
        let lost = LostCall {
            request: request.clone(),
            held_jobs: Vec::new(),
        };
        provider.find(&lost).await.map_err(said("find"))?;
        provider
            .poll(&request.action, operation, &bench.no_job())
            .await
            .map_err(said("poll"))?;
    }
    ensure!(bench.journal().is_empty(), "{:?}", bench.journal());
    Ok(())
}

pub(super) async fn obstacles(bench: &dyn Bench) -> Result<(), Broken> {
    for operation in had(bench) {
        let ready = bench.ready_for(operation).await;
        let provider = bench.provider();
        for obstacle in provider.obstacles() {
            well_told(obstacle)?;
        }
        let full = provider.observe(&ready.object).await.map_err(said("observe"))?;
        let list = listed(&*provider, &ready.object).await?;
        for seen in list.values().chain([&full]) {
            let at_risk = |(_, permit): &(&OperationType, &Permit)| matches!(permit, Permit::AtRisk(_));
            let mut at_risk = seen.permits.iter().filter(at_risk);
            ensure!(
                at_risk.all(|(operation, _)| *operation == OperationType::Failover),
                "only a forced failover can be let begin at a risk"
            );
            let closed = seen.permits.values().flat_map(|permit| match permit {
                Permit::Closed { reason, .. } => vec![*reason],
                Permit::AtRisk(risks) => risks.values().map(|why| why.reason).collect(),
                Permit::Open => Vec::new(),
            });
            let failed = seen.facts.values().filter_map(|fact| match fact {
                Fact::Fails { reason, .. } => Some(*reason),
                Fact::Holds | Fact::CannotTell { .. } => None,
            });
            for reason in closed.chain(failed) {
                let declared = provider
                    .obstacles()
                    .iter()
                    .any(|obstacle| obstacle.word == reason.as_str());
                ensure!(Reason::ALL.contains(&reason) || declared, "nobody declares {reason}");
            }
        }
    }
    Ok(())
}

/// A word that was stored must be read as the obstacle that it was.
fn well_told(obstacle: &Obstacle) -> Result<(), Broken> {
    ensure!(
        Reason::stored(obstacle.word) == Reason::Other(obstacle.word),
        "{obstacle:?}: the core owns the word, or it is none"
    );
    ensure!(obstacle.meaning.ends_with('.'), "{obstacle:?}");
    ensure!(obstacle.todo.is_empty() || obstacle.todo.ends_with('.'), "{obstacle:?}");
    Ok(())
}
