//! What runs in a demo: control plane, simulator, operator; started in this order and ended in the other.
//! It must not say more than what was started and how long it took.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use stationmaster_testkit::control_plane::{self, Lifetime};
use stationmaster_testkit::installation::{Cluster, Installation, Operator, OperatorOptions, Options};
use stationmaster_testkit::installation::{Simulator, SimulatorOptions};

use super::kubectl::Kubectl;
use super::manifests::{Manifests, NAMESPACE};
use super::place::Place;
use super::programs::Programs;
use super::tell::Voice;
use super::vendors::Provider;

/// What runs.
#[derive(Debug, Default)]
pub struct World {
    operator: Option<Operator>,
    simulator: Option<Simulator>,
    installation: Option<Installation>,
}

/// What the story works with.
pub struct Scene {
    /// Whose system is moved.
    pub provider: Provider,
    /// kubectl, as the administrator.
    pub kubectl: Kubectl,
    /// The namespace of the samples, as the administrator.
    pub cluster: Cluster,
    /// The simulated cloud.
    pub simulator: Simulator,
    /// The rendered samples.
    pub manifests: Manifests,
    /// The administrator's kubeconfig.
    pub kubeconfig: PathBuf,
    /// URL of the operator's metrics.
    pub metrics: String,
    /// The operator's log.
    pub log: PathBuf,
    /// Where everything lies.
    pub root: PathBuf,
}

impl World {
    /// Starts everything. With a place, it lies there; and with `detached` it outlives this process.
    pub async fn start(
        &mut self,
        provider: Provider,
        voice: &Voice,
        programs: &Programs,
        place: Option<&Place>,
        detached: bool,
    ) -> Result<Scene> {
        let installation = self.installation(voice, programs, place, detached).await?;
        let root = place
            .map_or(installation.control_plane().directory(), Place::root)
            .to_path_buf();

        let started = Instant::now();
        let vendor = provider.vendor();
        let [speed, _] = vendor.speeds;
        let options = SimulatorOptions {
            speed,
            program: Some(programs.simulator.clone()),
            ..(vendor.simulator)()
        };
        let simulator = installation.simulator("simulator", options).await?;
        place.map_or(Ok(()), |place| place.note("simulator", simulator.process()))?;
        voice.note(&format!(
            "{} ({})",
            (vendor.serves)(simulator.endpoints()),
            took(started)
        ));

        let started = Instant::now();
        let options = OperatorOptions {
            identity: "operator".into(),
            // The operator's own default; nobody is killed here.
            lease_duration_seconds: 15,
            program: Some(programs.operator.clone()),
            ..OperatorOptions::default()
        };
        let operator = installation.start_operator(options).await?;
        place.map_or(Ok(()), |place| place.note("operator", operator.process()))?;
        operator.wait_ready().await?;
        voice.note(&format!(
            "the operator runs as {} ({})",
            Installation::operator_user(),
            took(started)
        ));

        let kubeconfig = installation.control_plane().kubeconfig();
        let manifests = Manifests::in_directory(root.join("manifests"))?;
        let scene = Scene {
            provider,
            kubectl: Kubectl {
                program: programs.kubectl.clone(),
                kubeconfig: kubeconfig.clone(),
                directory: manifests.directory().to_path_buf(),
                cache: root.join("kubectl-cache"),
            },
            cluster: installation.cluster(NAMESPACE).await?,
            simulator: simulator.clone(),
            manifests,
            kubeconfig,
            metrics: operator.metrics_url().await?,
            log: operator.log_file().to_path_buf(),
            root,
        };
        self.simulator = Some(simulator);
        self.operator = Some(operator);
        Ok(scene)
    }

    async fn installation(
        &mut self,
        voice: &Voice,
        programs: &Programs,
        place: Option<&Place>,
        detached: bool,
    ) -> Result<&Installation> {
        let started = Instant::now();
        let control_plane = control_plane::Options {
            directory: place.map(|place| place.root().join("control-plane")),
            lifetime: if detached {
                Lifetime::Detached
            } else {
                Lifetime::Tethered
            },
            controller_manager: false,
            binaries: Some(programs.tools.clone()),
            ..control_plane::Options::default()
        };
        let installation = Installation::start(Options { control_plane }).await?;
        voice.note(&format!(
            "a control plane serves at {}, with Stationmaster's kinds and rights ({})",
            installation.control_plane().endpoint(),
            took(started)
        ));
        Ok(self.installation.insert(installation))
    }

    /// Ends everything in order.
    pub async fn end(&mut self) {
        if let Some(operator) = &self.operator {
            // One that is gone already, or had to be killed, is no news on the way out.
            let _ = operator.terminate().await;
        }
        self.operator = None;
        self.simulator = None;
        if let Some(installation) = self.installation.take() {
            installation.shutdown().await;
        }
    }

    /// Lets go of everything: it goes on after this process has ended.
    pub fn leave_running(self) {
        self.operator.iter().for_each(Operator::leave_running);
        self.simulator.iter().for_each(Simulator::leave_running);
        self.installation.into_iter().for_each(Installation::leave_running);
    }
}

fn took(started: Instant) -> String {
    format!("{:.1} s", started.elapsed().as_secs_f64())
}
