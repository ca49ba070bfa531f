//! The facts that check steps ask for: what OCP's precheck says, and what became of the old primaries.
//! It must not let a fact hold on anything but a reading; where nobody can tell, it words the question to the person.

use super::View;
use crate::client::Client;
use crate::obstacles::{OLD_PRIMARY_EXISTS, PRECHECK_FAILED, STANDBY_MISSING};
use crate::set::role::{Role, Sight};
use crate::set::stand;
use futures::{StreamExt, stream};
use stationmaster_engine::{Fact, Phase, Reason, Station, text};
use std::collections::BTreeMap;

/// OCP's precheck lets each pair be switched over.
pub(crate) const PRECHECKED: &str = "SwitchoverPrecheckPassed";
/// No tenant that was a primary before a forced failover is left as one.
pub(crate) const OLD_TENANTS_DROPPED: &str = "OldPrimariesGone";
/// Each tenant has a standby that follows it.
pub(crate) const STANDBYS_IN_PLACE: &str = "StandbysInPlace";

/// So many prechecks are asked for at the same time: each looks at two databases.
const AT_ONCE: usize = 4;
/// So many tenants are named in a message.
const NAMED: usize = 8;

/// The facts for the operations that the position could open.
pub(crate) async fn facts(client: &Client, view: &View<'_>, roles: bool) -> BTreeMap<String, Fact> {
    let mut facts = BTreeMap::new();
    let (phase, active) = (view.phase(), view.active());
    if !roles {
        return facts;
    }
    match (phase, active.known()) {
        (Phase::Protected, Some(active)) => {
            facts.insert(PRECHECKED.to_owned(), prechecked(client, view, active).await);
        }
        (Phase::FailedOver, _) => {}
        _ => return facts,
    }
    // Also where all is in place again: an operation may wait for that.
    let old = active.known().map(Station::other);
    facts.insert(OLD_TENANTS_DROPPED.to_owned(), dropped(view, old));
    facts.insert(STANDBYS_IN_PLACE.to_owned(), in_place(view, old));
    facts
}

/// One precheck for each pair: no form for several is documented.
async fn prechecked(client: &Client, view: &View<'_>, active: Station) -> Fact {
    let cluster = view.set.cluster(active);
    let one = |seen: &stand::Seen| {
        let (primary, standby) = (seen.pair.at(active), seen.pair.at(active.other()));
        async move {
            (
                primary,
                standby,
                client.switchover_precheck(cluster, primary, standby).await,
            )
        }
    };
    let checks: Vec<_> = stream::iter(&view.pairs).map(one).buffered(AT_ONCE).collect().await;
    let mut wrong = Vec::new();
    for (primary, standby, check) in checks {
        match check {
            Ok(check) if check.passed() => {}
            Ok(check) => {
                let why = check.why_not();
                let why = if why.is_empty() {
                    "OCP gives no reason".to_owned()
                } else {
                    why
                };
                wrong.push((PRECHECK_FAILED, format!("{primary} to {standby}: {why}")));
            }
            Err(problem) => wrong.push((
                Reason::NotObserved,
                format!("{primary} to {standby}: {}", problem.fault.message),
            )),
        }
    }
    match wrong.first() {
        None => Fact::Holds,
        Some((reason, _)) => Fact::Fails {
            reason: *reason,
            message: text::sentence(format!(
                "the precheck is not passed by {}",
                named(wrong.iter().map(|(_, why)| why.as_str()))
            )),
        },
    }
}

/// The tenants at the station where production does not run; at both, where there are two primaries.
fn old<'a>(view: &'a View<'_>, station: Option<Station>) -> impl Iterator<Item = (i64, &'a Sight)> {
    // With two primaries nobody says which of them is the old one: a person does, and fences it.
    let station = station.unwrap_or(Station::Source);
    view.pairs
        .iter()
        .map(move |seen| (seen.pair.at(station), seen.at(station)))
}

fn dropped(view: &View<'_>, station: Option<Station>) -> Fact {
    let Some(station) = station else {
        let question = "Tenants are PRIMARY at both stations. Which of the two was production moved to, and are the other ones fenced and dropped?";
        return Fact::CannotTell {
            question: question.to_owned(),
        };
    };
    let alive = old(view, Some(station)).filter(|(_, sight)| sight.role() == Some(Role::Primary));
    let alive: Vec<String> = alive.map(|(tenant, sight)| called(tenant, sight)).collect();
    if !alive.is_empty() {
        return Fact::Fails {
            reason: OLD_PRIMARY_EXISTS,
            message: text::sentence(format!(
                "fence and drop at {station}: {}",
                named(alive.iter().map(String::as_str))
            )),
        };
    }
    let dark: Vec<String> = old(view, Some(station))
        .filter(|(_, sight)| matches!(sight, Sight::Dark { .. }))
        .map(|(tenant, sight)| called(tenant, sight))
        .collect();
    if dark.is_empty() {
        return Fact::Holds;
    }
    Fact::CannotTell {
        question: text::sentence(format!(
            "Are the old primaries at {station} dropped? They cannot be read: {}",
            named(dark.iter().map(String::as_str))
        )),
    }
}

fn in_place(view: &View<'_>, station: Option<Station>) -> Fact {
    let Some(station) = station else {
        return Fact::Fails {
            reason: STANDBY_MISSING,
            message: "tenants are PRIMARY at both stations".to_owned(),
        };
    };
    let cluster = view.set.cluster(station);
    let missing = view
        .pairs
        .iter()
        .filter(|seen| seen.at(station).role() != Some(Role::Standby));
    let missing: Vec<String> = missing
        .map(|seen| {
            let name = seen.at(station.other()).shown().map(|shown| shown.name.as_str());
            let anew = name.and_then(|name| view.world.standby_called(cluster, name));
            match (name, anew) {
                (Some(name), Some(_)) => {
                    format!("{name} (a standby of that name is there: name its id at OCP in the group)")
                }
                (Some(name), None) => name.to_owned(),
                (None, _) => seen.pair.at(station).to_string(),
            }
        })
        .collect();
    if missing.is_empty() {
        return Fact::Holds;
    }
    Fact::Fails {
        reason: STANDBY_MISSING,
        message: text::sentence(format!(
            "no standby at {station} of {}",
            named(missing.iter().map(String::as_str))
        )),
    }
}

fn called(tenant: i64, sight: &Sight) -> String {
    match sight.shown() {
        Some(shown) => format!("{} ({tenant}, made {})", shown.name, shown.created),
        None => tenant.to_string(),
    }
}

/// Some of them, and how many more there are.
fn named<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<&str> = all.collect();
    let some = all.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(NAMED) {
        0 => some,
        more => format!("{some} and {more} more"),
    }
}
