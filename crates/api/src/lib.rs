//! The Kubernetes API types of Stationmaster: CRDs, CEL rules, printer columns.
