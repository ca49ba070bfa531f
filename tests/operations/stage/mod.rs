//! What a story plays on: a namespace with a simulated cloud of its own, watched from its first object to its end.
//! It must not tell a story itself, nor know what a story expects.

/// The trials of stories of this module.
macro_rules! stories {
    ($($story:ident),* $(,)?) => {
        vec![$($crate::stage::trial(concat!(module_path!(), "::", stringify!($story)), $story)),*]
    };
}

/// The trials of rules of this module.
macro_rules! rules {
    ($($rule:ident),* $(,)?) => {
        vec![$($crate::stage::rule(concat!(module_path!(), "::", stringify!($rule)), $rule)),*]
    };
}

pub mod group;
pub mod honest;
pub mod kstatus;
pub mod kubectl;
pub mod said;
pub mod watched;

pub use group::{Group, condition, intent};

use group::Seen;
use k8s_openapi::api::core::v1::Event;
use libtest_mimic::Trial;
use stationmaster_api::{OperationState, RecoveryOperation, RecoveryOperationStatus};
use stationmaster_simulator::scenario;
use stationmaster_testkit::installation::{self, Connection, Environment, Installation, SimulatorOptions};
use std::time::{Duration, Instant};
use watched::Watched;

/// Virtual seconds in a real one: a reverse of a minute takes two seconds, so that a job is seen while it runs.
pub const SPEED: f64 = 30.0;

/// The speed at which a state that passes is surely seen, also on a busy machine: a job takes half a minute and more.
pub const WATCHED: f64 = 2.0;
/// For how long after a further look of the operator nothing must have happened.
const QUIET: Duration = Duration::from_millis(1500);
/// How long the operator may take to look again; it polls every five seconds.
const LONGEST: Duration = Duration::from_secs(180);
/// The routes of the operator's routine look, of each vendor one that is asked for once in each look.
const LISTS: [&str; 2] = ["/v1/{project_id}/server-groups", "/api/v2/tasks/instances"];

/// A story with a runtime of its own.
pub fn trial<F: Future<Output = ()> + 'static>(path: &str, story: fn() -> F) -> Trial {
    Trial::test(short(path), move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(story());
        Ok(())
    })
}

/// A rule that needs nobody.
pub fn rule(path: &str, rule: fn()) -> Trial {
    Trial::test(short(path), move || {
        rule();
        Ok(())
    })
}

/// Without the name of the program.
fn short(path: &str) -> &str {
    path.split_once("::").map_or(path, |(_, rest)| rest)
}

/// A namespace, its cloud, and everything that happened in it.
pub struct Stage {
    /// The fixture.
    pub environment: Environment,
    /// All versions of groups and operations.
    pub watched: Watched,
}

/// A connection on which the operator cannot see whether servers are stopped: a person confirms.
pub fn without_ecs() -> Connection {
    Connection {
        ecs: false,
        ..Connection::default()
    }
}

/// Whether an operation waits for a person's word.
pub fn awaits_a_person(status: &RecoveryOperationStatus) -> bool {
    status.reason.as_deref() == Some("AwaitingConfirmation")
}

impl Stage {
    /// Three groups at the installation of this process; the operator reads server states from ECS.
    pub async fn new(prefix: &str) -> Stage {
        Stage::with(prefix, SPEED, &Connection::default()).await
    }

    /// The same, with another speed of time and another connection.
    pub async fn with(prefix: &str, speed: f64, connection: &Connection) -> Stage {
        let installation = installation::shared().await.unwrap();
        let options = SimulatorOptions {
            speed,
            ..SimulatorOptions::default()
        };
        Stage::at(installation, prefix, options, connection).await
    }

    /// Groups `group-0001` and so on at an installation whose operator the test may stop.
    pub async fn of_its_own(installation: &Installation, prefix: &str, groups: usize) -> Stage {
        let options = SimulatorOptions {
            made: Some(scenario::many_groups(groups)),
            speed: SPEED,
            ..SimulatorOptions::default()
        };
        Stage::at(installation, prefix, options, &Connection::default()).await
    }

    /// At an installation, with a cloud of one's own choice.
    pub async fn at(
        installation: &Installation,
        prefix: &str,
        options: SimulatorOptions,
        connection: &Connection,
    ) -> Stage {
        let environment = installation.environment(prefix, options).await.unwrap();
        let cluster = &environment.cluster;
        let watched = Watched::start(&cluster.client(), cluster.namespace()).await;
        environment.connect(connection).await.unwrap();
        Stage { environment, watched }
    }

    /// Lets the cloud's time run at another speed from now on.
    pub async fn speed(&self, speed: f64) {
        self.environment.simulator.set_speed(speed).await.unwrap();
    }

    /// A group of the simulated cloud; [`Group::protect`] makes its object.
    pub fn group<'a>(&'a self, name: &'a str) -> Group<'a> {
        Group { stage: self, name }
    }

    /// Waits until an operation has ended, well or not.
    pub async fn ended(&self, operation: &str) -> RecoveryOperationStatus {
        self.environment.ended(operation).await.unwrap().status.unwrap()
    }

    /// Waits until an operation has ended well.
    pub async fn succeeded(&self, operation: &str) -> RecoveryOperationStatus {
        let status = self.ended(operation).await;
        assert_eq!(status.state, Some(OperationState::Succeeded), "{status:#?}");
        status
    }

    /// Waits until an operation stands as it should.
    pub async fn operation(
        &self,
        name: &str,
        what: &str,
        is_so: impl Fn(&RecoveryOperationStatus) -> bool,
    ) -> RecoveryOperationStatus {
        let waited = self.environment.cluster.wait_for(name, what, |o: &RecoveryOperation| {
            o.status.as_ref().is_some_and(&is_so)
        });
        waited.await.unwrap().status.unwrap()
    }

    /// Waits until an operation is refused, with its reason in status and in an event about it. Answers its message.
    pub async fn refused(&self, operation: &str, reason: &str) -> String {
        let status = self.ended(operation).await;
        let state = match reason {
            "Expired" => OperationState::Expired,
            _ => OperationState::Refused,
        };
        assert_eq!(status.state, Some(state), "{operation}: {status:#?}");
        assert_eq!(status.reason.as_deref(), Some(reason), "{operation}: {status:#?}");
        assert!(
            status.started_at.is_none() && status.steps.is_empty(),
            "{operation}: {status:#?}"
        );
        let event = self.event("RecoveryOperation", operation, reason).await;
        assert_eq!(event.type_.as_deref(), Some("Warning"), "{}", said::shown(&event));
        status.message.unwrap_or_default()
    }

    /// Waits for an event.
    pub async fn event(&self, kind: &str, name: &str, reason: &str) -> Event {
        let cluster = &self.environment.cluster;
        said::wait_for(&cluster.client(), cluster.namespace(), kind, name, reason).await
    }

    /// How many routine looks the operator has begun.
    async fn looks(&self) -> u64 {
        let report = self.environment.simulator.requests().await.unwrap();
        let routes = report.routes.iter();
        let lists = routes.filter(|r| r.method == "GET" && LISTS.contains(&r.route.as_str()));
        lists.map(|route| route.count).sum()
    }

    /// Nothing happens to these groups: not until the operator has looked at the provider once more, and not for a while after that.
    ///
    /// Members are read with each third look: what they show may be written once more after all else has come to rest.
    pub async fn nothing_happens(&self, groups: &[&Group<'_>]) {
        let (all, began) = (self.looks().await + 3, Instant::now());
        while self.looks().await < all {
            assert!(began.elapsed() < LONGEST, "the operator does not look any more");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        if let Some(what) = self.what_happens(groups).await {
            panic!("{what}");
        }
    }

    /// What happens to these groups in that time, if anything does.
    pub async fn what_happens(&self, groups: &[&Group<'_>]) -> Option<String> {
        let mut before = Vec::new();
        for group in groups {
            before.push(group.seen().await);
        }
        let looks = self.looks().await;
        let started = Instant::now();
        let mut looked = None;
        while looked.is_none_or(|at: Instant| at.elapsed() < QUIET) {
            for (group, before) in groups.iter().zip(&before) {
                let now: Seen = group.seen().await;
                if now != *before {
                    return Some(format!("{}: {before:#?} became {now:#?}", group.name));
                }
            }
            if looked.is_none() && self.looks().await > looks {
                looked = Some(Instant::now());
            }
            assert!(started.elapsed() < LONGEST, "the operator does not look any more");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        None
    }

    /// The end of every story: whatever was seen on the way was honest, and whatever was told was a word of the enum.
    pub async fn curtain(self) {
        let judged = self.watched.judge().await;
        assert!(judged > 0, "nothing was watched");
        let cluster = &self.environment.cluster;
        said::all(&cluster.client(), cluster.namespace()).await;
    }
}
