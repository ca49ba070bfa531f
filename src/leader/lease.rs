//! Reading and writing the one Lease object, each write guarded.
//! It must not judge who may hold it, nor write without the version that was read.

use super::absence;
use super::timings::Timings;
use crate::clock::Clock;
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use kube::api::{Api, PostParams};
use kube::{Client, Error};
use std::sync::{Mutex, MutexGuard};

/// The object of one election and who we are in it.
#[derive(Debug)]
pub(super) struct LeaseFile {
    api: Api<Lease>,
    name: String,
    me: String,
    timings: Timings,
    wall: Clock,
    /// The last time that we wrote, so that each renewal is seen as one even by a clock that stands still.
    stamped: Mutex<Option<Timestamp>>,
    /// The end of the last absence; each write of ours carries it on.
    absent_until: Mutex<Option<Timestamp>>,
}

/// What became of a write.
#[derive(Debug)]
pub(super) enum Written {
    /// The server has it; this is the new object.
    Acknowledged(Box<Lease>),
    /// Somebody else wrote, created or deleted it since we read it.
    Conflict,
    /// No answer, or an answer that says nothing about the write.
    Failed(Error),
}

impl LeaseFile {
    pub(super) fn new(
        client: Client,
        namespace: &str,
        name: String,
        me: String,
        timings: Timings,
        wall: Clock,
    ) -> LeaseFile {
        LeaseFile {
            api: Api::namespaced(client, namespace),
            name,
            me,
            timings,
            wall,
            stamped: Mutex::new(None),
            absent_until: Mutex::new(None),
        }
    }

    pub(super) fn me(&self) -> &str {
        &self.me
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn timings(&self) -> &Timings {
        &self.timings
    }

    /// Now, on the wall's clock.
    pub(super) fn wall(&self) -> Timestamp {
        self.wall.now()
    }

    /// From here on each write tells of this absence.
    pub(super) fn tell(&self, absent_until: Option<Timestamp>) {
        *self.absent() = absent_until;
    }

    /// The end of the last absence.
    pub(super) fn absent_until(&self) -> Option<Timestamp> {
        *self.absent()
    }

    fn absent(&self) -> MutexGuard<'_, Option<Timestamp>> {
        self.absent_until
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// A consistent read; none when the object does not exist.
    pub(super) async fn read(&self) -> Result<Option<Lease>, Error> {
        self.api.get_opt(&self.name).await
    }

    /// Makes the lease ours as of now. `base` is the object as it was read: its version guards the write; without one it is created.
    pub(super) async fn hold(&self, base: Option<&Lease>, transitions: i32) -> Written {
        let now = self.stamp();
        let held = base
            .and_then(|lease| lease.spec.as_ref())
            .filter(|spec| spec.holder_identity.as_deref() == Some(self.me()));
        let spec = LeaseSpec {
            acquire_time: held.and_then(|spec| spec.acquire_time.clone()).or(Some(MicroTime(now))),
            renew_time: Some(MicroTime(now)),
            holder_identity: Some(self.me.clone()),
            lease_duration_seconds: Some(self.timings.lease_seconds()),
            lease_transitions: Some(transitions),
            ..base.and_then(|lease| lease.spec.clone()).unwrap_or_default()
        };
        self.write(base, spec).await
    }

    /// Gives the lease away: nobody holds it, and anybody may take it at once.
    pub(super) async fn vacate(&self, base: &Lease) -> Written {
        let spec = LeaseSpec {
            holder_identity: Some(String::new()),
            lease_duration_seconds: Some(1),
            renew_time: Some(MicroTime(self.stamp())),
            ..base.spec.clone().unwrap_or_default()
        };
        self.write(Some(base), spec).await
    }

    async fn write(&self, base: Option<&Lease>, spec: LeaseSpec) -> Written {
        let mut lease = base.cloned().unwrap_or_default();
        lease.metadata.name = Some(self.name.clone());
        lease.metadata.managed_fields = None;
        lease.spec = Some(spec);
        if let Some(until) = self.absent_until() {
            let told = lease.metadata.annotations.get_or_insert_default();
            told.insert(absence::ANNOTATION.to_owned(), until.to_string());
        }
        let answer = match base {
            Some(_) => self.api.replace(&self.name, &PostParams::default(), &lease).await,
            None => self.api.create(&PostParams::default(), &lease).await,
        };
        match answer {
            Ok(lease) => Written::Acknowledged(Box::new(lease)),
            Err(Error::Api(status)) if status.code == 409 || (status.code == 404 && base.is_some()) => {
                Written::Conflict
            }
            Err(error) => Written::Failed(error),
        }
    }

    fn stamp(&self) -> Timestamp {
        let mut stamped = self.stamped.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // The object holds microseconds.
        let mut now = self.wall_micros();
        if *stamped == Some(now) {
            now = now.checked_add(SignedDuration::from_micros(1)).unwrap_or(now);
        }
        *stamped = Some(now);
        now
    }

    fn wall_micros(&self) -> Timestamp {
        let now = self.wall.now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }
}

/// Who holds it according to the object; empty when nobody does.
pub(super) fn holder(lease: &Lease) -> &str {
    lease
        .spec
        .as_ref()
        .and_then(|spec| spec.holder_identity.as_deref())
        .unwrap_or_default()
}

/// How often it has changed hands according to the object.
pub(super) fn transitions(lease: &Lease) -> i32 {
    lease
        .spec
        .as_ref()
        .and_then(|spec| spec.lease_transitions)
        .unwrap_or_default()
}
