//! What all doors of one proxy share: rules, hooks, history, tape, gates.
//! It must not touch a connection.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::sync::watch;

use super::act::{Act, SignalName};
use super::book::Book;
use super::caller::Callers;
use super::matching::Asked;
use super::plan::Rule;
use super::recorder::Recorder;
use super::tape::Tape;
use crate::history::{ApiCall, Event, Source};

/// The exchange that a hook runs in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Met {
    /// Its number in the history.
    pub exchange: u64,
    /// To whom the request goes.
    pub source: Source,
    /// Which replica sent it.
    pub replica: Option<String>,
    /// HTTP method.
    pub method: String,
    /// Path without query.
    pub path: String,
    /// The same in Kubernetes' words.
    pub api: Option<ApiCall>,
}

impl Met {
    pub(crate) fn new(exchange: u64, asked: &Asked) -> Self {
        Self {
            exchange,
            source: asked.source,
            replica: asked.replica.clone(),
            method: asked.method.clone(),
            path: asked.path.clone(),
            api: asked.api.clone(),
        }
    }
}

pub(crate) type Hook = Arc<dyn Fn(Met) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// See the module.
pub(crate) struct Shared {
    pub recorder: Recorder,
    pub callers: Callers,
    book: Mutex<Book>,
    hooks: Mutex<HashMap<String, Hook>>,
    tape: Mutex<Tape>,
    gates: Mutex<HashMap<Option<String>, watch::Receiver<Gated>>>,
    releases: watch::Sender<u64>,
}

/// Whether a replica's requests are kept back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gated {
    /// Until the act is done.
    Shut,
    /// They go on.
    Open,
    /// Those that waited end without having been sent on: their sender was killed.
    Ended,
}

/// Keeps the further requests of a replica back until it is opened, or dropped.
pub(crate) struct Gate {
    shared: Arc<Shared>,
    replica: Option<String>,
    state: watch::Sender<Gated>,
}

impl Gate {
    pub fn open(self, ends: bool) {
        self.state.send_replace(if ends { Gated::Ended } else { Gated::Open });
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        hold(&self.shared.gates).remove(&self.replica);
    }
}

impl Shared {
    pub fn new(book: Book) -> Self {
        Self {
            recorder: Recorder::new(),
            callers: Callers::default(),
            book: Mutex::new(book),
            hooks: Mutex::default(),
            tape: Mutex::default(),
            gates: Mutex::default(),
            releases: watch::channel(0).0,
        }
    }

    pub fn book(&self) -> MutexGuard<'_, Book> {
        hold(&self.book)
    }

    pub fn tape(&self) -> MutexGuard<'_, Tape> {
        hold(&self.tape)
    }

    pub fn hook(&self, name: String, hook: Hook) {
        hold(&self.hooks).insert(name, hook);
    }

    pub fn note(&self, exchange: u64, event: Event) {
        self.recorder.note(exchange, event);
    }

    /// Does a signal's or a hook's act; tells whether the exchange ends with it.
    pub async fn strike(&self, rule: &Rule, met: &Met) -> bool {
        match &rule.act {
            Act::Hook { name, ends, .. } => {
                let hook = hold(&self.hooks).get(name).cloned();
                match hook {
                    Some(hook) => hook(met.clone()).await,
                    None => tracing::error!(hook = name, "there is no such hook: nothing was run"),
                }
                *ends
            }
            Act::Signal {
                signal,
                pid,
                pid_file,
                continue_after_ms,
                ..
            } => {
                let written = || std::fs::read_to_string(pid_file.as_ref()?).ok()?.trim().parse().ok();
                let Some(pid) = pid.or_else(written).and_then(|pid| i32::try_from(pid).ok()) else {
                    tracing::error!(rule = rule.name, "there is no pid in the file: nobody was signalled");
                    return false;
                };
                send(pid, *signal);
                if let Some(ms) = *continue_after_ms {
                    tokio::spawn(async move {
                        tokio::time::sleep(Duration::from_millis(ms)).await;
                        send(pid, SignalName::Cont);
                    });
                }
                *signal == SignalName::Kill
            }
            _ => false,
        }
    }

    /// Keeps the further requests of this replica back.
    pub fn shut_gate(self: &Arc<Self>, replica: Option<String>) -> Gate {
        let (state, receiver) = watch::channel(Gated::Shut);
        hold(&self.gates).insert(replica.clone(), receiver);
        Gate {
            shared: Arc::clone(self),
            replica,
            state,
        }
    }

    /// Waits while the replica's requests are kept back; false if this one must end.
    pub async fn pass_gate(&self, replica: &Option<String>) -> bool {
        let gate = hold(&self.gates).get(replica).cloned();
        let Some(mut gate) = gate else { return true };
        match gate.wait_for(|state| *state != Gated::Shut).await {
            Ok(state) => *state != Gated::Ended,
            // The gate was dropped without a word.
            Err(_) => true,
        }
    }

    /// Waits until the exchange was relayed.
    pub async fn relayed(&self, exchange: u64) {
        let is_relay = |history: &crate::history::History| {
            let mut newest = history.records.iter().rev();
            newest.any(|record| record.exchange == exchange && matches!(record.event, Event::Relay { .. }))
        };
        let mut lines = self.recorder.lines();
        while !self.recorder.look(is_relay) {
            if lines.changed().await.is_err() {
                return;
            }
        }
    }

    /// Resolves after so many milliseconds, or at the next release.
    pub fn released(&self, ms: Option<u64>) -> impl Future<Output = ()> + Send + use<> {
        let mut releases = self.releases.subscribe();
        async move {
            let released = async {
                let _ = releases.changed().await;
            };
            match ms {
                None => released.await,
                Some(ms) => {
                    let _ = tokio::time::timeout(Duration::from_millis(ms), released).await;
                }
            }
        }
    }

    pub fn release(&self) {
        self.releases.send_modify(|count| *count += 1);
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared")
            .field("book", &self.book)
            .finish_non_exhaustive()
    }
}

fn send(pid: i32, signal: SignalName) {
    let signal = match signal {
        SignalName::Kill => Signal::SIGKILL,
        SignalName::Term => Signal::SIGTERM,
        SignalName::Stop => Signal::SIGSTOP,
        SignalName::Cont => Signal::SIGCONT,
    };
    if let Err(error) = kill(Pid::from_raw(pid), signal) {
        tracing::warn!(pid, %signal, %error, "the process cannot be signalled");
    }
}

/// Each change under these locks is one assignment.
fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
