//! Where production of a set runs, and in which position it is, from what each database shows of its tenants.
//! It must not name a station that a tenant contradicts, nor let what cannot be read change what the set's position is called.

use super::Pair;
use super::role::{Role, Shown, Sight, Switching};
use sha2::{Digest, Sha256};
use stationmaster_engine::{ActiveStation, Phase, Station, text};

/// One pair as it is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) pair: Pair,
    pub(crate) source: Sight,
    pub(crate) target: Sight,
}

impl Seen {
    pub(crate) fn at(&self, station: Station) -> &Sight {
        match station {
            Station::Source => &self.source,
            Station::Target => &self.target,
        }
    }

    fn shown(&self) -> impl Iterator<Item = &Shown> {
        [&self.source, &self.target].into_iter().filter_map(Sight::shown)
    }

    /// Where production of the pair runs. A standby whose other side cannot be read has its primary there, if anywhere: it could not be a
    /// standby else, and a dead site must not move what the other one shows.
    pub(crate) fn active(&self) -> ActiveStation {
        use Role::{Primary, Standby};
        match (self.source.role(), self.target.role()) {
            (Some(Primary), Some(Primary)) => ActiveStation::Both,
            (Some(Role::Unknown), _) | (_, Some(Role::Unknown)) => ActiveStation::Unknown,
            (Some(Primary), _) => ActiveStation::Source,
            (_, Some(Primary)) => ActiveStation::Target,
            (Some(Standby), Some(Standby)) => ActiveStation::None,
            (Some(Standby), None) => orphan(&self.target, Station::Target),
            (None, Some(Standby)) => orphan(&self.source, Station::Source),
            _ => ActiveStation::Unknown,
        }
    }

    /// Whether a standby follows where production runs, as far as is known.
    pub(crate) fn replicates(&self) -> bool {
        let standby = self.active().known().map(|station| self.at(station.other()));
        standby
            .and_then(Sight::last)
            .is_some_and(|last| last.role == Role::Standby)
    }

    /// The two roles in one word, source first. One that cannot be read is called what the other side says it must be, or what it was.
    fn word(&self) -> String {
        let word = |station: Station| match (self.at(station), self.at(station.other()).role()) {
            (Sight::Shown(shown), _) => shown.role.as_str(),
            (Sight::Dark { .. }, Some(Role::Standby)) => Role::Primary.as_str(),
            (Sight::Dark { .. }, Some(Role::Primary)) if self.replicates() => Role::Standby.as_str(),
            _ => "-",
        };
        format!("{}/{}", word(Station::Source), word(Station::Target))
    }
}

/// Where production of a standby runs whose other side is not shown.
fn orphan(other: &Sight, station: Station) -> ActiveStation {
    match other {
        Sight::Dark { .. } => station.into(),
        // There is no primary any more.
        Sight::Gone | Sight::Shown(_) => ActiveStation::None,
    }
}

/// Where production of the set runs: what all pairs agree on.
pub(crate) fn active(pairs: &[Seen]) -> ActiveStation {
    let mut stations = pairs.iter().map(Seen::active);
    let Some(first) = stations.next() else {
        return ActiveStation::Unknown;
    };
    let stations: Vec<ActiveStation> = std::iter::once(first).chain(stations).collect();
    let known: Vec<&ActiveStation> = stations
        .iter()
        .filter(|station| **station != ActiveStation::Unknown)
        .collect();
    let agree = known.windows(2).all(|two| two[0] == two[1]);
    match agree {
        _ if stations.contains(&ActiveStation::Both) => ActiveStation::Both,
        true if known.len() == stations.len() => first,
        true => ActiveStation::Unknown,
        false => ActiveStation::Mixed,
    }
}

/// What the set's position means.
pub(crate) fn phase(pairs: &[Seen]) -> Phase {
    let shown = || pairs.iter().flat_map(Seen::shown);
    if shown().any(|shown| shown.role == Role::Unknown || shown.switching == Switching::Unknown) {
        return Phase::Unknown;
    }
    if shown().any(|shown| !shown.at_rest() || shown.role == Role::Restoring) {
        return Phase::Changing(None);
    }
    let alone = |seen: &Seen| matches!(seen.active(), ActiveStation::Both) || !seen.replicates();
    match active(pairs) {
        ActiveStation::Unknown => Phase::Unknown,
        ActiveStation::Source | ActiveStation::Target if pairs.iter().all(Seen::replicates) => Phase::Protected,
        ActiveStation::Source | ActiveStation::Target => Phase::FailedOver,
        // The old primaries are back beside the new ones.
        ActiveStation::Both if pairs.iter().all(alone) => Phase::FailedOver,
        ActiveStation::None | ActiveStation::Both | ActiveStation::Mixed => Phase::Faulted(None),
    }
}

/// So much of a word that is not documented is told, in bytes.
const STRANGE: usize = 40;

/// The set's status word: the roles where all pairs have the same, and the first word that is not documented; at most 64 bytes.
pub(crate) fn word(pairs: &[Seen]) -> String {
    let words: Vec<String> = pairs.iter().map(Seen::word).collect();
    let same = words.windows(2).all(|two| two[0] == two[1]);
    let word = match words.first() {
        None => "-/-".to_owned(),
        Some(first) if same => first.clone(),
        // Which pairs differ is part of the position.
        Some(_) => format!("MIXED {}", &digest(&words)[..8]),
    };
    let shown = || pairs.iter().flat_map(Seen::shown);
    if let Some(strange) = shown().find_map(Shown::strange) {
        return format!("{word} {}", text::word(STRANGE, strange));
    }
    let moving = shown().any(|shown| shown.switching != Switching::No);
    if moving { format!("{word} SWITCHING") } else { word }
}

/// What each change of a role moves: the epochs where production does not run, because that is what can be read when the other side is dead.
/// None where one of them is not known.
pub(crate) fn revision(pairs: &[Seen]) -> Option<String> {
    let stations = match active(pairs).known() {
        Some(station) => vec![station.other()],
        None => vec![Station::Source, Station::Target],
    };
    let of = |seen: &Seen| {
        let epoch = |station: Station| match seen.at(station) {
            Sight::Gone => Some("-".to_owned()),
            sight => sight.last().map(|last| last.epoch.to_string()),
        };
        let epochs: Option<Vec<String>> = stations.iter().map(|station| epoch(*station)).collect();
        Some(format!("{}:{}", seen.pair.source, epochs?.join("/")))
    };
    let epochs: Option<Vec<String>> = pairs.iter().map(of).collect();
    Some(digest(&epochs?)[..24].to_owned())
}

fn digest(words: &[String]) -> String {
    hex::encode(Sha256::digest(words.join("\n")))
}

#[cfg(test)]
pub(crate) mod tests;
