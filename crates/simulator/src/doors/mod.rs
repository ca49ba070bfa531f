//! The doors of the vendors, beside each other: each has its own credentials, limits, dispatch and refusals.
//! It must not know faults or the journal.

mod sdrs;

use crate::call::Call;
use crate::ocp;
use crate::reply::Reply;
use crate::routes::Vendor;
use crate::scenario::Scenario;
use crate::world::World;

/// What the vendors keep about their callers.
#[derive(Debug)]
pub(crate) struct Doors {
    sdrs: sdrs::Door,
    ocp: ocp::access::Door,
}

impl Doors {
    pub(crate) fn new(scenario: &Scenario) -> Self {
        Self {
            sdrs: sdrs::Door::new(&scenario.accounts),
            ocp: ocp::access::Door::new(&scenario.ocp.users),
        }
    }

    /// What the vendor does with a call.
    pub(crate) fn process(&mut self, world: &mut World, call: &Call) -> Reply {
        match call.vendor {
            Vendor::Sdrs => self.sdrs.process(world, call),
            Vendor::Ocp => ocp::process(&mut self.ocp, world, call),
        }
    }

    /// A call that is too large for the vendor.
    pub(crate) fn too_large(world: &mut World, vendor: Vendor) -> Reply {
        match vendor {
            Vendor::Sdrs => sdrs::too_large(world),
            Vendor::Ocp => ocp::refuse(world, "COM10001", Some(413), None),
        }
    }

    /// An error code in the vendor's envelope; status and text are the code's own where none is given.
    pub(crate) fn refuse(
        world: &mut World,
        vendor: Vendor,
        code: &str,
        status: Option<u16>,
        text: Option<String>,
    ) -> Reply {
        match vendor {
            Vendor::Sdrs => sdrs::refuse(world, code, status, text),
            Vendor::Ocp => ocp::refuse(world, code, status, text),
        }
    }

    /// The vendor's answer to too many requests.
    pub(crate) fn too_many(world: &mut World, vendor: Vendor, retry_after: Option<u32>) -> Reply {
        match vendor {
            Vendor::Sdrs => sdrs::too_many(world, retry_after),
            Vendor::Ocp => ocp::too_many(world, retry_after),
        }
    }

    /// What stands in front of the vendor answers with that status.
    pub(crate) fn unavailable(world: &mut World, vendor: Vendor, status: u16) -> Reply {
        match vendor {
            Vendor::Sdrs => sdrs::unavailable(world, status),
            Vendor::Ocp => ocp::refuse(world, "COM10999", Some(status), Some("Backend unavailable.".into())),
        }
    }

    /// Makes all tokens of now invalid.
    pub(crate) fn expire_tokens(&mut self) {
        self.sdrs.identity.expire_tokens();
    }
}
