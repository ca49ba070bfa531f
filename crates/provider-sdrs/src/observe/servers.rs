//! Whether servers are stopped, which SDRS does not tell and ECS does (`docs/vendors/sdrs.md#servers`).
//! It must not say that a server is stopped unless ECS said so of that very server.

use crate::client::{Client, Read, Service};
use crate::wire::{Instance, OneServer, Server};
use futures::{StreamExt, stream};
use stationmaster_engine::Station;
use std::time::Duration;
use tokio::time::Instant;

/// So many servers are asked for at the same time.
const AT_ONCE: usize = 8;

/// For so long ECS is waited for in one reading of a group: a forced failover, which needs no server's state, must not wait for it.
const PATIENCE: Duration = Duration::from_secs(10);

/// One server of the group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    /// At which site it is.
    pub(crate) site: Station,
    pub(crate) power: Power,
}

/// How a server stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Power {
    /// `SHUTOFF`, with nothing going on.
    Stopped,
    /// Anything else that is known; the word.
    Running(String),
    /// Not known, and why.
    Unclear(String),
}

/// The sites' availability zones, which never change.
#[derive(Clone, Copy)]
pub(crate) struct Zones<'a> {
    pub(crate) source: Option<&'a str>,
    pub(crate) target: Option<&'a str>,
}

/// The servers of the instances with the site where the instance says they are.
pub(crate) fn servers_of(instances: &[Instance]) -> Vec<(String, Station)> {
    let sides = |instance: &Instance| {
        let side = |id: &Option<String>, site| id.clone().filter(|id| !id.is_empty()).map(|id| (id, site));
        [
            side(&instance.source_server, Station::Source),
            side(&instance.target_server, Station::Target),
        ]
    };
    instances.iter().flat_map(sides).flatten().collect()
}

/// Asks ECS for each server: first for one alone, because wrong credentials that are tried by many at once are locked, for SDRS too
/// (`docs/vendors/sdrs.md#signature`). There must be an ECS endpoint.
pub(crate) async fn read(client: &Client, servers: Vec<(String, Station)>, zones: Zones<'_>) -> Vec<Reading> {
    let until = Instant::now() + PATIENCE;
    let one = |(id, told): (String, Station)| async move {
        let path = ["cloudservers", id.as_str()];
        let read = Read {
            service: Service::Ecs,
            ..Read::of_sdrs("ShowServer", "reading a server from ECS", &path)
        };
        let why = match tokio::time::timeout_at(until, client.read::<OneServer>(&read)).await {
            Ok(Ok(answer)) => return reading(id, told, answer.server, zones),
            Ok(Err(problem)) => problem.fault.message,
            Err(_) => format!("ECS did not answer within {} s", PATIENCE.as_secs()),
        };
        unclear(id, told, why)
    };
    let mut rest = servers.into_iter();
    let Some(first) = rest.next() else {
        return Vec::new();
    };
    let first = one(first).await;
    let refused = !client.session.gates.ecs.clean();
    let others: Vec<Reading> = match &first.power {
        Power::Unclear(why) if refused => rest.map(|(id, told)| unclear(id, told, why.clone())).collect(),
        _ => stream::iter(rest).map(one).buffered(AT_ONCE).collect().await,
    };
    std::iter::once(first).chain(others).collect()
}

/// A server of which ECS told nothing.
fn unclear(id: String, told: Station, why: String) -> Reading {
    Reading {
        id,
        name: None,
        site: told,
        power: Power::Unclear(why),
    }
}

/// One answer. Whether `source_server` and `target_server` swap with the roles is not documented; the zone of the server tells its site.
fn reading(id: String, told: Station, server: Server, zones: Zones<'_>) -> Reading {
    let site = match server.availability_zone.as_deref() {
        Some(zone) if Some(zone) == zones.source && Some(zone) != zones.target => Station::Source,
        Some(zone) if Some(zone) == zones.target && Some(zone) != zones.source => Station::Target,
        _ => told,
    };
    let power = match (server.status.as_deref(), server.task_state.as_deref()) {
        (Some("SHUTOFF"), None | Some("")) => Power::Stopped,
        (Some("SHUTOFF"), Some(task)) => Power::Running(format!("SHUTOFF, but {task}")),
        (
            Some(
                word @ ("ACTIVE" | "BUILD" | "REBOOT" | "HARD_REBOOT" | "REBUILD" | "MIGRATING" | "RESIZE"
                | "VERIFY_RESIZE" | "REVERT_RESIZE" | "PAUSED" | "SUSPENDED"),
            ),
            _,
        ) => Power::Running(word.to_owned()),
        (Some(word), _) => Power::Unclear(format!("its status is {word}")),
        (None, _) => Power::Unclear("ECS tells no status".to_owned()),
    };
    Reading {
        id,
        name: server.name,
        site,
        power,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONES: Zones<'_> = Zones {
        source: Some("eu-de-01"),
        target: Some("eu-de-02"),
    };

    fn server(status: Option<&str>, task: Option<&str>, zone: Option<&str>) -> Server {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Server {
            name: None,
            status: own(status),
            task_state: own(task),
            availability_zone: own(zone),
        }
    }

    fn power(status: Option<&str>, task: Option<&str>) -> Power {
        reading("s".into(), Station::Source, server(status, task, None), ZONES).power
    }

    #[test]
    fn only_shutoff_at_rest_is_stopped() {
        assert_eq!(power(Some("SHUTOFF"), None), Power::Stopped);
        for (status, task) in [
            (Some("SHUTOFF"), Some("powering-on")),
            (Some("ACTIVE"), None),
            (Some("PAUSED"), None),
        ] {
            assert!(matches!(power(status, task), Power::Running(_)), "{status:?}");
        }
        for status in [None, Some("ERROR"), Some("shutoff"), Some("DELETED"), Some("")] {
            assert!(matches!(power(status, None), Power::Unclear(_)), "{status:?}");
        }
    }

    #[test]
    fn the_zone_tells_the_site_where_the_instance_is_wrong() {
        let site = |zone| reading("s".into(), Station::Source, server(Some("SHUTOFF"), None, zone), ZONES).site;
        assert_eq!(site(Some("eu-de-02")), Station::Target);
        assert_eq!(site(Some("eu-de-01")), Station::Source);
        assert_eq!(site(Some("eu-de-03")), Station::Source);
        assert_eq!(site(None), Station::Source);
    }
}
