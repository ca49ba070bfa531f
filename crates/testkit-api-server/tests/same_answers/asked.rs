//! What the real server is asked in one run of the tests, and what it says: random sequences by their seeds, then the scripts.
//! It must not know the server in this process.

use std::time::{Duration, Instant};

use futures::StreamExt;
use stationmaster_testkit::control_plane::ControlPlane;
use stationmaster_testkit::installation::{Installation, Options};
use tokio::sync::OnceCell;

use super::compacted::Compacted;
use super::side::Side;
use super::step::Step;
use super::transcript::Transcript;
use super::{generate, named, objects, scripts};

/// The first of the seeds; each sequence has the next one.
const FIRST: u64 = 1;
const SEQUENCES: u64 = 64;
/// Requests of one sequence, about.
const STEPS: usize = 24;
/// How many sequences are under way at a time, each in a namespace of its own.
const AT_A_TIME: usize = 8;
/// How long a watch of the real server may take to show the last object.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What is asked.
pub struct Sequence {
    /// The seed; `None` for what is written down.
    pub seed: Option<u64>,
    pub name: String,
    pub steps: Vec<Step>,
    /// For a named difference: the codes of the real server's last answer and of ours.
    pub differs: Option<(u16, u16)>,
}

impl Sequence {
    fn new(name: impl Into<String>, steps: Vec<Step>) -> Self {
        Self {
            seed: None,
            name: name.into(),
            steps,
            differs: None,
        }
    }
}

/// The same with what the real server said.
pub struct Asked {
    pub sequence: Sequence,
    pub namespace: String,
    pub transcript: Transcript,
}

impl std::ops::Deref for Asked {
    type Target = Sequence;

    fn deref(&self) -> &Sequence {
        &self.sequence
    }
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// The seeds of this run: those of every run, one that is replayed, or new ones.
fn seeds() -> std::ops::Range<u64> {
    let variable = "STATIONMASTER_SAME_ANSWERS_SEED";
    let (first, sequences) = match std::env::var(variable).as_deref() {
        Ok("random") => (std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() * 1000, SEQUENCES),
        Ok(_) => (number(variable).unwrap(), 1),
        Err(_) => (FIRST, SEQUENCES),
    };
    first..first + number("STATIONMASTER_SAME_ANSWERS_SEQUENCES").unwrap_or(sequences)
}

/// Everything that real servers said.
pub struct Real {
    pub asked: Vec<Asked>,
    pub compacted: Compacted,
}

/// What was asked, and answered by the real servers: once for all tests.
pub async fn real() -> &'static Real {
    static REAL: OnceCell<Real> = OnceCell::const_new();
    let both = async || {
        let (asked, compacted) = tokio::join!(ask(), Compacted::ask());
        Real { asked, compacted }
    };
    REAL.get_or_init(both).await
}

async fn ask() -> Vec<Asked> {
    let steps = number("STATIONMASTER_SAME_ANSWERS_STEPS").map_or(STEPS, |steps| usize::try_from(steps).unwrap());
    let mut sequences: Vec<Sequence> = scripts::all()
        .into_iter()
        .map(|(name, steps)| Sequence::new(name, steps))
        .collect();
    for named::Named { name, shown } in named::all() {
        if let Some((steps, theirs, ours)) = shown {
            let differs = Some((theirs, ours));
            sequences.push(Sequence {
                differs,
                ..Sequence::new(name, steps)
            });
        }
    }
    for seed in seeds() {
        let sequence = Sequence::new(format!("seed {seed}"), generate::sequence(seed, steps));
        sequences.push(Sequence {
            seed: Some(seed),
            ..sequence
        });
    }
    let began = Instant::now();
    let installation = Installation::start(Options::default()).await.unwrap();
    let plane = installation.control_plane();
    let client = plane.client().await.unwrap();
    warm_up(&client).await;
    let started = began.elapsed();
    let all: Vec<Asked> = futures::stream::iter(sequences)
        .map(|sequence| one(plane, &client, sequence))
        .buffered(AT_A_TIME)
        .collect()
        .await;
    installation.shutdown().await;
    let sum = |of: fn(&Asked) -> usize| all.iter().map(of).sum::<usize>();
    println!(
        "{} sequences (seeds {:?}), {} requests, {} successful, {} events; the real server began in {:.1} s and was done after {:.1} s",
        all.len(),
        seeds(),
        sum(|asked| asked.steps.len()),
        sum(|asked| asked.transcript.successes()),
        sum(|asked| asked.transcript.events()),
        started.as_secs_f64(),
        began.elapsed().as_secs_f64(),
    );
    all
}

async fn one(plane: &ControlPlane, client: &kube::Client, sequence: Sequence) -> Asked {
    let namespace = plane.create_namespace("same").await.unwrap();
    let side = Side::new(client.clone(), &namespace, PATIENCE);
    Asked {
        transcript: Transcript::of(side, &sequence.steps).await,
        sequence,
        namespace,
    }
}

/// A new API server answers 429 to reads of a kind until it has read all of that kind once.
async fn warm_up(client: &kube::Client) {
    for kind in objects::KINDS {
        let path = objects::path(kind).replace("@ns@", "default");
        loop {
            let request = http::Request::get(&path).body(kube::client::Body::empty()).unwrap();
            if client.send(request).await.unwrap().status().is_success() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}
