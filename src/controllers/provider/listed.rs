//! One bulk list of a connection, and whom it tells something new.
//! It must not decide what that is worth.

use super::lives::Live;
use crate::controllers::Context;
use crate::controllers::group;
use crate::observe::{Changed, NotReady, Snapshot, within};
use kube::ResourceExt;
use stationmaster_api::{ProtectionGroup, ProtectionProvider};
use stationmaster_provider::{Listing, Wanted};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::time::Instant;

/// What one bulk list brought.
pub(super) struct Listed {
    pub(super) snapshot: Arc<Snapshot>,
    before: Option<Arc<Snapshot>>,
    /// The objects that were read singly before it.
    overtaken: Vec<String>,
    /// How many objects the provider showed.
    shown: usize,
}

impl Listed {
    fn shows(&self, object: &str) -> bool {
        matches!(&self.snapshot.objects, Ok(objects) if objects.contains_key(object))
    }

    /// Whom it tells something new: also whoever was told of a single reading that it has overtaken.
    fn changed(&self) -> Changed {
        match self.snapshot.changed(self.before.as_deref()) {
            Changed::All => Changed::All,
            Changed::Some(ids) => Changed::Some(ids.into_iter().chain(self.overtaken.iter().cloned()).collect()),
        }
    }

    /// Why it failed.
    pub(super) fn failure(&self) -> Option<NotReady> {
        let fault = self.snapshot.objects.as_ref().err()?;
        Some(NotReady::new(fault.reason, fault.message.clone()))
    }

    /// How many objects it shows.
    pub(super) fn count(&self) -> Option<u32> {
        self.snapshot.objects.as_ref().ok()?;
        Some(u32::try_from(self.shown).unwrap_or(u32::MAX))
    }
}

/// Lists once, within the longest time that a reading may take. Of what the server shows, all that groups name is kept, and so much else as
/// the namespace may.
pub(super) async fn list(context: &Context, object: &ProtectionProvider, live: &Live) -> Listed {
    let before = live.connection.latest();
    let named = context
        .stores
        .groups_over(&object.namespace().unwrap_or_default(), &object.name_any());
    let ids: BTreeSet<String> = named.iter().flat_map(|group| names(group)).collect();
    let mut allowance = live.allowance.lock().await;
    let wanted = Wanted::new(ids, allowance.grow());
    let begun = Instant::now();
    let reading = live.connection.provider.list_wanted(&wanted);
    let listing = within("the list of protection groups", reading).await;
    let kept = |listing: &Listing| listing.objects.keys().filter(|id| !wanted.names(id)).count();
    allowance.shrink(listing.as_ref().map_or(0, kept));
    let shown = listing.as_ref().map_or(0, |listing| listing.shown);
    let partial = listing.as_ref().is_ok_and(|listing| listing.objects.len() < shown);
    let partial = partial.then_some(wanted);
    let mut objects = listing.map(|listing| listing.objects);
    // The words of a failure may differ each time; what is told stays while it means the same.
    if let (Err(now), Some(Err(then))) = (&mut objects, before.as_ref().map(|before| &before.objects))
        && (&now.class, now.reason) == (&then.class, then.reason)
    {
        now.message.clone_from(&then.message);
    }
    let number = before.as_ref().map_or(1, |b| b.number + 1);
    let snapshot = Arc::new(Snapshot {
        number,
        begun,
        objects,
        partial,
    });
    let overtaken = live.connection.publish(Arc::clone(&snapshot));
    Listed {
        snapshot,
        before,
        overtaken,
        shown,
    }
}

/// What a group is read by: its objects, and the word for all of them.
fn names(group: &ProtectionGroup) -> BTreeSet<String> {
    let mut names = group::members(group);
    names.insert(group::object(group).1);
    names
}

/// Wakes the groups of this connection whose part has changed.
pub(super) fn wake(context: &Context, object: &ProtectionProvider, news: bool, listed: Option<&Listed>) {
    let changed = match listed {
        Some(listed) if !news => listed.changed(),
        // The same reason for no connection as before is no news.
        None if !news => return,
        _ => Changed::All,
    };
    let namespace = object.namespace().unwrap_or_default();
    for group in context.stores.groups_over(&namespace, &object.name_any()) {
        let own = names(&group);
        let name = group.name_any();
        if listed.is_some_and(|listed| group::members(&group).iter().all(|id| listed.shows(id))) {
            context.metrics.group_observed(&namespace, &name, context.clock.now());
        }
        let touched = match &changed {
            Changed::All => true,
            Changed::Some(ids) => ids.iter().any(|id| own.contains(id)),
        };
        if touched {
            context.wakes.group(&namespace, &name);
        }
    }
}
