//! Memory for large answers, shared by all connections of a process: a tenant has its share of it, and who finds none free waits.
//! It must not hold back a small answer: what a forced failover reads is small.

use bytes::Bytes;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// So many bytes of an answer are taken in without asking for room: the readings of single objects have less.
pub(crate) const FREE: usize = 64 * 1024;

/// Room is counted in so many bytes.
const UNIT: usize = 1024;

/// The room of a process. Clones share it.
#[derive(Clone, Debug)]
pub struct Room(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    all: Arc<Semaphore>,
    /// What one tenant has of it, in units.
    share: u32,
    tenants: Mutex<HashMap<String, Weak<Semaphore>>>,
}

/// The room of one tenant, or as much as is wanted. Clones share it.
#[derive(Clone, Default)]
pub struct Share(Option<Of>);

#[derive(Clone)]
struct Of {
    all: Arc<Semaphore>,
    own: Arc<Semaphore>,
    most: u32,
}

/// Room that is taken, free again when this is dropped.
pub(crate) struct Taken {
    _own: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

impl Room {
    /// So many bytes in all, of which a tenant has at most a quarter.
    pub fn new(bytes: usize) -> Room {
        let units = bytes.div_ceil(UNIT).max(4);
        Room(Arc::new(Inner {
            all: Arc::new(Semaphore::new(units)),
            share: u32::try_from(units / 4).unwrap_or(u32::MAX),
            tenants: Mutex::default(),
        }))
    }

    /// The share of a tenant. Nothing of one that has no connection any more is kept.
    pub fn of(&self, tenant: &str) -> Share {
        let mut tenants = self.0.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        tenants.retain(|_, own| own.strong_count() > 0);
        let known = tenants.get(tenant).and_then(Weak::upgrade);
        let own = known.unwrap_or_else(|| {
            let own = Arc::new(Semaphore::new(usize::try_from(self.0.share).unwrap_or(usize::MAX)));
            tenants.insert(tenant.to_owned(), Arc::downgrade(&own));
            own
        });
        Share(Some(Of {
            all: Arc::clone(&self.0.all),
            own,
            most: self.0.share,
        }))
    }
}

impl Share {
    /// Waits for room. The whole of it at once: two that had half of what they need would wait for each other.
    pub(crate) async fn take(&self, bytes: usize) -> Option<Taken> {
        let of = self.0.as_ref()?;
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).min(of.most);
        // Nobody closes them.
        let own = Arc::clone(&of.own).acquire_many_owned(units).await.ok()?;
        let all = Arc::clone(&of.all).acquire_many_owned(units).await.ok()?;
        Some(Taken { _own: own, _all: all })
    }
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Share")
            .field(&self.0.as_ref().map(|of| of.most))
            .finish()
    }
}

/// Bytes that keep their room for as long as anybody has them.
pub(crate) fn keep(text: Vec<u8>, room: Option<Taken>) -> Bytes {
    struct Kept(Vec<u8>, #[allow(dead_code, reason = "it is held")] Taken);
    impl AsRef<[u8]> for Kept {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }
    match room {
        Some(room) => Bytes::from_owner(Kept(text, room)),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::timeout;

    async fn waits(share: &Share, bytes: usize) -> bool {
        timeout(Duration::from_secs(60), share.take(bytes)).await.is_err()
    }

    #[tokio::test(start_paused = true)]
    async fn a_tenant_that_fills_its_share_waits_and_no_other_does() {
        let room = Room::new(4 * 1024 * 1024);
        let (hostile, honest) = (room.of("hostile"), room.of("honest"));
        let held = hostile.take(1024 * 1024).await.unwrap();
        assert!(
            waits(&room.of("hostile"), 1).await,
            "another connection of its has no more"
        );
        let large = honest.take(900 * 1024).await.unwrap();
        drop(held);
        assert!(!waits(&hostile, 1024).await);
        drop(large);
    }

    #[tokio::test(start_paused = true)]
    async fn room_is_free_again_when_nobody_has_the_bytes_any_more() {
        let room = Room::new(4 * 1024);
        let share = room.of("shop");
        let bytes = keep(vec![1; 10], share.take(1024).await);
        let copy = bytes.clone();
        drop(bytes);
        assert!(waits(&share, 1).await, "{} bytes are still there", copy.len());
        drop(copy);
        assert!(!waits(&share, 1).await);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_larger_than_a_share_takes_all_of_it_and_nothing_stays_of_who_is_gone() {
        let room = Room::new(4 * 1024);
        for tenant in 0..100 {
            assert!(room.of(&tenant.to_string()).take(1024 * 1024).await.is_some());
        }
        let _last = room.of("last");
        assert_eq!(room.0.tenants.lock().unwrap().len(), 1);
        assert!(
            Share::default().take(usize::MAX).await.is_none(),
            "without a room nobody waits"
        );
    }
}
