//! Rules about connecting: identity, credentials, reachability, certificates.
//! It must not change anything at the provider.

use super::calls::{any, call};
use super::{Bench, Broken, Flaw, ensure};
use crate::{CallOutcome, Fault, FaultClass, Provider, Wanted};
use stationmaster_engine::{OperationType, Reason};

pub(super) async fn identity(bench: &dyn Bench) -> Result<(), Broken> {
    let first = bench.provider().identity().await.map_err(said("identity"))?;
    let second = bench.provider().identity().await.map_err(said("identity"))?;
    ensure!(first == second, "{first:?} and {second:?}");
    let here = bench.provider().endpoint();
    ensure!(here == bench.provider().endpoint(), "{here:?} is another one each time");
    ensure!(
        !first.as_str().is_empty() && !here.is_empty(),
        "empty: {first:?} at {here:?}"
    );
    let text = format!("{first:?} {here}");
    ensure!(
        bench.secrets().iter().all(|secret| !text.contains(secret)),
        "a secret in {text}"
    );
    Ok(())
}

pub(super) async fn another_address(bench: &dyn Bench) -> Result<(), Broken> {
    let Some(there) = bench.elsewhere().await else {
        return unsupported();
    };
    let here = bench.provider();
    ensure!(
        here.endpoint() != there.endpoint(),
        "both lead to {:?}",
        here.endpoint()
    );
    let (one, other) = (here.identity().await, there.identity().await);
    let (one, other) = (one.map_err(said("identity"))?, other.map_err(said("identity"))?);
    ensure!(one == other, "{one:?} and {other:?}");
    ensure!(!one.as_str().contains(&here.endpoint()), "{one:?} holds the address");
    Ok(())
}

pub(super) async fn connects(bench: &dyn Bench) -> Result<(), Broken> {
    let provider = bench.provider();
    let facts = provider.connect().await.map_err(said("connect"))?;
    let scope = provider.identity().await.map_err(said("identity"))?;
    ensure!(
        facts.scope == scope.as_str(),
        "connect says {:?}, identity {scope:?}",
        facts.scope
    );
    ensure!(!provider.capabilities().is_empty(), "no capabilities");
    Ok(())
}

pub(super) async fn wrong_credentials(bench: &dyn Bench) -> Result<(), Broken> {
    let Some(provider) = bench.flawed(Flaw::WrongCredentials).await else {
        return unsupported();
    };
    let denied = |what: &str, fault: &Fault| {
        let right = fault.class == FaultClass::Denied && fault.reason == Reason::AuthenticationFailed;
        if right {
            Ok(())
        } else {
            Err(format!("{what}: {fault:?}"))
        }
    };
    for (what, fault) in reads(provider.as_ref(), bench).await? {
        denied(&what, &fault)?;
    }
    let ready = bench.ready_for(any(bench)).await;
    let request = call(bench, &ready, any(bench)).await;
    match provider.prepare(&request).await {
        Err(fault) => denied("prepare", &fault)?,
        Ok(prepared) => match prepared.send().await {
            CallOutcome::TurnedAway {
                reason: Reason::AuthenticationFailed,
                ..
            } => {}
            other => return Err(format!("send: {other:?}")),
        },
    }
    ensure!(
        bench.journal().iter().all(|line| !line.accepted),
        "something was done: {:?}",
        bench.journal()
    );
    Ok(())
}

pub(super) async fn nobody_listens(bench: &dyn Bench) -> Result<(), Broken> {
    unreachable(bench, Flaw::NobodyListens, Reason::ProviderUnreachable).await
}

pub(super) async fn certificate(bench: &dyn Bench) -> Result<(), Broken> {
    unreachable(bench, Flaw::UntrustedCertificate, Reason::CertificateInvalid).await
}

async fn unreachable(bench: &dyn Bench, flaw: Flaw, reason: Reason) -> Result<(), Broken> {
    let Some(provider) = bench.flawed(flaw).await else {
        return unsupported();
    };
    let right = |fault: &Fault| fault.class == FaultClass::NotSent && fault.reason == reason;
    for (what, fault) in reads(provider.as_ref(), bench).await? {
        ensure!(right(&fault), "{what}: {fault:?}");
    }
    let ready = bench.ready_for(any(bench)).await;
    let request = call(bench, &ready, any(bench)).await;
    match provider.prepare(&request).await {
        Err(fault) => ensure!(right(&fault), "prepare: {fault:?}"),
        Ok(prepared) => match prepared.send().await {
            CallOutcome::NotSent { reason: told, .. } if told == reason => {}
            other => return Err(format!("send: {other:?}")),
        },
    }
    ensure!(bench.journal().is_empty(), "{:?}", bench.journal());
    Ok(())
}

/// The faults of the reads, all of which must fail.
async fn reads(provider: &dyn Provider, bench: &dyn Bench) -> Result<Vec<(String, Fault)>, Broken> {
    let mut faults = Vec::new();
    let mut failed = |what: &str, fault: Option<Fault>| {
        let fault = fault.ok_or_else(|| format!("{what} worked"))?;
        faults.push((what.to_owned(), fault));
        Ok::<(), Broken>(())
    };
    failed("connect", provider.connect().await.err())?;
    let wanted = Wanted::new([bench.no_object()].into(), usize::MAX);
    failed("list", provider.list_wanted(&wanted).await.err())?;
    failed("observe", provider.observe(&bench.no_object()).await.err())?;
    failed(
        "poll",
        provider.poll("", OperationType::Failover, &bench.no_job()).await.err(),
    )?;
    Ok(faults)
}

fn unsupported() -> Result<(), Broken> {
    Err("the bench cannot make this flaw and does not say that the rule is exempt".to_owned())
}

/// A fault as a broken rule.
pub(super) fn said(what: &'static str) -> impl Fn(Fault) -> Broken {
    move |fault| format!("{what}: {fault:?}")
}
