//! One control plane for all tests of a test binary, and a namespace for each test.
//! It must not be used by a test that stops, kills or reconfigures components: such a test starts its own.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use k8s_openapi::api::core::v1::{Namespace, ServiceAccount};
use kube::Api;
use kube::api::{ObjectMeta, PostParams};
use tokio::sync::OnceCell;

use super::{Component, ControlPlane, Error, Options};

/// How long the controller manager may take to fill a new namespace.
const LONGEST: Duration = Duration::from_secs(180);

/// The control plane of this process, started by whoever asks first. It ends with the process.
///
/// Each test makes its own client ([`ControlPlane::client`]): a client belongs to the runtime of the test that made it.
pub async fn shared() -> Result<&'static ControlPlane, Error> {
    static SHARED: OnceCell<ControlPlane> = OnceCell::const_new();
    SHARED.get_or_try_init(|| ControlPlane::start(Options::default())).await
}

impl ControlPlane {
    /// A new namespace whose name starts with `prefix`, unique in this control plane. With a controller manager it has its
    /// `default` service account, so that pods can be created in it.
    pub async fn create_namespace(&self, prefix: &str) -> Result<String, Error> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!(
            "{prefix}-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let client = self.client().await?;
        let namespace = Namespace {
            metadata: ObjectMeta {
                name: Some(name.clone()),
                ..ObjectMeta::default()
            },
            ..Namespace::default()
        };
        let doing = || format!("create the namespace {name}");
        let namespaces = Api::<Namespace>::all(client.clone());
        namespaces
            .create(&PostParams::default(), &namespace)
            .await
            .map_err(Error::client(doing()))?;
        if self.pid(Component::ControllerManager).is_some() {
            let accounts = Api::<ServiceAccount>::namespaced(client, &name);
            let appears = async {
                while accounts
                    .get_opt("default")
                    .await
                    .map_err(Error::client(doing()))?
                    .is_none()
                {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Ok::<(), Error>(())
            };
            let late = || Error::client(doing())(format!("no service account `default` in it after {LONGEST:?}"));
            tokio::time::timeout(LONGEST, appears).await.map_err(|_| late())??;
        }
        Ok(name)
    }
}
