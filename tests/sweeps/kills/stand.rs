//! Everything that one run needs, made for it alone but for the control plane: replicas, proxy, namespace, cloud, group.
//! It must not leave anything behind that the next run's replicas would serve.

use super::class::{Class, FIRST, Place};
use crate::moment::{Asked, Point};
use crate::stage::{GROUP, LONG_LEASE, Scene};
use crate::world::kept;
use k8s_openapi::api::coordination::v1::Lease;
use serde_json::json;
use stationmaster_api::{GroupLedger, ProtectionGroup, ProtectionProvider, RecoveryOperation};
use stationmaster_simulator::scenario::PASSWORD;
use stationmaster_testkit::installation::{Installation, Operator, OperatorOptions, PROVIDER, Simulator};
use stationmaster_testkit_proxy::history::{self, History};
use stationmaster_testkit_proxy::proxy::{Door, FaultProxy, Met, Moment, Plan, Upstream};
use stationmaster_testkit_proxy::vendors;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::sleep;

/// Virtual seconds for each real one: a job takes about a second.
const SPEED: f64 = 60.0;
const SECOND: &str = "second";
const LEASE: &str = "stationmaster";

/// Who goes on after a kill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The same replica is started again.
    Restart,
    /// Another replica, which runs already.
    Takeover,
}

/// One run.
pub struct Stand {
    proxy: FaultProxy,
    replicas: Arc<BTreeMap<&'static str, Operator>>,
    place: Place,
    scene: Scene,
    /// Closed when the run is over.
    _doors: Vec<Door>,
}

/// What became of a run.
pub struct Run {
    /// Whether the replica was killed.
    pub killed: bool,
    /// Everything that is wrong.
    pub wrong: Vec<String>,
    /// In a few words.
    pub how: String,
}

impl Stand {
    /// Starts the replicas and sets the scene, all of it behind a proxy of its own.
    pub async fn set(installation: &Installation, name: &str, asked: Asked, next: Next) -> Stand {
        let own = installation.own_namespace().await.unwrap();
        if own.find::<Lease>(LEASE).await.unwrap().is_some() {
            own.delete::<Lease>(LEASE).await.unwrap();
        }
        let proxy = FaultProxy::new(Plan::default()).unwrap();
        let straight = installation.operator_kubeconfig().unwrap();
        let (mut doors, mut replicas) = (Vec::new(), BTreeMap::new());
        let wanted = if next == Next::Takeover {
            &[FIRST, SECOND][..]
        } else {
            &[FIRST]
        };
        for &who in wanted {
            let door = proxy
                .open(Upstream::kubernetes_file(&straight, who).unwrap())
                .await
                .unwrap();
            let kubeconfig = installation
                .control_plane()
                .directory()
                .join(format!("{name}-{who}.kubeconfig"));
            door.write_kubeconfig(&kubeconfig).unwrap();
            doors.push(door);
            let mut options = OperatorOptions {
                kubeconfig: Some(kubeconfig),
                ..OperatorOptions::replica(who)
            };
            if next == Next::Restart {
                // Nobody else waits for the lease, and a busy machine must not take it away.
                options.lease_duration_seconds = LONG_LEASE;
            }
            replicas.insert(who, installation.operator(options).await.unwrap());
        }
        let (opened, door) = (&proxy, &mut doors);
        let behind = async |cloud: &Simulator| {
            let upstream = Upstream::provider(&cloud.endpoints().sdrs, None).unwrap();
            let opened = opened.open(upstream).await.unwrap();
            let url = opened.url().to_owned();
            door.push(opened);
            url
        };
        let scene = Scene::set_behind(installation, name, asked.setup().speed(SPEED), behind).await;
        let place = Place {
            namespace: scene.cluster().namespace().to_owned(),
            ledger: scene.ledger.clone(),
        };
        Stand {
            proxy,
            replicas: Arc::new(replicas),
            place,
            scene,
            _doors: doors,
        }
    }

    /// The requests of the operation's window, in their order, when nobody is killed.
    pub async fn reference(self, name: &str, asked: Asked) -> (Vec<Class>, Run) {
        let before = self.proxy.history().records.len();
        let operation = asked.ask(&self.scene).await;
        let place = self.place.clone();
        let proxy = self.proxy.clone();
        let run = self.judge(name, asked, operation, false, false).await;
        let history = proxy.history();
        let classes = history.records[before..]
            .iter()
            .filter_map(|record| Class::of(record, &place));
        (classes.collect(), run)
    }

    /// Asks, and kills the replica that sends the `nth` request of the class.
    pub async fn kill_at(self, name: &str, asked: Asked, next: Next, class: &Class, nth: u64, moment: Moment) -> Run {
        let killed = Arc::new(AtomicBool::new(false));
        let (victims, told) = (Arc::clone(&self.replicas), Arc::clone(&killed));
        let strike = move |met: Met| {
            let (victims, told) = (Arc::clone(&victims), Arc::clone(&told));
            async move {
                // Whom the proxy cannot name leads: nobody else speaks to the provider.
                let who = met.replica.as_deref().unwrap_or(FIRST);
                let _ = victims[who].kill();
                told.store(true, Ordering::Release);
            }
        };
        self.proxy.at(nth, moment, class.matching(&self.place), strike).unwrap();
        let operation = asked.ask(&self.scene).await;
        while !killed.load(Ordering::Acquire) && !self.has_ended(&operation).await {
            sleep(Duration::from_millis(100)).await;
        }
        let killed = killed.load(Ordering::Acquire);
        let mut may_doubt = false;
        if killed {
            // Between record and recorded answer: those who come after cannot know.
            may_doubt = matches!(self.scene.last_call().await.as_deref(), Some("recorded" | "ambiguous"));
            self.go_on(next).await;
        }
        self.judge(name, asked, operation, killed, may_doubt).await
    }

    async fn has_ended(&self, operation: &str) -> bool {
        let seen: Option<RecoveryOperation> = self.scene.cluster().find(operation).await.unwrap();
        seen.is_some_and(|seen| seen.status.is_some_and(|status| status.has_ended()))
    }

    /// The lease of the dead is taken away instead of being waited for: a point then takes seconds. What it guards against is swept by
    /// stories of their own.
    async fn go_on(&self, next: Next) {
        let free = json!({"spec": {"holderIdentity": ""}});
        let _: Lease = self.scene.own.patch(LEASE, &free).await.unwrap();
        if next == Next::Restart {
            self.replicas[FIRST].start().unwrap();
        }
    }

    async fn judge(self, name: &str, asked: Asked, operation: String, killed: bool, may_doubt: bool) -> Run {
        let mut point = Point::of(name.to_owned(), self.scene.clone(), asked, operation);
        point.may_doubt = may_doubt;
        let seen = tokio::select! {
            seen = point.seen() => seen,
            never = kept(self.replicas.values()) => match never {},
        };
        let mut wrong = crate::oracle::violations(&seen);
        let history = self.proxy.history();
        let report = history::check(&vendors::Sdrs, &history, &seen.calls, &[PASSWORD]);
        wrong.extend(report.violations.iter().map(|violation| format!("{violation:?}")));
        if !wrong.is_empty() {
            keep(name, &history);
        }
        self.clear_away().await;
        Run {
            killed,
            wrong,
            how: seen.to_string(),
        }
    }

    /// Replicas end with this value; what they would serve is deleted.
    async fn clear_away(self) {
        for replica in self.replicas.values() {
            let _ = replica.kill();
        }
        let cluster = self.scene.cluster();
        cluster.delete::<ProtectionGroup>(GROUP).await.unwrap();
        cluster.delete::<ProtectionProvider>(PROVIDER).await.unwrap();
        self.scene.own.delete::<GroupLedger>(&self.place.ledger).await.unwrap();
    }
}

/// A history in which something was wrong is kept for whoever looks into it.
fn keep(name: &str, history: &History) {
    let file = std::env::temp_dir().join(format!("stationmaster-sweep-{}.jsonl", name.replace(['/', ' '], "-")));
    match std::fs::write(&file, history.to_text()) {
        Ok(()) => eprintln!("{name}: the history is in {}", file.display()),
        Err(error) => eprintln!("{name}: the history cannot be kept: {error}"),
    }
}
