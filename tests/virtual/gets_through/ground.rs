//! What a row is played on: an API server, a provider, clocks that may go wrong, replicas of the operator, groups.
//! It must not ask for anything by itself, nor judge what happens.

use super::furnish::group;
use super::offset::Offset;
use super::outside::Outside;
use super::trouble::{Server, Trouble};
use crate::stage::NAMESPACE;
use serde_json::json;
use stationmaster::admin::Readiness;
use stationmaster::chance::Chance;
use stationmaster::client;
use stationmaster::clock::Clock;
use stationmaster::leader::{Election, LeadershipProof, Timings};
use stationmaster::metrics::Metrics;
use stationmaster::work::{Parts, lead};
use stationmaster_api::names::INSTALL_NAMESPACE;
use stationmaster_api::{GroupLedger, ProtectionGroup, RecoveryOperation};
use stationmaster_engine::pass::Rules;
use stationmaster_provider_proof::{Entry, Variant, Wire, World};
use stationmaster_testkit_api_server::{ApiServer, Call, Fate, Gate};
use stationmaster_testkit_basics::dice::Dice;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// How long a request to the API server may take, as in production.
const DEADLINE: Duration = Duration::from_secs(30);
/// How long it takes to start a container again.
const RESTART: Duration = Duration::from_secs(1);

/// The rules by which an operator decides.
pub type RulesOf = fn() -> Rules<'static>;

/// What differs from row to row.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Which provider it is.
    pub variant: Variant,
    /// How soon production can be moved there and back, as the provider declares, in seconds.
    pub there_and_back: Option<u64>,
    /// Whether two replicas stand for election. Else there is one, and no election.
    pub elects: bool,
    /// Whether an admission policy lets only commanders file forced orders.
    pub guarded: bool,
    /// How far the operator's clock and the provider's go before the true one, in seconds.
    pub clocks: [i64; 2],
    /// The CA bundle is in a ConfigMap.
    pub ca_bundle: bool,
    /// How many groups there are.
    pub groups: usize,
}

impl Default for Setting {
    fn default() -> Setting {
        Setting {
            variant: Variant::sdrs(),
            there_and_back: Some(60),
            elects: false,
            guarded: false,
            clocks: [0, 0],
            ca_bundle: false,
            groups: 1,
        }
    }
}

/// The ground of one run.
pub struct Ground {
    /// What differs.
    pub setting: Setting,
    /// The API server.
    pub server: ApiServer,
    /// The provider.
    pub wire: Arc<Wire>,
    /// What goes wrong.
    pub trouble: Arc<Trouble>,
    /// The operator's clock.
    pub clock: Offset,
    /// The provider's clock.
    pub provider_clock: Offset,
    rules: RulesOf,
    dice: Arc<Mutex<Dice>>,
    starts: u32,
    stop: watch::Sender<bool>,
    replicas: JoinSet<()>,
}

impl Ground {
    /// The ground, with nobody on it. Call it inside a runtime whose clock stands still.
    pub fn lay(setting: Setting, rules: RulesOf) -> Ground {
        let server = ApiServer::new();
        server.create_namespace(NAMESPACE);
        let trouble = Arc::new(Trouble::default());
        let (clock, provider_clock) = (Offset::default(), Offset::default());
        clock.set(setting.clocks[0]);
        provider_clock.set(setting.clocks[1]);
        let ids: Vec<String> = (0..setting.groups).map(|index| group(index).1).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let (time, ahead) = (server.clone(), provider_clock.clone());
        let now = move || time.now() + ahead.get();
        let mut world = World::new(setting.variant, &ids, now());
        world.job_seconds = 5;
        let wire = Arc::new(Wire::new(Arc::new(Mutex::new(world)), Arc::new(now)));
        let (hook, other) = (Arc::clone(&trouble), server.clone());
        server.on_request(move |call| meets(&hook, &other, call));
        Ground {
            setting,
            wire,
            trouble,
            clock,
            provider_clock,
            rules,
            dice: Arc::new(Mutex::new(Dice::new(1))),
            starts: 0,
            stop: watch::Sender::new(false),
            replicas: JoinSet::new(),
            server,
        }
    }

    /// Starts a replica: the whole controller, after its election where there is one. What ends by itself is started again.
    pub fn start(&mut self, pod: &str) {
        self.starts += 1;
        let replica = format!("{pod}.{}", self.starts);
        let (server, stop) = (self.server.clone(), self.stop.subscribe());
        let (time, ahead) = (self.server.clone(), self.clock.clone());
        let clock = Clock::new(move || time.now() + ahead.get());
        let vendors = Arc::new(Outside {
            wire: Arc::clone(&self.wire),
            trouble: Arc::clone(&self.trouble),
            replica: replica.clone(),
            clocks: [self.provider_clock.clone(), self.clock.clone()],
            there_and_back: self.setting.there_and_back.map(Duration::from_secs),
        });
        let (dice, setting, rules) = (Arc::clone(&self.dice), self.setting, self.rules);
        let user = replica.clone();
        let task = self.replicas.spawn(async move {
            loop {
                let metrics = Metrics::new();
                let client = client::over(server.as_user(&user), INSTALL_NAMESPACE, DEADLINE, &metrics);
                let dice = Arc::clone(&dice);
                let mut parts = Parts {
                    orders_guarded: setting.guarded,
                    rules,
                    client: client.clone(),
                    namespace: INSTALL_NAMESPACE.to_owned(),
                    claims: "claims".to_owned(),
                    identity: user.clone(),
                    concurrency: 64,
                    leadership: LeadershipProof::always(),
                    metrics,
                    readiness: Readiness::new(),
                    clock: clock.clone(),
                    chance: Chance::new(move || dice.lock().unwrap().number().to_be_bytes()),
                    vendors: vendors.clone(),
                    stop: stop.clone(),
                };
                let mut tasks = JoinSet::new();
                let mut leadership = None;
                if setting.elects {
                    let (name, timings) = ("stationmaster".to_owned(), Timings::default());
                    let namespace = INSTALL_NAMESPACE;
                    let election = Election::with_clock(client, namespace, name, user.clone(), timings, clock.clone());
                    let elected = election.without_watchdog().acquire().await;
                    parts.leadership = elected.proof();
                    leadership = Some(elected);
                }
                lead(parts, &mut tasks).await;
                drop((leadership, tasks));
                sleep(RESTART).await;
            }
        });
        self.trouble.runs(&replica, task);
    }

    /// The group as it stands.
    ///
    /// # Panics
    /// When it is gone.
    pub fn group(&self, name: &str) -> ProtectionGroup {
        self.server.get(NAMESPACE, name).expect("nobody deletes the group")
    }

    /// An operation, if it is there.
    pub fn operation(&self, name: &str) -> Option<RecoveryOperation> {
        self.server.get(NAMESPACE, name)
    }

    /// Every call that the provider carried out for an operation.
    pub fn journal(&self) -> Vec<Entry> {
        self.wire.world(|world| world.journal().to_vec())
    }
}

fn meets(trouble: &Trouble, server: &ApiServer, call: &Call) -> Fate {
    match trouble.request(call) {
        Server::Meets(fate) => fate,
        Server::IsOvertaken => {
            let touched = json!({"metadata": {"annotations": {"touched": call.number.to_string()}}});
            let name = call.name.as_deref().unwrap_or_default();
            // The ledger may not exist yet; then nobody is overtaken.
            let _ = server.merge::<GroupLedger>(&call.namespace, name, &touched);
            // Where nothing takes any time, two who overtake each other never come to an end.
            Fate::Hold(Gate::For(Duration::from_millis(20)), Box::new(Fate::Pass))
        }
    }
}
