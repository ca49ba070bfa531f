//! The vendors that an installation can be connected to: one file for each, with its addresses and its blocks of the manifests.
//! It must not know a vendor's wire.

pub(crate) mod ocp;
pub(crate) mod sdrs;

use serde_json::Value;
use stationmaster_simulator::{JournalEntry, Scenario, Vendor};

use crate::installation::{Connection, Endpoints, Error, Simulator};

/// A vendor's part of a manifest: its name, and what stands in it.
pub(crate) type Block = (&'static str, Value);

/// Keys and values of a Secret.
pub(crate) type Keys = Vec<(&'static str, &'static str)>;

/// The vendor's word on the simulator's command line.
pub(crate) fn word(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::Sdrs => sdrs::BLOCK,
        Vendor::Ocp => ocp::BLOCK,
    }
}

/// Where a simulator serves, from the lines that it prints.
pub(crate) fn endpoints(
    vendor: Vendor,
    scenario: &Scenario,
    take: &dyn Fn(&str) -> Result<String, Error>,
) -> Result<Endpoints, Error> {
    let mut endpoints = Endpoints {
        control: take("SIMULATOR_CONTROL")?,
        ..Endpoints::default()
    };
    match vendor {
        Vendor::Sdrs => sdrs::read(&mut endpoints, take)?,
        Vendor::Ocp => ocp::read(&mut endpoints, scenario, take)?,
    }
    Ok(endpoints)
}

/// The flags by which a simulator takes the addresses that it had.
pub(crate) fn flags(vendor: Vendor, before: &Endpoints) -> Vec<(&'static str, &str)> {
    match vendor {
        Vendor::Sdrs => vec![("--port", &before.sdrs)],
        Vendor::Ocp => ocp::flags(before),
    }
}

/// The block of a ProtectionProvider of this name.
pub(crate) fn connection(simulator: &Simulator, name: &str, connection: &Connection) -> Block {
    let vendor = simulator.vendor();
    let block = match vendor {
        Vendor::Sdrs => sdrs::connection(simulator, connection),
        Vendor::Ocp => ocp::connection(simulator, name, connection),
    };
    (word(vendor), block)
}

/// What the Secret of a ProtectionProvider holds, for all ways to authenticate.
pub(crate) fn credentials(vendor: Vendor) -> Keys {
    match vendor {
        Vendor::Sdrs => sdrs::CREDENTIALS.into(),
        Vendor::Ocp => ocp::CREDENTIALS.into(),
    }
}

/// The further Secrets that the block of a ProtectionProvider of this name refers to.
pub(crate) fn further_secrets(simulator: &Simulator, name: &str) -> Vec<(String, Keys)> {
    match simulator.vendor() {
        Vendor::Sdrs => Vec::new(),
        Vendor::Ocp => ocp::further_secrets(simulator, name),
    }
}

/// Whether a call of the journal is one on a group, by its id or name. A set of tenants has neither.
pub(crate) fn is_call_on(group: &str, entry: &JournalEntry) -> bool {
    let is = |field: &Option<String>| field.as_deref() == Some(group);
    match &*entry.service {
        sdrs::BLOCK => is(&entry.resource) || is(&entry.resource_name),
        service => service == ocp::BLOCK,
    }
}

/// A group's position, as text to compare.
pub(crate) async fn position(simulator: &Simulator, group: &str) -> Result<String, Error> {
    Ok(match simulator.vendor() {
        Vendor::Sdrs => format!("{:?}", simulator.group(group).await?),
        Vendor::Ocp => format!("{:?}", simulator.tenants().await?),
    })
}

/// The block of a ProtectionGroup. The name is the vendor's own, where the vendor names groups.
pub(crate) async fn group(simulator: &Simulator, name: &str) -> Result<Block, Error> {
    let vendor = simulator.vendor();
    let block = match vendor {
        Vendor::Sdrs => sdrs::group(&simulator.group(name).await?.id),
        Vendor::Ocp => ocp::group(simulator).await?,
    };
    Ok((word(vendor), block))
}
