//! How jobs on single objects end: creations, deletions, attachments, power.
//! It must not deal with group actions.

use super::{Failed, Job, Work};
use crate::world::World;
use crate::world::model::{Attachment, power, replication, status};

impl World {
    /// Ends the catch-up of a pair, unless its group has moved on meanwhile.
    pub(crate) fn end_sync(&mut self, pair: &str) {
        let now = self.now;
        if let Some(pair) = self.pairs.get_mut(pair)
            && pair.sync.is_some_and(|(_, end)| end <= now)
        {
            pair.sync = None;
            if pair.replication_status == replication::COPYING {
                pair.replication_status = replication::ACTIVE.into();
            }
        }
    }

    /// Ends a job that is not a group action.
    pub(super) fn end_member_job(&mut self, job: &Job, failed: Option<&Failed>) {
        let well = failed.is_none();
        let pick = |good: &str, bad: &str| String::from(if well { good } else { bad });
        match &job.work {
            Work::Group { .. } => {}
            Work::CreateGroup { group } => {
                self.move_group(group, Some(&pick(status::AVAILABLE, status::ERROR)), None, &job.id);
            }
            Work::DeleteGroup { group } if well => {
                self.groups.shift_remove(group);
            }
            Work::DeleteGroup { group } => self.move_group(group, Some("error-deleting"), None, &job.id),
            Work::CreateInstances { instances } => {
                for id in instances {
                    let word = pick(
                        &self.settled_status(self.instances.get(id).map(|i| i.group.as_str())),
                        "error",
                    );
                    self.set_instance(id, &word);
                    for pair in self.pairs_attached_to(id) {
                        self.settle_pair(&pair, &word);
                    }
                }
            }
            Work::DeleteInstances {
                instances,
                delete_server,
            } => {
                for id in instances {
                    if well {
                        self.drop_instance(id, *delete_server);
                    } else {
                        self.set_instance(id, "error-deleting");
                    }
                }
            }
            Work::CreatePair { pair } => {
                let word = pick(
                    &self.settled_status(self.pairs.get(pair).map(|p| p.group.as_str())),
                    "error",
                );
                self.settle_pair(pair, &word);
            }
            Work::DeletePair { pair } if well => {
                self.pairs.shift_remove(pair);
            }
            Work::DeletePair { pair } => self.set_pair(pair, "error-deleting"),
            Work::Attach { pair, instance, device } => {
                let word = pick(
                    &self.settled_status(self.pairs.get(pair).map(|p| p.group.as_str())),
                    "error-attaching",
                );
                if well && let Some(pair) = self.pairs.get_mut(pair) {
                    pair.attachment = Some(Attachment {
                        instance: instance.clone(),
                        device: device.clone(),
                    });
                }
                self.set_pair(pair, &word);
            }
            Work::Detach { pair, .. } => {
                let word = pick(
                    &self.settled_status(self.pairs.get(pair).map(|p| p.group.as_str())),
                    "error-detaching",
                );
                if well && let Some(pair) = self.pairs.get_mut(pair) {
                    pair.attachment = None;
                }
                self.set_pair(pair, &word);
            }
            Work::Extend { pair, size_gb } => {
                let word = pick(
                    &self.settled_status(self.pairs.get(pair).map(|p| p.group.as_str())),
                    "error-extending",
                );
                if well && let Some(pair) = self.pairs.get_mut(pair) {
                    pair.size_gb = *size_gb;
                }
                self.set_pair(pair, &word);
            }
            Work::CreateDrill { drill } => {
                if let Some(drill) = self.drills.get_mut(drill) {
                    drill.status = pick(status::AVAILABLE, status::ERROR);
                    drill.updated_at = self.now;
                }
            }
            Work::DeleteDrill { drill } if well => {
                self.drills.shift_remove(drill);
            }
            Work::DeleteDrill { drill } => {
                if let Some(drill) = self.drills.get_mut(drill) {
                    drill.status = "error-deleting".into();
                }
            }
            Work::Power { servers, on } => self.end_power(servers, *on, well),
        }
    }

    /// The stable status of a member of this group: protected members follow a protected group.
    fn settled_status(&self, group: Option<&str>) -> String {
        let word = group.and_then(|id| self.groups.get(id)).map(|g| g.status.as_str());
        match word {
            Some(word) if !status::is_transient(word) => word.into(),
            _ => status::AVAILABLE.into(),
        }
    }

    fn pairs_attached_to(&self, instance: &str) -> Vec<String> {
        let attached = |p: &&crate::world::model::Pair| p.attachment.as_ref().is_some_and(|a| a.instance == instance);
        self.pairs.values().filter(attached).map(|p| p.id.clone()).collect()
    }

    fn set_instance(&mut self, id: &str, word: &str) {
        let now = self.now;
        if let Some(instance) = self.instances.get_mut(id) {
            (instance.status, instance.updated_at) = (word.into(), now);
        }
    }

    pub(crate) fn set_pair(&mut self, id: &str, word: &str) {
        let now = self.now;
        if let Some(pair) = self.pairs.get_mut(id) {
            (pair.status, pair.updated_at) = (word.into(), now);
        }
    }

    fn settle_pair(&mut self, id: &str, word: &str) {
        self.set_pair(id, word);
        if let Some(pair) = self.pairs.get_mut(id) {
            let active = word == status::PROTECTED;
            pair.replication_status = if active {
                replication::ACTIVE
            } else {
                replication::INACTIVE
            }
            .into();
        }
    }

    fn drop_instance(&mut self, id: &str, delete_server: bool) {
        let Some(instance) = self.instances.shift_remove(id) else {
            return;
        };
        for pair in self.pairs_attached_to(id) {
            self.pairs.shift_remove(&pair);
        }
        if delete_server {
            self.servers.shift_remove(&instance.target_server);
        }
    }

    fn end_power(&mut self, servers: &[String], on: bool, well: bool) {
        let now = self.now;
        for id in servers {
            let Some(server) = self.servers.get_mut(id) else {
                continue;
            };
            server.task = None;
            server.updated_at = now;
            if well {
                server.status = if on { power::ACTIVE } else { power::SHUTOFF }.into();
            }
        }
    }
}
