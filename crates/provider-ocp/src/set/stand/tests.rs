//! Pairs as they can be seen, and what the set is called then.
//! They must not need a database.

use super::super::role::Last;
use super::*;
use ActiveStation as Active;

pub(crate) fn shown(role: Role, epoch: u64) -> Sight {
    Sight::Shown(Shown {
        ob_tenant: 1004,
        name: "orders".to_owned(),
        created: "2024-01-01 00:00:00".to_owned(),
        role,
        status: "NORMAL".to_owned(),
        switching: Switching::No,
        switchover_status: "NORMAL".to_owned(),
        role_word: role.as_str().to_owned(),
        epoch,
        sync_scn: 1_700_000_000_000_000_000,
        read_at: "2024-01-01T00:00:00Z".parse().unwrap(),
    })
}

pub(crate) fn dark(last: Option<Role>) -> Sight {
    Sight::Dark {
        why: "no answer".to_owned(),
        last: last.map(|role| Last { role, epoch: 7 }),
    }
}

pub(crate) fn pair(number: i64, source: Sight, target: Sight) -> Seen {
    Seen {
        pair: Pair {
            source: number,
            target: number + 100,
            service: None,
        },
        source,
        target,
    }
}

fn primary() -> Sight {
    shown(Role::Primary, 3)
}

fn standby() -> Sight {
    shown(Role::Standby, 3)
}

fn one(source: Sight, target: Sight) -> (Active, Phase, String) {
    let pairs = [pair(1, source, target)];
    (active(&pairs), phase(&pairs), word(&pairs))
}

#[test]
fn what_one_pair_shows() {
    let cases = [
        (
            primary(),
            standby(),
            Active::Source,
            Phase::Protected,
            "PRIMARY/STANDBY",
        ),
        (
            standby(),
            primary(),
            Active::Target,
            Phase::Protected,
            "STANDBY/PRIMARY",
        ),
        (
            standby(),
            standby(),
            Active::None,
            Phase::Faulted(None),
            "STANDBY/STANDBY",
        ),
        (primary(), primary(), Active::Both, Phase::FailedOver, "PRIMARY/PRIMARY"),
        (Sight::Gone, primary(), Active::Target, Phase::FailedOver, "-/PRIMARY"),
        (Sight::Gone, standby(), Active::None, Phase::Faulted(None), "-/STANDBY"),
        (dark(None), dark(None), Active::Unknown, Phase::Unknown, "-/-"),
        (Sight::Gone, Sight::Gone, Active::Unknown, Phase::Unknown, "-/-"),
        (
            shown(Role::Restoring, 0),
            primary(),
            Active::Target,
            Phase::Changing(None),
            "RESTORE/PRIMARY",
        ),
        (
            shown(Role::Unknown, 0),
            primary(),
            Active::Unknown,
            Phase::Unknown,
            "?/PRIMARY ?",
        ),
    ];
    for (source, target, station, phase, word) in cases {
        let told = one(source.clone(), target.clone());
        assert_eq!(told, (station, phase, word.to_owned()), "{source:?} {target:?}");
    }
}

/// The hour of the forced failover: the source is dead, and position, word and revision are what they were.
#[test]
fn a_dead_primary_changes_nothing_of_the_position() {
    let alive = [pair(1, primary(), standby())];
    for last in [None, Some(Role::Primary)] {
        let dead = [pair(1, dark(last), standby())];
        assert_eq!((active(&dead), phase(&dead)), (Active::Source, Phase::Protected));
        assert_eq!((word(&dead), revision(&dead)), (word(&alive), revision(&alive)));
    }
    let moved = [pair(1, dark(Some(Role::Primary)), shown(Role::Primary, 4))];
    assert_eq!((active(&moved), phase(&moved)), (Active::Target, Phase::FailedOver));
    assert_ne!(word(&moved), word(&alive));
}

#[test]
fn a_standby_that_cannot_be_read_is_one_while_nothing_says_otherwise() {
    let told = one(primary(), dark(Some(Role::Standby)));
    assert_eq!(told, (Active::Source, Phase::Protected, "PRIMARY/STANDBY".to_owned()));
    let told = one(primary(), dark(None));
    assert_eq!(told, (Active::Source, Phase::FailedOver, "PRIMARY/-".to_owned()));
}

#[test]
fn pairs_that_disagree_are_mixed_and_one_without_a_role_makes_it_unknown() {
    let at_source = || pair(1, primary(), standby());
    let at_target = || pair(2, standby(), primary());
    let nowhere = || pair(3, standby(), standby());
    let unseen = || pair(4, dark(None), dark(None));
    let twice = || pair(5, primary(), primary());
    assert_eq!(active(&[at_source(), at_target()]), Active::Mixed);
    assert_eq!(active(&[at_source(), nowhere()]), Active::Mixed);
    assert_eq!(active(&[nowhere(), nowhere()]), Active::None);
    assert_eq!(active(&[at_source(), unseen()]), Active::Unknown);
    assert_eq!(active(&[at_source(), at_target(), unseen()]), Active::Mixed);
    assert_eq!(active(&[at_source(), twice()]), Active::Both);
    assert_eq!(active(&[]), Active::Unknown);
    assert_eq!(phase(&[at_source(), at_target()]), Phase::Faulted(None));
    assert_eq!(
        phase(&[at_source(), pair(6, primary(), Sight::Gone)]),
        Phase::FailedOver
    );
    // Which pair it is belongs to the position.
    let other = [pair(1, standby(), primary()), pair(2, primary(), standby())];
    assert_ne!(word(&[at_source(), at_target()]), word(&other));
    assert!(word(&other).len() <= 64);
}

#[test]
fn a_change_of_role_and_back_moves_the_revision() {
    let with = |epoch| [pair(1, shown(Role::Primary, epoch), shown(Role::Standby, epoch))];
    assert_ne!(revision(&with(3)), revision(&with(5)));
    assert_eq!(revision(&[pair(1, primary(), dark(None))]), None);
}

#[test]
fn while_the_database_changes_a_role_the_set_is_changing() {
    let with = |word: &str| {
        let mut sight = standby();
        if let Sight::Shown(shown) = &mut sight {
            shown.switching = Switching::read(word);
        }
        let pairs = [pair(1, primary(), sight)];
        (phase(&pairs), super::word(&pairs))
    };
    assert_eq!(
        with("FLASHBACK"),
        (Phase::Changing(None), "PRIMARY/STANDBY SWITCHING".to_owned())
    );
    assert_eq!(with("DANCING").0, Phase::Unknown);
    assert_eq!(with("NORMAL").0, Phase::Protected);
}
