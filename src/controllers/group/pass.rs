//! One pass: fetch, observe, decide, record, act once, record, report.
//! It must not carry anything over to the next pass but what the ledger holds.

use super::gather::{self, Gathered};
use super::ledgers::{LedgerError, Ledgers, Stored};
use super::{Error, act, apply, translate};
use crate::controllers::{Context, claims};
use crate::metrics::{EndedOperation, EndedStep, LedgerWrite};
use jiff::Timestamp;
use kube::ResourceExt;
use kube::api::Api;
use stationmaster_api::{ProtectionGroup, RecoveryOperation};
use stationmaster_engine::decide::{Notice, Why};
use stationmaster_engine::ledger::Verdict;
use stationmaster_engine::report::{Report, report};
use stationmaster_engine::{Act, ClaimRight, Decision, Depth, Input, Reason, Token, decide, pace};
use std::collections::BTreeMap;
use std::time::Duration;

/// The pause while the connection is tried for the first time.
const CONNECTING: Duration = Duration::from_secs(1);

/// What follows a pass.
pub enum Next {
    /// Another pass at once.
    Again,
    /// Another pass after a while.
    In(Duration),
    /// Another pass when something wakes the group.
    OnChange,
}

/// Looks at the caches. `None` when they hold news, so that a pass with fresh reads is needed.
pub async fn glance(context: &Context, group: &ProtectionGroup) -> Result<Option<Next>, Error> {
    let gathered = gather::cached(context, group);
    if gathered.connecting {
        // Soon there is something to say; until then what was said before stands.
        return Ok(Some(Next::In(CONNECTING)));
    }
    if gathered.look.depth == Depth::Full {
        return Ok(None);
    }
    let (decision, report) = decided(context, &gathered);
    if decision.ledger.is_some() || decision.act != Act::None || apply::has_news(&gathered, &report) {
        return Ok(None);
    }
    sample(context, &gathered, &report);
    Ok(Some(next(&gathered, &decision, None)))
}

/// Reads everything afresh, decides, records, acts at most once, reports.
pub async fn fresh(context: &Context, group: &ProtectionGroup) -> Result<Next, Error> {
    let Some(gathered) = gather::fresh(context, group).await? else {
        return Ok(Next::OnChange);
    };
    let (mut decision, _) = decided(context, &gathered);
    let mut stored = record(context, &gathered, &decision).await?;
    count_endings(context, &gathered, &decision);
    notify(context, &gathered, &decision);
    let held = gathered.stored.as_ref().map(|s| &s.ledger);
    claims::tell(context, &gathered.object, decision.blocked.as_ref(), held);
    let mut failed = None;
    let acted = match (&decision.act, &mut stored) {
        (Act::None, _) => false,
        (Act::CreateOperation(own), _) => match act::create_operation(context, &gathered, own).await {
            Ok(made) => {
                if let Some(made) = made {
                    about(context, &made, &decision.notices);
                }
                true
            }
            Err(error) => {
                let message = format!(
                    "RecoveryOperation {}: {}",
                    own.name,
                    crate::telemetry::error_chain(&error)
                );
                decision.blocked = Some(Why::new(Reason::OperationNotMade, message));
                failed = Some(error);
                false
            }
        },
        (Act::Submit(submit), Some(stored)) => {
            *stored = act::submit(context, &gathered, stored, submit).await?;
            true
        }
        // Without a ledger there is nothing that could have recorded the call.
        (Act::Submit(_), None) => false,
    };
    // While the provider cannot be read nothing new is learnt by looking again at once.
    let again = acted || (decision.ledger.is_some() && gathered.sight.seen().is_some());
    let ledger = stored.as_ref().map(|s| &s.ledger);
    let report = with_input(context, &gathered, |input| report(input, ledger, &decision));
    claims::tell_refused(context, &gathered.operations, &report);
    apply::write(context, &gathered, &report).await?;
    sample(context, &gathered, &report);
    if let Some(error) = failed {
        return Err(error);
    }
    if again {
        return Ok(Next::Again);
    }
    Ok(next(&gathered, &decision, ledger))
}

fn decided(context: &Context, gathered: &Gathered) -> (Decision, Report) {
    with_input(context, gathered, |input| {
        let decision = match &gathered.blocked {
            Some(why) => blocked(why),
            None => decide(input),
        };
        let report = report(input, decision.ledger.as_ref().or(input.ledger), &decision);
        (decision, report)
    })
}

fn blocked(why: &Why) -> Decision {
    Decision {
        ledger: None,
        act: Act::None,
        notices: Vec::new(),
        wake: None,
        blocked: Some(why.clone()),
        pending: BTreeMap::new(),
    }
}

fn with_input<T>(context: &Context, gathered: &Gathered, use_it: impl FnOnce(&Input<'_>) -> T) -> T {
    let fresh = Token::mint(context.chance.draw());
    let plan = |operation, target| match &gathered.connection {
        Some(connection) => connection.provider.plan(operation, target),
        None => Vec::new(),
    };
    let right = |namespace: &str| match &gathered.claim {
        Some(claim) => context.claims.right(claim, namespace),
        None => ClaimRight::Unknown("there is no connection".to_owned()),
    };
    let endpoint = gathered.connection.as_ref().map(|c| c.provider.endpoint());
    use_it(&Input {
        group: &gathered.group,
        ledger: gathered.stored.as_ref().map(|s| &s.ledger),
        holder_exists: gathered.holder_exists,
        right: &right,
        endpoint: endpoint.as_deref(),
        sight: &gathered.sight,
        requests: &gathered.requests,
        answers: &gathered.answers,
        jobs: &gathered.jobs,
        found: gathered.found.as_ref(),
        plan: &plan,
        fresh: &fresh,
        instance: &context.instance,
        absent_until: context.leadership.absent_until(),
        now: gathered.now,
    })
}

/// Writes the decision's ledger, guarded by the version that the decision was made from.
async fn record(context: &Context, gathered: &Gathered, decision: &Decision) -> Result<Option<Stored>, Error> {
    let Some(ledger) = &decision.ledger else {
        return Ok(gathered.stored.clone());
    };
    let ledgers = Ledgers::new(Api::namespaced(context.client.clone(), &context.namespace));
    let written = match (&gathered.stored, &gathered.claim) {
        (Some(stored), _) => ledgers.replace(stored, ledger).await,
        (None, Some(claim)) => ledgers.create(claim, ledger).await,
        // Without a connection nothing was seen, and without sight the engine makes no ledger.
        (None, None) => return Ok(None),
    };
    context.metrics.ledger_write(match &written {
        Ok(_) => LedgerWrite::Written,
        Err(LedgerError::Conflict(_)) => LedgerWrite::Conflict,
        Err(LedgerError::Unreadable { .. } | LedgerError::Api { .. }) => LedgerWrite::Failed,
    });
    if let (Err(LedgerError::Api { name, .. }), Act::Submit(submit)) = (&written, &decision.act) {
        // The record may have been written although its answer was lost. This process knows that it made no call.
        act::keep_unsent(context, gathered, name, submit);
    }
    Ok(Some(written?))
}

/// Counts the operations that this decision ended, and their steps.
fn count_endings(context: &Context, gathered: &Gathered, decision: &Decision) {
    let Some(after) = &decision.ledger else { return };
    let before = gathered
        .stored
        .as_ref()
        .map(|s| s.ledger.verdicts.as_slice())
        .unwrap_or_default();
    let (provider, _) = translate::object(&gathered.object);
    let between = |from: Timestamp, to: Timestamp| Duration::try_from(to.duration_since(from)).unwrap_or_default();
    let is_new = |v: &&Verdict| !before.iter().any(|b| b.uid == v.uid && b.name == v.name);
    for verdict in after.verdicts.iter().filter(is_new) {
        context.metrics.operation_ended(&EndedOperation {
            namespace: &gathered.group.namespace,
            provider,
            operation: verdict.operation,
            ending: verdict.ending,
            took: verdict.started_at.map(|start| between(start, verdict.finished_at)),
        });
        for step in verdict.record.iter().flat_map(|operation| &operation.steps) {
            if let (Some(start), Some(end)) = (step.started_at, step.finished_at) {
                context.metrics.operation_step_ended(&EndedStep {
                    provider,
                    operation: verdict.operation,
                    step: &step.spec.name,
                    took: between(start, end),
                });
            }
        }
    }
}

fn notify(context: &Context, gathered: &Gathered, decision: &Decision) {
    for notice in &decision.notices {
        tracing::info!(
            namespace = gathered.group.namespace,
            group = gathered.group.name,
            operation = notice.operation,
            reason = notice.reason.as_str(),
            "{}",
            notice.message
        );
        let reason = notice.reason.as_str();
        context.events.publish(
            apply::reference(&gathered.object),
            notice.warning,
            reason,
            "Judge",
            notice.message.clone(),
        );
    }
    for object in &gathered.operations {
        about(context, object, &decision.notices);
    }
}

/// Tells an operation what there is to tell about it.
fn about(context: &Context, operation: &RecoveryOperation, notices: &[Notice]) {
    let name = operation.name_any();
    for notice in notices.iter().filter(|n| n.operation.as_ref() == Some(&name)) {
        context.events.publish(
            apply::reference(operation),
            notice.warning,
            notice.reason.as_str(),
            "Judge",
            notice.message.clone(),
        );
    }
}

fn next(gathered: &Gathered, decision: &Decision, ledger: Option<&stationmaster_engine::Ledger>) -> Next {
    let ledger = ledger.or(gathered.stored.as_ref().map(|s| &s.ledger));
    let running = ledger.and_then(|l| pace::pause(l, gathered.now));
    // While a wish waits or a request is pending, the way may become free without the bulk list showing it.
    let waiting = (gathered.look.depth == Depth::Full && running.is_none()).then_some(Duration::from_secs(5));
    let woken = decision
        .wake
        .map(|at| Duration::try_from(at.duration_since(gathered.now)).unwrap_or(Duration::ZERO));
    match [running, waiting, woken].into_iter().flatten().min() {
        Some(pause) => Next::In(pause.max(Duration::from_millis(100))),
        None => Next::OnChange,
    }
}

fn sample(context: &Context, gathered: &Gathered, report: &Report) {
    apply::sample(context, gathered, report);
}
