//! How connections are made.
//! It must not write anything of a request.

use crate::proxy::{Proxy, Route};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::ClientConfig;
use std::time::Duration;

/// Makes plain and TLS connections, HTTP/1.1 only.
pub(crate) type Connector = HttpsConnector<Route>;

/// A connector. A connection that takes longer than half the request's time is given up: what is left must suffice for the answer.
pub(crate) fn connector(tls: ClientConfig, request_timeout: Duration, proxy: Option<Proxy>) -> Connector {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(request_timeout / 2));
    HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(Route::new(tcp, proxy))
}
