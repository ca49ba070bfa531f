//! A set as OCP and the databases show it, in our words.
//! It must not act, nor take what cannot be read for what is well.

pub(crate) mod facts;
mod memory;
mod permits;
mod world;

pub(crate) use memory::Memory;
pub(crate) use world::{Sources, World};

use crate::operations;
use crate::set::TenantSet;
use crate::set::lag;
use crate::set::member::seconds;
use crate::set::role::{Role, Sight};
use crate::set::stand::{self, Seen};
use jiff::Timestamp;
use permits::Case;
use stationmaster_engine::{
    ActiveStation, Depth, Fingerprint, Observation, OperationType, Phase, Replication, ReplicationState, Station, text,
};
use std::collections::BTreeMap;

/// The status word where no database is named that shows a role.
const NO_DATABASE: &str = "not read: spec.ocp.sql is empty";

/// One set as it was read.
pub(crate) struct View<'a> {
    pub(crate) set: &'a TenantSet,
    pub(crate) pairs: Vec<Seen>,
    pub(crate) world: &'a World,
}

impl View<'_> {
    /// The operation that OCP works on for a tenant of the set. A task of another kind, a backup perhaps, moves nothing: it is neither position nor
    /// in the way, and OCP itself says so where it is.
    fn work(&self) -> Option<OperationType> {
        let ours = |tenant: Option<i64>| {
            let mut pairs = self.set.pairs().iter();
            tenant.is_some_and(|tenant| pairs.any(|pair| tenant == pair.source || tenant == pair.target))
        };
        let tasks = self.world.running.iter().flatten().filter(|task| ours(task.tenant()));
        tasks
            .filter_map(|task| operations::at_work(task.name.as_deref()?))
            .next()
    }

    fn phase(&self) -> Phase {
        match (stand::phase(&self.pairs), self.work()) {
            (_, Some(work)) => Phase::Changing(Some(work)),
            (phase, None) => phase,
        }
    }

    /// Where production runs. While OCP moves it, and where a word is not understood, nobody knows.
    pub(crate) fn active(&self) -> ActiveStation {
        match self.phase() {
            Phase::Unknown => ActiveStation::Unknown,
            Phase::Changing(Some(work)) if work.moves_production() => ActiveStation::Unknown,
            _ => stand::active(&self.pairs),
        }
    }

    /// Whether OCP and the databases have none of the tenants.
    pub(crate) fn is_gone(&self) -> bool {
        let gone = |seen: &Seen| seen.source == Sight::Gone && seen.target == Sight::Gone;
        self.pairs.iter().all(gone)
    }

    /// The status word: the roles, and what OCP works on, which is position too: while it works nothing may begin.
    fn word(&self) -> String {
        let word = stand::word(&self.pairs);
        match self.work() {
            None => word,
            Some(operation) => format!("{word} {operation}"),
        }
    }

    /// How the replication stands. Of a set whose standbys are not all seen nobody knows.
    fn replication(&self, now: Timestamp) -> Replication {
        let told = lag::of_set(&self.pairs, now);
        let state = match self.phase() {
            Phase::Protected if self.broken().is_some() => ReplicationState::Broken,
            Phase::Protected
                if self
                    .pairs
                    .iter()
                    .any(|seen| standby(seen).is_none_or(|sight| sight.shown().is_none())) =>
            {
                ReplicationState::Unknown
            }
            Phase::Protected => ReplicationState::Active,
            Phase::FailedOver => ReplicationState::Stopped,
            _ => ReplicationState::Unknown,
        };
        let told = told.filter(|_| matches!(self.phase(), Phase::Protected | Phase::Changing(_)));
        Replication {
            state,
            progress_percent: None,
            lag_seconds: told.map(|(lag, _)| seconds(lag.length())),
            last_sync: told.map(|(_, up_to)| up_to),
        }
    }

    /// The first standby that does not get its log, and the database's word for that.
    pub(crate) fn broken(&self) -> Option<(String, String)> {
        self.pairs.iter().find_map(|seen| {
            let station = seen.active().known()?.other();
            let shown = seen.at(station).shown().filter(|shown| shown.role == Role::Standby)?;
            let word = self.world.restore_word(self.set.cluster(station), shown.ob_tenant)?;
            (word != "NORMAL").then(|| (shown.name.clone(), text::word(64, word)))
        })
    }

    /// In our words.
    pub(crate) fn observation(&self, roles: bool, depth: Depth, now: Timestamp) -> Observation {
        let active = self.active();
        let phase = self.phase();
        // Without a database there is no word for the position, and the reason is not that one is unknown.
        let word = if roles { self.word() } else { NO_DATABASE.to_owned() };
        let case = Case {
            view: self,
            roles,
            phase,
            active,
            word: &word,
        };
        Observation {
            active,
            phase,
            replication: self.replication(now),
            fingerprint: Fingerprint {
                status: word.clone(),
                active,
                revision: stand::revision(&self.pairs),
            },
            permits: permits::permits(&case),
            own_station: active.known(),
            description: None,
            facts: BTreeMap::new(),
            depth,
            provider_status: word,
        }
    }

    /// The standbys that a failover to `target` promotes: those that are not primaries there already, nor were when they were last read.
    pub(crate) fn to_promote(&self, target: Station) -> Vec<(i64, Option<String>)> {
        let there = |seen: &&Seen| seen.at(target).last().is_none_or(|last| last.role != Role::Primary);
        let item = |seen: &Seen| (seen.pair.at(target), seen.pair.service.clone());
        self.pairs.iter().filter(there).map(item).collect()
    }

    /// The tenants that a database shows as primaries.
    pub(crate) fn primaries(&self) -> impl Iterator<Item = i64> {
        let both = [Station::Source, Station::Target];
        let all = self
            .pairs
            .iter()
            .flat_map(move |seen| both.map(|station| (seen, station)));
        all.filter(|(seen, station)| seen.at(*station).role() == Some(Role::Primary))
            .map(|(seen, station)| seen.pair.at(station))
    }

    /// Whether a database shows one of the old primaries as a primary.
    pub(crate) fn old_primary_lives(&self, target: Station) -> bool {
        self.pairs
            .iter()
            .any(|seen| seen.at(target.other()).role() == Some(Role::Primary))
    }
}

fn standby(seen: &Seen) -> Option<&Sight> {
    Some(seen.at(seen.active().known()?.other()))
}
