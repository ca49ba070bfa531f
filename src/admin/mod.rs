//! The HTTP servers for probes and metrics, and what the operator says of its own readiness.
//! It must not reach anything outside: a provider that is down is no reason to restart or to withdraw the operator.

mod addresses;
mod readiness;

#[cfg(test)]
mod tests;

pub use addresses::Addresses;
pub use readiness::Readiness;

use crate::metrics::{CONTENT_TYPE, Metrics};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use clap::Args;
use serde_json::json;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;

/// The flags of the servers.
#[derive(Args, Clone, Debug)]
pub struct AdminArgs {
    /// Where /livez, /readyz and /startupz are served; port 0 picks a free one
    #[arg(long, default_value = "0.0.0.0:8081")]
    pub health_addr: SocketAddr,

    /// Where /metrics is served; port 0 picks a free one
    #[arg(long, default_value = "0.0.0.0:8080")]
    pub metrics_addr: SocketAddr,

    /// File that receives the real addresses: the lines HEALTH=host:port and METRICS=host:port
    #[arg(long)]
    pub addresses_file: Option<PathBuf>,
}

/// Why the servers could not be started.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The address is taken, or not ours.
    #[error("{flag} {address} cannot be listened on")]
    Listen {
        /// Which flag.
        flag: &'static str,
        /// Its value.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The file of addresses cannot be written.
    #[error("--addresses-file {} cannot be written", path.display())]
    Addresses {
        /// Its path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Starts both servers; they serve until the process ends. The real addresses are logged, and written where the flags say.
///
/// # Errors
///
/// When an address cannot be listened on, or the file cannot be written.
pub async fn serve(args: &AdminArgs, metrics: Arc<Metrics>, readiness: Readiness) -> Result<Addresses, AdminError> {
    let health = listen("--health-addr", args.health_addr).await?;
    let scrape = listen("--metrics-addr", args.metrics_addr).await?;
    let addresses = Addresses {
        health: health.1,
        metrics: scrape.1,
    };
    let probes = probes(Probed {
        readiness,
        metrics: metrics.clone(),
    });
    tokio::spawn(async move { axum::serve(health.0, probes).await });
    tokio::spawn(async move { axum::serve(scrape.0, exposition(metrics)).await });
    if let Some(path) = &args.addresses_file {
        addresses.write(path).map_err(|source| AdminError::Addresses {
            path: path.clone(),
            source,
        })?;
    }
    tracing::info!(health = %addresses.health, metrics = %addresses.metrics, "serving probes and metrics");
    Ok(addresses)
}

async fn listen(flag: &'static str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), AdminError> {
    let failed = |source| AdminError::Listen { flag, address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let real = listener.local_addr().map_err(failed)?;
    Ok((listener, real))
}

#[derive(Clone)]
struct Probed {
    readiness: Readiness,
    metrics: Arc<Metrics>,
}

/// `/livez`, `/readyz`, `/startupz`.
fn probes(probed: Probed) -> Router {
    Router::new()
        // That it answers is all there is to say: a starved process does not, and is restarted.
        .route("/livez", get(async || "ok\n"))
        .route(
            "/readyz",
            get(async |State(probed): State<Probed>| probed.answer(probed.readiness.not_ready(&probed.metrics))),
        )
        .route(
            "/startupz",
            get(async |State(probed): State<Probed>| probed.answer(probed.readiness.not_started(&probed.metrics))),
        )
        .with_state(probed)
}

impl Probed {
    fn answer(&self, reasons: Vec<String>) -> Response {
        let role = self.readiness.role();
        if reasons.is_empty() {
            return Json(json!({ "status": "ok", "role": role })).into_response();
        }
        let body = Json(json!({ "status": "not ready", "role": role, "reasons": reasons }));
        (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
    }
}

fn exposition(metrics: Arc<Metrics>) -> Router {
    let text = async |State(metrics): State<Arc<Metrics>>| ([(header::CONTENT_TYPE, CONTENT_TYPE)], metrics.encode());
    Router::new().route("/metrics", get(text)).with_state(metrics)
}
