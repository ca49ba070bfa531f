//! A proxy between operator and API server, and between operator and provider, that does what a network does on its worst day.
//! It must not change anything that no rule asks for: without rules each side sees the other.
//!
//! ```no_run
//! # async fn example(kubeconfig: &str, simulator: &str) -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//! use stationmaster_testkit_proxy::proxy::{Act, FaultProxy, Match, Moment, Plan, Rule, Upstream};
//!
//! let proxy = FaultProxy::new(Plan::default())?;
//! let kubernetes = proxy.open(Upstream::kubernetes(kubeconfig, "a")?).await?;
//! let provider = proxy.open(Upstream::provider(simulator, None)?).await?;
//! // … start the operator with `kubernetes.kubeconfig()` and a connection to `provider.url()` …
//! proxy.add(Rule::once(Match::provider_calls(), Act::Reset { when: Moment::AfterForward }))?;
//! proxy.at(7, Moment::BeforeForward, Match::default().of("a"), |_| async { /* kill it */ })?;
//! proxy.wait_for(&Match::provider_calls(), 1, Duration::from_secs(60)).await?;
//! let history = proxy.history();
//! # drop((kubernetes, provider, history));
//! # Ok(())
//! # }
//! ```
//!
//! The same as a program, driven by a plan file: `stationmaster-fault-proxy`.

mod act;
mod body;
mod book;
mod caller;
mod carry;
mod door;
mod error;
mod exchange;
mod forward;
mod matching;
mod moments;
mod plan;
mod plan_rules;
mod pump;
mod recorder;
mod redact;
mod shared;
mod synthetic;
mod tape;
#[cfg(test)]
mod tests;
mod tls;
mod upstream;

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub use self::act::{Act, Moment, SignalName, Which};
pub use self::door::Door;
pub use self::error::{Error, PlanError};
pub use self::matching::{BodyPart, Match};
pub use self::plan::{Occurrence, Plan, Rule, Span, Word};
pub use self::shared::Met;
pub use self::upstream::Upstream;

use self::book::Book;
use self::matching::Asked;
use self::shared::Shared;
use self::tls::Identity;
use crate::history::{Event, History, Record};

/// A proxy: rules and one history, and any number of doors that share them. Clones are handles to the same one.
#[derive(Clone, Debug)]
pub struct FaultProxy {
    shared: Arc<Shared>,
    identity: Arc<Identity>,
}

impl FaultProxy {
    /// A proxy with these rules and no door yet.
    ///
    /// # Errors
    /// A rule that means nothing, or no certificate can be made.
    pub fn new(plan: Plan) -> Result<Self, Error> {
        let mut book = Book::default();
        for rule in plan.rules {
            book.add(rule)?;
        }
        Ok(Self {
            shared: Arc::new(Shared::new(book)),
            identity: Arc::new(Identity::make()?),
        })
    }

    /// A proxy with one door.
    ///
    /// # Errors
    /// As [`FaultProxy::new`] and [`FaultProxy::open`].
    pub async fn start(upstream: Upstream, plan: Plan) -> Result<(Self, Door), Error> {
        let proxy = Self::new(plan)?;
        let door = proxy.open(upstream).await?;
        Ok((proxy, door))
    }

    /// Opens a door in front of a server, on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// No port can be opened.
    pub async fn open(&self, upstream: Upstream) -> Result<Door, Error> {
        self.open_at(upstream, 0).await
    }

    /// The same on a given port; 0 takes a free one.
    ///
    /// # Errors
    /// The port cannot be opened.
    pub async fn open_at(&self, upstream: Upstream, port: u16) -> Result<Door, Error> {
        Door::open(self.shared.clone(), &self.identity, upstream, port).await
    }

    /// Adds a rule behind the others; its count starts now. Tells its name.
    ///
    /// # Errors
    /// The rule means nothing, or its name is taken.
    pub fn add(&self, rule: Rule) -> Result<String, Error> {
        Ok(self.shared.book().add(rule)?)
    }

    /// Takes a rule away; false if there is none of that name. What it has begun goes on.
    pub fn remove(&self, rule: &str) -> bool {
        self.shared.book().remove(rule)
    }

    /// How many exchanges the rule's match fitted since it was added, and on how many it acted; `None` if there is no such rule.
    pub fn counts(&self, rule: &str) -> Option<(u64, u64)> {
        self.shared.book().counts(rule)
    }

    /// What [`Act::Hook`] of this name runs.
    pub fn hook<F, R>(&self, name: &str, hook: F)
    where
        F: Fn(Met) -> R + Send + Sync + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        self.shared
            .hook(name.to_owned(), Arc::new(move |met| Box::pin(hook(met))));
    }

    /// At the `k`-th exchange from now that fits (from 1), runs `act` and ends the exchange: before it is sent on; or after the server
    /// answered, the answer withheld; or after the answer was passed on, and further requests of the same replica, kept back meanwhile,
    /// are ended without having been sent on. For killing the replica. Tells the rule's name.
    ///
    /// # Errors
    /// `k` is 0.
    pub fn at<F, R>(&self, k: u64, when: Moment, matching: Match, act: F) -> Result<String, Error>
    where
        F: Fn(Met) -> R + Send + Sync + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        self.rule_with_hook(k, when, matching, true, act)
    }

    /// As [`FaultProxy::at`], but the exchange, and what was kept back, goes on afterwards: for acts that the replica survives.
    ///
    /// # Errors
    /// `k` is 0.
    pub fn pause_at<F, R>(&self, k: u64, when: Moment, matching: Match, act: F) -> Result<String, Error>
    where
        F: Fn(Met) -> R + Send + Sync + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        self.rule_with_hook(k, when, matching, false, act)
    }

    fn rule_with_hook<F, R>(&self, k: u64, when: Moment, matching: Match, ends: bool, act: F) -> Result<String, Error>
    where
        F: Fn(Met) -> R + Send + Sync + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let name = format!("at-{k}-{}", self.shared.book().next());
        self.hook(&name, act);
        let act = Act::Hook {
            name: name.clone(),
            when,
            ends,
        };
        self.add(Rule::nth(matching, k, act).named(&name))
    }

    /// Lets everything go on that a rule holds back until it is released.
    pub fn release(&self) {
        self.shared.release();
    }

    /// How many exchanges have begun that fit.
    pub fn requests(&self, matching: &Match) -> u64 {
        self.shared.recorder.look(|history| {
            let fitting = history.records.iter().filter(|record| fits(matching, record));
            fitting.count() as u64
        })
    }

    /// Waits until `count` exchanges have begun that fit, since the proxy was made; the last of them.
    ///
    /// # Errors
    /// They have not within that time.
    pub async fn wait_for(&self, matching: &Match, count: usize, within: Duration) -> Result<Record, Error> {
        let mut lines = self.shared.recorder.lines();
        let found = async {
            loop {
                let found = self.shared.recorder.look(|history| {
                    let mut fitting = history.records.iter().filter(|record| fits(matching, record));
                    fitting.nth(count.saturating_sub(1)).cloned()
                });
                match found {
                    Some(record) => return record,
                    // The sender lives as long as this proxy.
                    None => drop(lines.changed().await),
                }
            }
        };
        tokio::time::timeout(within, found).await.map_err(|_| Error::Missed {
            what: serde_json::to_string(matching).unwrap_or_default(),
            seconds: within.as_secs_f64(),
            exchanges: self.shared.recorder.look(History::exchanges),
        })
    }

    /// Everything that was written down so far.
    pub fn history(&self) -> History {
        self.shared.recorder.history()
    }

    /// Also appends the history to this file, line by line, with what there is already.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn log_to(&self, path: &Path) -> Result<(), Error> {
        self.shared.recorder.write_to(path)
    }
}

fn fits(matching: &Match, record: &Record) -> bool {
    let Event::Request {
        source,
        replica,
        method,
        path,
        query,
        api,
        body,
        ..
    } = &record.event
    else {
        return false;
    };
    matching.fits(&Asked {
        source: *source,
        replica: replica.clone(),
        method: method.clone(),
        path: path.clone(),
        query: query.clone(),
        api: api.as_deref().cloned(),
        body: body.clone(),
    })
}
