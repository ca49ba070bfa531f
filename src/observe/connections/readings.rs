//! What was read over a connection: the latest list, single readings beside it, and what objects showed before they changed.
//! It must not read anything, nor hold a lock: whoever holds it sees all of one moment.

use super::super::Snapshot;
use jiff::{SignedDuration, Timestamp};
use stationmaster_engine::observation::Replication;
use stationmaster_engine::pass::Watched;
use stationmaster_engine::{Fingerprint, Observation, Reason, Sight};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::time::Instant;

/// All of them.
#[derive(Default)]
pub(super) struct Readings {
    /// The latest bulk reading.
    pub(super) latest: Option<Arc<Snapshot>>,
    /// The youngest single reading of each object.
    pub(super) singles: HashMap<String, Single>,
    before: HashMap<String, (SeenAs, Instant)>,
}

/// What a reading showed of what later readings are compared with: its times are filled in when it is asked for.
type SeenAs = (Fingerprint, Option<String>, Replication);

fn seen_as(seen: &Observation) -> SeenAs {
    (
        seen.fingerprint.clone(),
        seen.description.clone(),
        seen.replication.clone(),
    )
}

/// A reading of one object, made before or during an operation.
pub(super) struct Single {
    /// When it was begun.
    pub(super) begun: Instant,
    /// When it had ended: what it shows is older.
    pub(super) ended: Instant,
    pub(super) sight: Sight,
}

/// The time of day at which a reading was begun.
pub fn time_of(begun: Instant, now: Timestamp) -> Option<Timestamp> {
    let ago = SignedDuration::try_from(begun.elapsed()).ok()?;
    now.saturating_sub(ago).ok()
}

impl Readings {
    /// Takes a bulk reading in; the objects of which a single reading was the youngest until now.
    pub(super) fn publish(&mut self, snapshot: Arc<Snapshot>) -> Vec<String> {
        let older = self.singles.extract_if(|_, single| single.ended < snapshot.begun);
        let overtaken = older.map(|(object, _)| object).collect();
        self.remember_what_changes(&snapshot);
        self.latest = Some(snapshot);
        overtaken
    }

    /// What objects showed before this snapshot, of those that it shows otherwise: how long a change can have gone unseen is told from that.
    /// Where it shows nothing, what would be lost is told from what was shown last.
    fn remember_what_changes(&mut self, snapshot: &Snapshot) {
        let Some(latest) = &self.latest else { return };
        let Ok(then) = &latest.objects else { return };
        let now = snapshot.objects.as_ref().ok();
        for (object, seen) in then {
            let goes = match now {
                Some(now) => now.get(object).map(|o| &o.fingerprint) != Some(&seen.fingerprint),
                None => seen.replication.lag_seconds.is_some() || seen.replication.last_sync.is_some(),
            };
            if goes {
                self.before.insert(object.clone(), (seen_as(seen), latest.begun));
            }
        }
        // A server may name others each time.
        if let Some(now) = now {
            self.before
                .retain(|object, _| now.contains_key(object) || then.contains_key(object));
        }
    }

    /// What was seen of one object before, with the time of day at which each reading was begun.
    pub(super) fn watched(&self, object: &str, now: Timestamp) -> Vec<Watched> {
        let single = self.singles.get(object);
        let single = single.and_then(|s| Some((seen_as(s.sight.seen()?), s.begun)));
        let listed = self.latest.as_ref().and_then(|snapshot| {
            let seen = snapshot.objects.as_ref().ok()?.get(object)?;
            Some((seen_as(seen), snapshot.begun))
        });
        let before = self.before.get(object).cloned();
        let readings = before.into_iter().chain(listed).chain(single);
        let watched = |((fingerprint, description, replication), begun): (SeenAs, Instant)| {
            let at = time_of(begun, now)?;
            Some(Watched {
                fingerprint,
                description,
                complete_at: replication.complete_at(at),
                at,
            })
        };
        readings.filter_map(watched).collect()
    }

    /// What is known of an object, and when that reading was begun: a bulk reading that was begun before a single one had ended may show what
    /// was before it.
    pub(super) fn youngest(&self, object: &str) -> (Sight, Option<Instant>) {
        match (&self.latest, self.singles.get(object)) {
            (Some(snapshot), Some(single)) if snapshot.begun <= single.ended => {
                (single.sight.clone(), Some(single.begun))
            }
            (Some(snapshot), _) => (snapshot.sight(object), Some(snapshot.begun)),
            (None, Some(single)) => (single.sight.clone(), Some(single.begun)),
            (None, None) => {
                let message = "the provider has not been read yet".to_owned();
                let reason = Reason::ProviderNotReady;
                (Sight::Unseen { reason, message }, None)
            }
        }
    }
}
