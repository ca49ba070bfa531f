//! Whether what is shown lets each operation begin, and the sentence that says what stands in the way.
//! It must not open anything because of a word that it does not know, nor keep a forced failover waiting for what it does not need.

use super::View;
use crate::obstacles::{STANDBY_LOG_BROKEN, TENANT_NOT_AT_REST, TENANT_NOT_READ};
use crate::set::role::Sight;
use crate::set::stand::Seen;
use stationmaster_engine::{ActiveStation, OperationType, Permit, Phase, Reason, Station, text};
use std::collections::BTreeMap;

/// What a permit depends on.
pub(super) struct Case<'a> {
    pub(super) view: &'a View<'a>,
    /// Whether databases are named.
    pub(super) roles: bool,
    pub(super) phase: Phase,
    pub(super) active: ActiveStation,
    pub(super) word: &'a str,
}

type Obstacle = (Reason, String);

/// All permits.
pub(super) fn permits(case: &Case<'_>) -> BTreeMap<OperationType, Permit> {
    let permit = |operation| {
        let permit = match case.closed(operation) {
            None => Permit::Open,
            Some((reason, message)) => Permit::Closed {
                reason,
                message: text::sentence(message),
            },
        };
        (operation, permit)
    };
    OperationType::ALL.into_iter().map(permit).collect()
}

impl Case<'_> {
    fn closed(&self, operation: OperationType) -> Option<Obstacle> {
        match operation {
            OperationType::EnableProtection | OperationType::DisableProtection => {
                let message = format!("OCP has no call for {operation} that is documented");
                Some((Reason::ProviderNotSupported, message))
            }
            OperationType::Failover if !self.roles => None,
            _ if !self.roles => {
                let message =
                    format!("{operation} needs the roles of the tenants, and no database is named that shows them");
                Some((Reason::ProviderNotSupported, message))
            }
            OperationType::PlannedFailover => self.planned(),
            OperationType::Failover => self.forced(),
            OperationType::Reprotect => self.reprotect(),
        }
    }

    fn busy(&self) -> Option<Obstacle> {
        matches!(self.phase, Phase::Changing(_)).then(|| {
            let message = format!("OCP or a database works on a tenant of the set; it shows {}", self.word);
            (Reason::ProviderBusy, message)
        })
    }

    fn strange(&self) -> Option<Obstacle> {
        (self.phase == Phase::Unknown).then(|| {
            let dark = self
                .dark()
                .unwrap_or_else(|| "a tenant shows a role or a status that is not documented".to_owned());
            (Reason::UnknownProviderState, format!("{dark}; nothing is permitted"))
        })
    }

    /// The first tenant that is not read.
    fn dark(&self) -> Option<String> {
        self.view.pairs.iter().find_map(|seen| {
            let sides = [(seen.pair.source, &seen.source), (seen.pair.target, &seen.target)];
            sides.into_iter().find_map(|(tenant, sight)| match sight {
                Sight::Dark { why, .. } => Some(format!("tenant {tenant} is not read: {why}")),
                Sight::Gone | Sight::Shown(_) => None,
            })
        })
    }

    fn planned(&self) -> Option<Obstacle> {
        if let Some(obstacle) = self.busy().or_else(|| self.strange()) {
            return Some(obstacle);
        }
        if self.phase != Phase::Protected {
            let message = format!(
                "PlannedFailover needs each pair to be PRIMARY and STANDBY, all the same way; it is {}",
                self.word
            );
            return Some((Reason::IllegalProviderState, message));
        }
        if let Some(dark) = self.dark() {
            return Some((TENANT_NOT_READ, dark));
        }
        if let Some((name, word)) = self.view.broken() {
            return Some((
                STANDBY_LOG_BROKEN,
                format!("the standby {name} does not get its log: {word}"),
            ));
        }
        if self.view.world.running.is_none() {
            let message = format!(
                "whether OCP works on a tenant is not known: {}",
                self.view.world.not_running
            );
            return Some((Reason::NotObserved, message));
        }
        self.view
            .pairs
            .iter()
            .find_map(|seen| self.at_rest(seen))
            .map(|why| (TENANT_NOT_AT_REST, why))
    }

    /// What OCP says of a pair that a move without loss must not find.
    fn at_rest(&self, seen: &Seen) -> Option<String> {
        [Station::Source, Station::Target].into_iter().find_map(|station| {
            let id = seen.pair.at(station);
            let Some(tenant) = self.view.world.tenant(self.view.set.cluster(station), id) else {
                return Some(format!("OCP does not list tenant {id} at {station}"));
            };
            match (tenant.status.as_deref(), tenant.locked) {
                (Some("NORMAL"), None | Some(false)) => None,
                (Some("NORMAL"), Some(true)) => Some(format!("tenant {id} at {station} is locked")),
                (status, _) => Some(format!(
                    "tenant {id} at {station} is {}",
                    text::word(64, status.unwrap_or("of no status"))
                )),
            }
        })
    }

    /// The vendor judges whether the primary is gone. What members show is told, and stands in nobody's way.
    fn forced(&self) -> Option<Obstacle> {
        if let Some(busy) = self.busy() {
            return Some(busy);
        }
        match (self.phase, self.active) {
            (Phase::FailedOver, _) => Some((
                Reason::IllegalProviderState,
                format!(
                    "production was moved, and there is no standby to move it to; it is {}",
                    self.word
                ),
            )),
            (Phase::Faulted(_), ActiveStation::Both) => Some((
                Reason::ActiveStationUnknown,
                format!("a tenant is PRIMARY at both stations; it is {}", self.word),
            )),
            _ => None,
        }
    }

    fn reprotect(&self) -> Option<Obstacle> {
        if let Some(obstacle) = self.busy().or_else(|| self.strange()) {
            return Some(obstacle);
        }
        (self.phase != Phase::FailedOver).then(|| {
            let message = format!("Reprotect needs tenants that were failed over; it is {}", self.word);
            (Reason::IllegalProviderState, message)
        })
    }
}
