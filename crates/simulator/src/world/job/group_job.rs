//! What a group action does to a group, its members and their servers, from acceptance to the end.
//! It must not judge whether the action is allowed; `sdrs::actions` does.

use super::failure::failure_of;
use super::{Failed, GroupAction, Job, JobFate, Member, RoleFlip, SubJob, Work};
use crate::clock::later;
use crate::scenario::Station;
use crate::switches::{FlipTime, RefuseOrAllow, SubJobEntities, SubJobs};
use crate::world::World;
use crate::world::agenda::Event;
use crate::world::model::{power, replication};

/// Sub-jobs begin after this share of the job and end staggered up to `SUB_END`.
const SUB_BEGIN: f64 = 0.1;
const SUB_END: f64 = 0.95;

impl World {
    /// Starts a group action that was found allowed; returns the job id. `to` is where production is afterwards.
    pub(crate) fn start_group_job(
        &mut self,
        group: &str,
        action: GroupAction,
        to: Station,
        fate: JobFate,
    ) -> Option<String> {
        let known = self.groups.get(group)?;
        let (project, from) = (known.project.clone(), known.priority_station);
        let id = self.ids.job(self.now);
        let catch_up = if self.switches.sync_inside_job && action.starts_sync() {
            self.switches.initial_sync_seconds
        } else {
            0.0
        };
        let seconds = fate
            .seconds
            .unwrap_or_else(|| action.seconds(&self.switches) + catch_up);
        let subs = self.sub_jobs(group, action, seconds);
        let entities = vec![("server_group_id".to_owned(), group.to_owned())];
        let job = Job {
            id: id.clone(),
            project,
            job_type: action.job_type().into(),
            work: Work::Group {
                group: group.into(),
                action,
                to,
            },
            entities,
            begin: self.now,
            due: later(self.now, seconds),
            end: None,
            failed: None,
            subs,
            fate,
        };
        let at_start = (self.switches.priority_station_flips == FlipTime::Start).then_some(to);
        self.move_group(group, Some(action.transient()), at_start, &id);
        if let Some(known) = self.groups.get_mut(group) {
            known.job = Some(id.clone());
        }
        self.move_members(group, action.transient(), Some(action.replication_during()), at_start);
        if action == GroupAction::Failover {
            self.set_power(group, from, power::SHUTOFF);
        }
        for server in self.servers_of(group) {
            if let Some(server) = self.servers.get_mut(&server) {
                server.started_at = None;
            }
        }
        Some(self.add_job(job))
    }

    fn sub_jobs(&mut self, group: &str, action: GroupAction, seconds: f64) -> Vec<SubJob> {
        let with_instances = match self.switches.sub_jobs {
            SubJobs::None => return Vec::new(),
            SubJobs::Pairs => false,
            SubJobs::All => true,
            SubJobs::ByAction => !matches!(action, GroupAction::Enable | GroupAction::Disable),
        };
        let mut members: Vec<Member> = self.pairs_of(group).into_iter().map(Member::Pair).collect();
        if with_instances {
            members.extend(self.instances_of(group).into_iter().map(Member::Instance));
        }
        let count = members.len() as f64;
        let by_member = self.switches.sub_job_entities == SubJobEntities::Member;
        members
            .into_iter()
            .enumerate()
            .map(|(index, member)| {
                let (key, id, job_type) = match &member {
                    Member::Pair(id) => ("replication_pair_id", id, action.pair_job_type()),
                    Member::Instance(id) => ("protected_instance_id", id, action.instance_job_type()),
                };
                let mut entities = vec![("server_group_id".to_owned(), group.to_owned())];
                if by_member {
                    entities.push((key.into(), id.clone()));
                }
                let share = SUB_BEGIN + (SUB_END - SUB_BEGIN) * (index as f64 + 1.0) / count;
                SubJob {
                    id: self.ids.job(self.now),
                    job_type: job_type.into(),
                    entities,
                    begin: later(self.now, seconds * SUB_BEGIN),
                    due: later(self.now, seconds * share),
                    end: None,
                    failed: None,
                    member,
                }
            })
            .collect()
    }

    /// Changes what the end of a sub-job changes.
    pub(super) fn end_member(&mut self, member: &Member, action: GroupAction, well: bool) {
        let word = if well { action.success() } else { action.error() };
        let (now, touch) = (self.now, self.switches.updated_at_changes);
        match member {
            Member::Pair(id) => {
                let Some(pair) = self.pairs.get_mut(id) else { return };
                pair.status = word.into();
                pair.replication_status = if well {
                    action.replication_after()
                } else {
                    replication::INACTIVE
                }
                .into();
                pair.failure_detail = (!well).then(|| action.error_code().into());
                if touch {
                    pair.updated_at = now;
                }
            }
            Member::Instance(id) => {
                let Some(instance) = self.instances.get_mut(id) else {
                    return;
                };
                instance.status = word.into();
                if touch {
                    instance.updated_at = now;
                }
            }
        }
    }

    /// Ends a group job; the answer is its failure, if it failed.
    pub(super) fn end_group_job(&mut self, job: &Job, group: &str, action: GroupAction, to: Station) -> Option<Failed> {
        let known = self.groups.get_mut(group)?;
        if known.job.as_deref() != Some(&job.id) {
            // Somebody set another status behind the job's back; it ends without touching the group.
            return None;
        }
        known.job = None;
        if job.fate.without_effect {
            let before = if action == GroupAction::Reverse {
                "protected"
            } else {
                action.allowed_from()[0]
            };
            let during = if before == "protected" {
                replication::ACTIVE
            } else {
                replication::INACTIVE
            };
            self.move_group(group, Some(before), None, &job.id);
            self.move_members(group, before, Some(during), None);
            return None;
        }
        let failed = self.group_failure(job, group, action);
        match &failed {
            None => self.group_success(job, group, action, to),
            Some(failed) => self.group_failed(job, group, action, to, failed),
        }
        failed
    }

    fn group_failure(&self, job: &Job, group: &str, action: GroupAction) -> Option<Failed> {
        if job.fate.fail.is_some() {
            return Some(failure_of(job));
        }
        let strict = self.switches.reverse_server_started == RefuseOrAllow::Refuse;
        let started = |id: &String| self.servers.get(id).is_some_and(|s| s.started_at.is_some());
        if action == GroupAction::Reverse && strict && self.servers_of(group).iter().any(started) {
            return Some(Failed {
                code: action.error_code().into(),
                reason: "A server of the protection group was started during the operation.".into(),
            });
        }
        None
    }

    fn group_success(&mut self, job: &Job, group: &str, action: GroupAction, to: Station) {
        self.move_group(group, Some(action.success()), Some(to), &job.id);
        self.move_members(group, action.success(), Some(action.replication_after()), Some(to));
        let sync = self.switches.initial_sync_seconds;
        let (now, end) = (self.now, later(self.now, sync));
        for id in self.pairs_of(group) {
            let Some(pair) = self.pairs.get_mut(&id) else { continue };
            pair.failure_detail = None;
            pair.sync = None;
            if action == GroupAction::Reprotect {
                pair.fault_level = "0".into();
            }
            if action.starts_sync() && sync > 0.0 && !self.switches.sync_inside_job {
                pair.sync = Some((now, end));
                pair.replication_status = replication::COPYING.into();
                self.agenda.add(end, Event::SyncEnd { pair: id });
            }
        }
        if action == GroupAction::Failover && self.switches.failover_starts_servers {
            self.set_power(group, to, power::ACTIVE);
        }
    }

    fn group_failed(&mut self, job: &Job, group: &str, action: GroupAction, to: Station, failed: &Failed) {
        let roles = job.fate.fail.as_ref().map(|f| f.roles).unwrap_or_default();
        let flips = action.moves_production()
            && match roles {
                RoleFlip::Default => self.switches.failed_job_flips,
                RoleFlip::All => true,
                RoleFlip::None | RoleFlip::Partial => false,
            };
        let back = match (flips, self.switches.priority_station_flips) {
            (true, _) => Some(to),
            (false, FlipTime::Start) if action.moves_production() => Some(to.other()),
            (false, _) => None,
        };
        self.move_group(group, Some(action.error()), back, &job.id);
        self.move_members(group, action.error(), None, back);
        for id in self.pairs_of(group) {
            if let Some(pair) = self.pairs.get_mut(&id) {
                pair.failure_detail = Some(failed.reason.clone());
            }
        }
        let flipped = (roles == RoleFlip::Partial).then_some(to);
        if flipped.is_some() || !self.switches.members_fail_together {
            self.keep_what_was_done(job, action, flipped);
        }
    }

    /// Gives the members whose sub-job ended well the status, and perhaps the role, of a success.
    fn keep_what_was_done(&mut self, job: &Job, action: GroupAction, role: Option<Station>) {
        for sub in job.subs.iter().filter(|sub| sub.failed.is_none() && sub.end.is_some()) {
            let (status, station) = match &sub.member {
                Member::Pair(id) => {
                    let Some(pair) = self.pairs.get_mut(id) else { continue };
                    pair.failure_detail = None;
                    (&mut pair.status, &mut pair.priority_station)
                }
                Member::Instance(id) => {
                    let Some(instance) = self.instances.get_mut(id) else {
                        continue;
                    };
                    (&mut instance.status, &mut instance.priority_station)
                }
            };
            *status = action.success().into();
            *station = role.unwrap_or(*station);
        }
    }

    /// Changes the status of all members of a group, and what else is given.
    pub(crate) fn move_members(
        &mut self,
        group: &str,
        status: &str,
        replication: Option<&str>,
        station: Option<Station>,
    ) {
        let (now, touch) = (self.now, self.switches.updated_at_changes);
        for instance in self.instances.values_mut().filter(|i| i.group == group) {
            let changes = instance.status != status || station.is_some_and(|s| s != instance.priority_station);
            instance.status = status.into();
            instance.priority_station = station.unwrap_or(instance.priority_station);
            if changes && touch {
                instance.updated_at = now;
            }
        }
        for pair in self.pairs.values_mut().filter(|p| p.group == group) {
            let changes = pair.status != status || station.is_some_and(|s| s != pair.priority_station);
            pair.status = status.into();
            pair.priority_station = station.unwrap_or(pair.priority_station);
            if let Some(word) = replication {
                pair.replication_status = word.into();
            }
            if changes && touch {
                pair.updated_at = now;
            }
        }
    }
}
