//! Applies the committed manifests: the CustomResourceDefinitions of `crds/`, namespace and rights of `deploy/`.
//! It must not apply anything that is made here: what is tested is what people install.

use std::fs;
use std::time::{Duration, Instant};

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{DynamicObject, Patch, PatchParams};
use kube::{Api, Client, ResourceExt, discovery};
use stationmaster_api::manifests;

use super::{Error, programs};

/// Under which name objects are applied.
pub(crate) const FIELD_MANAGER: &str = "stationmaster-testkit";
/// How long the API server may take to serve a new kind. It takes about a second.
const LONGEST: Duration = Duration::from_secs(180);
const PAUSE: Duration = Duration::from_millis(50);

/// The documents of a YAML text.
pub fn documents(text: &str) -> Result<Vec<serde_json::Value>, Error> {
    serde_saphyr::from_multiple(text).map_err(|error| Error::Manifest {
        manifest: text.lines().take(3).collect::<Vec<_>>().join(" / "),
        problem: error.to_string(),
    })
}

/// Applies the CustomResourceDefinitions of `crds/` and waits until the API server serves every kind.
pub(crate) async fn apply_crds(client: &Client) -> Result<(), Error> {
    let mut crds = Vec::new();
    for text in crd_files()? {
        crds.extend(documents(&text)?);
    }
    let api = Api::<CustomResourceDefinition>::all(client.clone());
    let mut names = Vec::new();
    for crd in crds {
        let name = crd["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        api.patch(&name, &apply_params(), &Patch::Apply(&crd))
            .await
            .map_err(Error::kube(format!("apply the CRD {name}")))?;
        names.push(name);
    }
    let started = Instant::now();
    for name in names {
        loop {
            let crd = api
                .get(&name)
                .await
                .map_err(Error::kube(format!("read the CRD {name}")))?;
            if is_established(&crd) && is_served(client, &crd).await? {
                break;
            }
            if started.elapsed() > LONGEST {
                return Err(Error::Missed {
                    what: format!("the API server serves {name}"),
                    how: format!("not within {} s", LONGEST.as_secs()),
                    last: format!("{:?}", crd.status),
                    logs: String::new(),
                });
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
    Ok(())
}

/// The texts of the files in `crds/` that hold CustomResourceDefinitions.
fn crd_files() -> Result<Vec<String>, Error> {
    let directory = programs::workspace().join("crds");
    let mut texts = Vec::new();
    for entry in fs::read_dir(&directory).map_err(Error::io(&directory))? {
        let path = entry.map_err(Error::io(&directory))?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let text = fs::read_to_string(&path).map_err(Error::io(&path))?;
            texts.extend(text.contains("kind: CustomResourceDefinition").then_some(text));
        }
    }
    if texts.is_empty() {
        return Err(Error::Manifest {
            manifest: directory.display().to_string(),
            problem: "there is no CustomResourceDefinition in it".into(),
        });
    }
    Ok(texts)
}

fn is_established(crd: &CustomResourceDefinition) -> bool {
    let conditions = crd.status.iter().flat_map(|status| status.conditions.iter().flatten());
    conditions
        .into_iter()
        .any(|condition| condition.type_ == "Established" && condition.status == "True")
}

/// Established is said a moment before every request is answered: kubectl would not know the kind.
async fn is_served(client: &Client, crd: &CustomResourceDefinition) -> Result<bool, Error> {
    let names = &crd.spec.names;
    for version in &crd.spec.versions {
        let of_group = client
            .list_api_group_resources(&format!("{}/{}", crd.spec.group, version.name))
            .await;
        match of_group {
            Ok(list) if list.resources.iter().any(|resource| resource.name == names.plural) => {}
            Ok(_) => return Ok(false),
            Err(kube::Error::Api(status)) if status.code == 404 || status.code == 503 => return Ok(false),
            Err(error) => return Err(Error::kube(format!("look for {}", names.plural))(error)),
        }
        // A new kind's storage is read once before anything is answered from it; until then reads are refused with 429.
        let path = format!("/apis/{}/{}/{}?limit=1", crd.spec.group, version.name, names.plural);
        let read = http::Request::get(path).body(Vec::new());
        let read =
            read.map_err(|error| Error::kube(format!("read {}", names.plural))(kube::Error::HttpError(error)))?;
        match client.request_text(read).await {
            Ok(_) => {}
            Err(kube::Error::Api(status)) if matches!(status.code, 404 | 429 | 503) => return Ok(false),
            Err(error) => return Err(Error::kube(format!("read {}", names.plural))(error)),
        }
    }
    Ok(true)
}

/// Applies the committed namespace, service account and rights; not the Deployment, since nothing runs pods.
pub(crate) async fn apply_rights(client: &Client) -> Result<(), Error> {
    for text in [
        manifests::NAMESPACE,
        manifests::SERVICE_ACCOUNT,
        manifests::OPERATOR_RBAC,
        manifests::PEOPLE_RBAC,
    ] {
        apply_text(client, text, None).await?;
    }
    Ok(())
}

/// Applies each document of a YAML text (server-side). `namespace` stands in for one that a document does not name.
pub(crate) async fn apply_text(
    client: &Client,
    text: &str,
    namespace: Option<&str>,
) -> Result<Vec<DynamicObject>, Error> {
    let mut applied = Vec::new();
    for document in documents(text)? {
        applied.push(apply(client, &document, namespace).await?);
    }
    Ok(applied)
}

async fn apply(client: &Client, document: &serde_json::Value, namespace: Option<&str>) -> Result<DynamicObject, Error> {
    let object: DynamicObject = serde_json::from_value(document.clone()).map_err(|error| Error::Manifest {
        manifest: document.to_string(),
        problem: error.to_string(),
    })?;
    let name = object.name_any();
    let types = object.types.clone().unwrap_or_default();
    let doing = format!("apply the {} {name}", types.kind);
    let kind = kube::core::GroupVersionKind::try_from(&types).map_err(|error| Error::Manifest {
        manifest: document.to_string(),
        problem: error.to_string(),
    })?;
    let (resource, capabilities) = discovery::pinned_kind(client, &kind)
        .await
        .map_err(Error::kube(&doing))?;
    let api: Api<DynamicObject> = match object.namespace().as_deref().or(namespace) {
        Some(namespace) if capabilities.scope == discovery::Scope::Namespaced => {
            Api::namespaced_with(client.clone(), namespace, &resource)
        }
        _ => Api::all_with(client.clone(), &resource),
    };
    api.patch(&name, &apply_params(), &Patch::Apply(document))
        .await
        .map_err(Error::kube(doing))
}

pub(crate) fn apply_params() -> PatchParams {
    PatchParams::apply(FIELD_MANAGER).force()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_the_api_has_a_committed_file() {
        let texts = crd_files().unwrap();
        assert_eq!(texts.len(), stationmaster_api::crds().len());
    }

    #[test]
    fn documents_are_split_and_a_bad_one_is_named() {
        let all = documents(manifests::OPERATOR_RBAC).unwrap();
        assert_eq!(all.len(), 4, "two roles, two bindings");
        assert!(
            all.iter()
                .all(|document| document["metadata"]["name"] == "stationmaster")
        );
        let error = documents("a: [").unwrap_err().to_string();
        assert!(error.contains("a: ["), "{error}");
    }
}
