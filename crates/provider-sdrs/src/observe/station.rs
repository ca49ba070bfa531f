//! Where production runs, from `priority_station` of the group and its members (`docs/vendors/sdrs.md#stations`).
//! It must not name a station that a member contradicts, nor one while production is being moved.

use super::status::Status;
use crate::wire::{Instance, Pair};
use stationmaster_engine::{ActiveStation, Station};

/// A station by the provider's word.
pub(crate) fn station(word: Option<&str>) -> Option<Station> {
    match word {
        Some("source") => Some(Station::Source),
        Some("target") => Some(Station::Target),
        _ => None,
    }
}

/// Where production runs as far as the group itself tells.
pub(crate) fn of_group(status: Status, word: Option<&str>) -> ActiveStation {
    match station(word) {
        Some(station) if !status.moving() && status != Status::Unknown => station.into(),
        _ => ActiveStation::Unknown,
    }
}

/// The same with the members heard: one that names another station makes it `Mixed`, one with an unknown word `Unknown`. A member that
/// says nothing contradicts nothing.
pub(crate) fn with_members(group: ActiveStation, instances: &[Instance], pairs: &[Pair]) -> ActiveStation {
    let Some(active) = group.known() else { return group };
    let words = instances
        .iter()
        .map(|i| &i.priority_station)
        .chain(pairs.iter().map(|p| &p.priority_station));
    let mut heard = group;
    for word in words.flatten() {
        match station(Some(word)) {
            Some(station) if station == active => {}
            Some(_) => return ActiveStation::Mixed,
            None => heard = ActiveStation::Unknown,
        }
    }
    heard
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(word: Option<&str>) -> Pair {
        Pair {
            priority_station: word.map(str::to_owned),
            ..Pair::default()
        }
    }

    #[test]
    fn a_member_that_contradicts_makes_it_mixed() {
        let group = of_group(Status::Protected, Some("source"));
        assert_eq!(group, ActiveStation::Source);
        let with = |words: &[Option<&str>]| {
            let pairs: Vec<Pair> = words.iter().map(|word| pair(*word)).collect();
            with_members(group, &[], &pairs)
        };
        assert_eq!(with(&[Some("source"), None]), ActiveStation::Source);
        assert_eq!(with(&[Some("source"), Some("target")]), ActiveStation::Mixed);
        assert_eq!(with(&[Some("both")]), ActiveStation::Unknown);
        let instance = Instance {
            priority_station: Some("target".to_owned()),
            ..Instance::default()
        };
        assert_eq!(with_members(group, &[instance], &[]), ActiveStation::Mixed);
    }

    #[test]
    fn no_station_is_named_while_production_moves_or_the_word_is_unknown() {
        let moving = |word| of_group(Status::read(word), Some("target"));
        assert_eq!(moving("reversing"), ActiveStation::Unknown);
        assert_eq!(moving("failing-over"), ActiveStation::Unknown);
        assert_eq!(moving("reprotecting"), ActiveStation::Target);
        assert_eq!(of_group(Status::Protected, Some("middle")), ActiveStation::Unknown);
        assert_eq!(of_group(Status::Protected, None), ActiveStation::Unknown);
        assert_eq!(of_group(Status::Unknown, Some("source")), ActiveStation::Unknown);
    }
}
