//! Each reading of the provider × each way in which it can fail.
//! It must not clear a reading that the call does not need: the order comes through while it fails.

use crate::gets_through::furnish::CONNECTION;
use crate::gets_through::ground::Setting;
use crate::gets_through::how::{How, Reading, Sending};
use crate::gets_through::play::Play;
use crate::gets_through::row::{Row, row};

/// The ways, with their words.
const HOWS: [(&str, How); 10] = [
    ("no answer", How::Hangs),
    ("no connection", How::Unreachable),
    ("401", How::Denied),
    ("403", How::Forbidden),
    ("404 in HTML", How::Html),
    ("429", How::Throttled(None)),
    ("429 for 600 s", How::Throttled(Some(600))),
    ("503", How::Down),
    ("unreadable", How::Malformed),
    ("20 s late", How::Slow),
];

/// For how long a reading fails that the call needs, in seconds.
const FAILS: u64 = 40;
/// A list is taken within this time, in seconds.
const LISTED: u64 = 35;

pub(super) fn rows() -> Vec<Row> {
    let of = |name: &str, says: &'static str, play: Plays, change: fn(&mut Setting)| {
        let name = name.to_owned();
        HOWS.into_iter().map(move |(word, how)| {
            let scene = async move |p: &mut Play| match play {
                Plays::All(reading) => all_along(p, reading, how).await,
                Plays::Until(reading) => until_it_is_well(p, reading, how).await,
                Plays::AtTheStart(reading) => at_the_start(p, reading, how).await,
                Plays::InDoubt => in_doubt(p, how).await,
            };
            row(format!("{name}/{word}"), says, scene).on(change)
        })
    };
    let as_usual = |_: &mut Setting| {};
    let finds = |setting: &mut Setting| setting.variant.finds_jobs = true;
    let needed = "fails for 40 s from before the order on; the call needs it";
    let kinds = [
        of(
            "list of all objects",
            "fails all the time; the call does not need it",
            Plays::All(Reading::List),
            as_usual,
        ),
        of("object", needed, Plays::Until(Reading::Observe), as_usual),
        of("object at the last look", needed, Plays::Until(Reading::Look), as_usual),
        of("credentials", needed, Plays::Until(Reading::Sign), as_usual),
        of(
            "connection at the start",
            "the operator has just been started; fails for 40 s",
            Plays::AtTheStart(Reading::Connect),
            as_usual,
        ),
        of(
            "identity at the start",
            "the operator has just been started; fails for 40 s",
            Plays::AtTheStart(Reading::Identity),
            as_usual,
        ),
        of(
            "job",
            "fails all the time; success is told by what the object shows",
            Plays::All(Reading::Poll),
            as_usual,
        ),
        of(
            "search for the job",
            "the call's answer is lost, and the search fails all the time",
            Plays::InDoubt,
            finds,
        ),
    ];
    kinds.into_iter().flatten().collect()
}

#[derive(Clone, Copy)]
enum Plays {
    All(Reading),
    Until(Reading),
    AtTheStart(Reading),
    InDoubt,
}

async fn all_along(play: &mut Play, reading: Reading, how: How) {
    play.ground.trouble.reads(CONNECTION, reading, how);
    play.seconds(LISTED).await;
    play.file();
    play.gets_through().await;
}

async fn until_it_is_well(play: &mut Play, reading: Reading, how: How) {
    play.ground.trouble.reads(CONNECTION, reading, how);
    play.file();
    play.seconds(FAILS).await;
    play.ground.trouble.reads_well(CONNECTION, reading);
    play.is_free();
    play.gets_through().await;
}

async fn at_the_start(play: &mut Play, reading: Reading, how: How) {
    play.ground.trouble.reads(CONNECTION, reading, how);
    play.restarts("pod-a", 1).await;
    play.file();
    play.seconds(FAILS).await;
    play.ground.trouble.reads_well(CONNECTION, reading);
    play.is_free();
    play.gets_through().await;
}

async fn in_doubt(play: &mut Play, how: How) {
    play.ground.trouble.sends(Sending::AnswerLost, 1);
    play.ground.trouble.reads(CONNECTION, Reading::Find, how);
    play.file();
    play.gets_through().await;
}
