//! One bulk reading of a connection, and which of its groups differ from the one before.
//! It must not be changed after it was published.

use stationmaster_engine::{Observation, Reason, Sight};
use stationmaster_provider::{Fault, Wanted};
use std::collections::BTreeMap;
use tokio::time::Instant;

/// One bulk reading, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Counts the readings of the connection from 1.
    pub number: u64,
    /// When the reading was begun, by this process's own clock: everything in it is younger.
    pub begun: Instant,
    /// The objects by the provider's id.
    pub objects: Result<BTreeMap<String, Observation>, Fault>,
    /// What was wanted of it, where it showed more than is kept.
    pub partial: Option<Wanted>,
}

impl Snapshot {
    /// Whether it may have shown this object without its being kept: nobody had asked about it.
    pub fn leaves_out(&self, object: &str) -> bool {
        let kept = self.objects.as_ref().is_ok_and(|objects| objects.contains_key(object));
        !kept && self.partial.as_ref().is_some_and(|wanted| !wanted.names(object))
    }

    /// What it shows of one object.
    pub fn sight(&self, object: &str) -> Sight {
        match &self.objects {
            Ok(_) if self.leaves_out(object) => Sight::Unseen {
                reason: Reason::ProviderNotReady,
                message: format!("the protection group {object} has not been read yet"),
            },
            Ok(objects) => objects
                .get(object)
                .cloned()
                .map_or_else(|| unknown(object), Sight::Seen),
            Err(fault) => Sight::Unseen {
                reason: fault.reason,
                message: fault.message.clone(),
            },
        }
    }

    /// The ids whose part differs between two readings; all ids when one of the two failed.
    pub fn changed(&self, before: Option<&Snapshot>) -> Changed {
        let (Ok(now), Some(Ok(then))) = (&self.objects, before.map(|b| &b.objects)) else {
            let same = |b: &Snapshot| match (&b.objects, &self.objects) {
                // The words of a failure may differ each time; what it means is the news.
                (Err(then), Err(now)) => then.class == now.class && then.reason == now.reason,
                _ => false,
            };
            return if before.is_some_and(same) {
                Changed::Some(Vec::new())
            } else {
                Changed::All
            };
        };
        let mut ids: Vec<String> = now
            .iter()
            .filter(|(id, seen)| then.get(*id) != Some(seen))
            .map(|(id, _)| id.clone())
            .collect();
        ids.extend(then.keys().filter(|id| !now.contains_key(*id)).cloned());
        Changed::Some(ids)
    }
}

/// Which groups have to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Every group of the connection.
    All,
    /// The groups with these provider ids.
    Some(Vec<String>),
}

fn unknown(object: &str) -> Sight {
    Sight::Unseen {
        reason: Reason::ProtectionObjectNotFound,
        message: format!("the provider has no protection group {object}"),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use stationmaster_engine::{ActiveStation, Depth, Fingerprint, Phase, Replication, ReplicationState};
    use stationmaster_provider::FaultClass;

    pub(in crate::observe) fn seen(status: &str) -> Observation {
        Observation {
            active: ActiveStation::Source,
            provider_status: status.to_owned(),
            phase: Phase::Protected,
            replication: Replication {
                state: ReplicationState::Active,
                progress_percent: None,
                lag_seconds: None,
                last_sync: None,
            },
            fingerprint: Fingerprint {
                status: status.to_owned(),
                active: ActiveStation::Source,
                revision: None,
            },
            permits: BTreeMap::new(),
            own_station: None,
            description: None,
            facts: BTreeMap::new(),
            depth: Depth::Listed,
        }
    }

    fn snapshot(objects: &[(&str, &str)]) -> Snapshot {
        let objects = objects
            .iter()
            .map(|(id, status)| ((*id).to_owned(), seen(status)))
            .collect();
        Snapshot {
            number: 1,
            begun: Instant::now(),
            objects: Ok(objects),
            partial: None,
        }
    }

    fn failed() -> Snapshot {
        Snapshot {
            number: 2,
            begun: Instant::now(),
            objects: Err(Fault::new(
                FaultClass::Transient,
                Reason::ProviderUnreachable,
                "no answer",
            )),
            partial: None,
        }
    }

    #[test]
    fn only_what_differs_is_woken() {
        let before = snapshot(&[("a", "protected"), ("b", "protected"), ("c", "protected")]);
        let after = snapshot(&[("a", "protected"), ("b", "reversing"), ("d", "protected")]);
        assert_eq!(
            after.changed(Some(&before)),
            Changed::Some(vec!["b".into(), "d".into(), "c".into()])
        );
        assert_eq!(before.changed(Some(&before)), Changed::Some(vec![]));
    }

    #[test]
    fn the_first_reading_and_each_change_between_failure_and_success_wake_all() {
        let good = snapshot(&[("a", "protected")]);
        assert_eq!(good.changed(None), Changed::All);
        assert_eq!(failed().changed(Some(&good)), Changed::All);
        assert_eq!(good.changed(Some(&failed())), Changed::All);
        assert_eq!(
            failed().changed(Some(&failed())),
            Changed::Some(vec![]),
            "the same failure is no news"
        );
    }

    #[test]
    fn an_object_that_nobody_had_asked_about_is_not_told_to_be_unknown() {
        let mut partial = snapshot(&[("a", "protected")]);
        partial.partial = Some(Wanted::new(["a".into(), "b".into()].into(), 0));
        let reason = |object: &str| match partial.sight(object) {
            Sight::Seen(_) => None,
            Sight::Unseen { reason, .. } => Some(reason),
        };
        assert_eq!(reason("a"), None);
        assert_eq!(
            reason("b"),
            Some(Reason::ProtectionObjectNotFound),
            "it was asked about"
        );
        assert_eq!(reason("c"), Some(Reason::ProviderNotReady));
        assert!(partial.leaves_out("c") && !partial.leaves_out("a") && !partial.leaves_out("b"));
    }

    #[test]
    fn an_object_that_the_list_does_not_hold_is_unknown_not_gone_quietly() {
        assert!(matches!(
            snapshot(&[]).sight("a"),
            Sight::Unseen {
                reason: Reason::ProtectionObjectNotFound,
                ..
            }
        ));
        assert!(matches!(
            failed().sight("a"),
            Sight::Unseen {
                reason: Reason::ProviderUnreachable,
                ..
            }
        ));
    }
}
