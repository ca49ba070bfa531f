//! What a leader does: fills the caches, starts the controllers, and ends when it is asked to or has lost its lease.
//! It must not know signals, servers or the election; nor start a task that is not in the caller's set.

use crate::admin::Readiness;
use crate::chance::Chance;
use crate::clock::Clock;
use crate::controllers::feeds::Feeds;
use crate::controllers::{Answers, Context, Wakes, answers, group, provider, sweep, wakers};
use crate::controllers::{ClaimList, claims};
use crate::events::Events;
use crate::leader::LeadershipProof;
use crate::metrics::Metrics;
use crate::places::Places;
use crate::vendors::Vendors;
use kube::Client;
use stationmaster_engine::pass::Rules;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch as signal;
use tokio::task::JoinSet;

/// For how long calls under way and the writing of their answers are waited for at the end: a call may take 300 s, and the answer is tried to
/// be written for as long as it takes the API server to be back from a restart.
const LONGEST_END: Duration = Duration::from_secs(360);
/// The pause between two tries to write an answer at the end.
const PAUSE: Duration = Duration::from_secs(1);

/// For how long the administrator's list of claims is waited for.
const LIST_PATIENCE: Duration = Duration::from_secs(5);

/// How the operator ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It was asked to.
    Asked,
    /// Another holds its lease: the process must go, and whoever started it starts it again.
    LeadershipLost,
}

/// What one operator is made of, besides its own code.
pub struct Parts {
    /// The API server.
    pub client: Client,
    /// Where ledgers are.
    pub namespace: String,
    /// The ConfigMap there that says who may claim what.
    pub claims: String,
    /// The replica's name. A word of its own start is added, so that two starts are told apart.
    pub identity: String,
    /// How many groups are worked on at the same time, at least 1.
    pub concurrency: u16,
    /// Whether it leads, and for how long it surely will.
    pub leadership: LeadershipProof,
    /// The numbers.
    pub metrics: Arc<Metrics>,
    /// What the probes tell.
    pub readiness: Readiness,
    /// The time of day.
    pub clock: Clock,
    /// Where tokens and the word of this start come from.
    pub chance: Chance,
    /// The outside systems.
    pub vendors: Arc<dyn Vendors>,
    /// Whether an admission policy lets only commanders file forced failovers.
    pub orders_guarded: bool,
    /// The engine's rules. Only a test that has to fail gives others than those that are shipped.
    pub rules: fn() -> Rules<'static>,
    /// Turns true when it is asked to stop.
    pub stop: signal::Receiver<bool>,
}

/// Leads, until it is asked to stop or the lease is another's. Then readings end at once; calls under way end, and their answers are written
/// where the ledger still takes them. Every task that it starts is in `tasks`, but for those that end with it: whoever drops the future and the set has stopped the
/// operator at once, in the middle of whatever it did, as a kill does.
pub async fn lead(parts: Parts, tasks: &mut JoinSet<()>) -> End {
    let Parts { client, stop, .. } = parts;
    let proof = parts.leadership.clone();
    let feeds = Feeds::start(&client, &parts.namespace, &parts.metrics, tasks);
    let (wakes, woken) = Wakes::new();
    let (answers, cases) = Answers::new();
    let (events, publishing) = Events::new(client.clone(), &parts.identity, Arc::clone(&parts.metrics));
    tasks.spawn(publishing);
    let context = Arc::new(Context {
        claims: ClaimList::new(&parts.namespace, &parts.claims),
        client,
        namespace: parts.namespace,
        instance: format!("{}/{}", parts.identity, hex::encode(&parts.chance.draw()[..4])),
        clock: parts.clock,
        chance: parts.chance,
        vendors: parts.vendors,
        stores: feeds.stores,
        connections: Default::default(),
        others: Default::default(),
        lives: Default::default(),
        forced: Default::default(),
        working: Places::new(usize::from(parts.concurrency)),
        connecting: provider::places(),
        leadership: parts.leadership,
        metrics: parts.metrics,
        events,
        wakes,
        orders_guarded: parts.orders_guarded,
        rules: parts.rules,
        ending: Default::default(),
        answers,
        unwritten: Default::default(),
    });
    tasks.spawn(wakers::by_operations(Arc::clone(&context), feeds.operations));
    tasks.spawn(wakers::by_decisions(Arc::clone(&context), feeds.decisions));
    tasks.spawn(wakers::by_ledgers(Arc::clone(&context), feeds.ledgers));
    tasks.spawn(claims::keep(Arc::clone(&context)));
    let (answering, unreadable) = (Arc::clone(&context), feeds.unreadable);
    tasks.spawn(async move { answers::run(&answering, cases, unreadable).await });
    let sweeping = Arc::clone(&context);
    tasks.spawn(async move { sweep::run(&sweeping).await });
    let end = async {
        tokio::select! {
            () = stopped(stop) => End::Asked,
            () = proof.lost() => End::LeadershipLost,
        }
    };
    let mut end = pin!(end);
    // Nothing is said of any group before everything that could speak against it is known.
    tokio::select! {
        _ = async { tokio::join!(wakers::synced(&context), context.claims.read_or_after(LIST_PATIENCE)) } => {}
        end = &mut end => return end,
    }
    parts.readiness.set_synced();
    tracing::info!("caches are filled");

    let touched = wakers::by_providers(&context, feeds.providers);
    let providers = provider::run(Arc::clone(&context), touched, woken.providers);
    let touched = wakers::forgetting(&context, feeds.groups);
    let groups = group::run(Arc::clone(&context), touched, woken.groups);
    let mut controllers = pin!(async { tokio::join!(providers, groups) });
    let end = tokio::select! {
        _ = &mut controllers => End::Asked,
        end = end => end,
    };
    context.ending.begin();
    parts.readiness.set_ending();
    let rest = async {
        controllers.await;
        while !group::write_kept(&context).await {
            tokio::time::sleep(PAUSE).await;
        }
    };
    if tokio::time::timeout(LONGEST_END, rest).await.is_err() {
        tracing::error!("the answer to a call could not be waited for or written; the next leader looks for evidence");
    }
    end
}

/// Done when it is asked to stop.
pub async fn stopped(mut stop: signal::Receiver<bool>) {
    // A sender that is gone can never ask; then only the process's end stops it.
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}
