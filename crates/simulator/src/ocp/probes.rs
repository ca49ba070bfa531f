//! The three answers without an envelope: time, info, status.
//! It must not look at a tenant.

use serde_json::json;

use super::wire;
use crate::call::Call;
use crate::reply::Reply;
use crate::world::World;

/// The provider's own time, as bare text.
pub(super) fn time(world: &World) -> Reply {
    Reply::raw(
        200,
        "text/plain;charset=utf-8",
        wire::time(&world.switches.ocp, world.now),
    )
}

/// The build, as bare JSON.
pub(super) fn info() -> Reply {
    Reply::ok(json!({
        "name": "ocp-server",
        "group": "com.oceanbase.ocp",
        "artifact": "ocp-server-starter",
        "buildTime": "2024-11-20T10:00:00Z",
        "buildVersion": "4.3.4",
        "buildJavaVersion": "1.8",
        "springBootVersion": "2.7.18",
    }))
}

/// `okay` or `bad`, as bare text. OCP itself is always well here.
pub(super) fn status(_world: &World, _call: &Call) -> Reply {
    Reply::raw(200, "text/plain;charset=utf-8", "okay")
}
