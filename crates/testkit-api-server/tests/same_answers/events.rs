//! The events of one watch: read as they come, and made comparable as far as a watch alone can tell.
//! It must not judge them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http_body_util::BodyExt;
use kube::client::Body;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::objects::LAST;

/// An open watch.
pub struct Stream {
    lines: Arc<Mutex<Lines>>,
    task: JoinHandle<()>,
}

/// What came.
#[derive(Default)]
pub struct Lines {
    pub events: Vec<Value>,
    pub ended: bool,
}

impl Stream {
    pub fn follow(mut body: Body) -> Self {
        let lines = Arc::<Mutex<Lines>>::default();
        let into = lines.clone();
        let task = tokio::spawn(async move {
            let mut rest = Vec::new();
            while let Some(Ok(frame)) = body.frame().await {
                rest.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
                while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = rest.drain(..=end).collect();
                    into.lock().unwrap().events.push(serde_json::from_slice(&line).unwrap());
                }
            }
            into.lock().unwrap().ended = true;
        });
        Self { lines, task }
    }

    /// Everything up to the last object, the end of the watch, or a time.
    pub async fn read(self, until: Instant) -> Lines {
        let done = |lines: &Lines| lines.ended || lines.events.iter().any(is_last);
        while !done(&self.lines.lock().unwrap()) && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.task.abort();
        std::mem::take(&mut *self.lines.lock().unwrap())
    }
}

pub fn is_last(event: &Value) -> bool {
    event["object"]["metadata"]["name"] == LAST
}

/// What a watch told, as it can be compared.
#[derive(Default)]
pub struct Told {
    pub events: Vec<Value>,
    /// The version that nothing may be older than from now on.
    latest: u64,
    goes_back: bool,
}

impl Told {
    /// Looks at an event and gives it back without what cannot be compared; `None` for a bookmark that comes when the server likes.
    pub fn take(&mut self, mut event: Value) -> Option<Value> {
        let Some(version) = event["object"]["metadata"]["resourceVersion"].as_str() else {
            return Some(event);
        };
        let version: u64 = version.parse().unwrap();
        // What was there at the beginning is told in the order of names.
        let first = self.latest == 0 && event["type"] == "ADDED";
        self.goes_back |= !first && version < self.latest;
        if !first {
            self.latest = version;
        }
        if event["type"] != "BOOKMARK" {
            return Some(event);
        }
        // Its version is of everything that the server knows, not of one object.
        let metadata = event["object"]["metadata"].as_object_mut().unwrap();
        metadata.remove("resourceVersion");
        (!metadata.is_empty()).then_some(event)
    }

    /// All of it.
    pub fn whole(mut self, ended: bool) -> Value {
        if self.goes_back {
            self.events.push("versions go back".into());
        }
        if ended {
            self.events.push("the end".into());
        }
        json!(self.events)
    }
}
