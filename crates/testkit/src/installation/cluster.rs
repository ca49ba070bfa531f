//! A namespace of the API server, seen by one person: read, write, and wait until an object is as it should be.
//! It must not retry a request: a test wants to see each answer.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::{Duration, Instant};

use k8s_openapi::NamespaceResourceScope;
use kube::api::{DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams};
use kube::{Api, Client, Resource, ResourceExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Error, Replicas, manifests};

/// How long is waited for what should happen soon. Far above what it takes, for busy machines.
const LONGEST: Duration = Duration::from_secs(180);
const PAUSE: Duration = Duration::from_millis(50);

/// A kind that lives in a namespace and can be read and written.
pub trait Kind:
    Resource<DynamicType = (), Scope = NamespaceResourceScope> + Clone + Debug + Serialize + DeserializeOwned
{
}

impl<K> Kind for K where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope> + Clone + Debug + Serialize + DeserializeOwned
{
}

/// A namespace, with the rights of whoever the client is.
#[derive(Clone)]
pub struct Cluster {
    client: Client,
    namespace: String,
    replicas: Arc<Replicas>,
    within: Duration,
}

impl Cluster {
    pub(crate) fn new(client: Client, namespace: String, replicas: Arc<Replicas>) -> Self {
        Self {
            client,
            namespace,
            replicas,
            within: LONGEST,
        }
    }

    /// The client.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// The namespace.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The same with another bound for waits (60 s at first).
    #[must_use]
    pub fn within(&self, within: Duration) -> Self {
        Self { within, ..self.clone() }
    }

    /// The same in another namespace.
    #[must_use]
    pub fn in_namespace(&self, namespace: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            ..self.clone()
        }
    }

    /// The objects of a kind.
    pub fn api<K: Kind>(&self) -> Api<K> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    /// An object; an error if there is none.
    pub async fn get<K: Kind>(&self, name: &str) -> Result<K, Error> {
        self.api()
            .get(name)
            .await
            .map_err(Error::kube(doing::<K>("read", name)))
    }

    /// An object, if there is one.
    pub async fn find<K: Kind>(&self, name: &str) -> Result<Option<K>, Error> {
        self.api()
            .get_opt(name)
            .await
            .map_err(Error::kube(doing::<K>("read", name)))
    }

    /// All objects of a kind.
    pub async fn list<K: Kind>(&self) -> Result<Vec<K>, Error> {
        let list = self.api().list(&ListParams::default()).await;
        Ok(list.map_err(Error::kube(doing::<K>("list", "")))?.items)
    }

    /// Creates an object.
    pub async fn create<K: Kind>(&self, object: &K) -> Result<K, Error> {
        let doing = doing::<K>("create", &object.name_any());
        self.api()
            .create(&PostParams::default(), object)
            .await
            .map_err(Error::kube(doing))
    }

    /// A merge patch, as `kubectl patch --type merge` sends it.
    pub async fn patch<K: Kind>(&self, name: &str, patch: &Value) -> Result<K, Error> {
        let patched = self
            .api()
            .patch(name, &PatchParams::default(), &Patch::Merge(patch))
            .await;
        patched.map_err(Error::kube(doing::<K>("patch", name)))
    }

    /// Applies each document of a YAML text (server-side, as `kubectl apply --server-side --force-conflicts` does).
    pub async fn apply(&self, manifests: &str) -> Result<Vec<DynamicObject>, Error> {
        manifests::apply_text(&self.client, manifests, Some(&self.namespace)).await
    }

    /// Deletes an object.
    pub async fn delete<K: Kind>(&self, name: &str) -> Result<(), Error> {
        let deleted = self.api::<K>().delete(name, &DeleteParams::default()).await;
        deleted.map(drop).map_err(Error::kube(doing::<K>("delete", name)))
    }

    /// Waits until the object is there and `is_so`. The error tells `what`, shows the object as it was last seen, and the end of
    /// the operators' logs; it comes at once if every replica has ended by itself.
    pub async fn wait_for<K: Kind>(
        &self,
        name: &str,
        what: &str,
        mut is_so: impl FnMut(&K) -> bool,
    ) -> Result<K, Error> {
        let started = Instant::now();
        loop {
            let last = self.find::<K>(name).await?;
            if let Some(object) = &last
                && is_so(object)
            {
                return Ok(last.expect("it was just looked at"));
            }
            self.replicas.check()?;
            if started.elapsed() > self.within {
                return Err(self.missed::<K>(name, what, self.too_late(), last.as_ref()));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Waits until the object is gone.
    pub async fn wait_gone<K: Kind>(&self, name: &str) -> Result<(), Error> {
        let started = Instant::now();
        while let Some(last) = self.find::<K>(name).await? {
            if started.elapsed() > self.within {
                return Err(self.missed(name, "is gone", self.too_late(), Some(&last)));
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Looks for `period` and fails as soon as the object is not `so` (or not there): for what must not happen.
    pub async fn stays<K: Kind>(
        &self,
        name: &str,
        what: &str,
        period: Duration,
        mut is_so: impl FnMut(&K) -> bool,
    ) -> Result<K, Error> {
        let started = Instant::now();
        loop {
            let last = self.find::<K>(name).await?;
            match last {
                Some(object) if is_so(&object) => {
                    if started.elapsed() >= period {
                        return Ok(object);
                    }
                }
                last => {
                    let how = format!("not any more after {:.1} s", started.elapsed().as_secs_f64());
                    return Err(self.missed(name, what, how, last.as_ref()));
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn too_late(&self) -> String {
        format!("not within {} s", self.within.as_secs_f64())
    }

    fn missed<K: Kind>(&self, name: &str, what: &str, how: String, last: Option<&K>) -> Error {
        Error::Missed {
            what: format!("{} {}/{name}: {what}", K::kind(&()), self.namespace),
            how,
            last: last.map_or("there is no such object".into(), shown),
            logs: self.replicas.tails(),
        }
    }
}

impl Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster")
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}

fn doing<K: Kind>(verb: &str, name: &str) -> String {
    format!("{verb} {} {name}", K::kind(&())).trim_end().to_owned()
}

/// An object as YAML, without what nobody wants to read.
fn shown<K: Kind>(object: &K) -> String {
    let mut object = object.clone();
    object.meta_mut().managed_fields = None;
    serde_saphyr::to_string(&object).unwrap_or_else(|_| format!("{object:?}"))
}
