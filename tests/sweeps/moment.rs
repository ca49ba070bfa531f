//! What is asked for, and the moments of an operation at which something happens to it.
//! It must not make anything go wrong itself; it only brings a scene to the moment.

use crate::stage::{Before, GROUP, Scene, Setup, after_applying, on};
use stationmaster_api::{OperationType, ProtectionGroup, Station};
use stationmaster_simulator::{JournalEntry, Station as Site};
use stationmaster_testkit::installation::Installation;

/// What a person asks for in a scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// An intent for the other station.
    Planned,
    /// A forced failover.
    Forced,
    /// Reprotect after a forced failover.
    Reprotect,
}

impl Asked {
    /// All three.
    pub const ALL: [Asked; 3] = [Asked::Planned, Asked::Forced, Asked::Reprotect];

    /// Its name in those of points.
    pub fn name(self) -> &'static str {
        match self {
            Asked::Planned => "planned",
            Asked::Forced => "forced",
            Asked::Reprotect => "reprotect",
        }
    }

    /// The cloud's word for the one call that it needs.
    pub fn action(self) -> &'static str {
        match self {
            Asked::Planned => "reverse-server-group",
            Asked::Forced => "failover-server-group",
            Asked::Reprotect => "start-server-group",
        }
    }

    /// How the group stands when it was not executed.
    pub fn before(self) -> (&'static str, Site) {
        match self {
            Asked::Planned | Asked::Forced => ("protected", Site::Source),
            Asked::Reprotect => ("failed-over", Site::Target),
        }
    }

    /// How the group stands when it was executed once.
    pub fn after(self) -> (&'static str, Site) {
        match self {
            Asked::Planned | Asked::Reprotect => ("protected", Site::Target),
            Asked::Forced => ("failed-over", Site::Target),
        }
    }

    /// The scene's beginning.
    pub fn setup(self) -> Setup {
        Setup::before(match self {
            Asked::Planned | Asked::Forced => Before::Protected,
            Asked::Reprotect => Before::FailedOver,
        })
    }

    /// Asks for it. Answers the operation's name.
    pub async fn ask(self, scene: &Scene) -> String {
        match self {
            Asked::Planned => scene.intent(Station::Target).await,
            Asked::Forced => scene.force().await,
            Asked::Reprotect => scene.file(OperationType::Reprotect, Station::Target).await,
        }
    }
}

/// Where an operation stands when something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The call is recorded, and the operator looks once more before it sends it.
    Recorded,
    /// The cloud has carried the call out and has not answered it.
    Unanswered,
    /// The operator follows the cloud's job.
    Followed,
}

impl Moment {
    /// All three.
    pub const ALL: [Moment; 3] = [Moment::Recorded, Moment::Unanswered, Moment::Followed];

    fn name(self) -> &'static str {
        match self {
            Moment::Recorded => "recorded",
            Moment::Unanswered => "unanswered",
            Moment::Followed => "followed",
        }
    }
}

/// How long the last look takes at [`Moment::Recorded`], and the answer at [`Moment::Unanswered`].
const LOOK_SECONDS: f64 = 4.0;
const ANSWER_SECONDS: f64 = 8.0;
/// A job that is followed must not end by itself before anything has happened.
const SLOW: f64 = 0.5;
/// From the moment on nothing needs to be slow.
const FAST: f64 = 60.0;

/// A scene in which nothing was asked for yet.
#[derive(Debug)]
pub struct Ready {
    name: String,
    scene: Scene,
    asked: Asked,
    moment: Moment,
}

/// One point: a scene in which something was asked for.
#[derive(Debug)]
pub struct Point {
    /// Its name.
    pub name: String,
    /// The scene.
    pub scene: Scene,
    /// What was asked for.
    pub asked: Asked,
    /// The name of the operation.
    pub operation: String,
    /// Whether a person may be asked what became of the call.
    pub may_doubt: bool,
    /// Whether the operation may end without having been executed, with these reasons.
    pub may_end: &'static [&'static str],
}

impl Ready {
    /// Sets the scene for a moment.
    pub async fn set(installation: &Installation, story: &str, asked: Asked, moment: Moment) -> Ready {
        let name = format!("{}-{}", asked.name(), moment.name());
        let setup = asked.setup().patient(60);
        let setup = if moment == Moment::Followed {
            setup.speed(SLOW)
        } else {
            setup
        };
        let scene = Scene::set(installation, &name, setup).await;
        match moment {
            Moment::Recorded => scene.slow_looks(LOOK_SECONDS).await,
            Moment::Unanswered => scene.spoil(on(asked.action(), after_applying(ANSWER_SECONDS))).await,
            Moment::Followed => {}
        }
        Ready {
            name: format!("{story}/{name}"),
            scene,
            asked,
            moment,
        }
    }

    /// Asks, and returns when the moment has come.
    pub async fn reach(self) -> Point {
        let (scene, asked, moment) = (self.scene, self.asked, self.moment);
        let operation = asked.ask(&scene).await;
        match moment {
            Moment::Recorded => scene.call_is("recorded").await,
            Moment::Unanswered => {
                let so = |call: &JournalEntry| call.accepted && !call.answered;
                scene.call_arrives("is carried out", so).await;
            }
            Moment::Followed => {
                let follows = |group: &ProtectionGroup| {
                    let running = group.status.as_ref().and_then(|status| status.operation.as_ref());
                    running.is_some_and(|operation| operation.job_id.is_some())
                };
                scene.cluster().wait_for(GROUP, "shows its job", follows).await.unwrap();
            }
        }
        let mut point = Point::of(self.name, scene, asked, operation);
        // The process that recorded it may go before it can say that it did not send it.
        point.may_doubt = moment == Moment::Recorded;
        point
    }
}

impl Point {
    /// One whose operation was asked for in a scene that is there.
    pub fn of(name: String, scene: Scene, asked: Asked, operation: String) -> Point {
        Point {
            name,
            scene,
            asked,
            operation,
            may_doubt: false,
            may_end: &[],
        }
    }

    /// From here on the cloud is as quick as it can be.
    pub async fn go_on(&self) {
        self.scene.mend().await;
        self.scene.cloud().set_speed(FAST).await.unwrap();
    }
}
