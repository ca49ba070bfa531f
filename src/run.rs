//! Puts the operator together: client, election, caches, controllers, and a graceful end.
//! It must not hold logic of its own.

use crate::cli::RunArgs;
use crate::controllers::{Context, Stores, Wakes, group, orphans, provider, sweep};
use crate::leader::{Election, Leadership, LeadershipProof, Timings};
use crate::metrics::Metrics;
use crate::{admin, client, events, watch};
use anyhow::Context as _;
use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use futures::{Stream, StreamExt};
use kube::core::DeserializeGuard;
use kube::runtime::watcher::{self, Event};
use kube::runtime::{WatchStreamExt, reflector};
use kube::{Api, Client, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use stationmaster_api::{GroupLedger, OperationDecision, ProtectionGroup, ProtectionProvider, RecoveryOperation};
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::watch as signal;

/// How the operator ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It was asked to.
    Asked,
    /// It lost its lease: the process must go, and whoever started it starts it again.
    LeadershipLost,
}

/// Runs until it is asked to stop or loses its lease.
///
/// # Errors
/// When it cannot begin: no API server, no port.
pub async fn run(args: RunArgs) -> anyhow::Result<End> {
    let metrics = Metrics::new();
    let readiness = admin::Readiness::new();
    admin::serve(&args.admin, Arc::clone(&metrics), readiness.clone()).await?;
    let clients = client::connect(&metrics).await.context("the API server cannot be reached")?;
    let stop = stop_signal();

    let leadership = match args.leader_elect {
        false => None,
        true => {
            let timings = Timings::from_lease_duration(Duration::from_secs(args.lease_duration_seconds));
            let election = Election::new(clients.lease.clone(), &args.namespace, &args.lease_name, &args.identity, timings);
            readiness.set_standby();
            tracing::info!(lease = args.lease_name, identity = args.identity, "waiting for the lease");
            tokio::select! {
                leadership = election.acquire() => Some(leadership),
                () = stopped(stop.clone()) => return Ok(End::Asked),
            }
        }
    };
    metrics.leader(&args.lease_name, true);
    readiness.set_leader();
    let proof = leadership.as_ref().map_or_else(LeadershipProof::always, Leadership::proof);
    let end = lead(&args, clients.api.clone(), proof, &leadership, &metrics, &readiness, stop).await;
    metrics.leader(&args.lease_name, false);
    if let (End::Asked, Some(leadership)) = (end, leadership) {
        leadership.release().await;
    }
    Ok(end)
}

async fn lead(
    args: &RunArgs,
    client: Client,
    proof: LeadershipProof,
    leadership: &Option<Leadership>,
    metrics: &Arc<Metrics>,
    readiness: &admin::Readiness,
    stop: signal::Receiver<bool>,
) -> End {
    let feeds = Feeds::start(&client, &args.namespace, metrics);
    let (wakes, woken) = Wakes::new();
    let context = Arc::new(Context {
        client: client.clone(),
        namespace: args.namespace.clone(),
        instance: format!("{}/{}", args.identity, hex::encode(rand::random::<[u8; 4]>())),
        stores: feeds.stores,
        connections: Default::default(),
        leadership: proof,
        metrics: Arc::clone(metrics),
        events: events::Events::new(client, &args.identity, Arc::clone(metrics)),
        wakes,
        unwritten: Default::default(),
    });
    tokio::spawn(wake_by_operations(Arc::clone(&context), feeds.operations));
    tokio::spawn(wake_by_decisions(Arc::clone(&context), feeds.decisions));
    tokio::spawn(wake_by_ledgers(Arc::clone(&context), feeds.ledgers));
    let sweeping = Arc::clone(&context);
    tokio::spawn(async move { sweep::run(&sweeping).await });
    let ready = Arc::clone(&context);
    let readiness = readiness.clone();
    tokio::spawn(async move {
        synced(&ready).await;
        readiness.set_synced();
        tracing::info!("caches are filled");
    });

    let providers = provider::run(Arc::clone(&context), wake_by_providers(&context, feeds.providers), stopped(stop.clone()));
    let groups = group::run(Arc::clone(&context), feeds.groups, woken, args.concurrency, stopped(stop.clone()));
    let lost = async {
        match leadership {
            Some(leadership) => leadership.lost().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = async { tokio::join!(providers, groups) } => End::Asked,
        () = lost => End::LeadershipLost,
    }
}

/// The caches and what touches them.
struct Feeds {
    stores: Stores,
    groups: Touched<ProtectionGroup>,
    providers: Touched<ProtectionProvider>,
    operations: Touched<RecoveryOperation>,
    decisions: Touched<OperationDecision>,
    ledgers: Touched<GroupLedger>,
}

type Touched<K> = UnboundedReceiver<Result<K, watcher::Error>>;

impl Feeds {
    fn start(client: &Client, namespace: &str, metrics: &Arc<Metrics>) -> Feeds {
        let (groups, groups_store, a) = feed::<ProtectionGroup>(Api::all(client.clone()), "protectiongroups", metrics);
        let (providers, providers_store, b) = feed::<ProtectionProvider>(Api::all(client.clone()), "protectionproviders", metrics);
        let (operations, operations_store, c) = feed::<RecoveryOperation>(Api::all(client.clone()), "recoveryoperations", metrics);
        let (decisions, decisions_store, d) = feed::<OperationDecision>(Api::all(client.clone()), "operationdecisions", metrics);
        let (ledgers, ledgers_store, e) = feed::<GroupLedger>(Api::namespaced(client.clone(), namespace), "groupledgers", metrics);
        Feeds {
            stores: Stores {
                groups: groups_store,
                providers: providers_store,
                operations: operations_store,
                decisions: decisions_store,
                ledgers: ledgers_store,
                filled: Arc::new([a, b, c, d, e]),
            },
            groups,
            providers,
            operations,
            decisions,
            ledgers,
        }
    }
}

/// Fills a cache for as long as the process lives, and tells of each object that was touched.
fn feed<K>(
    api: Api<DeserializeGuard<K>>,
    kind: &'static str,
    metrics: &Arc<Metrics>,
) -> (Touched<K>, reflector::Store<K>, Arc<AtomicBool>)
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    let (store, writer) = reflector::store();
    let filled = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&filled);
    let (sender, receiver) = unbounded();
    let raw = watch::events(api, kind, Arc::clone(metrics)).map(|event| Ok(watch::slim(event)));
    let seen = reflector(writer, raw).inspect(move |event| {
        if let Ok(Event::InitDone) = event {
            flag.store(true, Ordering::Release);
        }
    });
    tokio::spawn(async move {
        let mut touched = std::pin::pin!(seen.touched_objects());
        while let Some(object) = touched.next().await {
            if sender.unbounded_send(object).is_err() {
                // Nobody listens any more: the process is ending.
                return;
            }
        }
    });
    (receiver, store, filled)
}

async fn synced(context: &Context) {
    while !context.stores.synced() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn wake_by_providers(
    context: &Arc<Context>,
    touched: Touched<ProtectionProvider>,
) -> impl Stream<Item = Result<ProtectionProvider, watcher::Error>> + Send + 'static {
    let context = Arc::clone(context);
    touched.inspect(move |object| {
        let Ok(object) = object else { return };
        let known = context.stores.providers.get(&reflector::ObjectRef::from_obj(object));
        if known.is_some() {
            return;
        }
        // It is gone: its groups have to say so.
        for group in context.stores.groups.state() {
            if group.namespace() == object.namespace() && group.spec.provider_ref.name == object.name_any() {
                context.wakes.group(&group.namespace().unwrap_or_default(), &group.name_any());
            }
        }
    })
}

async fn wake_by_operations(context: Arc<Context>, mut touched: Touched<RecoveryOperation>) {
    synced(&context).await;
    while let Some(Ok(object)) = touched.next().await {
        let namespace = object.namespace().unwrap_or_default();
        let group = &object.spec.group_ref.name;
        if context.stores.groups.get(&reflector::ObjectRef::new(group).within(&namespace)).is_some() {
            context.wakes.group(&namespace, group);
        } else if let Err(error) = orphans::operation(&context, &object).await {
            let error = crate::telemetry::error_chain(&error);
            tracing::warn!(operation = object.name_any(), error, "an operation without a group could not be told so");
        }
    }
}

async fn wake_by_decisions(context: Arc<Context>, mut touched: Touched<OperationDecision>) {
    synced(&context).await;
    while let Some(Ok(object)) = touched.next().await {
        let namespace = object.namespace().unwrap_or_default();
        let operation = reflector::ObjectRef::new(&object.spec.operation_ref.name).within(&namespace);
        if let Some(operation) = context.stores.operations.get(&operation) {
            context.wakes.group(&namespace, &operation.spec.group_ref.name);
        } else if let Err(error) = orphans::decision(&context, &object).await {
            let error = crate::telemetry::error_chain(&error);
            tracing::warn!(decision = object.name_any(), error, "a decision without an operation could not be told so");
        }
    }
}

async fn wake_by_ledgers(context: Arc<Context>, mut touched: Touched<GroupLedger>) {
    synced(&context).await;
    while let Some(Ok(object)) = touched.next().await {
        let holder = &object.spec.group_ref;
        context.wakes.group(&holder.namespace, &holder.name);
    }
}

/// Turns true on SIGTERM or SIGINT.
fn stop_signal() -> signal::Receiver<bool> {
    let (sender, receiver) = signal::channel(false);
    tokio::spawn(async move {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = match signal(SignalKind::terminate()) {
            Ok(stream) => stream,
            Err(error) => {
                tracing::error!(error = crate::telemetry::error_chain(&error), "SIGTERM cannot be heard");
                return;
            }
        };
        tokio::select! {
            _ = terminate.recv() => tracing::info!("SIGTERM: running passes are finished, nothing new is begun"),
            _ = tokio::signal::ctrl_c() => tracing::info!("interrupted: running passes are finished, nothing new is begun"),
        }
        let _ = sender.send(true);
        sender.closed().await;
    });
    receiver
}

async fn stopped(mut stop: signal::Receiver<bool>) {
    // A sender that is gone can never ask; then only the process's end stops it.
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}
