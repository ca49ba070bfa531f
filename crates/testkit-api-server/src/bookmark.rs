//! Bookmarks of a watch: what one shows, and when it is due.
//! It must not send one.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::kind::Kind;
use super::object;

/// How often a bookmark is sent.
const BOOKMARKS: Duration = Duration::from_secs(60);
/// How long before its end a watch gets a last bookmark.
const LAST_BOOKMARK: Duration = Duration::from_secs(2);

/// The object of a bookmark; `first` is the one that ends the initial events.
pub(super) fn object(kind: &Kind, revision: u64, first: bool) -> Value {
    let mut object = json!({
        "apiVersion": kind.api_version(), "kind": kind.kind, "metadata": { "resourceVersion": revision.to_string() },
    });
    object::blank(kind, &mut object);
    if first {
        object["metadata"]["annotations"] = json!({ "k8s.io/initial-events-end": "true" });
    }
    object
}

/// When the next one is due in a watch that has an end.
pub(super) fn next(now: Instant, ends: Instant) -> Instant {
    let last = ends.checked_sub(LAST_BOOKMARK).unwrap_or(ends);
    let regular = now + BOOKMARKS;
    if now < last { regular.min(last) } else { regular }
}
