//! Runs programs some at a time and keeps the output of each together.
//! It must not let one that fails stop the others, nor judge them all.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::counts::Counts;

/// A program that is to be run.
#[derive(Debug)]
pub struct Job {
    /// Its name in the table.
    pub name: String,
    /// How it is started.
    pub command: Command,
}

/// One that was run.
#[derive(Debug)]
pub struct Ran {
    /// Its name.
    pub name: String,
    /// How long it took.
    pub took: Duration,
    /// The tests that it says it ran.
    pub counts: Counts,
    /// How it ended, or why it could not be run.
    pub end: Result<ExitStatus, String>,
}

impl Ran {
    /// Why it has failed, if it has.
    pub fn failure(&self) -> Option<String> {
        match &self.end {
            Err(error) => Some(format!("{}: {error}", self.name)),
            Ok(status) if !status.success() => Some(format!("{} ended with {status}", self.name)),
            Ok(_) if self.counts.failed > 0 => Some(format!("{} hid its failures", self.name)),
            Ok(_) => None,
        }
    }
}

/// Runs them in their order, so many at a time. What one printed is passed on when it has ended; until then it grows in a file of the
/// directory. The slowest first in the answer.
pub fn run(jobs: Vec<Job>, at_once: usize, directory: &Path, to: &mut (impl Write + Send)) -> Result<Vec<Ran>> {
    fs::create_dir_all(directory).with_context(|| directory.display().to_string())?;
    eprintln!(
        "{} programs, {at_once} at a time; while one runs, its output is in {}",
        jobs.len(),
        directory.display()
    );
    let workers = at_once.clamp(1, jobs.len().max(1));
    let queue = Mutex::new(VecDeque::from(jobs));
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let (ran, to) = (Mutex::new(Vec::new()), Mutex::new(to));
    let work = || -> io::Result<()> {
        while let Some(job) = next() {
            let file = directory.join(format!("{}.txt", job.name.replace(['/', ' '], "-")));
            let one = tell(job, &file);
            let mut to = to.lock().unwrap_or_else(PoisonError::into_inner);
            pass_on(&one, &file, &mut **to)?;
            ran.lock().unwrap_or_else(PoisonError::into_inner).push(one);
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let ends = workers.into_iter().map(|worker| worker.join());
        // All are waited for, whatever became of one.
        ends.collect::<Vec<_>>().into_iter().try_for_each(|end| match end {
            Ok(end) => end.context("output cannot be passed on"),
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })?;
    let mut ran = ran.into_inner().unwrap_or_else(PoisonError::into_inner);
    ran.sort_by_key(|ran| std::cmp::Reverse(ran.took));
    let to = to.into_inner().unwrap_or_else(PoisonError::into_inner);
    to.write_all(table(&ran).as_bytes())?;
    Ok(ran)
}

fn tell(job: Job, file: &Path) -> Ran {
    let started = Instant::now();
    let end = wait(job.command, file).map_err(|error| error.to_string());
    Ran {
        name: job.name,
        took: started.elapsed(),
        counts: counts(file).unwrap_or_default(),
        end,
    }
}

/// Both of its outputs go to the one file, in the order in which it wrote them.
fn wait(mut command: Command, file: &Path) -> io::Result<ExitStatus> {
    let output = File::create(file)?;
    let errors = output.try_clone()?;
    command.stdin(Stdio::null()).stdout(output).stderr(errors).status()
}

fn lines(file: &Path) -> io::Result<impl Iterator<Item = io::Result<Vec<u8>>>> {
    // Bytes, not text: a test may print anything.
    Ok(BufReader::new(File::open(file)?).split(b'\n'))
}

fn counts(file: &Path) -> io::Result<Counts> {
    let mut counts = Counts::default();
    for line in lines(file)? {
        if let Some(more) = Counts::from_line(&String::from_utf8_lossy(&line?)) {
            counts += more;
        }
    }
    Ok(counts)
}

fn pass_on(ran: &Ran, file: &Path, to: &mut impl Write) -> io::Result<()> {
    let seconds = ran.took.as_secs_f64();
    writeln!(to, "\n--- {}, {seconds:.1} s", ran.name)?;
    if file.exists() {
        for line in lines(file)? {
            to.write_all(&line?)?;
            to.write_all(b"\n")?;
        }
    }
    if let Some(failure) = ran.failure() {
        writeln!(to, "--- FAILED: {failure}")?;
    }
    to.flush()
}

fn table(ran: &[Ran]) -> String {
    let mut text = String::from("\nprogram                                    seconds  passed  failed ignored\n");
    for Ran { name, took, counts, .. } in ran {
        let seconds = took.as_secs_f64();
        let Counts {
            passed,
            failed,
            ignored,
        } = counts;
        text += &format!("{name:<42} {seconds:>7.1} {passed:>7} {failed:>7} {ignored:>7}\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(scripts: &[&str], at_once: usize) -> (Vec<Ran>, String) {
        let directory = tempfile::tempdir().unwrap();
        let job = |(number, script): (usize, &&str)| {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            Job {
                name: format!("own/{number}"),
                command,
            }
        };
        let mut output = Vec::new();
        let jobs = scripts.iter().enumerate().map(job).collect();
        let ran = run(jobs, at_once, directory.path(), &mut output).unwrap();
        (ran, String::from_utf8(output).unwrap())
    }

    const OK: &str = "echo 'test result: ok. 2 passed; 0 failed; 1 ignored'";

    #[test]
    fn they_run_at_the_same_time_and_their_lines_do_not_mix() {
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("pipe");
        // Neither can go on without the other.
        let shown = pipe.display();
        let first = format!("mkfifo {shown}; echo a1; echo x > {shown}; echo a2 >&2; {OK}");
        let second = format!("while ! test -p {shown}; do sleep 0.05; done; echo b1; cat {shown}; echo b2; {OK}");
        let (ran, output) = told(&[&first, &second], 2);
        assert!(
            ran.iter().all(|ran| ran.failure().is_none() && ran.counts.passed == 2),
            "{ran:?}"
        );
        assert!(
            output.contains("a1\na2\n") && output.contains("b1\nx\nb2\n"),
            "{output}"
        );
    }

    #[test]
    fn one_that_fails_or_hides_it_or_cannot_start_is_told_and_the_others_run() {
        let hides = "echo 'test result: FAILED. 1 passed; 1 failed; 0 ignored'";
        let (ran, output) = told(&["exit 3", hides, "kill -9 $$", OK], 1);
        let mut failures: Vec<String> = ran.iter().filter_map(Ran::failure).collect();
        failures.sort();
        assert_eq!(failures.len(), 3, "{failures:?}");
        assert!(failures[0].contains("own/0 ended with exit status: 3"), "{failures:?}");
        assert!(failures[1].contains("own/1 hid its failures"), "{failures:?}");
        assert!(output.contains("--- FAILED: own/2"), "{output}");
        assert_eq!(ran.iter().map(|ran| ran.counts.passed).sum::<u64>(), 3);
        let job = Job {
            name: "none".into(),
            command: Command::new("/no/such/program"),
        };
        let directory = tempfile::tempdir().unwrap();
        let none = run(vec![job], 2, directory.path(), &mut Vec::new()).unwrap();
        assert!(none[0].failure().is_some());
    }
}
