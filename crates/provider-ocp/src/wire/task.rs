//! Tasks and their subtasks, in their three documented shapes: submitted, read, listed (`docs/vendors/ocp.md#tasks`).
//! It must not say how a task stands, nor in which order its subtasks run.

use serde::Deserialize;
use stationmaster_transport::lenient::{flag, list, name, number, numbers, text, whole};

/// One task.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Task {
    #[serde(default, deserialize_with = "number")]
    pub(crate) id: Option<i64>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) status: Option<String>,
    #[serde(default, rename = "type", deserialize_with = "text")]
    pub(crate) kind: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) operation: Option<String>,
    /// A name, or an object that has one.
    #[serde(default, deserialize_with = "name")]
    pub(crate) creator: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) executor: Option<String>,
    #[serde(default, deserialize_with = "number")]
    pub(crate) tenant_id: Option<i64>,
    #[serde(default, deserialize_with = "whole")]
    pub(crate) tenant: Place,
    #[serde(default, deserialize_with = "flag")]
    pub(crate) prohibit_rollback: Option<bool>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) create_time: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) start_time: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) finish_time: Option<String>,
    #[serde(default, deserialize_with = "list")]
    pub(crate) subtasks: Vec<Subtask>,
}

/// Where a task works.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Place {
    #[serde(default, deserialize_with = "number")]
    pub(crate) id: Option<i64>,
}

impl Task {
    /// OCP's id of the tenant.
    pub(crate) fn tenant(&self) -> Option<i64> {
        self.tenant_id.or(self.tenant.id)
    }

    /// Its subtasks as they may be used: with an id, and words that are words.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (i64, &Subtask)> {
        use super::Words;
        let good = self.subtasks.iter().filter(|part| part.too_long().is_none());
        good.filter_map(|part| Some((part.id?, part)))
    }
}

/// One subtask: a node of the task's graph.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Subtask {
    #[serde(default, deserialize_with = "number")]
    pub(crate) id: Option<i64>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) description: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) status: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) operation: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) executor: Option<String>,
    #[serde(default, deserialize_with = "number")]
    parallel_idx: Option<i64>,
    /// How the tables spell it.
    #[serde(default, deserialize_with = "number")]
    paralle_idx: Option<i64>,
    #[serde(default, deserialize_with = "numbers")]
    pub(crate) upstreams: Vec<i64>,
    #[serde(default, deserialize_with = "numbers")]
    downstreams: Vec<i64>,
    /// How the tables spell it.
    #[serde(default, deserialize_with = "numbers")]
    downstream: Vec<i64>,
    /// True means that a task in which this subtask has begun cannot be rolled back; the tables say the contrary.
    #[serde(default, deserialize_with = "flag")]
    pub(crate) prohibit_rollback: Option<bool>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) create_time: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) start_time: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) finish_time: Option<String>,
}

impl Subtask {
    /// What comes after it.
    pub(crate) fn after(&self) -> impl Iterator<Item = i64> {
        self.downstreams.iter().chain(&self.downstream).copied()
    }

    /// Which part of a split subtask it is; none where it is not split.
    pub(crate) fn split(&self) -> Option<i64> {
        self.parallel_idx.or(self.paralle_idx).filter(|index| *index >= 0)
    }
}
