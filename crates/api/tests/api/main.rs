//! What every CustomResourceDefinition, printer column and sample of the API must keep.
//! It must not repeat the schema: each check states a rule, and is shown to find a violation.

#![allow(clippy::unwrap_used)] // helpers of tests are not seen as tests

mod columns;
mod fit;
mod lint;
mod samples;
mod schema;
mod wire;

use serde_json::Value;

/// The CRDs as plain data.
fn crds() -> Vec<Value> {
    stationmaster_api::crds()
        .iter()
        .map(|crd| serde_json::to_value(crd).unwrap())
        .collect()
}

/// The schema of a CRD's one version.
fn schema_of(crd: &Value) -> &Value {
    &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
}

/// The CRD of a kind.
fn crd(kind: &str) -> Value {
    crds()
        .into_iter()
        .find(|crd| crd["spec"]["names"]["kind"] == kind)
        .unwrap()
}
