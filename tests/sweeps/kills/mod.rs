//! The replica that acts is killed at each of its requests: before it is sent on, after it was applied, after it was answered.
//! It must not choose the requests by hand: a run without a kill tells which there are.

mod class;
mod stand;

use crate::moment::Asked;
use crate::scope;
use crate::tally::{judged, stories, unreached};
use class::Class;
use stand::{Next, Stand};
use stationmaster_testkit::installation::{Installation, Options};
use stationmaster_testkit_proxy::proxy::Moment;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

stories![
    forced_and_another_takes_over,
    planned_and_another_takes_over,
    reprotect_and_another_takes_over,
    forced_and_started_again,
    planned_and_started_again,
    reprotect_and_started_again,
];

const MOMENTS: [Moment; 3] = [Moment::BeforeForward, Moment::AfterForward, Moment::AfterRelay];
/// Of how many points that are no calls a quick run takes one.
const ONE_OF: u64 = 120;
/// Readings of a kind, and events, are the same each time; so many of each are swept. Writes that decide are swept all.
const ALIKE: u64 = 2;
/// How many writes of each status are swept. The more of them come while a job runs the slower the machine, and those do not come again.
const REPORTS: u64 = 3;

/// A kill: at the `nth` request of a class, at a moment.
struct Kill {
    class: Class,
    nth: u64,
    moment: Moment,
}

impl Kill {
    fn name(&self, story: &str) -> String {
        format!("{story}/{} {}/{:?}", self.class, self.nth, self.moment)
    }

    /// Whether a quick run takes it: around the call itself all moments of a planned failover and the worst one of the others, and some that
    /// are no calls, the same ones each time.
    fn is_quick(&self, story: &str, asked: Asked) -> bool {
        if self.class.is_call() {
            return asked == Asked::Planned || self.moment == Moment::AfterForward;
        }
        let mut hasher = DefaultHasher::new();
        self.name(story).hash(&mut hasher);
        hasher.finish().is_multiple_of(ONE_OF)
    }
}

/// All kills in the order of the requests.
fn kills(requests: &[Class]) -> Vec<Kill> {
    let mut counts: HashMap<&Class, u64> = HashMap::new();
    let mut all = Vec::new();
    for class in requests {
        let nth = counts.entry(class).or_default();
        *nth += 1;
        let most = match class.reports() {
            true => REPORTS,
            false => ALIKE,
        };
        if class.decides() || *nth <= most {
            all.extend(MOMENTS.map(|moment| Kill {
                class: class.clone(),
                nth: *nth,
                moment,
            }));
        }
    }
    all
}

async fn sweep(story: &str, asked: Asked, next: Next) {
    let installation = Installation::start(Options::default()).await.unwrap();
    let stand = Stand::set(&installation, "reference", asked, next).await;
    let name = format!("{story}/reference");
    let (requests, run) = stand.reference(&name, asked).await;
    judged(&name, &run.wrong);
    let all = kills(&requests);
    assert!(
        all.iter().any(|kill| kill.class.is_call()),
        "the reference run has made no call"
    );
    let total = all.len();
    let chosen = all
        .into_iter()
        .filter(|kill| scope::is_whole() || kill.is_quick(story, asked));
    let missed = in_turn(&installation, story, asked, next, chosen).await;
    eprintln!(
        "{story}: {} requests, {total} kills, {missed} not reached",
        requests.len()
    );
    assert!(missed * 5 <= total, "{missed} of {total} points were not reached");
}

/// One kill after the other on one control plane. Answers how many of them were not reached, also at a second try: how often the operator
/// reports while a job runs, and when a login is renewed, is a matter of time and not of the operation.
async fn in_turn(
    installation: &Installation,
    story: &str,
    asked: Asked,
    next: Next,
    kills: impl Iterator<Item = Kill>,
) -> usize {
    let mut missed = 0;
    for (number, kill) in kills.enumerate() {
        let name = kill.name(story);
        let mut reached = false;
        for attempt in ["", "again"] {
            let stand = Stand::set(installation, &format!("p{number}{attempt}"), asked, next).await;
            let run = stand
                .kill_at(&name, asked, next, &kill.class, kill.nth, kill.moment)
                .await;
            eprintln!("{name}: {}", run.how);
            reached = run.killed;
            if reached {
                judged(&name, &run.wrong);
                break;
            }
            assert!(run.wrong.is_empty(), "{name}: {:?}", run.wrong);
        }
        if !reached {
            assert!(!kill.class.is_call(), "{name}: a run made no call to be killed at");
            unreached(&name);
            missed += 1;
        }
    }
    missed
}

pub async fn planned_and_started_again() {
    sweep("kill-planned-restart", Asked::Planned, Next::Restart).await;
}

pub async fn forced_and_started_again() {
    sweep("kill-forced-restart", Asked::Forced, Next::Restart).await;
}

pub async fn reprotect_and_started_again() {
    sweep("kill-reprotect-restart", Asked::Reprotect, Next::Restart).await;
}

pub async fn planned_and_another_takes_over() {
    sweep("kill-planned-takeover", Asked::Planned, Next::Takeover).await;
}

pub async fn forced_and_another_takes_over() {
    sweep("kill-forced-takeover", Asked::Forced, Next::Takeover).await;
}

pub async fn reprotect_and_another_takes_over() {
    sweep("kill-reprotect-takeover", Asked::Reprotect, Next::Takeover).await;
}
