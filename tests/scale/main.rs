//! What rest costs, with 10 and with 1 000 groups on one connection; with `--all` also what it costs to force all of 200 groups at once.
//! It must not judge by seconds or megabytes of this machine: those are printed, counts are judged.

#![allow(
    clippy::unwrap_used,
    reason = "a measurement fails by panicking, also in its own functions"
)]

mod burst;
mod figures;
mod measure;
mod population;

use figures::Figures;
use libtest_mimic::{Arguments, Trial};
use std::sync::OnceLock;

/// How many groups there are on the one connection.
const FEW: usize = 10;
const MANY: usize = 1000;

/// Entries of a page of the provider's list, as the operator asks for them.
const PAGE: u64 = 500;

/// Judges the figures with few and with many groups.
type Check = fn(&Figures, &Figures);

fn main() {
    let (all, others): (Vec<_>, Vec<_>) = std::env::args().partition(|argument| argument == "--all");
    let arguments = Arguments::from_iter(others);
    let checks: [(&str, Check); 4] = [
        ("provider_calls_are_equal_but_for_list_pages", provider_calls),
        ("api_writes_are_those_of_the_lease_alone", api_writes),
        ("api_reads_do_not_grow_with_the_groups", api_reads),
        ("the_operators_own_counts_are_those_of_the_other_side", own_counts),
    ];
    let trials = checks.map(|(name, check)| {
        Trial::test(name, move || {
            let (few, many) = measured();
            check(few, many);
            Ok(())
        })
    });
    let mut trials = Vec::from(trials);
    if !all.is_empty() {
        trials.push(Trial::test("two_hundred_forced_failovers_at_once", || {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(burst::two_hundred_at_once());
            Ok(())
        }));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// Both measurements, made by whoever asks first.
fn measured() -> &'static (Figures, Figures) {
    static MEASURED: OnceLock<(Figures, Figures)> = OnceLock::new();
    MEASURED.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        let both = runtime.block_on(async { tokio::join!(measure::at_rest(FEW), measure::at_rest(MANY)) });
        println!("{}", figures::table(&[&both.0, &both.1]));
        both
    })
}

/// Lists alone: the groups with each look, their members with each third; each takes as many pages as its entries fill, and an empty one.
fn provider_calls(few: &Figures, many: &Figures) {
    for figures in [few, many] {
        let pages = u64::try_from(figures.groups).unwrap() / PAGE + 1;
        let total: u64 = figures.provider.iter().map(|(_, count)| count).sum();
        assert!(
            figures
                .provider
                .iter()
                .all(|(route, _)| measure::LISTS.contains(&route.as_str())),
            "{figures:?}"
        );
        assert!(total <= figures.polls * (1 + 3 * pages) + 6 * pages, "{figures:?}");
    }
}

/// No write but the lease's, at most one for each two seconds.
fn api_writes(few: &Figures, many: &Figures) {
    for figures in [few, many] {
        let others: Vec<_> = figures
            .api
            .iter()
            .filter(|call| call.writes && call.resource != "leases")
            .collect();
        assert!(others.is_empty(), "{others:?}");
        let lease: u64 = figures
            .api
            .iter()
            .filter(|call| call.writes)
            .map(|call| call.count)
            .sum();
        assert!(lease > 0, "the lease is kept: {:?}", figures.api);
        let most = figures.seconds / 2.0 + 2.0;
        assert!(
            u32::try_from(lease).is_ok_and(|lease| f64::from(lease) <= most),
            "{figures:?}"
        );
    }
}

/// The Secret is read with each look at the provider, and nothing else is read. A watch is begun anew when its time is over, so these are
/// not compared, but they are few.
fn api_reads(few: &Figures, many: &Figures) {
    let reads = |figures: &Figures| {
        let reads = figures.api.iter().filter(|call| !call.writes && call.verb != "watch");
        let list: Vec<_> = reads
            .map(|call| (call.verb.clone(), call.resource.clone(), call.count))
            .collect();
        list
    };
    assert_eq!(reads(few), [("get".to_owned(), "secrets".to_owned(), few.polls)]);
    assert_eq!(reads(few), reads(many));
    for figures in [few, many] {
        let watches: u64 = figures
            .api
            .iter()
            .filter(|call| call.verb == "watch")
            .map(|call| call.count)
            .sum();
        assert!(
            watches <= 6,
            "at most each of the six once, the list of claims among them: {figures:?}"
        );
    }
}

/// The operator's metrics tell the same counts as the simulator's and the API server's books.
fn own_counts(few: &Figures, many: &Figures) {
    for figures in [few, many] {
        let provider: u64 = figures.provider.iter().map(|(_, count)| count).sum();
        assert_eq!(figures.own_provider, provider, "{figures:?}");
        let api: u64 = figures.api.iter().map(|call| call.count).sum();
        assert!(
            figures.own_api.abs_diff(api) <= 2,
            "a request on either edge: {figures:?}"
        );
    }
}
