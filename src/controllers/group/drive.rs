//! Drives a pass: answers each need of the engine's machine with one request, and nothing else.
//! It must not carry anything over to the next pass but what the ledger holds.

use super::kept::{Kept, Objects};
use super::ledgers::{LedgerError, Ledgers, Stored};
use super::objects::{self, From};
use super::reading::{cut_short, observe};
use super::{Error, act, apply, held, news, tell, translate};
use crate::controllers::{Context, claims, forced};
use crate::metrics::LedgerWrite;
use jiff::SignedDuration;
use kube::ResourceExt;
use kube::api::Api;
use stationmaster_api::ProtectionGroup;
use stationmaster_engine::ledger::Entry;
use stationmaster_engine::ledger::record::Record;
use stationmaster_engine::pass::{Env, LedgerRead, Next, Records, Rereads, Version, WritesDown, Written};
use stationmaster_engine::{ClaimRight, Depth, Ledger, Observation, OperationType, Pass};
use std::time::Duration;

/// The pause while the connection is tried for the first time.
const CONNECTING: Duration = Duration::from_secs(1);

/// Looks at the caches. `None` when they hold news, so that a pass with fresh reads is needed.
pub async fn glance(context: &Context, group: &ProtectionGroup) -> Result<Option<Next>, Error> {
    let Some((mut objects, Pass::Asks(at))) = objects::begin(context, group, From::Caches).await? else {
        return Ok(None);
    };
    if objects.link.connecting {
        // Soon there is something to say; until then what was said before stands.
        return Ok(Some(Next::In(CONNECTING)));
    }
    let Pass::Observes(at) = objects::ask(context, &mut objects, at, From::Caches).await? else {
        return Ok(None);
    };
    if at.look().depth == Depth::Full {
        return Ok(None);
    }
    let Pass::Reports(at) = with_env(context, &objects, |env| at.listed(env)) else {
        return Ok(None);
    };
    let report = with_env(context, &objects, |env| at.report(env));
    if apply::has_news(&objects, at.reading(), &report) {
        return Ok(None);
    }
    apply::sample(context, &objects, at.reading(), &report);
    Ok(match at.take() {
        Pass::Over(next) => Some(next),
        _ => None,
    })
}

/// Reads everything afresh, decides, records, acts at most once, reports.
pub async fn fresh(context: &Context, group: &ProtectionGroup) -> Result<Next, Error> {
    let begun = context.ending.cuts(objects::begin(context, group, From::Server)).await;
    match begun.transpose()?.flatten() {
        Some((objects, pass)) => drive(context, objects, pass).await,
        // It is gone, or the process ends.
        None => Ok(Next::OnChange),
    }
}

/// Goes on with a pass of this group that was kept, if there is one.
pub async fn resume(context: &Context, group: &ProtectionGroup) -> Result<Option<Next>, Error> {
    let kept = context.kept().remove(&group.uid().unwrap_or_default());
    match kept {
        Some(Kept { objects, at }) => drive(context, objects, Pass::Rereads(at)).await.map(Some),
        None => Ok(None),
    }
}

/// Writes down what is kept, one after the other; whether nothing is kept any more.
pub async fn write_kept(context: &Context) -> bool {
    let kept: Vec<Kept> = context.kept().drain().map(|(_, kept)| kept).collect();
    for Kept { objects, at } in kept {
        let group = objects.group.name_any();
        if let Err(error) = drive(context, objects, Pass::Rereads(at)).await {
            let error = crate::telemetry::error_chain(&error);
            tracing::warn!(group, error, "the status could not be written before the end");
        }
    }
    context.kept().is_empty()
}

async fn drive(context: &Context, mut owned: Objects, mut pass: Pass) -> Result<Next, Error> {
    let objects = &mut owned;
    let mut call = act::Call::default();
    loop {
        pass = match pass {
            Pass::Asks(at) => match context
                .ending
                .cuts(objects::ask(context, objects, at, From::Server))
                .await
            {
                Some(asked) => asked?,
                None => return Ok(Next::OnChange),
            },
            Pass::Observes(at) => match cut_short(context, objects, observe(context, objects, at)).await {
                Ok(observed) => observed,
                Err(next) => return Ok(next),
            },
            Pass::Claims(at) => held::claim(context, objects, at).await,
            Pass::Records(at) => record(context, objects, at).await,
            Pass::Tells(at) => {
                tell::notices(context, objects, at.notices());
                tell::endings(context, &objects.group, at.ended());
                at.take()
            }
            Pass::Creates(at) => {
                let made = act::create(context, objects, &at).await;
                at.take(made, context.clock.now())
            }
            Pass::Signs(at) => {
                let signed = call.sign(&context.ending, &objects.link, at.call()).await;
                at.take(signed, context.clock.now())
            }
            Pass::Looks(at) => {
                let forced = at.call().operation == OperationType::Failover;
                let (sight, standing) = act::look(context, objects, forced).await;
                with_env(context, objects, |env| at.take(&sight, &standing, env))
            }
            Pass::Sends(at) => {
                let outcome = call.send().await;
                tell::call(&objects.group, at.call(), &outcome);
                at.take(outcome, context.clock.now())
            }
            Pass::WritesDown(at) => write_down(context, objects, at).await,
            Pass::Rereads(at) => reread(context, objects, at).await,
            Pass::Keeps(at) => return Ok(keep(context, owned, at)),
            Pass::Reports(at) => {
                forced::called(context, &objects.group, at.ledger());
                let report = with_env(context, objects, |env| at.report(env));
                claims::tell(
                    context,
                    &objects.group,
                    at.decided().blocked.as_ref(),
                    at.reading().holder().as_ref(),
                );
                claims::tell_refused(context, &objects.operations, &report);
                news::tell(context, objects, &report, &at.decided().notices);
                apply::write(context, objects, at.reading(), &report).await?;
                apply::sample(context, objects, at.reading(), &report);
                at.take()
            }
            Pass::Over(next) => return Ok(next),
        };
    }
}

pub fn with_env<T>(context: &Context, objects: &Objects, use_it: impl FnOnce(&Env<'_>) -> T) -> T {
    let claim = objects.link.claim("");
    let right = |namespace: &str| match &claim {
        Some(claim) => context.claims.right(claim, namespace),
        None => ClaimRight::Unknown("there is no connection".to_owned()),
    };
    let endpoint = objects.link.connection.as_ref().map(|c| c.provider.endpoint());
    let there_and_back = objects
        .link
        .connection
        .as_ref()
        .and_then(|c| c.provider.there_and_back());
    use_it(&Env {
        // What does not fit is longer than anybody watches.
        there_and_back: there_and_back.map(|d| SignedDuration::try_from(d).unwrap_or(SignedDuration::MAX)),
        right: &right,
        endpoint: endpoint.as_deref(),
        plan: &|operation, target, seen: &Observation| objects.link.plan(operation, target, seen),
        instance: &context.instance,
        orders_guarded: context.orders_guarded,
        rules: (context.rules)(),
    })
}

async fn record(context: &Context, objects: &mut Objects, at: Records) -> Pass {
    let replaces = at.replaces().cloned();
    let written = match at.ledger() {
        Some(ledger) => write(context, objects, &at.object(), ledger, replaces).await,
        None => Written::Unheard,
    };
    context.metrics.ledger_write(match &written {
        Written::Done(_) => LedgerWrite::Written,
        Written::Conflict => LedgerWrite::Conflict,
        Written::Unheard => LedgerWrite::Failed,
    });
    at.take(written, context.clock.now())
}

/// Writes the ledger over what was read: itself, or the claim on the first of several objects.
async fn write(
    context: &Context,
    objects: &mut Objects,
    object: &str,
    ledger: &Ledger,
    replaces: Option<Version>,
) -> Written {
    let ledgers = Ledgers::new(Api::namespaced(context.client.clone(), &context.namespace));
    let before = objects.stored.as_ref().or_else(|| objects.found.get(object));
    let record = Record::from(ledger.clone());
    let written = match (before, objects.link.claim(object)) {
        (Some(stored), _) if Some(stored.version()) == replaces => ledgers.replace(stored, &record).await,
        (None, Some(claim)) if replaces.is_none() => ledgers.create(&claim, &record).await,
        // What is to be replaced is not what was read.
        _ => return Written::Conflict,
    };
    match written {
        Ok(stored) => {
            let version = stored.version();
            objects.stored = Some(stored);
            Written::Done(version)
        }
        Err(LedgerError::Conflict(_)) => Written::Conflict,
        Err(error) => {
            let error = crate::telemetry::error_chain(&error);
            tracing::warn!(
                group = objects.group.name_any(),
                error,
                "the ledger could not be written"
            );
            Written::Unheard
        }
    }
}

async fn write_down(context: &Context, objects: &mut Objects, at: WritesDown) -> Pass {
    match with_env(context, objects, |env| at.ledger(env)) {
        Ok(ledger) => {
            let replaces = Some(at.replaces().clone());
            let written = write(context, objects, "", &ledger, replaces).await;
            at.take(ledger, written)
        }
        Err(lost) => {
            let error = crate::telemetry::error_chain(&lost);
            tracing::warn!(
                group = objects.group.name_any(),
                error,
                "the answer to a call has no place any more"
            );
            at.lost()
        }
    }
}

async fn reread(context: &Context, objects: &mut Objects, at: Rereads) -> Pass {
    tokio::time::sleep(at.pause()).await;
    let ledgers = Ledgers::new(Api::namespaced(context.client.clone(), &context.namespace));
    let Some(name) = ledger_name(objects) else {
        return at.take(Err(()));
    };
    match ledgers.get(&name).await {
        Err(LedgerError::Api { .. } | LedgerError::Conflict(_)) => at.take(Err(())),
        Err(error @ LedgerError::Unreadable { .. }) => {
            objects.stored = None;
            at.take(Ok(LedgerRead::Unreadable(held::unreadable(&error))))
        }
        Ok(found) => {
            objects.stored = found.filter(|stored| stored.ledger().is_some());
            at.take(Ok(match objects.stored.as_ref().map(Stored::entry) {
                Some(Entry::Journal(stored)) => LedgerRead::Stored(stored),
                _ => LedgerRead::Missing,
            }))
        }
    }
}

fn ledger_name(objects: &Objects) -> Option<String> {
    let stored = objects.stored.as_ref().map(|s| s.object.name_any());
    let first = || translate::members(&objects.group).first().cloned();
    stored.or_else(|| Some(objects.link.claim(&first()?)?.ledger_name()))
}

fn keep(context: &Context, objects: Objects, at: Rereads) -> Next {
    let uid = objects.group.uid().unwrap_or_default();
    context.kept().insert(uid, Kept { objects, at });
    Next::In(super::PAUSE_AFTER_ERROR)
}
