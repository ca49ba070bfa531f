//! The right to lead, from being elected until it is lost or given back.
//! It must not decide what the leader does, nor go on as leader after a loss.

use super::lease::{LeaseFile, Written, holder};
use super::proof::{LeadershipProof, Term};
use super::standing::Standing;
use super::watchdog::Watchdog;
use crate::telemetry::error_chain;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// The right to lead, from being elected until it is lost or released. Dropping it stops the renewals and ends every proof; the lease
/// then stays taken until it expires.
#[derive(Debug)]
pub struct Leadership {
    pub(super) file: Arc<LeaseFile>,
    pub(super) term: Arc<Term>,
    pub(super) standing: watch::Sender<Standing>,
    pub(super) renewing: JoinHandle<()>,
    pub(super) watchdog: Option<(Watchdog, JoinHandle<()>)>,
    pub(super) transitions: i32,
}

impl Leadership {
    /// As [`LeadershipProof::proves`].
    pub fn proves(&self, budget: std::time::Duration) -> bool {
        self.proof().proves(budget)
    }

    /// A handle for those who start work.
    pub fn proof(&self) -> LeadershipProof {
        LeadershipProof::of(self.term.clone(), self.file.absent_until())
    }

    /// Returns when leadership is lost: another holds the lease. The process must then end what is under way, and exit.
    pub async fn lost(&self) {
        self.term.ended().await;
    }

    /// How often the lease had changed hands when this process took it. It begins anew when the Lease object is deleted.
    pub fn transitions(&self) -> i32 {
        self.transitions
    }

    /// Gives the lease back, so that another replica can lead at once. Call it last, when no work is under way: from here on nothing
    /// is proven. Where the API server does not answer within the renew deadline, the lease is left to expire.
    pub async fn release(mut self) {
        self.term.end();
        self.renewing.abort();
        // Wait for it, so that no renewal of ours follows the release.
        let _ = (&mut self.renewing).await;
        match timeout(self.file.timings().renew_deadline(), self.vacate()).await {
            Ok(Ok(())) => tracing::info!(lease = self.file.name(), "the lease was given back"),
            Ok(Err(error)) => {
                tracing::warn!(
                    lease = self.file.name(),
                    error = error_chain(&error),
                    "the lease was not given back; it expires by itself"
                );
            }
            Err(_) => tracing::warn!(
                lease = self.file.name(),
                error = "no answer in time",
                "the lease was not given back; it expires by itself"
            ),
        }
        self.standing.send_replace(Standing::Standby { leader: String::new() });
    }

    async fn vacate(&self) -> Result<(), kube::Error> {
        loop {
            let Some(lease) = self.file.read().await? else {
                return Ok(());
            };
            if holder(&lease) != self.file.me() {
                return Ok(());
            }
            match self.file.vacate(&lease).await {
                Written::Acknowledged(_) => return Ok(()),
                // A renewal of ours that was still on its way, or somebody edited it: look again.
                Written::Conflict => sleep(self.file.timings().retry() / 10).await,
                Written::Failed(error) => return Err(error),
            }
        }
    }
}

impl Drop for Leadership {
    fn drop(&mut self) {
        self.term.end();
        self.renewing.abort();
        if let Some((watchdog, beating)) = self.watchdog.take() {
            watchdog.dismiss();
            beating.abort();
        }
    }
}
