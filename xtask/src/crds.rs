//! `cargo xtask crds`: the CustomResourceDefinitions, made from the API types.
//! It must not write anything by itself; `generated` writes and compares.

use anyhow::Result;
use serde_json::json;

use crate::generated::Generated;
use crate::{workspace, yaml};

const MADE_BY: &str = "cargo xtask crds";

/// Write the generated files, or only compare them.
#[derive(clap::Args)]
pub struct Args {
    /// Write nothing; fail if a file in the checkout is stale
    #[arg(long)]
    check: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<()> {
    workspace::write_or_check(&render()?, args.check)
}

/// What the sources give now: one file for each kind, and one that names them all for kustomize.
pub fn render() -> Result<Vec<Generated>> {
    let mut files = Vec::new();
    for crd in stationmaster_api::crds() {
        let name = format!("{}.yaml", crd.spec.names.plural);
        files.push((name, yaml::file(MADE_BY, &[serde_json::to_value(&crd)?])?));
    }
    let kustomization = json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": files.iter().map(|(name, _)| name).collect::<Vec<_>>(),
    });
    files.push(("kustomization.yaml".to_owned(), yaml::file(MADE_BY, &[kustomization])?));
    Ok(vec![Generated {
        directory: "crds".into(),
        extension: "yaml",
        files,
    }])
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn each_kind_has_a_file_that_is_small_and_reads_back_as_the_definition() {
        let sets = render().unwrap();
        let crds = stationmaster_api::crds();
        assert_eq!(sets[0].files.len(), crds.len() + 1);
        for (crd, (name, text)) in crds.iter().zip(&sets[0].files) {
            assert_eq!(*name, format!("{}.yaml", crd.spec.names.plural));
            // Client-side apply copies the object into an annotation of at most 256 KiB; other tools have less room.
            assert!(text.len() < 100 * 1024, "{name} has {} bytes", text.len());
            let read: k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition =
                serde_saphyr::from_str(text).unwrap();
            assert_eq!(read, *crd, "{name}");
        }
        let (_, kustomization) = sets[0].files.last().unwrap();
        let read: Value = serde_saphyr::from_str(kustomization).unwrap();
        assert_eq!(read["resources"].as_array().unwrap().len(), crds.len());
    }
}
