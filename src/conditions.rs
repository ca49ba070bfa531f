//! Merging wanted conditions into those that an object has: a transition time changes only with the status.
//! It must not invent a condition, nor say why something is so.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use stationmaster_api::conditions as types;
use stationmaster_engine::Why;

/// What a condition should say now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The type, for example `Ready`.
    pub kind: &'static str,
    /// `True`, `False` or `Unknown`.
    pub status: &'static str,
    /// The reason: one CamelCase word.
    pub reason: &'static str,
    /// In words for people.
    pub message: String,
}

impl Wanted {
    /// A condition for this reason, in its words.
    pub fn of(kind: &'static str, status: &'static str, why: &Why) -> Wanted {
        Wanted {
            kind,
            status,
            reason: why.reason.as_str(),
            message: why.message.clone(),
        }
    }
}

/// The types that this operator sets. One that is not wanted any more is gone: `Reconciling` and `Stalled` are there only while
/// true (kstatus), and an old `RPOMet` would be a lie.
const OURS: [&str; 10] = [
    types::READY,
    types::RECONCILING,
    types::STALLED,
    types::PROTECTED,
    types::INTENT_CURRENT,
    types::PROVIDER_REACHABLE,
    types::CREDENTIALS_CURRENT,
    types::RPO_MET,
    types::COMPLETE,
    types::FAILED,
];

/// The new list: the wanted conditions in the order given, then those of `existing` that are not this operator's, in their order.
/// Of two wanted with one type the first counts.
pub fn merge(existing: &[Condition], wanted: Vec<Wanted>, generation: i64, now: Timestamp) -> Vec<Condition> {
    let mut merged: Vec<Condition> = Vec::with_capacity(wanted.len());
    for intent in wanted {
        if merged.iter().any(|c| c.type_ == intent.kind) {
            continue;
        }
        let before = existing.iter().find(|c| c.type_ == intent.kind);
        let last_transition_time = match before {
            Some(before) if before.status == intent.status => before.last_transition_time.clone(),
            _ => Time(whole(now)),
        };
        merged.push(Condition {
            type_: intent.kind.to_owned(),
            status: intent.status.to_owned(),
            reason: intent.reason.to_owned(),
            message: intent.message,
            observed_generation: Some(generation),
            last_transition_time,
        });
    }
    for kept in existing {
        let known = merged.iter().any(|c| c.type_ == kept.type_);
        if !known && !OURS.contains(&kept.type_.as_str()) {
            merged.push(kept.clone());
        }
    }
    merged
}

/// A time as the API keeps it, in whole seconds: with a fraction a status would never equal what was read back, and be written again in
/// every pass.
pub fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn want(kind: &'static str, status: &'static str) -> Wanted {
        Wanted {
            kind,
            status,
            reason: "Because",
            message: format!("{kind} is {status}"),
        }
    }

    fn shape(list: &[Condition]) -> Vec<(&str, &str, i64)> {
        list.iter()
            .map(|c| {
                (
                    c.type_.as_str(),
                    c.status.as_str(),
                    c.last_transition_time.0.as_second(),
                )
            })
            .collect()
    }

    #[test]
    fn a_transition_time_changes_only_with_the_status() {
        let first = merge(&[], vec![want("Ready", "True"), want("Protected", "False")], 1, at(10));
        let mut second = vec![want("Ready", "True"), want("Protected", "True")];
        second[0].reason = "Other";
        second[0].message = "other".to_owned();
        let second = merge(&first, second, 2, at(20));
        assert_eq!(shape(&second), [("Ready", "True", 10), ("Protected", "True", 20)]);
        assert_eq!(second[0].reason, "Other");
        assert_eq!(second[0].message, "other");
        assert_eq!(second[0].observed_generation, Some(2));
    }

    #[test]
    fn the_same_intent_gives_the_same_list_so_that_nothing_is_written() {
        let intent = || vec![want("Stalled", "True"), want("Ready", "False")];
        let first = merge(&[], intent(), 3, at(10));
        assert_eq!(merge(&first, intent(), 3, at(99)), first);
    }

    #[test]
    fn reconciling_and_stalled_are_there_only_while_wanted() {
        let first = merge(
            &[],
            vec![want("Reconciling", "True"), want("Ready", "False")],
            1,
            at(10),
        );
        let second = merge(&first, vec![want("Stalled", "True"), want("Ready", "False")], 1, at(20));
        assert_eq!(shape(&second), [("Stalled", "True", 20), ("Ready", "False", 10)]);
        let third = merge(&second, vec![want("Ready", "True")], 1, at(30));
        assert_eq!(shape(&third), [("Ready", "True", 30)]);
        let fourth = merge(
            &third,
            vec![want("Reconciling", "True"), want("Ready", "True")],
            1,
            at(40),
        );
        assert_eq!(
            shape(&fourth)[0],
            ("Reconciling", "True", 40),
            "it came back, so it is a transition"
        );
    }

    #[test]
    fn the_order_is_the_one_given_and_unknown_types_stay_behind() {
        let theirs = merge(
            &[],
            vec![want("SomebodyElses", "True"), want("Ready", "True")],
            1,
            at(10),
        );
        let ours = merge(
            &theirs,
            vec![want("Protected", "True"), want("Ready", "True")],
            2,
            at(20),
        );
        assert_eq!(
            shape(&ours),
            [
                ("Protected", "True", 20),
                ("Ready", "True", 10),
                ("SomebodyElses", "True", 10)
            ]
        );
        assert_eq!(ours[2].observed_generation, Some(1), "nobody looked at it");
    }

    #[test]
    fn what_is_ours_and_no_longer_wanted_is_gone() {
        let first = merge(&[], vec![want("Ready", "True"), want("RPOMet", "True")], 1, at(10));
        assert_eq!(
            shape(&merge(&first, vec![want("Ready", "True")], 1, at(20))),
            [("Ready", "True", 10)]
        );
    }

    #[test]
    fn a_type_stands_once() {
        let list = merge(&[], vec![want("Ready", "True"), want("Ready", "False")], 1, at(10));
        assert_eq!(shape(&list), [("Ready", "True", 10)]);
    }
}
