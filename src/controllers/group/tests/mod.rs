//! What the group's controller writes, against an API server in this process.
//! They must not test what is decided.

mod asked;
mod fits;
mod writes;

use serde_json::{Value, json};
use stationmaster_testkit_api_server::ApiServer;

/// An API server with a namespace `shop`.
fn server() -> ApiServer {
    let server = ApiServer::new();
    server.create_namespace("shop");
    server
}

/// The spec of an order.
fn order() -> Value {
    json!({
        "groupRef": { "name": "db", "uid": "u" }, "type": "Failover", "targetStation": "target", "priorityToken": "k7m2-9xqd",
        "notAfter": "2026-01-01T01:00:00Z", "dataLoss": { "acceptUnknown": true }, "reason": "AZ 1 without power",
    })
}

/// The spec of a group.
fn group() -> Value {
    json!({ "providerRef": { "name": "otc" }, "sdrs": { "serverGroupID": "40df180b-9fe2-471a-8c64-1b758dc84189" } })
}
