//! What one run is played on: an API server, a provider behind a wire, one clock, one source of randomness, replicas of the operator.
//! It must not ask for anything by itself, nor judge what happens.

use crate::case::{Case, Fault};
use crate::door::Door;
use crate::faults::{Faults, News};
use crate::vendors::Proof;
use crate::wrong::Wrong;
use serde_json::json;
use stationmaster::admin::Readiness;
use stationmaster::chance::Chance;
use stationmaster::client;
use stationmaster::clock::Clock;
use stationmaster::leader::{Election, LeadershipProof, Timings};
use stationmaster::metrics::Metrics;
use stationmaster::work::{Parts, lead};
use stationmaster_api::names::INSTALL_NAMESPACE;
use stationmaster_api::{ProtectionGroup, RecoveryOperation};
use stationmaster_engine::pass::Rules;
use stationmaster_provider_proof::{Wire, World};
use stationmaster_testkit_api_server::{ApiServer, Flaw};
use stationmaster_testkit_basics::dice::Dice;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

/// Where people work.
pub const NAMESPACE: &str = "shop";
/// The group.
pub const GROUP: &str = "orders-db";
/// Its object at the provider.
pub const OBJECT: &str = "40df180b-9fe2-471a-8c64-1b758dc84189";
/// The connection.
const PROVIDER: &str = "otc";
/// How long a request to the API server may take, as in production.
const DEADLINE: Duration = Duration::from_secs(30);

/// The stage of one run.
pub struct Stage {
    /// The case.
    pub case: Case,
    /// The API server.
    pub server: ApiServer,
    /// The provider.
    pub wire: Arc<Wire>,
    /// What goes wrong.
    pub faults: Arc<Faults>,
    /// What replicas have died, and which are wanted.
    pub news: mpsc::UnboundedReceiver<News>,
    clock: Clock,
    dice: Arc<Mutex<Dice>>,
    starts: AtomicU32,
    stop: watch::Sender<bool>,
    replicas: JoinSet<()>,
}

impl Stage {
    /// An empty stage at the beginning of time. Call it inside a runtime whose clock stands still.
    pub fn set(case: Case) -> Stage {
        let mut server = ApiServer::new();
        if case.wrong == Wrong::TakesStaleWrites {
            server = server.with_flaw(Flaw::TakesStaleWrites);
        }
        server.create_namespace(NAMESPACE);
        let (faults, news) = Faults::of(case, &server);
        let mut world = World::new(case.variant, &[OBJECT], server.now());
        // Long enough that a job is seen running, short enough that it is not asked about for ever.
        world.job_seconds = 5;
        let time = server.clone();
        let hook = Arc::clone(&faults);
        let wire = Wire::new(Arc::new(Mutex::new(world)), Arc::new(move || time.now()))
            .with_hook(Arc::new(move |exchange| hook.exchange(exchange)));
        let wire = Arc::new(wire);
        faults.knows(&wire);
        let hook = Arc::clone(&faults);
        server.on_request(move |call| hook.request(call));
        let hook = Arc::clone(&faults);
        server.on_event(move |delivery| hook.event(delivery));
        let time = server.clone();
        Stage {
            case,
            wire,
            faults,
            news,
            clock: Clock::new(move || time.now()),
            dice: Arc::new(Mutex::new(Dice::new(case.seed))),
            starts: AtomicU32::new(0),
            stop: watch::Sender::new(false),
            replicas: JoinSet::new(),
            server,
        }
    }

    /// What people make first: a Secret, a connection, a group without an intent.
    pub fn furnish(&self) {
        let metadata = |name: &str| json!({"name": name, "namespace": NAMESPACE});
        let objects = [
            json!({
                "apiVersion": "v1", "kind": "Secret", "metadata": metadata("otc-credentials"),
                "data": {"username": "cw==", "password": "cA=="},
            }),
            json!({
                "apiVersion": "stationmaster.dev/v1alpha1", "kind": "ProtectionProvider", "metadata": metadata(PROVIDER),
                "spec": {
                    "sdrs": {"endpoint": "https://proof.invalid", "iamEndpoint": "https://proof.invalid", "region": "eu-de",
                        "projectName": "eu-de_dr", "authMethod": "Password", "domainName": "proof"},
                    "credentialsSecretRef": {"name": "otc-credentials"},
                },
            }),
            json!({
                "apiVersion": "stationmaster.dev/v1alpha1", "kind": "ProtectionGroup", "metadata": metadata(GROUP),
                "spec": {"providerRef": {"name": PROVIDER}, "sdrs": {"serverGroupID": OBJECT}},
            }),
        ];
        for object in &objects {
            self.server
                .create_json(object)
                .unwrap_or_else(|refusal| panic!("{object}: {refusal:?}"));
        }
    }

    /// Starts a replica: the whole controller after its election, or with it where the case is about that.
    pub fn start(&mut self, pod: &str) {
        let start = self.starts.fetch_add(1, Ordering::SeqCst) + 1;
        let replica = format!("{pod}.{start}");
        let metrics = Metrics::new();
        let door = Door::new(self.server.as_user(&replica), &replica, &self.faults, self.case.wrong);
        let client = client::over(door, INSTALL_NAMESPACE, DEADLINE, &metrics);
        let dice = Arc::clone(&self.dice);
        let mut parts = Parts {
            orders_guarded: false,
            rules: Rules::shipped,
            client: client.clone(),
            namespace: INSTALL_NAMESPACE.to_owned(),
            claims: "claims".to_owned(),
            identity: replica.clone(),
            concurrency: 64,
            leadership: LeadershipProof::always(),
            metrics,
            readiness: Readiness::new(),
            clock: self.clock.clone(),
            chance: Chance::new(move || dice.lock().unwrap().number().to_be_bytes()),
            vendors: Arc::new(Proof {
                wire: Arc::clone(&self.wire),
                replica: replica.clone(),
                wrong: self.case.wrong,
            }),
            stop: self.stop.subscribe(),
        };
        let elects = self.case.fault == Fault::Election;
        let (clock, identity) = (self.clock.clone(), replica.clone());
        let task = self.replicas.spawn(async move {
            let mut tasks = JoinSet::new();
            let mut leadership = None;
            if elects {
                let (name, timings) = ("stationmaster".to_owned(), Timings::default());
                let election = Election::with_clock(client, INSTALL_NAMESPACE, name, identity, timings, clock);
                let elected = election.without_watchdog().acquire().await;
                parts.leadership = elected.proof();
                leadership = Some(elected);
            }
            lead(parts, &mut tasks).await;
            drop(leadership);
        });
        self.faults.runs(&replica, task);
    }

    /// A replica that has ended although nobody killed it, in words.
    pub fn ended(&mut self) -> Option<String> {
        match self.replicas.try_join_next()? {
            Ok(()) => Some("a replica has ended by itself".to_owned()),
            Err(error) if error.is_panic() => Some(format!("a replica panicked: {error}")),
            Err(_) => None,
        }
    }

    /// The time.
    pub fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    /// The group as it stands.
    ///
    /// # Panics
    /// When it is gone.
    pub fn group(&self) -> ProtectionGroup {
        self.server.get(NAMESPACE, GROUP).expect("nobody deletes the group")
    }

    /// All operations, those of people and the operator's own.
    pub fn operations(&self) -> Vec<RecoveryOperation> {
        self.server.list(NAMESPACE)
    }
}
