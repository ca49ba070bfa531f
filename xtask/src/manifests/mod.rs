//! `cargo xtask manifests`: the plain install manifests in `deploy/`, made from here.
//! It must not write anything by itself; `generated` writes and compares.

mod operator;
mod people;
mod workload;

use anyhow::Result;
use serde_json::{Value, json};

use crate::generated::Generated;
use crate::{workspace, yaml};

const MADE_BY: &str = "cargo xtask manifests";

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

/// What the sources give now: the files of `deploy/`, and one that names them all for kustomize. `deploy/samples` is written by hand.
pub fn render() -> Result<Vec<Generated>> {
    let mut files = Vec::new();
    for (name, documents) in documents() {
        files.push((name.to_owned(), yaml::file(MADE_BY, &documents)?));
    }
    let mut resources = vec!["../crds"];
    resources.extend(files.iter().map(|(name, _)| name.as_str()));
    let kustomization = json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": resources,
    });
    files.push(("kustomization.yaml".to_owned(), yaml::file(MADE_BY, &[kustomization])?));
    Ok(vec![Generated {
        directory: "deploy".into(),
        extension: "yaml",
        files,
    }])
}

/// Every file and its objects, in the order in which they are applied.
fn documents() -> Vec<(&'static str, Vec<Value>)> {
    vec![
        ("namespace.yaml", vec![workload::namespace()]),
        ("service-account.yaml", vec![workload::service_account()]),
        ("rbac-operator.yaml", operator::rbac()),
        ("rbac-people.yaml", people::roles()),
        ("forced-orders.yaml", people::forced_orders()),
        ("deployment.yaml", vec![workload::deployment()]),
    ]
}

/// Labels of every object of the installation.
fn labels() -> Value {
    json!({ "app.kubernetes.io/name": "stationmaster", "app.kubernetes.io/part-of": "stationmaster" })
}

#[cfg(test)]
mod tests;
