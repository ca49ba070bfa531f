//! The body of a watch: the events after a revision, one JSON line each, bookmarks, and the end.
//! It must not keep events of its own: it reads the changes of the store, so that what it says is what was written.

use std::collections::{BTreeSet, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::{Instant, Sleep};

use super::address::Address;
use super::bookmark;
use super::call::{Call, Delivery, EventFate, WatchFate};
use super::flaw::Flaw;
use super::kind::Kind;
use super::read;
use super::refusal::Refusal;
use super::selector::Selector;
use super::shared::Shared;
use super::state::State;
use super::store::Change;

/// How long a watch lasts that does not say it; the real server takes a random time from here to twice as long.
const LONGEST: u64 = 1800;

/// The connection broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the connection to the API server in this process was broken")]
pub struct Broken;

/// An open watch.
pub(crate) struct Watch {
    shared: Arc<Shared>,
    call: Call,
    kind: Arc<Kind>,
    selector: Selector,
    cursor: u64,
    lines: VecDeque<Bytes>,
    sent: usize,
    /// Objects whose first event was hidden.
    unseen: BTreeSet<(String, String)>,
    fate: WatchFate,
    ends: Instant,
    bookmarks: bool,
    next_bookmark: Instant,
    late: Option<(Instant, Bytes)>,
    sleep: Pin<Box<Sleep>>,
    over: bool,
}

impl Watch {
    /// Opens a watch.
    ///
    /// # Errors
    ///
    /// When the request cannot be read. One that comes too late is no error: the watch says so.
    pub fn open(
        shared: Arc<Shared>,
        state: &State,
        call: Call,
        address: &Address,
        rewind: Option<u64>,
        fate: WatchFate,
    ) -> Result<Self, Refusal> {
        let (kind, query) = (&address.kind, &address.query);
        let selector = Selector::read(kind, query.get("labelSelector"), query.get("fieldSelector"))?;
        let seconds = query
            .number("timeoutSeconds")?
            .filter(|seconds| *seconds > 0)
            .unwrap_or(LONGEST);
        // Where a list is refused politely, the real server gives up on a watch.
        let asked =
            read::version(query.get("resourceVersion")).map_err(|refusal| Refusal::new(500, "", refusal.message))?;
        let now = Instant::now();
        let ends = now + Duration::from_secs(seconds);
        let mut watch = Self {
            shared,
            call,
            kind: kind.clone(),
            selector,
            cursor: rewind.or(asked).unwrap_or_else(|| state.store.revision()),
            lines: VecDeque::new(),
            sent: 0,
            unseen: BTreeSet::new(),
            fate,
            ends,
            bookmarks: query.is_true("allowWatchBookmarks"),
            next_bookmark: bookmark::next(now, ends),
            late: None,
            sleep: Box::pin(tokio::time::sleep_until(ends)),
            over: false,
        };
        let first = query.is_true("sendInitialEvents") || asked.is_none();
        if first && rewind.is_none() {
            watch.cursor = state.store.revision();
            watch.tell_present(state);
            if query.is_true("sendInitialEvents") && watch.bookmarks {
                let bookmark = bookmark::object(&watch.kind, watch.cursor, true);
                watch.lines.push_back(line("BOOKMARK", &bookmark));
            }
        } else if rewind.is_none() && watch.cursor + 1 < state.store.compacted() && !state.has(Flaw::ForgetsCompaction)
        {
            let message = format!(
                "too old resource version: {} ({})",
                watch.cursor,
                state.store.compacted()
            );
            watch.fail(&Refusal::expired(message));
        }
        Ok(watch)
    }

    fn tell_present(&mut self, state: &State) {
        let namespace = (!self.call.namespace.is_empty()).then_some(self.call.namespace.clone());
        let resource = self.kind.qualified();
        for (_, record) in state.store.of(&resource, namespace.as_deref()) {
            if self.selector.matches(&record.shown) {
                self.lines.push_back(line("ADDED", &record.shown));
            }
        }
        self.sent = self.lines.len();
    }

    fn fail(&mut self, refusal: &Refusal) {
        self.lines.push_back(line("ERROR", &refusal.status()));
        self.over = true;
    }

    /// The event that a change is for this watch.
    fn event(&self, state: &State, change: &Change) -> Option<(&'static str, Arc<Value>)> {
        let key = &change.key;
        let mine = self.call.namespace.is_empty() || key.namespace == self.call.namespace;
        if key.resource != self.kind.qualified() || !mine {
            return None;
        }
        let matches =
            |value: &Option<super::store::Record>| value.as_ref().is_some_and(|r| self.selector.matches(&r.shown));
        let after = change.after.as_ref().map(|record| record.shown.clone());
        match (matches(&change.before), matches(&change.after)) {
            (false, true) => Some(("ADDED", after?)),
            (true, true) => Some(("MODIFIED", after?)),
            (true, false) if change.after.is_none() && state.has(Flaw::HidesDeletions) => None,
            (true, false) if change.after.is_some() && state.has(Flaw::LosesLeavers) => None,
            (true, false) => Some(("DELETED", change.last()?)),
            (false, false) => None,
        }
    }

    /// Reads on to the next event; `false` when there is none now.
    fn read_on(&mut self) -> bool {
        loop {
            let shared = self.shared.clone();
            let found = {
                let state = shared.lock();
                let Some(change) = state.store.after(self.cursor) else {
                    return false;
                };
                self.cursor = change.revision;
                self.event(&state, change).map(|event| (event, change.key.clone()))
            };
            if let Some(((kind, object), key)) = found {
                let place = (key.namespace, key.name);
                self.deliver(kind, &object, place);
                return true;
            }
        }
    }

    fn deliver(&mut self, kind: &'static str, object: &Value, place: (String, String)) {
        let delivery = Delivery {
            watch: self.call.number,
            user: self.call.user.clone(),
            resource: self.call.resource.clone(),
            sent: self.sent,
            kind,
            namespace: place.0.clone(),
            name: place.1.clone(),
            revision: self.cursor,
        };
        // Where its first event was hidden, the client does not know the object yet.
        let first = self.unseen.remove(&place) || kind == "ADDED";
        let line = line(if kind == "MODIFIED" && first { "ADDED" } else { kind }, object);
        self.sent += 1;
        match self.shared.fate_of_event(&delivery) {
            EventFate::Pass => self.lines.push_back(line),
            EventFate::Twice => self.lines.extend([line.clone(), line]),
            EventFate::Delay(time) => self.late = Some((Instant::now() + time, line)),
            EventFate::Hide => {
                self.sent -= 1;
                if first {
                    self.unseen.insert(place);
                }
            }
        }
    }

    fn reached(&self, bound: Option<usize>) -> bool {
        // An event that waits in `lines` has not been sent yet.
        bound.is_some_and(|bound| self.sent >= bound && self.lines.is_empty() && self.late.is_none())
    }

    /// The next line, the end (`None`), or nothing yet.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Broken>>> {
        loop {
            match self.shared.watch_state(self.call.number, cx.waker()) {
                Mode::Frozen => return Poll::Pending,
                Mode::Broken => return Poll::Ready(Some(Err(Broken))),
                Mode::Closed => return Poll::Ready(None),
                Mode::Open => {}
            }
            if let Some(line) = self.lines.pop_front() {
                return Poll::Ready(Some(Ok(line)));
            }
            if self.over || self.reached(self.fate.close_after) {
                return Poll::Ready(None);
            }
            if self.reached(self.fate.break_after) {
                return Poll::Ready(Some(Err(Broken)));
            }
            if self.reached(self.fate.freeze_after) {
                return Poll::Pending;
            }
            if self.reached(self.fate.expire_after) {
                self.fail(&Refusal::expired("too old resource version"));
                continue;
            }
            let now = Instant::now();
            if let Some((_, line)) = self.late.take_if(|(due, _)| *due <= now) {
                self.lines.push_back(line);
                continue;
            }
            if now >= self.ends {
                return Poll::Ready(None);
            }
            if self.late.is_none() && self.read_on() {
                continue;
            }
            if self.bookmarks && self.late.is_none() && now >= self.next_bookmark {
                self.next_bookmark = bookmark::next(now, self.ends);
                self.cursor = self.cursor.max(self.shared.lock().store.revision());
                let bookmark = bookmark::object(&self.kind, self.cursor, false);
                self.lines.push_back(line("BOOKMARK", &bookmark));
                continue;
            }
            let mut next = self.ends;
            if self.bookmarks && self.late.is_none() {
                next = next.min(self.next_bookmark);
            }
            if let Some((due, _)) = &self.late {
                next = next.min(*due);
            }
            self.sleep.as_mut().reset(next);
            if self.sleep.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.shared.forget_watch(self.call.number);
    }
}

/// What a test has made of an open watch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    #[default]
    Open,
    Frozen,
    Closed,
    Broken,
}

fn line(kind: &str, object: &Value) -> Bytes {
    let mut line = json!({ "type": kind, "object": object }).to_string();
    line.push('\n');
    line.into()
}
