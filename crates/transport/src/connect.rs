//! How connections are made.
//! It must not write anything of a request.

use crate::proxy::{Proxy, Route};
use crate::reach::{Judged, Reach};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::ClientConfig;
use std::time::Duration;

/// Makes plain and TLS connections, HTTP/1.1 only.
pub(crate) type Connector = HttpsConnector<Route>;

/// A connector. A connection that takes longer than half the request's time is given up: what is left must suffice for the answer.
/// A direct one leads only where `reach` lets it; the proxy is the administrator's, and is reached wherever it is.
pub(crate) fn connector(
    tls: ClientConfig,
    request_timeout: Duration,
    reach: &Reach,
    proxy: Option<Proxy>,
) -> Connector {
    let direct = paced(
        HttpConnector::new_with_resolver(Judged::new(reach.clone())),
        request_timeout,
    );
    let to_the_proxy = paced(HttpConnector::new(), request_timeout);
    HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(Route::new(direct, to_the_proxy, proxy))
}

fn paced<R>(mut tcp: HttpConnector<R>, request_timeout: Duration) -> HttpConnector<R> {
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(request_timeout / 2));
    tcp
}
