//! API versions: `GET /` and `GET /{api_version}`.
//! It must not need credentials.

use serde_json::{Value, json};

use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::World;

fn v1(world: &World) -> Value {
    json!({
        "id": "v1", "links": [{"rel": "self", "href": format!("{}/v1", world.endpoints.sdrs)}], "version": "",
        "status": "CURRENT", "updated": "2018-05-30T00:00:00Z", "min_version": "",
    })
}

pub(super) fn list(world: &World) -> Reply {
    Reply::ok(json!({"versions": [v1(world)]}))
}

pub(super) fn show(world: &World, version: &str) -> Result<Reply, Refusal> {
    if version == "v1" {
        Ok(Reply::ok(json!({"version": v1(world)})))
    } else {
        Err(Refusal::no_such_api())
    }
}
