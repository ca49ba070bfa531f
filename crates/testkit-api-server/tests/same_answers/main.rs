//! The in-process API server held to the real one: the same requests, the same answers, the same events.
//! It must not compare what is a named difference (`docs/proof/api-server.md`), and must compare everything else.
//!
//! `STATIONMASTER_SAME_ANSWERS_SEED` replays one sequence, or with `random` finds new ones; `STATIONMASTER_SAME_ANSWERS_SEQUENCES` is
//! their number, `STATIONMASTER_SAME_ANSWERS_STEPS` their length.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod asked;
mod compacted;
mod coverage;
mod events;
mod generate;
mod named;
mod objects;
mod scripts;
mod side;
mod spoil;
mod step;
mod transcript;

use std::time::Duration;

use stationmaster_testkit_api_server::{ApiServer, Flaw};

use asked::{Asked, real};
use side::Side;
use transcript::Transcript;

/// How long a watch may take in this process to show the last object; the time is virtual.
const IMPATIENCE: Duration = Duration::from_secs(10);

/// Puts a sequence to a server in this process, in virtual time: nothing is waited for.
fn ours(server: ApiServer, real: &Asked) -> Transcript {
    virtual_time(async {
        server.create_namespace(&real.namespace);
        let client = server.client("test", &real.namespace);
        Transcript::of(Side::new(client, &real.namespace, IMPATIENCE), &real.steps).await
    })
}

fn virtual_time<T: Send>(work: impl Future<Output = T> + Send) -> T {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap()
    };
    // A thread of its own, since this one runs the real server's side.
    std::thread::scope(|scope| scope.spawn(|| runtime().block_on(work)).join().unwrap())
}

#[tokio::test]
async fn the_same_requests_get_the_same_answers() {
    let all = &real().await.asked;
    let mut found = String::new();
    for real in all.iter().filter(|real| real.differs.is_none()) {
        let ours = ours(ApiServer::new(), real);
        for difference in real.transcript.differences(&ours, &real.steps, 6) {
            found += &format!("{}: {difference}\n", real.name);
        }
        if let Some(seed) = real.seed.filter(|seed| found.contains(&format!("seed {seed}:"))) {
            found += &format!(
                "replay it: STATIONMASTER_SAME_ANSWERS_SEED={seed} cargo test --workspace --test same_answers the_same_requests\n"
            );
        }
    }
    assert!(found.is_empty(), "\n{found}");
}

/// Not for a replay: one sequence meets little.
#[tokio::test]
async fn the_random_sequences_come_upon_what_the_operator_does() {
    let missing = coverage::missing(&real().await.asked);
    assert!(missing.is_empty(), "no sequence came upon: {}", missing.join(", "));
}

/// A difference that has gone, or that the page does not tell, is not a named one.
#[tokio::test]
async fn each_named_difference_is_one_and_stands_on_the_page() {
    let named = real()
        .await
        .asked
        .iter()
        .filter_map(|asked| Some((asked.differs?, asked)));
    let mut shown = 0;
    for ((theirs, own), real) in named {
        let last = |transcript: &Transcript| *transcript.codes().last().unwrap();
        let ours = ours(ApiServer::new(), real);
        assert_eq!((last(&real.transcript), last(&ours)), (theirs, own), "{}", real.name);
        shown += 1;
    }
    assert_eq!(shown, named::all().iter().filter(|named| named.shown.is_some()).count());
    let page = include_str!("../../../../docs/proof/api-server.md");
    let table = page.split("## Named differences").last().unwrap();
    let rows = table
        .lines()
        .filter_map(|line| line.strip_prefix("| "))
        .filter_map(|row| row.split(" | ").next());
    let told: Vec<&str> = rows.filter(|name| *name != "difference").collect();
    let names: Vec<&str> = named::all().iter().map(|named| named.name).collect();
    assert_eq!(told, names);
}

#[tokio::test]
async fn each_way_to_be_wrong_is_found() {
    // What differs anyway does not show that the flaw is seen.
    let alike = |real: &&Asked| {
        real.transcript
            .differences(&ours(ApiServer::new(), real), &real.steps, 1)
            .is_empty()
    };
    let all: Vec<&Asked> = real().await.asked.iter().filter(alike).collect();
    for flaw in Flaw::ALL {
        // Only a test that compacts can see this one.
        if flaw == Flaw::ForgetsCompaction {
            continue;
        }
        let found = all.iter().find_map(|real| {
            let ours = ours(ApiServer::new().with_flaw(flaw), real);
            let found = real.transcript.differences(&ours, &real.steps, 1).pop()?;
            Some((&real.name, found))
        });
        let Some((name, found)) = found else {
            panic!("{flaw:?} was not found");
        };
        println!("{flaw:?}: {name}: {}", found.lines().next().unwrap());
    }
}

#[tokio::test]
async fn history_that_was_compacted_away_is_refused_alike() {
    let compacted = &real().await.compacted;
    let found = compacted.differences(None);
    assert!(found.is_empty(), "\n{}", found.join("\n"));
    assert!(!compacted.differences(Some(Flaw::ForgetsCompaction)).is_empty());
}
