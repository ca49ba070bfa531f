//! What the system says of this process, read from /proc at each scrape.
//! It must not fail where a file is missing: what cannot be read is not shown.

use super::sheet::{Page, Sheet};
use std::fmt;
use std::fs;

/// What `/proc` says.
#[derive(Debug)]
pub(super) struct Process;

/// Linux shows times in hundredths of a second on all architectures that it is built for here.
const TICKS_PER_SECOND: f64 = 100.0;

impl Page for Process {
    fn write(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let system = fs::read_to_string("/proc/stat").unwrap_or_default();
        let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
        let none = || None::<f64>.map(|v| ([], v));
        let row = |value: Option<f64>| value.map_or_else(none, |v| Some(([], v)));
        sheet.counter(
            "process_cpu_seconds",
            "Processor time, user and system.",
            row(cpu_seconds(&stat)),
        )?;
        sheet.gauge(
            "process_resident_memory_bytes",
            "Memory that is resident.",
            row(kilobytes(&status, "VmRSS:")),
        )?;
        sheet.gauge(
            "process_virtual_memory_bytes",
            "Memory that is mapped.",
            row(kilobytes(&status, "VmSize:")),
        )?;
        sheet.gauge(
            "process_start_time_seconds",
            "When the process began.",
            row(start_seconds(&stat, &system)),
        )?;
        sheet.gauge(
            "process_threads",
            "Threads of the process.",
            row(field(&status, "Threads:")),
        )?;
        sheet.gauge("process_open_fds", "Open file descriptors.", row(open_files()))?;
        sheet.gauge(
            "process_max_fds",
            "Most file descriptors that may be open.",
            row(most_files(&limits)),
        )
    }
}

fn field(text: &str, key: &str) -> Option<f64> {
    let line = text.lines().find(|line| line.starts_with(key))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn kilobytes(status: &str, key: &str) -> Option<f64> {
    field(status, key).map(|kb| kb * 1024.0)
}

/// The n-th field of `/proc/self/stat` as `man 5 proc` counts them; the name in field 2 may hold anything, so it is skipped whole.
fn ticks(stat: &str, n: usize) -> Option<f64> {
    let after_name = stat.rsplit_once(')')?.1;
    after_name.split_whitespace().nth(n.checked_sub(3)?)?.parse().ok()
}

fn cpu_seconds(stat: &str) -> Option<f64> {
    Some((ticks(stat, 14)? + ticks(stat, 15)?) / TICKS_PER_SECOND)
}

fn start_seconds(stat: &str, system: &str) -> Option<f64> {
    Some(field(system, "btime")? + ticks(stat, 22)? / TICKS_PER_SECOND)
}

fn open_files() -> Option<f64> {
    let open = fs::read_dir("/proc/self/fd").ok()?.count();
    // The directory itself is open while it is read.
    u32::try_from(open.saturating_sub(1)).ok().map(f64::from)
}

fn most_files(limits: &str) -> Option<f64> {
    let line = limits.lines().find(|line| line.starts_with("Max open files"))?;
    line.split_whitespace().nth(3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_with_an_odd_name_is_read() {
        let stat = "7 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 1 0 12345 1 2";
        assert_eq!(cpu_seconds(stat), Some(3.0));
        assert_eq!(start_seconds(stat, "cpu 1 2\nbtime 1000\n"), Some(1123.45));
        assert_eq!(cpu_seconds(""), None);
    }

    #[test]
    fn this_process_is_read() {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let resident = kilobytes(&status, "VmRSS:").unwrap();
        assert!(resident > 100_000.0 && resident < 1e12, "{resident}");
        assert!(open_files().unwrap() >= 3.0);
        let stat = fs::read_to_string("/proc/self/stat").unwrap();
        let system = fs::read_to_string("/proc/stat").unwrap();
        let began = start_seconds(&stat, &system).unwrap();
        let now = jiff::Timestamp::now().as_second() as f64;
        assert!(began <= now + 2.0 && began > now - 86_400.0, "{began} against {now}");
    }
}
