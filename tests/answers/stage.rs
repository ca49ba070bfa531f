//! An API server in this process, the whole controller on it, and a provider that can be made to hang.
//! It must not judge what is written.

use async_trait::async_trait;
use k8s_openapi::api::events::v1::Event;
use serde_json::{Value, json};
use stationmaster::admin::Readiness;
use stationmaster::chance::Chance;
use stationmaster::client;
use stationmaster::clock::Clock;
use stationmaster::leader::LeadershipProof;
use stationmaster::metrics::Metrics;
use stationmaster::observe::NotReady;
use stationmaster::vendors::{Inputs, Vendors};
use stationmaster::work::{Parts, lead};
use stationmaster_api::names::INSTALL_NAMESPACE;
use stationmaster_api::{ProtectionGroup, ProtectionProvider, RecoveryOperation};
use stationmaster_engine::{JobReport, Observation, Obstacle, OperationType, Plan, Station, text};
use stationmaster_provider::{CallRequest, ConnectionFacts, Fault, LostCall, PreparedCall, Provider, Scope};
use stationmaster_provider_proof::{ProofProvider, Variant, Wire, World};
use stationmaster_testkit_api_server::ApiServer;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

/// The provider's object.
pub const OBJECT: &str = "40df180b-9fe2-471a-8c64-1b758dc84189";

/// The stage.
pub struct Stage {
    /// The API server.
    pub server: ApiServer,
    /// Whether the provider hangs.
    pub hangs: Arc<AtomicBool>,
    wire: Arc<Wire>,
    tasks: JoinSet<()>,
}

/// The version of our kinds.
pub const OURS: &str = "stationmaster.dev/v1alpha1";

impl Stage {
    /// Furnished with a namespace, a Secret, a connection and the group `db`, and without an operator.
    pub fn furnished() -> Stage {
        let stage = Stage::empty();
        stage.make(
            "Secret",
            "v1",
            "otc-credentials",
            json!({ "data": { "username": "cw==", "password": "cA==" } }),
        );
        let sdrs = json!({ "endpoint": "https://proof.invalid", "iamEndpoint": "https://proof.invalid", "region": "eu-de",
            "projectName": "eu-de_dr", "authMethod": "Password", "domainName": "proof" });
        let spec = json!({ "sdrs": sdrs, "credentialsSecretRef": { "name": "otc-credentials" } });
        stage.make("ProtectionProvider", OURS, "otc", json!({ "spec": spec }));
        stage.group("db");
        stage
    }

    fn empty() -> Stage {
        let server = ApiServer::new();
        server.create_namespace("shop");
        let mut world = World::new(Variant::sdrs(), &[OBJECT], server.now());
        world.job_seconds = 5;
        let time = server.clone();
        Stage {
            wire: Arc::new(Wire::new(Arc::new(Mutex::new(world)), Arc::new(move || time.now()))),
            server,
            hangs: Arc::default(),
            tasks: JoinSet::new(),
        }
    }

    /// Starts an operator.
    pub fn start(&mut self) {
        let metrics = Metrics::new();
        let time = self.server.clone();
        let client = client::over(
            self.server.as_user("operator"),
            INSTALL_NAMESPACE,
            Duration::from_secs(30),
            &metrics,
        );
        let mut number = 0_u64;
        let numbers = Mutex::new(move || {
            number += 1;
            number.to_be_bytes()
        });
        let parts = Parts {
            client,
            namespace: INSTALL_NAMESPACE.to_owned(),
            claims: "claims".to_owned(),
            identity: "operator".to_owned(),
            concurrency: 8,
            leadership: LeadershipProof::always(),
            metrics,
            readiness: Readiness::new(),
            clock: Clock::new(move || time.now()),
            chance: Chance::new(move || (numbers.lock().unwrap())()),
            vendors: Arc::new(Proof {
                wire: Arc::clone(&self.wire),
                hangs: Arc::clone(&self.hangs),
            }),
            orders_guarded: false,
            rules: stationmaster_engine::pass::Rules::shipped,
            // Its sender is gone: it is never asked to stop.
            stop: tokio::sync::watch::channel(false).1,
        };
        self.tasks.spawn(async move {
            let mut tasks = JoinSet::new();
            lead(parts, &mut tasks).await;
        });
    }

    /// Makes an object of the namespace `shop`.
    pub fn make(&self, kind: &str, version: &str, name: &str, rest: Value) {
        let mut object = rest;
        object["apiVersion"] = json!(version);
        object["kind"] = json!(kind);
        object["metadata"] = json!({ "name": name, "namespace": "shop" });
        self.server
            .create_json(&object)
            .unwrap_or_else(|refusal| panic!("{object}: {refusal:?}"));
    }

    /// Makes a group of the provider's object.
    pub fn group(&self, name: &str) {
        let spec = json!({ "providerRef": { "name": "otc" }, "sdrs": { "serverGroupID": OBJECT } });
        self.make("ProtectionGroup", OURS, name, json!({ "spec": spec }));
    }

    /// The uid of a group.
    pub fn uid(&self, group: &str) -> String {
        self.get::<ProtectionGroup>(group).metadata.uid.unwrap()
    }

    /// The present token of a group.
    pub fn token(&self, group: &str) -> Option<String> {
        self.get::<ProtectionGroup>(group).status?.priority_token
    }

    /// Files a forced failover of a group with a uid; `more` is laid over its spec.
    pub fn file(&self, name: &str, group: (&str, &str), more: Value) {
        let mut spec = json!({
            "groupRef": { "name": group.0, "uid": group.1 }, "type": "Failover", "targetStation": "target",
            "priorityToken": self.token_or_any(group.0), "notAfter": "2026-01-01T00:30:00Z",
            "dataLoss": { "acceptUnknown": true }, "reason": "AZ 1 without power",
        });
        for (field, value) in more.as_object().unwrap() {
            spec[field] = value.clone();
        }
        self.make("RecoveryOperation", OURS, name, json!({ "spec": spec }));
    }

    fn token_or_any(&self, group: &str) -> String {
        let known: Option<ProtectionGroup> = self.server.get("shop", group);
        let token = known.and_then(|group| group.status?.priority_token);
        token.unwrap_or_else(|| "k7m2-9xqd".to_owned())
    }

    /// An object.
    pub fn get<K: kube::Resource<DynamicType = ()> + serde::de::DeserializeOwned>(&self, name: &str) -> K {
        self.server.get("shop", name).unwrap()
    }

    /// The status of an operation, as it is stored: state, reason, message.
    pub fn told(&self, operation: &str) -> (String, String, String) {
        let raw = self.server.get_json::<RecoveryOperation>("shop", operation).unwrap();
        let word = |field: &str| raw["status"][field].as_str().unwrap_or_default().to_owned();
        let message = word("message");
        assert_eq!(text::flaw(&message), None, "{message:?}");
        (word("state"), word("reason"), message)
    }

    /// The reasons of the events about an object.
    pub fn events(&self, about: &str) -> Vec<String> {
        let all: Vec<Event> = self.server.list("shop");
        let ours = all.into_iter().filter(|event| {
            let regarding = event.regarding.as_ref().and_then(|object| object.name.as_deref());
            regarding == Some(about)
        });
        ours.filter_map(|event| {
            let note = event.note.unwrap_or_default();
            assert_eq!(text::flaw(&note), None, "{note:?}");
            event.reason
        })
        .collect()
    }

    /// Waits until `what` holds; virtual time costs nothing.
    pub async fn until(&self, what: &str, holds: impl Fn(&Stage) -> bool) {
        let begun = Instant::now();
        while !holds(self) {
            assert!(
                begun.elapsed() < Duration::from_secs(3600),
                "it never came to this: {what}"
            );
            sleep(Duration::from_millis(100)).await;
        }
    }
}

struct Proof {
    wire: Arc<Wire>,
    hangs: Arc<AtomicBool>,
}

impl Vendors for Proof {
    fn client(
        &self,
        _: &ProtectionProvider,
        _: &Inputs,
        _: &Clock,
        _: &Arc<Metrics>,
    ) -> Result<Arc<dyn Provider>, NotReady> {
        Ok(Arc::new(Slow {
            inner: ProofProvider::new(Arc::clone(&self.wire), "operator"),
            hangs: Arc::clone(&self.hangs),
        }))
    }
}

/// The proof provider, which can be made to answer nothing.
struct Slow {
    inner: ProofProvider,
    hangs: Arc<AtomicBool>,
}

impl Slow {
    async fn answers(&self) {
        while self.hangs.load(Ordering::SeqCst) {
            sleep(Duration::from_secs(1)).await;
        }
    }
}

#[async_trait]
impl Provider for Slow {
    fn kind(&self) -> &'static str {
        "sdrs"
    }

    fn endpoint(&self) -> String {
        self.inner.endpoint()
    }

    async fn identity(&self) -> Result<Scope, Fault> {
        self.answers().await;
        self.inner.identity().await
    }

    fn plan(&self, operation: OperationType, target: Station, seen: &Observation) -> Option<Plan> {
        self.inner.plan(operation, target, seen)
    }

    fn capabilities(&self) -> Vec<String> {
        self.inner.capabilities()
    }

    fn obstacles(&self) -> &'static [Obstacle] {
        self.inner.obstacles()
    }

    async fn connect(&self) -> Result<ConnectionFacts, Fault> {
        self.answers().await;
        self.inner.connect().await
    }

    async fn list(&self) -> Result<BTreeMap<String, Observation>, Fault> {
        self.answers().await;
        self.inner.list().await
    }

    async fn observe(&self, object: &str) -> Result<Observation, Fault> {
        self.answers().await;
        self.inner.observe(object).await
    }

    async fn prepare(&self, call: &CallRequest) -> Result<Box<dyn PreparedCall>, Fault> {
        self.inner.prepare(call).await
    }

    async fn poll(&self, action: &str, operation: OperationType, job: &str) -> Result<JobReport, Fault> {
        self.inner.poll(action, operation, job).await
    }

    async fn find(&self, lost: &LostCall) -> Result<Option<JobReport>, Fault> {
        self.inner.find(lost).await
    }
}
