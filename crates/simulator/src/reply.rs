//! An answer before it becomes an HTTP response.
//! It must not know what it answers.

use bytes::Bytes;
use serde_json::{Value, json};

/// An answer of a vendor path.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
    /// Error code, for the journal.
    pub(crate) code: Option<String>,
    /// Job that was started, for the journal.
    pub(crate) job: Option<String>,
    /// Send the body at this many bytes a second.
    pub(crate) bytes_per_second: Option<u32>,
}

impl Reply {
    /// An answer with a raw body.
    pub(crate) fn raw(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: vec![("content-type".into(), content_type.into())],
            body: body.into(),
            code: None,
            job: None,
            bytes_per_second: None,
        }
    }

    /// An answer with a JSON body.
    pub(crate) fn json(status: u16, body: Value) -> Self {
        Self::raw(status, "application/json;charset=utf-8", body.to_string())
    }

    /// 200 with a JSON body.
    pub(crate) fn ok(body: Value) -> Self {
        Self::json(200, body)
    }

    /// 204 without a body.
    pub(crate) fn no_content() -> Self {
        Self {
            headers: Vec::new(),
            ..Self::raw(204, "", Bytes::new())
        }
    }

    /// The answer of an asynchronous call.
    pub(crate) fn job(status: u16, id: &str) -> Self {
        Self {
            job: Some(id.into()),
            ..Self::json(status, json!({"job_id": id}))
        }
    }
}
