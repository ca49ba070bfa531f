//! History that was compacted away: what the real server says before and after, and the same asked here.
//! It must not use a server with a watch cache: that one goes on showing what etcd has forgotten, for as long as it likes.

use stationmaster_testkit::installation::{Installation, Options};
use stationmaster_testkit_api_server::{ApiServer, Flaw};

use super::asked::PATIENCE;
use super::side::Side;
use super::step::Step;
use super::transcript::Transcript;
use super::{IMPATIENCE, scripts, virtual_time};

/// What the real server said.
pub struct Compacted {
    namespace: String,
    transcript: Transcript,
}

impl Compacted {
    pub async fn ask() -> Self {
        let (before, after) = scripts::compaction();
        let mut options = Options::default();
        options.control_plane.apiserver_flags.push("--watch-cache=false".into());
        let installation = Installation::start(options).await.unwrap();
        let plane = installation.control_plane();
        let namespace = plane.create_namespace("compacted").await.unwrap();
        let side = Side::new(plane.client().await.unwrap(), &namespace, PATIENCE);
        let compact = async |side: &Side| plane.compact(side.version("protectiongroups/a")).await.unwrap();
        let transcript = Transcript::with(side, &before, &after, compact).await;
        installation.shutdown().await;
        Self { namespace, transcript }
    }

    /// What a server in this process says otherwise.
    pub fn differences(&self, flaw: Option<Flaw>) -> Vec<String> {
        let (before, after) = scripts::compaction();
        let ours = virtual_time(async {
            let server = ApiServer::new();
            let server = flaw.map_or(server.clone(), |flaw| server.with_flaw(flaw));
            server.create_namespace(&self.namespace);
            let side = Side::new(server.client("test", &self.namespace), &self.namespace, IMPATIENCE);
            let compact = async |side: &Side| server.compact(side.version("protectiongroups/a"));
            Transcript::with(side, &before, &after, compact).await
        });
        let steps: Vec<Step> = before.iter().chain(&after).cloned().collect();
        self.transcript.differences(&ours, &steps, 12)
    }
}
