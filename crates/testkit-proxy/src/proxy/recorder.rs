//! Writes the history down, in memory and into a file.
//! It must not lose the order: a line has its number before whatever comes of it can happen.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use jiff::Timestamp;
use tokio::sync::watch;

use super::Error;
use crate::history::{Event, History, Record};

/// All lines so far.
#[derive(Debug)]
pub(crate) struct Recorder {
    started: Instant,
    inner: Mutex<Inner>,
    lines: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Inner {
    history: History,
    exchanges: u64,
    file: Option<File>,
}

impl Recorder {
    pub fn new() -> Self {
        Self {
            started: Instant::now(),
            inner: Mutex::default(),
            lines: watch::channel(0).0,
        }
    }

    /// Also appends to a file from now on; what there is already goes first.
    pub fn write_to(&self, path: &Path) -> Result<(), Error> {
        let mut options = OpenOptions::new();
        let mut file = options
            .create(true)
            .append(true)
            .mode(0o600)
            .open(path)
            .map_err(Error::io(path))?;
        let mut inner = self.hold();
        file.write_all(inner.history.to_text().as_bytes())
            .map_err(Error::io(path))?;
        inner.file = Some(file);
        Ok(())
    }

    /// Writes down the request of a new exchange; tells its number.
    pub fn begin(&self, request: Event) -> u64 {
        let mut inner = self.hold();
        inner.exchanges += 1;
        let exchange = inner.exchanges;
        self.append(inner, exchange, request);
        exchange
    }

    /// Writes down what happened to an exchange.
    pub fn note(&self, exchange: u64, event: Event) {
        self.append(self.hold(), exchange, event);
    }

    fn append(&self, mut inner: MutexGuard<'_, Inner>, exchange: u64, event: Event) {
        let line = inner.history.records.len() as u64 + 1;
        let record = Record {
            line,
            at_micros: u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX),
            time: Timestamp::now(),
            exchange,
            event,
        };
        if let Some(file) = &mut inner.file
            && let Err(error) = file.write_all(record.to_line().as_bytes())
        {
            // The history in memory is whole; whoever reads the file finds it cut off here, not with a hole.
            tracing::error!(%error, "the history cannot be written to its file any more");
            inner.file = None;
        }
        inner.history.records.push(record);
        drop(inner);
        self.lines.send_replace(line);
    }

    /// All lines so far.
    pub fn history(&self) -> History {
        self.hold().history.clone()
    }

    /// Looks at all lines without copying them.
    pub fn look<T>(&self, at: impl FnOnce(&History) -> T) -> T {
        at(&self.hold().history)
    }

    /// Tells of each new line.
    pub fn lines(&self) -> watch::Receiver<u64> {
        self.lines.subscribe()
    }

    /// A thread that panicked while holding the lock has pushed a whole line or none.
    fn hold(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
