//! How connections are made.
//! It must not write anything of a request.

use crate::reach::{Judged, Reach};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::ClientConfig;
use std::time::Duration;

/// Makes plain and TLS connections, HTTP/1.1 only.
pub(crate) type Connector = HttpsConnector<HttpConnector<Judged>>;

/// A connector. A connection that takes longer than half the request's time is given up: what is left must suffice for the answer.
pub(crate) fn connector(tls: ClientConfig, request_timeout: Duration, reach: &Reach) -> Connector {
    let mut tcp = HttpConnector::new_with_resolver(Judged::new(reach.clone()));
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(request_timeout / 2));
    HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp)
}
