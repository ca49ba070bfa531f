//! An installation whose replicas are started again when they have ended by themselves, as a cluster does with pods.
//! It must not start one that a story has killed.

use crate::stage::within;
use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::Lease;
use stationmaster_testkit::control_plane::Snapshot;
use stationmaster_testkit::installation::{Cluster, Error, Installation, Operator, OperatorOptions, Options};
use std::convert::Infallible;
use std::time::Duration;

/// Pause between two looks at the replicas: one that cannot begin is not started again and again.
const PAUSE: Duration = Duration::from_secs(1);
/// How long is waited for what must come, on a machine that is busy with other things.
pub const BOUND: Duration = Duration::from_secs(300);

/// The name of the lease.
pub const LEASE: &str = "stationmaster";
/// Who takes it away from replicas in a story.
pub const THIEF: &str = "thief";

/// A control plane of its own, with replicas.
#[derive(Debug)]
pub struct World {
    /// The installation.
    pub installation: Installation,
    /// Its replicas, the first of which leads at first.
    pub replicas: Vec<Operator>,
}

impl World {
    /// With these replicas, each ready before the next is started.
    pub async fn with(replicas: impl IntoIterator<Item = OperatorOptions>) -> World {
        let installation = Installation::start(Options::default()).await.unwrap();
        let mut started = Vec::new();
        for options in replicas {
            started.push(installation.operator(options).await.unwrap());
        }
        World {
            installation,
            replicas: started,
        }
    }

    /// With two replicas that elect a leader.
    pub async fn of_two() -> World {
        World::with(["first", "second"].map(OperatorOptions::replica)).await
    }

    /// Does something while replicas that end are started again.
    pub async fn while_replicas_are_kept<T>(&self, doing: impl Future<Output = T>) -> T {
        tokio::select! {
            never = kept(self.replicas.iter()) => match never {},
            done = doing => done,
        }
    }

    /// Puts etcd back to a snapshot, under whoever runs.
    pub async fn put_back(&self, snapshot: &Snapshot) {
        self.installation
            .control_plane()
            .restore_snapshot(snapshot)
            .await
            .unwrap();
    }

    /// How often replicas said that they had lost their lease or could not prove it, or were ended by their watchdog because of that.
    pub fn losses(&self) -> usize {
        let logs = self.replicas.iter().map(|replica| replica.log().unwrap_or_default());
        let words = ["leadership is lost", "leadership is not proven", "leadership ran out"];
        let told = |log: &String| words.iter().map(|said| log.matches(said).count()).sum::<usize>();
        logs.map(|log| told(&log)).sum()
    }

    /// Waits until a replica renews its lease: what is done to nobody is noticed by nobody.
    pub async fn somebody_leads(&self) {
        let own = self.installation.own_namespace().await.unwrap();
        let before = self.renewed(&own).await;
        within(BOUND, "a replica renews the lease", async || {
            let now = self.renewed(&own).await;
            now.is_some() && now != before
        })
        .await;
    }

    /// When a replica renewed the lease; none when somebody else holds it, or nobody.
    async fn renewed(&self, own: &Cluster) -> Option<Timestamp> {
        let spec = own.find::<Lease>(LEASE).await.ok().flatten()?.spec?;
        let holder = spec.holder_identity.unwrap_or_default();
        let renewed = spec.renew_time.map(|time| time.0);
        renewed.filter(|_| !holder.is_empty() && holder != THIEF)
    }
}

/// Replicas that end by themselves are started again, as a cluster does with pods: on a busy machine a lease is lost now and then.
pub async fn kept<'a>(replicas: impl Iterator<Item = &'a Operator> + Clone) -> Infallible {
    loop {
        for replica in replicas.clone() {
            if let Err(Error::Ended { .. }) = replica.check() {
                replica.start().unwrap();
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}
