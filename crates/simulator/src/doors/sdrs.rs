//! The API gateway in front of SDRS, IAM and ECS: who calls, how often, and which service answers.
//! It must not know what any operation does.

use serde_json::json;

use crate::auth;
use crate::call::Call;
use crate::iam::{self, Identity};
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::routes::{Operation, Route, Service};
use crate::scenario::Account;
use crate::throttle::{self, Throttle};
use crate::world::World;

/// Who may call, and how often each project has called.
#[derive(Debug)]
pub(super) struct Door {
    pub(super) identity: Identity,
    throttle: Throttle,
}

impl Door {
    pub(super) fn new(accounts: &[Account]) -> Self {
        Self {
            identity: Identity::new(accounts),
            throttle: Throttle::default(),
        }
    }

    pub(super) fn process(&mut self, world: &mut World, call: &Call) -> Reply {
        let request_id = world.ids.hex();
        let reply = self.dispatch(world, call);
        with_id(
            reply.unwrap_or_else(|r| r.into_reply(&world.switches, &request_id)),
            request_id,
        )
    }

    fn dispatch(&mut self, world: &mut World, call: &Call) -> Result<Reply, Refusal> {
        let route = call.route.as_ref().ok_or_else(Refusal::no_such_api)?;
        let mut user = None;
        if !route.operation.is_public() {
            let who = auth::authenticate(&mut self.identity, world, call)?;
            if let Some(project) = &route.project {
                auth::authorize(&self.identity, &who, project)?;
                throttle::check(&mut self.throttle, world, project)?;
            }
            user = Some(who.user);
        }
        self.serve(world, call, route, user.as_deref())
    }

    fn serve(&mut self, world: &mut World, call: &Call, route: &Route, user: Option<&str>) -> Result<Reply, Refusal> {
        match route.service {
            Service::Iam => iam::handle(&mut self.identity, world, call, route.operation, user),
            Service::Ecs if route.operation != Operation::ShowServerJob => crate::ecs::handle(world, call, route),
            _ => crate::sdrs::handle(world, call, route),
        }
    }
}

fn with_id(mut reply: Reply, request_id: String) -> Reply {
    reply.headers.push(("x-request-id".into(), request_id));
    reply
}

fn refused(world: &mut World, refusal: Refusal) -> Reply {
    let request_id = world.ids.hex();
    with_id(refusal.into_reply(&world.switches, &request_id), request_id)
}

pub(super) fn too_large(world: &mut World) -> Reply {
    refused(world, Refusal::gateway(413, "APIG.0201", "Request entity too large."))
}

pub(super) fn too_many(world: &mut World, retry_after: Option<u32>) -> Reply {
    refused(world, throttle::too_many(retry_after))
}

/// `APIG.*` stands in the gateway's envelope, all others in the service's.
pub(super) fn refuse(world: &mut World, code: &str, status: Option<u16>, text: Option<String>) -> Reply {
    let refusal = if code.starts_with("APIG.") {
        let text = text.unwrap_or_else(|| "The request is refused.".into());
        Refusal::gateway(status.unwrap_or(401), code, text)
    } else {
        let known = Refusal::sdrs(code);
        Refusal::service(status.unwrap_or(known.status), code, text.unwrap_or(known.message))
    };
    refused(world, refusal)
}

pub(super) fn unavailable(world: &mut World, status: u16) -> Reply {
    let request_id = world.ids.hex();
    let code = if status == 429 { "APIG.0308" } else { "APIG.0201" };
    let text = json!({"error_msg": "Backend unavailable.", "error_code": code, "request_id": request_id});
    Reply {
        code: Some(code.into()),
        ..Reply::json(status, text)
    }
}
