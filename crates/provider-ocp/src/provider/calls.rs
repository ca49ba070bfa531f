//! The calls of an operation: what each asks of OCP, and what came of it.
//! It must not name a tenant that the set does not, nor send anything twice.

use super::Ocp;
use crate::call::kept::Kept;
use crate::call::patience::Patience;
use crate::call::{self, Order};
use crate::client::Client;
use crate::operations;
use crate::plan::ENDPOINT;
use async_trait::async_trait;
use stationmaster_engine::{OperationType, Reason};
use stationmaster_provider::{CallOutcome, CallRequest, Fault, PreparedCall};
use stationmaster_transport::given::wrong;
use std::sync::Arc;

impl Ocp {
    /// What a call asks of OCP. Of a failover: of those tenants that were not seen as primaries there already, or of all, as it was first asked.
    pub(super) fn order(&self, call: &CallRequest, all: bool) -> Result<Order, Fault> {
        let misfit = || {
            wrong(
                Reason::CallNotSent,
                &format!("{} is not how OCP does {}", call.action, call.operation),
            )
        };
        if call.endpoint != ENDPOINT {
            return Err(misfit());
        }
        let set = self.set(&call.object);
        let set = set.map_err(|fault| wrong(Reason::CallNotSent, &fault.message))?;
        if let Some(part) = &call.part {
            let fits = call.action == Order::action(part.action);
            return Order::of_part(part).filter(|_| fits).ok_or_else(misfit);
        }
        let known = operations::of(call.operation).filter(|known| known.action == call.action);
        known.ok_or_else(misfit)?;
        let (from, to) = (call.target.other(), call.target);
        if call.operation == OperationType::PlannedFailover {
            return Ok(Order::Switchover {
                cluster: set.cluster(from),
                pairs: set.pairs().iter().map(|pair| (pair.at(from), pair.at(to))).collect(),
            });
        }
        let seen = if all {
            None
        } else {
            self.memory.to_promote(&call.object, to)
        };
        let whole = || {
            set.pairs()
                .iter()
                .map(|pair| (pair.at(to), pair.service.clone()))
                .collect()
        };
        let standbys: Vec<(i64, Option<String>)> = seen.unwrap_or_else(whole);
        if standbys.is_empty() {
            return Err(wrong(
                Reason::CallNotSent,
                &format!("each tenant of the set is PRIMARY at {to} already"),
            ));
        }
        Ok(Order::Failover {
            cluster: set.cluster(to),
            standbys,
        })
    }

    /// A call made ready.
    pub(super) fn prepared(&self, call: &CallRequest) -> Result<Box<dyn PreparedCall>, Fault> {
        let order = self.order(call, false)?;
        Ok(Box::new(Prepared {
            ready: call::ready(&self.client, order, call.recorded_at)?,
            client: self.client.clone(),
            patience: self.patience.clone(),
            kept: self.kept.clone(),
            operation: call.operation_name.clone(),
            step: call.step.clone(),
            attempt: call.attempt,
            old_primary_lives: self.memory.old_primary_lives(&call.object, call.target),
        }))
    }
}

/// A signed request, and what is needed to say what came of it.
struct Prepared {
    ready: call::Ready,
    client: Arc<Client>,
    patience: Arc<Patience>,
    kept: Arc<Kept>,
    operation: String,
    step: String,
    attempt: u32,
    old_primary_lives: bool,
}

#[async_trait]
impl PreparedCall for Prepared {
    async fn send(self: Box<Self>) -> CallOutcome {
        let answer = self.ready.send().await;
        self.kept.keep(&self.operation, &self.step, self.attempt, &answer);
        let now = self.client.clock.now();
        self.patience
            .outcome(&self.operation, answer, self.old_primary_lives, now)
    }
}
