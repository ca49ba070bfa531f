//! A scene: a namespace, a cloud of its own, a connection, one group in the state in which a story begins.
//! It must not ask for anything.

use super::GROUP;
use kube::ResourceExt;
use stationmaster_api::{GroupLedger, ProtectionProvider};
use stationmaster_simulator::{ConsoleAct, Station};
use stationmaster_testkit::installation::{
    Cluster, Connection, Environment, Installation, PROVIDER, Simulator, SimulatorOptions, condition,
};

/// How the group stands when the story begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// Replicated, production at the source.
    Protected,
    /// Not replicated, production at the source.
    Unprotected,
    /// Moved by force to the target, and not replicated.
    FailedOver,
}

/// How a scene is made.
#[derive(Clone, Debug)]
pub struct Setup {
    /// How the group stands.
    pub before: Before,
    /// `Some(seconds)`: requests are signed, and a signature is good for so long, at the provider as in `signatureValiditySeconds`.
    /// `None`: user name and password.
    pub signed: Option<u32>,
    /// Virtual seconds for each real one: a reverse takes 60, a failover 45, a reprotect 40, an enable 20, a disable 8.
    pub speed: f64,
    /// `limits.requestTimeoutSeconds`: how long the operator waits for an answer.
    pub patience: u32,
}

impl Default for Setup {
    fn default() -> Self {
        Setup {
            before: Before::Protected,
            signed: None,
            speed: 20.0,
            patience: 15,
        }
    }
}

impl Setup {
    /// With this beginning.
    pub fn before(before: Before) -> Setup {
        Setup {
            before,
            ..Setup::default()
        }
    }

    /// With signed requests.
    pub fn signed(self, seconds: u32) -> Setup {
        Setup {
            signed: Some(seconds),
            ..self
        }
    }

    /// With this speed.
    pub fn speed(self, speed: f64) -> Setup {
        Setup { speed, ..self }
    }

    /// With an operator that waits so long for answers.
    pub fn patient(self, seconds: u32) -> Setup {
        Setup {
            patience: seconds,
            ..self
        }
    }
}

/// A scene.
#[derive(Clone, Debug)]
pub struct Scene {
    /// What it is called in messages.
    pub name: String,
    /// Namespace and cloud.
    pub environment: Environment,
    /// The name of the group's ledger.
    pub ledger: String,
    /// The operator's own namespace.
    pub own: Cluster,
}

impl Scene {
    /// Makes it, and waits until the group shows a token.
    pub async fn set(installation: &Installation, name: &str, setup: Setup) -> Scene {
        let straight = async |cloud: &Simulator| cloud.endpoints().sdrs.clone();
        Scene::set_behind(installation, name, setup, straight).await
    }

    /// The same with something between operator and cloud: `door` tells the URL that leads there.
    pub async fn set_behind(
        installation: &Installation,
        name: &str,
        setup: Setup,
        door: impl AsyncFnOnce(&Simulator) -> String,
    ) -> Scene {
        let mut options = SimulatorOptions {
            speed: setup.speed,
            ..SimulatorOptions::default()
        };
        if let Some(seconds) = setup.signed {
            let window = ("signature-window-seconds".to_owned(), seconds.to_string());
            options.switches.push(window);
        }
        let environment = installation.environment(name, options).await.unwrap();
        let simulator = &environment.simulator;
        let action = match setup.before {
            Before::Protected => None,
            Before::Unprotected => Some("stop"),
            Before::FailedOver => Some("failover"),
        };
        if let Some(action) = action {
            let act = ConsoleAct {
                group: GROUP.into(),
                action: Some(action.into()),
                ..ConsoleAct::default()
            };
            simulator.console(act).await.unwrap();
        }
        // A planned failover needs the servers of production stopped, a reprotect those of the other site.
        simulator.set_servers(GROUP, Station::Source, "SHUTOFF").await.unwrap();

        let connection = Connection {
            access_key: setup.signed.is_some(),
            signature_validity_seconds: setup.signed.unwrap_or(900),
            ..Connection::default()
        };
        let mut provider = environment.provider(PROVIDER, &connection);
        provider.spec.limits.request_timeout_seconds = setup.patience;
        if let Some(sdrs) = &mut provider.spec.sdrs {
            // One port serves all three.
            let url = door(simulator).await;
            sdrs.endpoint.clone_from(&url);
            (sdrs.iam_endpoint, sdrs.ecs_endpoint) = (Some(url.clone()), Some(url));
        }
        let cluster = &environment.cluster;
        cluster.create(&environment.credentials(PROVIDER)).await.unwrap();
        cluster.create(&provider).await.unwrap();
        let ready = |provider: &ProtectionProvider| {
            condition(provider.status.as_ref().map(|status| &status.conditions), "Ready") == Some("True")
        };
        cluster.wait_for(PROVIDER, "is ready", ready).await.unwrap();
        let group = environment.protect(GROUP).await.unwrap();

        let own = installation.own_namespace().await.unwrap();
        let uid = group.uid().unwrap_or_default();
        let ledgers: Vec<GroupLedger> = own.list().await.unwrap();
        let ledger = ledgers.iter().find(|ledger| ledger.spec.group_ref.uid == uid);
        Scene {
            name: name.to_owned(),
            ledger: ledger.expect("a group with a token has a ledger").name_any(),
            environment,
            own,
        }
    }

    /// The cloud.
    pub fn cloud(&self) -> &Simulator {
        &self.environment.simulator
    }

    /// The namespace.
    pub fn cluster(&self) -> &Cluster {
        &self.environment.cluster
    }
}
