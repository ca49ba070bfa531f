//! A process named so that a reused pid is never taken for it, read from `/proc`.
//! It must not start processes; `tether` does.

use std::fs;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

/// How long a stopped process is waited for: a thread that writes to a disk ends that first.
const LONGEST_STOP: Duration = Duration::from_secs(30);

/// A process: its pid and the moment it started, which together never come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessId {
    /// The pid.
    pub pid: u32,
    /// Clock ticks between boot and the start of the process (field 22 of `/proc/<pid>/stat`).
    pub started_ticks: u64,
}

impl ProcessId {
    /// The process that has this pid now; `None` if there is none or it is a zombie.
    pub fn of(pid: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (state, started_ticks) = parse_stat(&stat)?;
        (state != 'Z' && state != 'X').then_some(Self { pid, started_ticks })
    }

    /// Whether this very process is still running (stopped counts as running, a zombie does not).
    pub fn is_running(self) -> bool {
        Self::of(self.pid) == Some(self)
    }

    /// Sends a signal if this very process is still running; false if it is gone. After SIGSTOP nothing of it runs any more: on a busy machine a
    /// thread may go on for a while.
    pub fn signal(self, signal: Signal) -> bool {
        let sent =
            self.is_running() && i32::try_from(self.pid).is_ok_and(|pid| kill(Pid::from_raw(pid), signal).is_ok());
        if sent && signal == Signal::SIGSTOP {
            let began = Instant::now();
            while self.is_running() && !self.is_stopped() && began.elapsed() < LONGEST_STOP {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        sent
    }

    /// Whether each of its threads is stopped.
    fn is_stopped(self) -> bool {
        let Ok(threads) = fs::read_dir(format!("/proc/{}/task", self.pid)) else {
            return false;
        };
        threads.flatten().all(|thread| {
            let stat = fs::read_to_string(thread.path().join("stat"));
            // A thread that has ended meanwhile runs no more either.
            stat.ok()
                .and_then(|stat| parse_stat(&stat))
                .is_none_or(|(state, _)| state == 'T')
        })
    }
}

/// State letter and start time. The command name may hold blanks and parentheses, so fields are counted after the last one.
fn parse_stat(stat: &str) -> Option<(char, u64)> {
    let mut fields = stat[stat.rfind(')')? + 1..].split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    // `state` is field 3; the start time is field 22.
    Some((state, fields.nth(18)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_command_name_with_blanks_and_parentheses_does_not_shift_the_fields() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 424242 9 10";
        assert_eq!(parse_stat(stat), Some(('S', 424_242)));
        assert_eq!(parse_stat("7 (a) S 1"), None);
    }

    #[test]
    fn a_process_is_known_until_it_ends_and_another_start_time_is_another_process() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let id = ProcessId::of(child.id()).unwrap();
        assert!(id.is_running());
        let stranger = ProcessId {
            started_ticks: id.started_ticks + 1,
            ..id
        };
        assert!(!stranger.signal(Signal::SIGKILL), "a reused pid must not be hit");
        assert!(child.try_wait().unwrap().is_none());
        assert!(!id.is_stopped());
        assert!(id.signal(Signal::SIGSTOP));
        assert!(id.is_stopped());
        assert!(id.signal(Signal::SIGKILL));
        child.wait().unwrap();
        assert!(!id.is_running());
        assert!(!id.signal(Signal::SIGKILL));
    }
}
