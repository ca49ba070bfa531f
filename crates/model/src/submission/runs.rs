//! What is explored and how far: the protocol as it is over the variants, the known-bad ones, and what nobody can promise.
//! It must not hold a rule of the model.

use super::known_bad::{self, Search};
use super::people::Word;
use super::state::Budget;
use super::{Protocol, Submission, impossible};
use crate::line::{Finding, Line};
use stationmaster_engine::{OperationType, Resolution};
use stationmaster_provider_proof::{Count, Variant, matrix};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Any fault of a kind, as many as `faults` says, one operation and a second one.
const ANY: Budget = Budget {
    faults: 1,
    crashes: 1,
    silences: 1,
    refused_connections: 1,
    duplicates: 0,
    stale_reads: 1,
    lost_writes: 1,
    holds: 1,
    thefts: 1,
    pauses: 1,
    minutes: 4,
    dead_times: 1,
    key_times: 0,
    asks: 1,
    decisions: 2,
    abandons: 1,
    withdrawals: 0,
    console: 0,
    turns: 0,
};

/// Two faults, people who take back and move by hand, and no second operation.
const DEEP: Budget = Budget {
    faults: 2,
    asks: 0,
    withdrawals: 1,
    console: 1,
    ..ANY
};

/// One line: its name, and the models behind it.
type Run = (String, Vec<Submission>);

/// Every run, each when it is asked for: the protocol as it is, those that are known to be wrong, and what cannot be promised. `long` goes over
/// more variants, and over two faults for each.
pub fn run(long: bool) -> impl Iterator<Item = Line> {
    let runs = if long { long_runs() } else { small_runs() };
    let known_bad = || found(&known_bad::all(), |steps| Finding::KnownBad { steps });
    let impossible = || found(&impossible::all(), |steps| Finding::Impossible { steps });
    let holds = runs.into_iter().map(explore);
    let known_bad = std::iter::once_with(known_bad).flatten();
    holds.chain(known_bad).chain(std::iter::once_with(impossible).flatten())
}

fn found(searches: &[Search], finding: fn(Option<Vec<String>>) -> Finding) -> Vec<Line> {
    side_by_side(searches, |(name, broken, model)| Line {
        name: format!("submission/{name}"),
        finding: finding(model.search(*broken)),
    })
}

fn small_runs() -> Vec<Run> {
    let mut runs = over(&matrix::quick(), ANY, 31, "one fault");
    let deep = model(Variant::sdrs(), OperationType::PlannedFailover, DEEP, 101);
    runs.push(("submission/planned failover, two faults, sdrs".to_owned(), vec![deep]));
    runs.push(wrong_words(&matrix::quick(), 31));
    runs.push(doubts_end(&matrix::pairs()));
    runs.push(two_groups());
    runs.push(clock_leads(&matrix::quick(), 31));
    runs
}

fn long_runs() -> Vec<Run> {
    let pairs = matrix::pairs();
    let two = Budget { faults: 2, ..ANY };
    let one = Budget { asks: 0, ..ANY };
    let mut runs = over(&matrix::matrix(), one, 101, "one fault");
    runs.push(wrong_words(&pairs, 31));
    runs.push(clock_leads(&pairs, 101));
    runs.push(doubts_end(&matrix::matrix()));
    runs.push(two_groups());
    runs.extend(over(&matrix::quick(), two, 101, "two faults and a second operation"));
    runs.extend(over(&pairs, DEEP, 101, "two faults"));
    runs
}

/// The first operations after which something else can follow, over variants.
fn over(variants: &[Variant], budget: Budget, settle_one_in: u64, name: &str) -> Vec<Run> {
    let first = [
        (OperationType::PlannedFailover, "planned failover"),
        (OperationType::Failover, "forced failover"),
        (OperationType::Reprotect, "reprotect"),
    ];
    let line = |(first, of)| {
        let models: Vec<_> = variants
            .iter()
            .filter(|v| v.has(first))
            .map(|v| model(*v, first, budget, settle_one_in))
            .collect();
        (format!("submission/{of}, {name}, {} variants", models.len()), models)
    };
    first.map(line).to_vec()
}

/// Two groups reach one object by two spellings of its endpoint: the second commands nothing, in whatever order they look.
fn two_groups() -> Run {
    let first = OperationType::Failover;
    let budget = Budget {
        turns: 3,
        minutes: 2,
        ..ANY
    };
    let models: Vec<_> = matrix::quick()
        .iter()
        .filter(|v| v.has(first))
        .map(|v| model(*v, first, budget, 101))
        .collect();
    let name = format!(
        "submission/one object by two spellings, one fault, {} variants",
        models.len()
    );
    (name, models)
}

/// The provider's clock leads: the search for a lost call's job finds older ones.
fn clock_leads(variants: &[Variant], settle_one_in: u64) -> Run {
    let first = [OperationType::PlannedFailover, OperationType::Failover];
    let found = variants.iter().copied().filter(|v| v.finds_jobs);
    let found: Vec<_> = std::iter::once(known_bad::leading_clock()).chain(found).collect();
    let cases = found.iter().flat_map(|v| first.map(|f| (*v, f)));
    let models = cases.filter(|(v, f)| v.has(*f)).map(|(v, f)| Submission {
        clock_leads: true,
        ..model(v, f, ANY, settle_one_in)
    });
    let models: Vec<_> = models.collect();
    (
        format!("submission/a clock that leads, one fault, {} variants", found.len()),
        models,
    )
}

/// A person is wrong about whether a call was executed.
fn wrong_words(variants: &[Variant], settle_one_in: u64) -> Run {
    let word = Word::WrongOnCalls;
    let first = [OperationType::PlannedFailover, OperationType::Failover];
    let cases = variants.iter().flat_map(|v| first.map(|f| (*v, f)));
    let models = cases
        .filter(|(v, f)| v.has(*f))
        .map(|(v, f)| model(v, f, ANY, settle_one_in));
    let models: Vec<_> = models.map(|m| Submission { word, ..m }).collect();
    (
        format!("submission/a wrong word, one fault, {} variants", variants.len()),
        models,
    )
}

/// No answer is heard, or the operator dies: where the class of the call promises it, the doubt ends without a person. Two calls are left out:
/// between them a group shows nothing of the first.
fn doubts_end(variants: &[Variant]) -> Run {
    let first = [OperationType::PlannedFailover, OperationType::Failover];
    let cases = variants.iter().flat_map(|v| first.map(|f| (*v, f)));
    let models = cases.filter(|(variant, first)| {
        variant.calls == Count::One
            && variant.has(*first)
            && match variant.resolution_of(*first) {
                Resolution::Revision => true,
                // Without a dead time a request can turn up after its key was forgotten: that cannot be promised.
                Resolution::Token => variant.dead_time_seconds.is_some(),
                Resolution::Evidence => variant.dead_time_seconds.is_some() && variant.revision,
                Resolution::Person => false,
            }
    });
    let models: Vec<_> = models
        .map(|(variant, first)| Submission {
            budget: Budget {
                faults: 1,
                crashes: 1,
                silences: 1,
                minutes: 6,
                dead_times: 2,
                key_times: 1,
                decisions: u8::from(variant.person),
                ..known_bad::CALM
            },
            looks_for_doubt: true,
            ..model(variant, first, ANY, 1)
        })
        .collect();
    let name = format!(
        "submission/a doubt ends without a person, {} of its classes",
        models.len()
    );
    (name, models)
}

fn model(variant: Variant, first: OperationType, budget: Budget, settle_one_in: u64) -> Submission {
    Submission {
        settle_one_in,
        ..known_bad::search(variant, first, Protocol::AsItIs, budget)
    }
}

fn explore((name, models): Run) -> Line {
    let begun = Instant::now();
    let threads = if models.len() == 1 { 2 } else { 1 };
    let explored = side_by_side(&models, |model| model.explore(threads));
    let (mut states, mut violations) = (0, Vec::new());
    for (seen, wrong) in explored {
        states += seen;
        violations.extend(wrong);
    }
    let took: Duration = begun.elapsed();
    let finding = Finding::Holds {
        states,
        took,
        violations,
    };
    Line { name, finding }
}

/// Works on two things at a time, and gives what came of them in their order.
fn side_by_side<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((index, thing)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    things.get(index).map(|thing| (index, thing))
                } {
                    let result = work(thing);
                    let mut done = done.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    done.push((index, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}
