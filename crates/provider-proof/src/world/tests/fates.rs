//! What becomes of jobs, and of what people do at the console meanwhile.
//! It must not leave out a fate.

use super::*;
use crate::{Fate, Jobs};
use OperationType::{Failover, PlannedFailover, Reprotect};
use stationmaster_engine::{ActiveStation, JobReport, JobStatus, LostCall, Phase, Station};

/// A planned failover with a fate, ended; its job.
fn fated(jobs: Jobs, fate: Fate) -> (World, JobReport) {
    let mut world = world(Variant {
        jobs,
        ..Variant::sdrs()
    });
    world.object_mut(G).unwrap().fates.push_back(fate);
    assert!(done(&mut world, PlannedFailover, "go").executed);
    let report = world.poll("reverse-server-group", PlannedFailover, "job-1").unwrap();
    (world, report)
}

#[test]
fn each_fate_shows_itself() {
    let error = At::Error(PlannedFailover);
    let cases = [
        (Fate::Succeeds, At::Protected, Station::Target, "SUCCESS"),
        (Fate::Fails, error, Station::Source, "FAIL"),
        (Fate::FailsButFlips, At::Protected, Station::Target, "FAIL"),
        (Fate::SucceedsWithoutEffect, At::Protected, Station::Source, "SUCCESS"),
        (Fate::Stalls, At::Working(PlannedFailover), Station::Source, "RUNNING"),
        (Fate::IsForgotten, At::Protected, Station::Target, ""),
        (Fate::SaysAnOddWord, At::Protected, Station::Target, "PONDERING"),
        (Fate::IsOfAnotherType, At::Protected, Station::Target, "SUCCESS"),
        (Fate::PartOfItFails, error, Station::Source, "FAIL"),
    ];
    for (fate, wanted, station, word) in cases {
        let (world, report) = fated(Jobs::One, fate);
        assert_eq!(at(&world), wanted, "{fate:?}");
        assert_eq!(world.object(G).unwrap().station, station, "{fate:?}");
        assert_eq!(report.provider_status, word, "{fate:?}");
        assert_eq!(report.expected_type, fate != Fate::IsOfAnotherType, "{fate:?}");
        assert_eq!(report.status == JobStatus::Gone, fate == Fate::IsForgotten);
        let after = (fate != Fate::Stalls).then_some(station);
        assert_eq!(world.journal()[0].after, after, "{fate:?}");
    }
}

#[test]
fn a_part_that_fails_leaves_members_that_disagree() {
    let (mut world, report) = fated(Jobs::Dag, Fate::PartOfItFails);
    assert_eq!(seen(&world).active, ActiveStation::Mixed);
    assert_eq!(seen(&world).phase, Phase::Faulted(Some(PlannedFailover)));
    assert_eq!((report.sub_jobs_total, report.sub_jobs_failed), (4, 1));
    assert!(matches!(report.sub_jobs[0].status, JobStatus::Failed { .. }));
    // A repeat that goes well brings them together.
    assert!(done(&mut world, PlannedFailover, "again").executed);
    assert_eq!(seen(&world).active, ActiveStation::Target);
}

#[test]
fn parts_wait_for_one_another_and_end_with_their_job() {
    let (_, report) = fated(Jobs::Dag, Fate::Succeeds);
    assert_eq!((report.sub_jobs.len(), report.sub_jobs_failed), (4, 0));
    let commit = report.sub_jobs.iter().find(|p| p.name == "commit").unwrap();
    assert_eq!(commit.depends_on, ["job-1-2", "job-1-3"]);
    assert!(report.sub_jobs.iter().all(|p| p.status == JobStatus::Succeeded));
}

#[test]
fn work_without_an_id_takes_its_time_and_names_nothing() {
    let mut world = world(Variant {
        jobs: Jobs::Unnamed,
        ..Variant::sdrs()
    });
    let call = request(&world, Failover, "x");
    assert_eq!(world.deliver(&call), Delivered::done(Vec::new()));
    assert_eq!(at(&world), At::Working(Failover));
    let report = world.poll("failover-server-group", Failover, "job-1").unwrap();
    assert_eq!(report.status, JobStatus::Gone, "nobody was told this id");
    pass(&mut world, 20);
    assert_eq!(at(&world), At::FailedOver);
}

#[test]
fn what_works_at_once_has_worked_when_it_answers() {
    let mut world = world(Variant {
        jobs: Jobs::AtOnce,
        ..Variant::sdrs()
    });
    let call = request(&world, Failover, "x");
    assert_eq!(world.deliver(&call), Delivered::done(Vec::new()));
    assert_eq!(at(&world), At::FailedOver);
    assert_eq!(world.next_event(), None);
    world.object_mut(G).unwrap().fates.push_back(Fate::Fails);
    done(&mut world, Reprotect, "re");
    assert_eq!(at(&world), At::Error(Reprotect));
}

#[test]
fn somebody_who_takes_over_at_the_console_ends_the_power_of_a_job() {
    let mut world = world(Variant::sdrs());
    let call = request(&world, PlannedFailover, "go");
    world.deliver(&call);
    world.console_reprotect(G);
    pass(&mut world, 60);
    assert_eq!(world.object(G).unwrap().station, Station::Source);
    assert_eq!(world.object(G).unwrap().foreign_changes, 1);
}

#[test]
fn the_console_re_arms_what_was_spent() {
    let mut world = world(Variant::sdrs());
    let call = request(&world, Failover, "fail");
    world.deliver(&call);
    pass(&mut world, 30);
    world.console_reprotect(G);
    assert!(world.deliver(&call).executed);
}

#[test]
fn a_job_of_the_console_is_foreign_and_can_be_found() {
    let mut world = world(Variant {
        finds_jobs: true,
        ..Variant::sdrs()
    });
    let asked = request(&world, PlannedFailover, "go");
    assert!(!world.console_begin(G, Reprotect));
    assert!(world.console_begin(G, PlannedFailover));
    assert!(world.journal()[0].foreign());
    let lost = |request, held: &[&str]| LostCall {
        request,
        held_jobs: held.iter().map(|id| (*id).to_owned()).collect(),
    };
    let found = world.find(&lost(asked.clone(), &[])).unwrap();
    assert_eq!((found.id.as_str(), found.expected_type), ("job-1", true));
    pass(&mut world, 30);
    assert_eq!(world.object(G).unwrap().station, Station::Target);
    let recorded_at = later(asked.recorded_at, 1);
    let after = CallRequest {
        recorded_at,
        ..asked.clone()
    };
    assert_eq!(world.find(&lost(after.clone(), &[])), None);
    world.clock_leads = true;
    assert_eq!(world.find(&lost(after.clone(), &[])).unwrap().id, "job-1");
    assert_eq!(world.find(&lost(after, &["job-1"])), None, "another call has it");
    let object = "g2".to_owned();
    assert_eq!(world.find(&lost(CallRequest { object, ..asked }, &[])), None);
}
