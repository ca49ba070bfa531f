//! All points of a fault: the undisturbed run says where they are, then each is played.
//! It must not leave a point out silently: a line says how many were played.

use crate::case::{Case, Fault};
use crate::moments::Moment;
use crate::run::play;
use crate::share::{self, Share};
use libtest_mimic::{Failed, Trial};
use stationmaster_engine::OperationType;
use stationmaster_provider_proof::Variant;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

/// How many seeds two replicas are played with.
const SEEDS: u64 = 48;
/// How many violations a sweep prints.
const SHOWN: usize = 5;

static POINTS: AtomicUsize = AtomicUsize::new(0);
static VIOLATIONS: AtomicUsize = AtomicUsize::new(0);

/// The line that a run of the whole program ends with, and whether all is well. A run without a point has shown nothing.
pub fn sum() -> (String, bool) {
    let (points, violations) = (POINTS.load(Ordering::SeqCst), VIOLATIONS.load(Ordering::SeqCst));
    (line(points, violations), points > 0 && violations == 0)
}

fn line(points: usize, violations: usize) -> String {
    format!("{points} points, {violations} violations")
}

/// A sweep for each fault and operation.
pub fn trials() -> Vec<Trial> {
    let pairs = OperationType::ALL
        .into_iter()
        .flat_map(|operation| Fault::ALL.into_iter().map(move |fault| (operation, fault)));
    let named = pairs.map(|(operation, fault)| {
        let name = format!("sweep::{operation}::{}", fault.word());
        Trial::test(name, move || sweep(operation, fault))
    });
    named.collect()
}

fn sweep(operation: OperationType, fault: Fault) -> Result<(), Failed> {
    let (mut points, mut found) = (0, Vec::new());
    for (variant, share) in share::of(operation, fault) {
        for case in chosen(Case::calm(operation, variant).with(fault, 0), share) {
            points += 1;
            found.extend(violations(case));
        }
    }
    POINTS.fetch_add(points, Ordering::SeqCst);
    VIOLATIONS.fetch_add(found.len(), Ordering::SeqCst);
    println!("{operation} {}: {}", fault.word(), line(points, found.len()));
    if points == 0 {
        return Err("a sweep without a point has shown nothing".into());
    }
    if found.is_empty() {
        return Ok(());
    }
    found.truncate(SHOWN);
    Err(found.join("\n").into())
}

/// What is wrong at a point, each with the way to play exactly this again.
pub fn violations(case: Case) -> Vec<String> {
    let played = play(case);
    let told = |violation| format!("{violation}\n  replay: {}", crate::replay::command(case));
    played.violations.into_iter().map(told).collect()
}

fn chosen(calm: Case, share: Share) -> Vec<Case> {
    let mut all = cases(calm);
    match share {
        Share::All => all,
        Share::Central => {
            let moments = &undisturbed(calm).moments;
            let reads =
                |case: &Case| usize::try_from(case.point).is_ok_and(|p| moments.get(p).is_some_and(Moment::is_a_read));
            all.retain(|case| !reads(case));
            all
        }
        Share::Some(most) => spread(&all, most),
    }
}

/// So many of the cases, spread evenly; where it begins depends on what they are, so that variants do not all meet the same.
fn spread(all: &[Case], most: usize) -> Vec<Case> {
    if most >= all.len() {
        return all.to_vec();
    }
    let first = all[0].to_string().bytes().map(usize::from).sum::<usize>();
    let at = |i: usize| (first + i * all.len() / most) % all.len();
    (0..most).map(|i| all[at(i)]).collect()
}

/// Every case of a fault.
pub fn cases(calm: Case) -> Vec<Case> {
    let fault = calm.fault;
    let at = |point: u64| calm.with(fault, point);
    match fault {
        Fault::None | Fault::Twice => vec![at(0)],
        Fault::Pair => (1..=SEEDS).map(|seed| Case { seed, ..at(0) }).collect(),
        Fault::Hide | Fault::Delay => (0..undisturbed(calm).events).map(at).collect(),
        _ => {
            let undisturbed = undisturbed(calm);
            let moments = undisturbed.moments.iter().zip(0..);
            moments
                .filter(|(m, _)| m.suits(fault))
                .map(|(_, point)| at(point))
                .collect()
        }
    }
}

/// The same cases, those at calls to the provider first: where most goes wrong.
pub fn calls_first(mut cases: Vec<Case>) -> Vec<Case> {
    if let Some(case) = cases.first().copied().filter(|c| c.fault != Fault::Pair) {
        let moments = &undisturbed(case).moments;
        let is_a_call =
            |c: &Case| usize::try_from(c.point).is_ok_and(|p| moments.get(p).is_some_and(Moment::is_a_call));
        cases.sort_by_key(|case| !is_a_call(case));
    }
    cases
}

/// What there is to strike in a run.
struct Undisturbed {
    moments: Vec<Moment>,
    events: u64,
}

/// The run as a fault would meet it, which never comes. Runs that differ in nothing are played once.
fn undisturbed(case: Case) -> Arc<Undisturbed> {
    type Known = Mutex<BTreeMap<String, Arc<OnceLock<Arc<Undisturbed>>>>>;
    static KNOWN: Known = Mutex::new(BTreeMap::new());
    let alike = match case.fault {
        Fault::Restore | Fault::RestoreAsked | Fault::Console | Fault::Election => case.fault,
        _ => Fault::Crash,
    };
    let case = case.with(alike, u64::MAX);
    let cell = Arc::clone(KNOWN.lock().unwrap().entry(case.to_string()).or_default());
    let played = cell.get_or_init(|| {
        let played = play(case);
        Arc::new(Undisturbed {
            moments: played.moments,
            events: played.events,
        })
    });
    Arc::clone(played)
}

/// A selection of points is spread, and more than there are is all.
pub fn selects() -> Result<(), Failed> {
    let calm = Case::calm(OperationType::Failover, Variant::sdrs());
    let all: Vec<Case> = (0..10).map(|point| calm.with(Fault::Crash, point)).collect();
    let mut some: Vec<u64> = spread(&all, 5).iter().map(|c| c.point).collect();
    some.sort_unstable();
    assert!(some.windows(2).all(|pair| pair[1] - pair[0] == 2), "{some:?}");
    assert_eq!(spread(&all, 99), all);
    Ok(())
}
