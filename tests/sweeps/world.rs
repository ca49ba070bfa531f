//! An installation whose replicas are started again when they have ended by themselves, as a cluster does with pods.
//! It must not start one that a story has killed.

use stationmaster_testkit::control_plane::Snapshot;
use stationmaster_testkit::installation::{Error, Installation, Operator, OperatorOptions, Options};
use std::convert::Infallible;
use std::time::Duration;

/// Pause between two looks at the replicas: one that cannot begin is not started again and again.
const PAUSE: Duration = Duration::from_secs(1);

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

    /// How often replicas said that they had lost their lease.
    pub fn losses(&self) -> usize {
        let logs = self.replicas.iter().map(|replica| replica.log().unwrap_or_default());
        logs.map(|log| log.matches("leadership is lost").count()).sum()
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
