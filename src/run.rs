//! Puts the operator together: client, election, caches, controllers, and a graceful end.
//! It must not hold logic of its own.

use crate::cli::RunArgs;
use crate::controllers::feeds::Feeds;
use crate::controllers::{Context, Wakes, group, provider, sweep, wakers};
use crate::leader::{Election, Leadership, LeadershipProof, Timings};
use crate::metrics::Metrics;
use crate::{admin, client, events};
use anyhow::Context as _;
use kube::Client;
use std::sync::Arc;
use std::sync::atomic::Ordering;
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
    let clients = client::connect(&metrics)
        .await
        .context("the API server cannot be reached")?;
    let stop = stop_signal();

    let leadership = match args.leader_elect {
        false => None,
        true => {
            let timings = Timings::from_lease_duration(Duration::from_secs(args.lease_duration_seconds));
            let election = Election::new(
                clients.lease.clone(),
                &args.namespace,
                &args.lease_name,
                &args.identity,
                timings,
            );
            readiness.set_standby();
            tracing::info!(
                lease = args.lease_name,
                identity = args.identity,
                "waiting for the lease"
            );
            tokio::select! {
                leadership = election.acquire() => Some(leadership),
                () = stopped(stop.clone()) => return Ok(End::Asked),
            }
        }
    };
    metrics.leader(&args.lease_name, true);
    metrics.expect_controller("protectiongroup", args.concurrency);
    metrics.expect_controller("protectionprovider", provider::CONCURRENCY);
    readiness.set_leader();
    let proof = leadership
        .as_ref()
        .map_or_else(LeadershipProof::always, Leadership::proof);
    let end = lead(
        &args,
        clients.api.clone(),
        proof,
        &leadership,
        &metrics,
        &readiness,
        stop,
    )
    .await;
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
        stopping: Default::default(),
        unwritten: Default::default(),
    });
    tokio::spawn(wakers::by_operations(Arc::clone(&context), feeds.operations));
    tokio::spawn(wakers::by_decisions(Arc::clone(&context), feeds.decisions));
    tokio::spawn(wakers::by_ledgers(Arc::clone(&context), feeds.ledgers));
    let sweeping = Arc::clone(&context);
    tokio::spawn(async move { sweep::run(&sweeping).await });
    let (asked, ending) = (stopped(stop.clone()), readiness.clone());
    let stopping = Arc::clone(&context.stopping);
    tokio::spawn(async move {
        asked.await;
        stopping.store(true, Ordering::Release);
        ending.set_ending();
    });
    // Nothing is said of any group before everything that could speak against it is known.
    tokio::select! {
        () = wakers::synced(&context) => {}
        () = stopped(stop.clone()) => return End::Asked,
    }
    readiness.set_synced();
    tracing::info!("caches are filled");

    let providers = provider::run(
        Arc::clone(&context),
        wakers::by_providers(&context, feeds.providers),
        stopped(stop.clone()),
    );
    let groups = group::run(
        Arc::clone(&context),
        wakers::forgetting(&context, feeds.groups),
        woken,
        args.concurrency,
        stopped(stop.clone()),
    );
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
