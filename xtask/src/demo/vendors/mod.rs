//! The vendors that a demo can be played with: one file for each, with its simulator, its manifests and its story.
//! It must not tell a story itself, nor know one vendor's words.

mod ocp;
mod sdrs;

use anyhow::Result;
use stationmaster_api::OperationType;
use stationmaster_simulator::JournalEntry;
use stationmaster_testkit::installation::{Endpoints, Simulator, SimulatorOptions};

use super::follow::Ended;
use super::tell::Voice;
use super::world::Scene;

/// Whose simulated system is moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Provider {
    /// SDRS of a public cloud: three protection groups with their servers
    #[default]
    Sdrs,
    /// OceanBase Cloud Platform: three tenants at two sites, moved by one call
    Ocp,
}

/// What is different from vendor to vendor, in words and numbers.
pub struct Vendor {
    /// The simulator to start.
    pub simulator: fn() -> SimulatorOptions,
    /// Virtual seconds for each real one while the story is told, and afterwards for a person who watches.
    pub speeds: [f64; 2],
    /// What it serves, and where.
    pub serves: fn(&Endpoints) -> String,
    /// The addresses for a shell, by the names that the simulator itself prints.
    pub addresses: fn(&Endpoints) -> Vec<(&'static str, String)>,
    /// The journal's word for the service that moves production.
    pub service: &'static str,
    /// The journal's word for the call of an operation.
    pub action: fn(OperationType) -> &'static str,
    /// Whether a call of the journal is one on this group.
    pub is_on: fn(&JournalEntry, &str) -> bool,
    /// What to try first in a demo that is kept, in words, and the commands.
    pub try_next: (&'static str, &'static [&'static str]),
    /// Which pages go on from there.
    pub pages: &'static str,
    /// How the same demo is kept.
    pub keep: &'static str,
    /// The page about a real one.
    pub guide: &'static str,
}

/// A change of where production runs, as the simulator's own history tells it.
#[derive(Clone, Debug)]
pub struct Moved {
    /// What moved.
    pub name: String,
    /// The job behind it, or `console`.
    pub cause: String,
}

impl Provider {
    /// What is different.
    pub fn vendor(self) -> &'static Vendor {
        match self {
            Provider::Sdrs => &sdrs::VENDOR,
            Provider::Ocp => &ocp::VENDOR,
        }
    }

    /// Tells the story: what was done, in its order.
    pub async fn story(self, voice: &mut Voice, scene: &Scene) -> Result<Vec<Ended>> {
        match self {
            Provider::Sdrs => sdrs::story(voice, scene).await,
            Provider::Ocp => ocp::story(voice, scene).await,
        }
    }

    /// All changes of where production runs.
    pub async fn moved(self, simulator: &Simulator) -> Result<Vec<Moved>> {
        match self {
            Provider::Sdrs => sdrs::moved(simulator).await,
            Provider::Ocp => ocp::moved(simulator).await,
        }
    }

    /// Looks at how everything stands at the end, which must be as told; the sentence that says so.
    pub async fn end(self, scene: &Scene) -> Result<&'static str> {
        match self {
            Provider::Sdrs => sdrs::end(scene).await,
            Provider::Ocp => ocp::end(scene).await,
        }
    }
}
