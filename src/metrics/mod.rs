//! What the operator counts and measures, and its text for `/metrics`.
//! It must not carry a job id, a token, a message or anything else without bounds as a label.
//!
//! The operator's own families begin with `stationmaster_`; those that other operators have too keep their usual names and labels
//! (`controller_runtime_…`, `leader_election_…`, `rest_client_…`, `process_…`), so that common dashboards show them unchanged.
//! Words come from enums. Names of objects are those of groups and connections, and go with them (`forget_…`).
//! A state set shows the present state alone, with the value 1.

mod api_requests;
mod build;
mod controllers;
mod groups;
mod operations;
mod process;
mod providers;
mod sheet;
mod watches;

#[cfg(test)]
mod lint;
#[cfg(test)]
mod tests;

pub use controllers::{LedgerWrite, Reconciled};
pub use groups::{GroupSample, RunningOperation};
pub use operations::{EndedOperation, EndedStep};
pub use providers::ProviderMeter;

use crate::client::ApiCall;
use prometheus_client::registry::Registry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The media type of [`Metrics::encode`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All numbers of one process. Every method returns at once and never fails.
pub struct Metrics {
    registry: Registry,
    groups: Arc<groups::Groups>,
    operations: Arc<operations::Operations>,
    providers: Arc<providers::Providers>,
    controllers: Arc<controllers::Controllers>,
    api_requests: Arc<api_requests::ApiRequests>,
    watches: Arc<watches::Watches>,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// Numbers that all stand at zero.
    pub fn new() -> Arc<Metrics> {
        let mut registry = Registry::default();
        let metrics = Metrics {
            groups: Arc::default(),
            operations: Arc::default(),
            providers: Arc::default(),
            controllers: Arc::default(),
            api_requests: Arc::default(),
            watches: Arc::default(),
            registry: Registry::default(),
        };
        registry.register_collector(Box::new(sheet::Registered(build::Build)));
        registry.register_collector(Box::new(sheet::Registered(metrics.groups.clone())));
        registry.register_collector(Box::new(sheet::Registered(metrics.operations.clone())));
        registry.register_collector(Box::new(sheet::Registered(metrics.providers.clone())));
        registry.register_collector(Box::new(sheet::Registered(metrics.controllers.clone())));
        registry.register_collector(Box::new(sheet::Registered(metrics.api_requests.clone())));
        registry.register_collector(Box::new(sheet::Registered(metrics.watches.clone())));
        registry.register_collector(Box::new(sheet::Registered(process::Process)));
        Arc::new(Metrics { registry, ..metrics })
    }

    /// Replaces everything that is shown of one group.
    pub fn group(&self, sample: &GroupSample) {
        self.operations.expect(&sample.namespace, sample.provider);
        self.groups.put(sample.clone());
    }

    /// A group was read from its provider at `at`, Unix seconds; it must have been shown before.
    pub fn group_observed(&self, namespace: &str, name: &str, at: jiff::Timestamp) {
        self.groups.observed(namespace, name, at);
    }

    /// Shows nothing of a group any more.
    pub fn forget_group(&self, namespace: &str, name: &str) {
        self.groups.forget(namespace, name);
    }

    /// An operation has ended.
    pub fn operation_ended(&self, ended: &EndedOperation<'_>) {
        self.operations.ended(ended);
    }

    /// A step of an operation has ended.
    pub fn operation_step_ended(&self, ended: &EndedStep<'_>) {
        self.operations.step_ended(ended);
    }

    /// Whether a connection works. `namespace` and `name` are those of the ProtectionProvider.
    pub fn provider_up(&self, namespace: &str, name: &str, up: bool) {
        self.providers.up(namespace, name, up);
    }

    /// An attempt of a request to a provider. `code` is the status, or a word of a closed set.
    pub fn provider_request(
        &self,
        provider: &'static str,
        connection: (&str, &str),
        operation: &'static str,
        code: &'static str,
        took: Duration,
    ) {
        self.providers.request(provider, connection, operation, code, took);
    }

    /// Shows nothing of a connection any more.
    pub fn forget_provider(&self, namespace: &str, name: &str) {
        self.providers.forget(namespace, name);
    }

    /// Shows nothing of groups and of connections that are gone. Both are asked for by namespace and name.
    pub fn retain(&self, group: impl Fn(&str, &str) -> bool, connection: impl Fn(&str, &str) -> bool) {
        self.groups.retain(group);
        self.providers.retain(connection);
    }

    /// Shows a controller's numbers at zero, so that a first error is an increase. `controller` is the kind in small letters.
    pub fn expect_controller(&self, controller: &'static str, concurrency: u16) {
        self.controllers.expect(controller, concurrency);
    }

    /// A pass of a controller has ended.
    pub fn reconcile(&self, controller: &'static str, result: impl Into<Reconciled>, took: Duration) {
        self.controllers.reconciled(controller, result.into(), took);
    }

    /// A ledger was to be written.
    pub fn ledger_write(&self, outcome: impl Into<LedgerWrite>) {
        self.controllers.ledger_write(outcome.into());
    }

    /// Whether this process holds the lease `name`.
    pub fn leader(&self, name: &str, leads: bool) {
        self.controllers.leader(name, leads);
    }

    /// An event was published, or why it was not.
    pub fn event(&self, outcome: &'static str) {
        self.controllers.event(outcome);
    }

    /// A request to the Kubernetes API has its head, or (without `code`) has failed.
    pub fn api_request(&self, call: &ApiCall, host: &str, code: Option<u16>, took: Duration) {
        self.api_requests.count(call, host, code, took);
    }

    /// How long ago the API server last answered with anything but a server error; none when it never did.
    pub fn api_silence(&self) -> Option<Duration> {
        self.api_requests.silence()
    }

    /// A watch has shown a sign of life: a whole event or its orderly end came, or a list. `resource` is the plural of the kind.
    pub fn watch_alive(&self, resource: &str) {
        self.watches.alive(resource);
    }

    /// A watch has failed, or an object could not be read.
    pub fn watch_error(&self, resource: &str) {
        self.watches.error(resource);
    }

    /// How long ago the watch of this cache last showed a sign of life; none when it never did.
    pub fn cache_age(&self, resource: &str) -> Option<Duration> {
        self.watches.age(resource)
    }

    /// The cache that has been without a sign of life for longest, and for how long; none when nothing is watched.
    pub fn oldest_cache(&self) -> Option<(String, Duration)> {
        self.watches.oldest()
    }

    /// Everything as OpenMetrics text ([`CONTENT_TYPE`]).
    pub fn encode(&self) -> String {
        let mut text = String::new();
        if let Err(error) = prometheus_client::encoding::text::encode(&mut text, &self.registry) {
            // Writing to a String cannot fail, and no collector of ours returns an error of its own.
            tracing::error!(
                error = crate::telemetry::error_chain(&error),
                "metrics could not be encoded"
            );
        }
        text
    }
}

/// A panic while numbers were changed leaves numbers behind, at worst one short.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
