//! The facts that check steps ask for: are the servers of a site stopped?
//! It must not let a fact hold on anything but a reading of every server; where nobody can tell, it words the question to the person.

use super::servers::{Power, Reading};
use crate::obstacles::SERVERS_RUNNING;
use stationmaster_engine::{Fact, Station, text};

/// All servers of the site where production runs are stopped, and none of the other site runs: SDRS wants the first for a planned
/// failover, its console since 2023 both.
pub(crate) const ACTIVE_STOPPED: &str = "ActiveSiteServersStopped";

/// All servers of the site that a reprotect overwrites are stopped.
pub(crate) const STANDBY_STOPPED: &str = "StandbySiteServersStopped";

/// So many servers are written out in a message.
const NAMED: usize = 8;

/// Messages and questions are kept to so many bytes, as everywhere.
const LONGEST: usize = 1000;

/// The fact of a planned failover.
pub(crate) fn active_stopped(active: Station, readings: &[Reading]) -> Fact {
    let (ours, others): (Vec<&Reading>, Vec<&Reading>) = readings.iter().partition(|r| r.site == active);
    if let Some(list) = running(&ours) {
        let also = running(&others)
            .map(|list| format!("; at the other site too: {list}"))
            .unwrap_or_default();
        let message = format!("stop the servers at the active site ({active}) first: {list}{also}");
        return Fact::Fails {
            reason: SERVERS_RUNNING,
            message: bounded(message),
        };
    }
    if let Some(list) = running(&others) {
        let site = active.other();
        let message =
            format!("the servers at the active site are stopped, but servers at the other site ({site}) run: {list}");
        return Fact::Fails {
            reason: SERVERS_RUNNING,
            message: bounded(message),
        };
    }
    unclear(readings.iter()).unwrap_or(Fact::Holds)
}

/// The fact of a reprotect.
pub(crate) fn standby_stopped(active: Station, readings: &[Reading]) -> Fact {
    let site = active.other();
    let theirs: Vec<&Reading> = readings.iter().filter(|r| r.site == site).collect();
    if let Some(list) = running(&theirs) {
        let message = format!("the site {site} is overwritten; stop its servers first: {list}");
        return Fact::Fails {
            reason: SERVERS_RUNNING,
            message: bounded(message),
        };
    }
    unclear(theirs.into_iter()).unwrap_or(Fact::Holds)
}

/// Nobody can tell: the question to the person.
pub(crate) fn ask(site: Station, zone: Option<&str>, why: &str, ids: &[String]) -> Fact {
    let zone = zone.map(|zone| format!(", {zone}")).unwrap_or_default();
    let list = named(ids.iter().map(String::as_str));
    let question = format!("Are all servers of the site {site}{zone} stopped? {why} Servers: {list}");
    Fact::CannotTell {
        question: bounded(question),
    }
}

fn running(readings: &[&Reading]) -> Option<String> {
    let running: Vec<String> = readings
        .iter()
        .filter_map(|r| match &r.power {
            Power::Running(word) => Some(format!("{}{} ({word})", r.id, named_as(r))),
            Power::Stopped | Power::Unclear(_) => None,
        })
        .collect();
    (!running.is_empty()).then(|| named(running.iter().map(String::as_str)))
}

fn unclear<'a>(readings: impl Iterator<Item = &'a Reading>) -> Option<Fact> {
    let unclear: Vec<String> = readings
        .filter_map(|r| match &r.power {
            Power::Unclear(why) => Some(format!("{} at {}: {why}", r.id, r.site)),
            Power::Stopped | Power::Running(_) => None,
        })
        .collect();
    let list = named(unclear.iter().map(String::as_str));
    (!unclear.is_empty()).then(|| Fact::CannotTell {
        question: bounded(format!("Are these servers stopped? ECS does not tell: {list}")),
    })
}

/// At most [`LONGEST`] bytes.
fn bounded(text: String) -> String {
    text::cut(LONGEST, text)
}

fn named_as(reading: &Reading) -> String {
    reading
        .name
        .as_deref()
        .map(|name| format!(" {name}"))
        .unwrap_or_default()
}

fn named<'a>(all: impl ExactSizeIterator<Item = &'a str>) -> String {
    let total = all.len();
    let mut list = all.take(NAMED).collect::<Vec<_>>().join(", ");
    if total > NAMED {
        list.push_str(&format!(" and {} more", total - NAMED));
    }
    if total == 0 {
        list.push_str("not known");
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(id: &str, site: Station, power: Power) -> Reading {
        Reading {
            id: id.to_owned(),
            name: None,
            site,
            power,
        }
    }

    fn run() -> Power {
        Power::Running("ACTIVE".to_owned())
    }

    fn unclear() -> Power {
        Power::Unclear("HTTP 404".to_owned())
    }

    use Station::{Source, Target};

    #[test]
    fn it_holds_only_when_every_server_is_known_to_be_stopped() {
        let stopped = [
            reading("a", Source, Power::Stopped),
            reading("b", Target, Power::Stopped),
        ];
        assert_eq!(active_stopped(Source, &stopped), Fact::Holds);
        for (at, power) in [(0, run()), (1, run()), (0, unclear()), (1, unclear())] {
            let mut readings = stopped.clone();
            readings[at].power = power;
            assert_ne!(active_stopped(Source, &readings), Fact::Holds, "{readings:?}");
        }
    }

    #[test]
    fn both_sites_are_named_when_both_run() {
        let both = [reading("a", Source, run()), reading("b", Target, run())];
        let Fact::Fails { reason, message } = active_stopped(Target, &both) else {
            panic!("does not fail")
        };
        assert_eq!(reason, SERVERS_RUNNING);
        assert_eq!(
            message,
            "stop the servers at the active site (target) first: b (ACTIVE); at the other site too: a (ACTIVE)"
        );
    }

    #[test]
    fn a_running_server_counts_for_more_than_an_unclear_one() {
        let mixed = [reading("a", Source, unclear()), reading("b", Source, run())];
        assert!(matches!(active_stopped(Source, &mixed), Fact::Fails { .. }));
    }

    #[test]
    fn production_may_run_while_the_other_site_is_overwritten() {
        let readings = [reading("a", Source, Power::Stopped), reading("b", Target, run())];
        assert_eq!(standby_stopped(Target, &readings), Fact::Holds);
        assert!(matches!(standby_stopped(Source, &readings), Fact::Fails { .. }));
        let lost = [reading("a", Source, unclear()), reading("b", Target, run())];
        assert!(matches!(standby_stopped(Target, &lost), Fact::CannotTell { .. }));
    }

    #[test]
    fn no_text_is_longer_than_it_may_be() {
        let long = |power: &Power| -> Vec<Reading> {
            let id = |n: usize| format!("{n:036}");
            (0..20)
                .map(|n| Reading {
                    id: id(n),
                    name: Some("ä".repeat(32)),
                    site: [Source, Target][n % 2],
                    power: power.clone(),
                })
                .collect()
        };
        for power in [run(), Power::Unclear("ä".repeat(256))] {
            for fact in [
                active_stopped(Source, &long(&power)),
                standby_stopped(Source, &long(&power)),
            ] {
                let text = match fact {
                    Fact::Fails { message, .. } => message,
                    Fact::CannotTell { question } => question,
                    Fact::Holds => panic!("holds"),
                };
                assert!(text.len() <= LONGEST, "{}", text.len());
            }
        }
    }

    #[test]
    fn a_question_names_the_servers_but_not_without_end() {
        let ids: Vec<String> = (0..11).map(|n| format!("s{n}")).collect();
        let Fact::CannotTell { question } = ask(Source, Some("eu-de-01"), "No ECS endpoint is set.", &ids) else {
            panic!()
        };
        assert_eq!(
            question,
            "Are all servers of the site source, eu-de-01 stopped? No ECS endpoint is set. \
             Servers: s0, s1, s2, s3, s4, s5, s6, s7 and 3 more"
        );
    }
}
