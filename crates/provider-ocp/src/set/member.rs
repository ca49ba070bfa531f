//! The pairs of a set as members of a group: their name, where each runs, how it stands, the worst first.
//! It must not leave a bad one out because there are many.

use super::lag::{Lag, of_pair};
use super::role::Sight;
use super::stand::Seen;
use jiff::Timestamp;
use stationmaster_engine::{ActiveStation, Station, text};

/// One pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The tenant's name, where a database shows it, else its ids at OCP.
    pub name: String,
    /// Where its production runs.
    pub station: ActiveStation,
    /// The roles, and what is wrong; at most 200 bytes.
    pub state: String,
    /// How far the other side is behind, in seconds, rounded up.
    pub lag_seconds: Option<u64>,
    /// Whether the primary is not read, so that the lag is an upper bound.
    pub at_most: bool,
}

/// The members, the worst first: those without one clear station, those elsewhere than most, those that cannot be read, those that are behind.
pub(crate) fn members(pairs: &[Seen], now: Timestamp) -> Vec<Member> {
    let at = |station: Station| pairs.iter().filter(|seen| seen.active() == station.into()).count();
    let most = if at(Station::Target) > at(Station::Source) {
        Station::Target
    } else {
        Station::Source
    };
    let mut ranked: Vec<(u8, std::cmp::Reverse<u64>, Member)> = pairs
        .iter()
        .map(|seen| {
            let member = member(seen, now);
            (
                rank(seen, most),
                std::cmp::Reverse(member.lag_seconds.unwrap_or(u64::MAX)),
                member,
            )
        })
        .collect();
    ranked.sort_by(|a, b| (a.0, a.1, &a.2.name).cmp(&(b.0, b.1, &b.2.name)));
    ranked.into_iter().map(|(_, _, member)| member).collect()
}

fn rank(seen: &Seen, most: Station) -> u8 {
    match seen.active().known() {
        None if seen.active() == ActiveStation::Both => 0,
        None => 1,
        Some(station) if station != most => 2,
        Some(_) if !seen.replicates() => 3,
        Some(_) if [&seen.source, &seen.target].iter().any(|sight| sight.shown().is_none()) => 4,
        Some(_) => 5,
    }
}

fn member(seen: &Seen, now: Timestamp) -> Member {
    let lag = of_pair(seen, now);
    let shown = [&seen.source, &seen.target].into_iter().find_map(Sight::shown);
    let name = match shown {
        Some(shown) => text::word(128, &shown.name),
        None => format!("{}>{}", seen.pair.source, seen.pair.target),
    };
    Member {
        name,
        station: seen.active(),
        state: text::cut(200, format!("{}/{}", side(&seen.source), side(&seen.target))),
        lag_seconds: lag.map(|lag| seconds(lag.length())),
        at_most: matches!(lag, Some(Lag::AtMost(_))),
    }
}

/// Whole seconds, rounded up: what could be lost is never told as less.
pub(crate) fn seconds(length: std::time::Duration) -> u64 {
    length.as_secs() + u64::from(length.subsec_nanos() > 0)
}

fn side(sight: &Sight) -> String {
    match sight {
        Sight::Shown(shown) if shown.at_rest() => shown.role.as_str().to_owned(),
        Sight::Shown(shown) => format!(
            "{} ({}, {})",
            shown.role.as_str(),
            text::word(40, &shown.status),
            text::word(40, &shown.switchover_status)
        ),
        Sight::Gone => "gone".to_owned(),
        Sight::Dark { why, .. } => format!("not read: {}", text::word(80, why)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::role::Role;
    use super::super::stand::tests::{dark, pair, shown};
    use super::*;

    #[test]
    fn the_worst_comes_first_and_none_is_left_out() {
        let scn = |role, seconds: u64| {
            let mut sight = shown(role, 1);
            if let Sight::Shown(shown) = &mut sight {
                shown.name = format!("t{seconds}");
                shown.sync_scn -= seconds * 1_000_000_000;
            }
            sight
        };
        let set = [
            pair(1, scn(Role::Primary, 0), scn(Role::Standby, 1)),
            pair(2, scn(Role::Primary, 0), scn(Role::Standby, 30)),
            pair(3, scn(Role::Standby, 3), scn(Role::Primary, 0)),
            pair(4, scn(Role::Primary, 4), scn(Role::Primary, 4)),
            pair(5, dark(None), dark(None)),
            pair(6, scn(Role::Primary, 6), Sight::Gone),
        ];
        let members = members(&set, "2024-01-01T00:00:00Z".parse().unwrap());
        let order: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
        assert_eq!(order, ["t4", "5>105", "t3", "t6", "t0", "t0"]);
        assert_eq!((members[4].lag_seconds, members[5].lag_seconds), (Some(30), Some(1)));
        assert_eq!(members[3].state, "PRIMARY/gone");
        assert!(members[1].state.contains("not read: no answer"));
    }

    #[test]
    fn a_part_of_a_second_is_a_whole_one() {
        assert_eq!(seconds(std::time::Duration::from_millis(1)), 1);
        assert_eq!(seconds(std::time::Duration::from_secs(2)), 2);
        assert_eq!(seconds(std::time::Duration::ZERO), 0);
    }
}
