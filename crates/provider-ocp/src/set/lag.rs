//! How far a standby is behind: measured against its primary, or at most, where the primary cannot be read.
//! It must not tell less than could be lost.

use super::role::{Role, Shown};
use super::stand::Seen;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// How far a standby is behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lag {
    /// Primary less standby.
    Measured(Duration),
    /// The primary is not read: everything since then may be lost.
    AtMost(Duration),
}

impl Lag {
    pub(crate) fn length(self) -> Duration {
        match self {
            Lag::Measured(length) | Lag::AtMost(length) => length,
        }
    }
}

/// A standby that is ahead of its primary, or of every clock, by more than this tells nothing that could be believed.
const MOST_AHEAD: SignedDuration = SignedDuration::from_secs(60);

/// The moment that a SCN stands for; none for one that stands for none.
pub(crate) fn moment(scn: u64) -> Option<Timestamp> {
    if scn == 0 {
        return None;
    }
    Timestamp::from_nanosecond(scn.into()).ok()
}

/// The lag of a standby. The two databases are asked one after the other, so the primary's SCN is carried on to the moment at which the standby
/// was asked: a primary goes on with the time.
fn between(primary: Option<&Shown>, standby: &Shown, now: Timestamp) -> Option<Lag> {
    let theirs = moment(standby.sync_scn)?;
    let length =
        |signed: SignedDuration| (signed > -MOST_AHEAD).then(|| Duration::try_from(signed).unwrap_or(Duration::ZERO));
    match primary.and_then(|primary| Some((moment(primary.sync_scn)?, primary.read_at))) {
        Some((ours, read_at)) => {
            let then = ours.checked_add(standby.read_at.duration_since(read_at)).ok()?;
            length(then.duration_since(theirs)).map(Lag::Measured)
        }
        None => length(now.duration_since(theirs)).map(Lag::AtMost),
    }
}

/// The lag of a pair; none where it has no standby that is read. `now` is the latest that any clock here says.
pub(crate) fn of_pair(seen: &Seen, now: Timestamp) -> Option<Lag> {
    let station = seen.active().known()?;
    let standby = seen
        .at(station.other())
        .shown()
        .filter(|shown| shown.role == Role::Standby)?;
    between(seen.at(station).shown(), standby, now)
}

/// The worst lag of a set, and the moment up to which everything is there. None where one pair tells none: it could be the worst.
pub(crate) fn of_set(pairs: &[Seen], now: Timestamp) -> Option<(Lag, Timestamp)> {
    let lags: Option<Vec<Lag>> = pairs.iter().map(|seen| of_pair(seen, now)).collect();
    let worst = lags?.into_iter().max_by_key(|lag| lag.length())?;
    let up_to = pairs.iter().filter_map(|seen| {
        let station = seen.active().known()?;
        moment(seen.at(station.other()).shown()?.sync_scn)
    });
    Some((worst, up_to.min()?))
}

#[cfg(test)]
mod tests {
    use super::super::role::Sight;
    use super::super::stand::tests::{dark, pair, shown};
    use super::*;

    const SECOND: u64 = 1_000_000_000;
    const BASE: u64 = 1_700_000_000 * SECOND;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + seconds).unwrap()
    }

    fn tenant(role: Role, scn: u64, read: i64) -> Sight {
        let mut sight = shown(role, 1);
        if let Sight::Shown(shown) = &mut sight {
            (shown.sync_scn, shown.read_at) = (scn, at(read));
        }
        sight
    }

    fn lag(source: Sight, target: Sight) -> Option<Lag> {
        of_pair(&pair(1, source, target), at(60))
    }

    #[test]
    fn it_is_primary_less_standby_less_the_time_between_the_two_questions() {
        let standby = || tenant(Role::Standby, BASE, 2);
        assert_eq!(
            lag(tenant(Role::Primary, BASE + 5 * SECOND, 2), standby()),
            Some(Lag::Measured(Duration::from_secs(5)))
        );
        // Asked two seconds before the standby: by then it had gone on.
        assert_eq!(
            lag(tenant(Role::Primary, BASE + 5 * SECOND, 0), standby()),
            Some(Lag::Measured(Duration::from_secs(7)))
        );
        assert_eq!(
            lag(tenant(Role::Primary, BASE - SECOND, 2), standby()),
            Some(Lag::Measured(Duration::ZERO)),
            "none is ahead"
        );
    }

    #[test]
    fn of_a_dead_primary_it_is_all_that_could_be_lost() {
        let standby = tenant(Role::Standby, BASE, 0);
        assert_eq!(lag(dark(None), standby), Some(Lag::AtMost(Duration::from_secs(60))));
    }

    #[test]
    fn nothing_is_told_where_no_standby_is_read_or_its_scn_stands_for_nothing() {
        let primary = || tenant(Role::Primary, BASE, 0);
        for standby in [
            dark(None),
            dark(Some(Role::Standby)),
            Sight::Gone,
            tenant(Role::Restoring, BASE, 0),
        ] {
            assert_eq!(lag(primary(), standby), None);
        }
        for scn in [0, u64::MAX] {
            assert_eq!(lag(primary(), tenant(Role::Standby, scn, 0)), None, "{scn}");
        }
    }

    #[test]
    fn the_worst_pair_speaks_for_the_set_and_one_that_is_silent_silences_it() {
        let well = || {
            pair(
                1,
                tenant(Role::Primary, BASE + SECOND, 0),
                tenant(Role::Standby, BASE, 0),
            )
        };
        let behind = || {
            pair(
                2,
                tenant(Role::Primary, BASE, 0),
                tenant(Role::Standby, BASE - 9 * SECOND, 0),
            )
        };
        let set = [well(), behind()];
        assert_eq!(
            of_set(&set, at(0)),
            Some((Lag::Measured(Duration::from_secs(9)), at(-9)))
        );
        let silent = pair(3, tenant(Role::Primary, BASE, 0), dark(None));
        assert_eq!(of_set(&[well(), silent], at(0)), None);
    }
}
