//! Puts the operator together: client, election, the work of a leader, and a graceful end.
//! It must not hold logic of its own.

use crate::chance::Chance;
use crate::cli::RunArgs;
use crate::clock::Clock;
use crate::controllers::provider;
use crate::leader::{Election, Leadership, LeadershipProof};
use crate::metrics::Metrics;
use crate::vendors::Served;
use crate::work::{self, End, Parts, stopped};
use crate::{admin, client};
use anyhow::Context as _;
use stationmaster_transport::Reach;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch as signal;
use tokio::task::JoinSet;

/// After how long a process that was asked to stop gives its lease back although a call is still under way: nothing new can be begun here, the
/// others' groups need somebody, and the answer is written by this process all the same. Sooner than pods are usually killed.
const HAND_OVER: Duration = Duration::from_secs(20);

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
    let reach = Reach::new(
        args.allow_endpoint_networks.clone(),
        client::own_addresses(&clients.server).await,
    );
    let stop = stop_signal();

    let leadership = match args.leader_elect {
        false => None,
        true => {
            let timings = args.timings()?;
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
    let parts = Parts {
        client: clients.api.clone(),
        namespace: args.namespace.clone(),
        claims: args.claims_config_map.clone(),
        identity: args.identity.clone(),
        concurrency: args.concurrency,
        leadership: proof,
        metrics: Arc::clone(&metrics),
        readiness,
        clock: Clock::system(),
        chance: Chance::system(),
        vendors: Arc::new(Served::new(reach)),
        orders_guarded: args.forced_orders_guarded,
        rules: stationmaster_engine::pass::Rules::shipped,
        stop: stop.clone(),
    };
    let mut tasks = JoinSet::new();
    let mut work = pin!(work::lead(parts, &mut tasks));
    let handed_over = async {
        stopped(stop).await;
        tokio::time::sleep(HAND_OVER).await;
    };
    let end = tokio::select! {
        end = &mut work => Some(end),
        () = handed_over => None,
    };
    metrics.leader(&args.lease_name, false);
    if let Some(End::LeadershipLost) = end {
        return Ok(End::LeadershipLost);
    }
    if let Some(leadership) = leadership {
        leadership.release().await;
    }
    if end.is_none() {
        tracing::info!("a call is still under way: its answer is waited for, while another replica may lead");
        work.await;
    }
    Ok(End::Asked)
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
            _ = terminate.recv() => tracing::info!("SIGTERM: calls under way are finished, nothing new is begun"),
            _ = tokio::signal::ctrl_c() => tracing::info!("interrupted: calls under way are finished, nothing new is begun"),
        }
        let _ = sender.send(true);
        sender.closed().await;
    });
    receiver
}
