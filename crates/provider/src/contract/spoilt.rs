//! Rules about answers that are not what is documented: gateways, redirects, broken bodies, repeated secrets.
//! It must not accept a guess: what cannot be read is ambiguous.

use super::calls::{ambiguous, any, call};
use super::{Bench, Broken, Disturbance, Flaw, Spoil, ensure};
use std::time::Instant;

pub(super) async fn gateway(bench: &dyn Bench) -> Result<(), Broken> {
    for status in [502, 503, 504] {
        ambiguous(bench, Disturbance::GatewayAnswer(status), true).await?;
        bench.pass(bench.long_enough()).await;
    }
    Ok(())
}

pub(super) async fn success(bench: &dyn Bench) -> Result<(), Broken> {
    for spoil in Spoil::ALL {
        let began = Instant::now();
        ambiguous(bench, Disturbance::SpoilAnswer(spoil), true).await?;
        ensure!(began.elapsed().as_secs() < 10, "{spoil:?} took {:?}", began.elapsed());
        bench.pass(bench.long_enough()).await;
    }
    Ok(())
}

pub(super) async fn redirect(bench: &dyn Bench) -> Result<(), Broken> {
    ambiguous(bench, Disturbance::Redirect, false).await
}

pub(super) async fn secrets(bench: &dyn Bench) -> Result<(), Broken> {
    let said = bench.secrets().join(" and ");
    let mut texts = Vec::new();
    let ready = bench.ready_for(any(bench)).await;
    let request = call(bench, &ready, any(bench)).await;
    let provider = bench.provider();

    bench.disturb(Disturbance::SayOnRead(said.clone())).await;
    let read = provider.observe(&ready.object).await;
    texts.push(format!("{read:?} {read:#?}"));
    // What is read from several places is read although one of them refuses.
    if read.is_ok() {
        let connected = provider.connect().await;
        ensure!(connected.is_err(), "the bench did not refuse the read");
        texts.push(format!("{connected:?} {connected:#?}"));
    }
    if let Err(fault) = read {
        texts.push(fault.to_string());
    }
    let prepared = provider
        .prepare(&request)
        .await
        .map_err(super::connection::said("prepare"))?;
    bench.disturb(Disturbance::Say(said)).await;
    let answer = prepared.send().await;
    texts.push(format!("{answer:?} {answer:#?}"));
    if let Some(flawed) = bench.flawed(Flaw::WrongCredentials).await {
        texts.push(format!("{:?} {:?}", flawed.connect().await, flawed.list().await));
    }
    texts.push(format!(
        "{:?} {:?} {:?}",
        provider.identity().await,
        provider.connect().await,
        provider.capabilities()
    ));
    for secret in bench.secrets() {
        for text in &texts {
            ensure!(
                !text.contains(&secret),
                "a secret in: {}",
                text.replace(&secret, "<<<SECRET>>>")
            );
        }
    }
    Ok(())
}
