//! A provider as one value: its objects, its jobs, what is on its way to it, and its time.
//! It must not know the engine's rules: it does what arrives whenever its state allows it, and keeps a journal.

mod begin;
mod console;
mod deliver;
mod job;
mod journal;
mod object;
mod pass;
mod show;

#[cfg(test)]
mod tests;

pub use job::{Fate, Job};
pub use journal::Entry;
pub use object::{At, Object, Servers};

use crate::Variant;
use jiff::Timestamp;
use stationmaster_engine::CallRequest;
use std::collections::BTreeMap;

/// How long a job takes, in seconds.
pub const JOB_SECONDS: u32 = 20;

/// Everything there is at the provider. Two equal worlds go on equally.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    /// Which provider it is.
    pub variant: Variant,
    /// Whether jobs can be read at all.
    pub polls_jobs: bool,
    /// Whether its clock leads ours by far: by their times, older jobs can be those of a call that was lost.
    pub clock_leads: bool,
    /// Whether a listing tells which operations are open.
    pub lists_permits: bool,
    /// How long a job takes that begins from now on, in seconds.
    pub job_seconds: u32,
    now: Timestamp,
    objects: BTreeMap<String, Object>,
    jobs: Vec<Job>,
    /// What is on its way: the earliest arrival first.
    late: Vec<(Timestamp, CallRequest)>,
    journal: Vec<Entry>,
}

impl World {
    /// A world of protected objects whose production runs at source.
    pub fn new(variant: Variant, objects: &[&str], now: Timestamp) -> World {
        let object = || Object::new(variant.person);
        World {
            variant,
            polls_jobs: true,
            clock_leads: false,
            lists_permits: true,
            job_seconds: JOB_SECONDS,
            now,
            objects: objects.iter().map(|id| ((*id).to_owned(), object())).collect(),
            jobs: Vec::new(),
            late: Vec::new(),
            journal: Vec::new(),
        }
    }

    /// The provider's time.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The ids of all objects.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.objects.keys().map(String::as_str)
    }

    /// An object.
    pub fn object(&self, id: &str) -> Option<&Object> {
        self.objects.get(id)
    }

    /// An object, to be prepared for what comes. What a person does at the console has verbs of its own.
    pub fn object_mut(&mut self, id: &str) -> Option<&mut Object> {
        self.objects.get_mut(id)
    }

    /// All jobs, oldest first, also those whose id nobody is told.
    pub fn jobs(&self) -> &[Job] {
        &self.jobs
    }

    /// Every call that was carried out, in order, with what it did.
    pub fn journal(&self) -> &[Entry] {
        &self.journal
    }

    /// What is on its way, the earliest arrival first.
    pub fn on_the_way(&self) -> &[(Timestamp, CallRequest)] {
        &self.late
    }
}
