//! A bench whose connections all wear something: how it is shown that the suite notices a provider that does one thing wrong.
//! It must not change the world behind them.

use super::{Bench, Disturbance, Flaw, JournalLine, Ready};
use crate::Provider;
use async_trait::async_trait;
use jiff::Timestamp;
use stationmaster_engine::OperationType;
use std::sync::Arc;
use std::time::Duration;

/// What a connection is dressed with.
pub type Dress = Box<dyn Fn(Arc<dyn Provider>) -> Arc<dyn Provider> + Send + Sync>;

/// A bench, and what each of its connections is dressed with.
pub struct Dressed<B> {
    /// The bench.
    pub inner: B,
    /// The dress.
    pub dress: Dress,
}

#[async_trait]
impl<B: Bench> Bench for Dressed<B> {
    fn provider(&self) -> Arc<dyn Provider> {
        (self.dress)(self.inner.provider())
    }

    async fn elsewhere(&self) -> Option<Arc<dyn Provider>> {
        Some((self.dress)(self.inner.elsewhere().await?))
    }

    async fn flawed(&self, flaw: Flaw) -> Option<Arc<dyn Provider>> {
        Some((self.dress)(self.inner.flawed(flaw).await?))
    }

    fn exempt(&self, rule: u32) -> Option<&'static str> {
        self.inner.exempt(rule)
    }

    fn without_a_call(&self) -> &'static [OperationType] {
        self.inner.without_a_call()
    }

    fn keeps_jobs_open(&self) -> bool {
        self.inner.keeps_jobs_open()
    }

    async fn ready_for(&self, operation: OperationType) -> Ready {
        self.inner.ready_for(operation).await
    }

    async fn disturb(&self, disturbance: Disturbance) {
        self.inner.disturb(disturbance).await;
    }

    async fn sicken(&self, object: &str) {
        self.inner.sicken(object).await;
    }

    async fn unknown_status(&self, object: &str) -> String {
        self.inner.unknown_status(object).await
    }

    async fn move_behind(&self, object: &str) {
        self.inner.move_behind(object).await;
    }

    async fn hide_facts(&self, operation: OperationType) {
        self.inner.hide_facts(operation).await;
    }

    async fn pass(&self, time: Duration) {
        self.inner.pass(time).await;
    }

    fn long_enough(&self) -> Duration {
        self.inner.long_enough()
    }

    fn now(&self) -> Timestamp {
        self.inner.now()
    }

    fn journal(&self) -> Vec<JournalLine> {
        self.inner.journal()
    }

    fn no_object(&self) -> String {
        self.inner.no_object()
    }

    fn no_job(&self) -> String {
        self.inner.no_job()
    }

    fn secrets(&self) -> Vec<String> {
        self.inner.secrets()
    }
}
