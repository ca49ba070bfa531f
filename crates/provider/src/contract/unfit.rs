//! Rules about calls that must not be sent: recorded long ago, or not the provider's.
//! It must not send one.

use super::calls::{any, call, called};
use super::{Bench, Broken, ensure};
use crate::{CallRequest, FaultClass};
use jiff::SignedDuration;

pub(super) async fn stale(bench: &dyn Bench) -> Result<(), Broken> {
    let ready = bench.ready_for(any(bench)).await;
    let mut request = call(bench, &ready, any(bench)).await;
    request.recorded_at = bench
        .now()
        .checked_sub(SignedDuration::from_mins(10))
        .map_err(|error| error.to_string())?;
    match bench.provider().prepare(&request).await {
        Err(fault) => ensure!(fault.class == FaultClass::NotSent, "{fault:?}"),
        Ok(_) => return Err("a call recorded ten minutes ago was made ready".to_owned()),
    }
    ensure!(bench.journal().is_empty(), "{:?}", bench.journal());
    Ok(())
}

pub(super) async fn misfit(bench: &dyn Bench) -> Result<(), Broken> {
    let last = called(bench).last().unwrap_or_else(|| any(bench));
    let ready = bench.ready_for(last).await;
    let good = call(bench, &ready, last).await;
    let first = called(bench).next().unwrap_or(last);
    let other = call(bench, &bench.ready_for(first).await, first).await.action;
    bench.ready_for(last).await;
    let misfits = [
        CallRequest {
            action: other,
            ..good.clone()
        },
        CallRequest {
            action: "unheard-of".to_owned(),
            ..good.clone()
        },
        CallRequest {
            endpoint: "unheard-of".to_owned(),
            ..good.clone()
        },
        CallRequest {
            object: "..".to_owned(),
            ..good.clone()
        },
        CallRequest {
            object: String::new(),
            ..good.clone()
        },
    ];
    // Where it has one call only, no other is a misfit.
    for request in misfits.into_iter().filter(|request| *request != good) {
        match bench.provider().prepare(&request).await {
            Err(fault) => ensure!(fault.class == FaultClass::NotSent, "{fault:?}"),
            Ok(_) => return Err(format!("made ready: {request:?}")),
        }
    }
    ensure!(bench.journal().is_empty(), "{:?}", bench.journal());
    Ok(())
}
