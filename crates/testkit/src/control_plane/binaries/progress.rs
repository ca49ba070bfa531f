//! Tells a person who waits for a build what is going on, on standard error.
//! It must not be captured by the test harness: somebody who waits for minutes must see why.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// A line that is rewritten each second on a terminal, and written anew every twenty seconds elsewhere.
pub struct Progress {
    what: String,
    started: Instant,
    shown: Option<u64>,
    terminal: bool,
}

impl Progress {
    /// Starts to tell about `what`.
    pub fn new(what: String) -> Self {
        Self {
            what,
            started: Instant::now(),
            shown: None,
            terminal: std::io::stderr().is_terminal(),
        }
    }

    /// Shows the elapsed seconds if it is time to.
    pub fn tick(&mut self) {
        let elapsed = self.started.elapsed().as_secs();
        let step = if self.terminal { 1 } else { 20 };
        if self.shown.is_none_or(|shown| elapsed >= shown + step) {
            self.shown = Some(elapsed);
            let text = format!("{} … {elapsed} s", self.what);
            say(&if self.terminal {
                format!("\r{text}")
            } else {
                format!("{text}\n")
            });
        }
    }

    /// Ends the line.
    pub fn done(self, how: &str) {
        let start = if self.terminal { "\r" } else { "" };
        say(&format!(
            "{start}{} … {how} after {:.0} s\n",
            self.what,
            self.started.elapsed().as_secs_f64()
        ));
    }

    /// How long to sleep between two looks at the work.
    pub const PAUSE: Duration = Duration::from_millis(200);
}

/// Writes to standard error itself: `eprint!` would be captured in tests.
pub fn say(text: &str) {
    let mut stderr = std::io::stderr().lock();
    // Nobody can be told that standard error is closed.
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}
