//! Signals and hooks: run at the moment that was asked for, with nothing else getting through meanwhile.
//! It must not go on with an exchange that has ended with its sender.

use std::time::Duration;

use super::act::Moment;
use super::exchange::{Client, Exchange, Given};
use super::matching::Asked;
use super::plan::Rule;
use super::shared::{Gate, Met, Shared};
use crate::history::{Event, ForwardResult};

/// The client has the answer in its socket when its body was written; this is for the way through the kernel.
const THROUGH_THE_KERNEL: Duration = Duration::from_millis(20);

impl Exchange {
    pub(super) async fn at(self, client: Client, rule: &Rule, when: Moment) {
        match when {
            Moment::BeforeForward => {
                if self.strike(rule).await {
                    self.relay(None, ForwardResult::NotForwarded, Some("ended before it was sent on"));
                    let _ = client.send(Given::Reset);
                } else {
                    self.pass(client, None).await;
                }
            }
            Moment::AfterForward if self.asked.is_watch() => {
                // A watch has no end to wait for: it has been answered when it has begun.
                match self.strike(rule).await {
                    true => self.ended(client, ForwardResult::NotForwarded),
                    false => self.pass(client, None).await,
                }
            }
            Moment::AfterForward => {
                let collected = self.collect(1).await;
                match self.strike(rule).await {
                    true => self.ended(client, collected.result),
                    false => self.give(client, collected, None).await,
                }
            }
            Moment::AfterRelay => {
                let gate = self.shared.shut_gate(self.asked.replica.clone());
                if self.asked.is_watch() {
                    let (shared, asked, number) = (self.shared.clone(), self.asked.clone(), self.number);
                    tokio::spawn(async move { self.pass(client, None).await });
                    shared.relayed(number).await;
                    tokio::time::sleep(THROUGH_THE_KERNEL).await;
                    strike(&shared, number, &asked, rule, gate).await;
                    return;
                }
                if let Some(written) = self.stream(client, None).await {
                    written.wait().await;
                }
                tokio::time::sleep(THROUGH_THE_KERNEL).await;
                strike(&self.shared, self.number, &self.asked, rule, gate).await;
            }
        }
    }

    async fn strike(&self, rule: &Rule) -> bool {
        self.shared.note(
            self.number,
            Event::Hook {
                rule: rule.name.clone(),
            },
        );
        self.shared.strike(rule, &Met::new(self.number, &self.asked)).await
    }

    fn ended(&self, client: Client, result: ForwardResult) {
        self.relay(None, result, Some("the answer was withheld"));
        let _ = client.send(Given::Reset);
    }
}

/// Runs what comes after the answer, and lets the replica's further requests go on or end.
async fn strike(shared: &Shared, number: u64, asked: &Asked, rule: &Rule, gate: Gate) {
    shared.note(
        number,
        Event::Hook {
            rule: rule.name.clone(),
        },
    );
    let ends = shared.strike(rule, &Met::new(number, asked)).await;
    gate.open(ends);
}
