//! README.md and docs/tour.md, run as a reader would: the commands work, and what the pages show is what they print.
//! It must not know a command that a page does not show.
//!
//! `STATIONMASTER_TOUR=write cargo test -p xtask --test tour` puts what was printed into the pages.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod compare;
mod page;
mod session;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use self::page::Step;
use self::session::{Demo, checkout, xtask};

const TOUR: &str = "docs/tour.md";
const README: &str = "README.md";

fn read(page: &str) -> String {
    std::fs::read_to_string(checkout().join(page)).unwrap()
}

#[test]
fn the_pages_show_what_happens() {
    let directory = tempfile::tempdir().unwrap();
    let demo = Demo {
        directory: directory.path().canonicalize().unwrap().join("demo"),
    };
    let tour = page::steps(&read(TOUR));
    let commands: Vec<&str> = tour.iter().map(|step| step.command.as_str()).collect();
    assert!(commands.len() > 10, "the tour has lost its commands");
    let printed = demo.run(&tour);
    if printed.len() < tour.len() {
        let (code, lines) = printed.last().unwrap();
        let command = commands[printed.len() - 1];
        panic!(
            "$ {command}\nended with {code}, and the tour with it:\n{}",
            lines.join("\n")
        );
    }
    let left = demo.processes();
    assert!(left.is_empty(), "the tour's last command must end everything: {left:?}");
    assert!(!demo.directory.exists(), "and remove it");

    let mut wrong = Vec::new();
    let write = std::env::var_os("STATIONMASTER_TOUR").is_some_and(|mode| mode == "write");
    for name in [TOUR, README] {
        let text = read(name);
        let steps = page::steps(&text);
        assert!(!steps.is_empty(), "{name} has lost its commands");
        // README's commands are some of the tour's, in the same order.
        let mut ran = commands.iter().zip(&printed);
        let mut real = Vec::new();
        for step in &steps {
            let mut ahead = ran.clone();
            let (lines, why) = match ahead.find(|(command, _)| **command == step.command) {
                Some((_, (code, printed))) => {
                    ran = ahead;
                    outcome(step, *code, printed)
                }
                None => (step.shown.clone(), Some(format!("is not run by {TOUR} at this place"))),
            };
            real.push(lines);
            wrong.extend(why.map(|why| format!("{name}:{}: $ {}\n    {why}", step.line, step.command)));
        }
        if write {
            std::fs::write(checkout().join(name), page::with_shown(&text, &real)).unwrap();
        }
    }
    assert!(
        wrong.is_empty() && !write,
        "the pages were {}written\n{}",
        if write { "" } else { "not " },
        wrong.join("\n")
    );
}

/// What the page should show after a command, and what is wrong with what it does show.
fn outcome(step: &Step, code: i32, printed: &[String]) -> (Vec<String>, Option<String>) {
    let excerpt = step.shown.iter().any(|line| line.trim() == "…");
    match compare::align(&step.shown, printed) {
        Ok(real) if (code != 0) == step.is_refused() => (real, None),
        Ok(real) => (real, Some(format!("ended with {code}"))),
        Err(why) => {
            let real = if excerpt { step.shown.clone() } else { printed.to_vec() };
            (real, Some(format!("ended with {code}: {why}\n{}", printed.join("\n"))))
        }
    }
}

/// The pages tell the story of one vendor. The others' must come to their ends too, and what is kept of them be ended.
#[test]
fn the_story_of_another_vendor_comes_to_its_end_and_is_kept_and_stopped() {
    let parent = tempfile::tempdir().unwrap();
    let demo = Demo {
        directory: parent.path().canonicalize().unwrap().join("demo"),
    };
    let run = |arguments: &[&str]| {
        let output = Command::new(xtask())
            .arg("demo")
            .args(arguments)
            .arg("--dir")
            .arg(&demo.directory)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let complained = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.success(),
            "{arguments:?}: {}\n{said}\n{complained}",
            output.status
        );
        said
    };
    let said = run(&["--provider", "ocp", "--keep"]);
    for part in [
        "production runs at target and is replicated",
        "production runs at source; nothing is replicated",
        "One call for each operation, at all three tenants.",
    ] {
        assert!(said.contains(part), "{part} is not in:\n{said}");
    }
    let addresses = std::fs::read_to_string(demo.directory.join("env")).unwrap();
    assert!(addresses.contains("OCP_ENDPOINT=http://127.0.0.1:"), "{addresses}");
    assert!(!demo.processes().is_empty(), "it is kept");
    run(&["--stop"]);
    let left = demo.processes();
    assert!(left.is_empty() && !demo.directory.exists(), "{left:?}");
}

#[test]
fn an_interrupted_demo_leaves_nothing_and_does_not_claim_success() {
    let parent = tempfile::tempdir().unwrap();
    let demo = Demo {
        directory: parent.path().canonicalize().unwrap().join("demo"),
    };
    let mut child = Command::new(xtask())
        .args(["demo", "--keep", "--dir"])
        .arg(&demo.directory)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let runs = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("the operator runs")));
    assert!(runs.is_some(), "it ended before the operator ran");
    watch(&mut lines);
    assert!(!demo.processes().is_empty(), "what is looked for below can be found");
    kill(Pid::from_raw(child.id().try_into().unwrap()), Signal::SIGINT).unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(1), "{status}");
    let left = demo.processes();
    assert!(left.is_empty(), "{left:?}");
    assert!(!demo.directory.exists());
}

/// Runs what the demo says for a second terminal, in a shell that knows nothing else; without `-w` each command ends.
fn watch(lines: &mut impl Iterator<Item = std::io::Result<String>>) {
    let shown = lines
        .map_while(Result::ok)
        .skip_while(|line| !line.starts_with("Watch it"));
    let mut shown = shown.skip(1);
    let mut exports = String::new();
    let mut watched = 0;
    while watched < 2 {
        let line = shown.next().expect("the demo says how to watch it");
        let command = line.trim();
        if command.starts_with("export ") {
            exports += &format!("{command}; ");
            continue;
        }
        let (watch, _) = command.split_once('#').expect("a command says what it shows");
        let once = watch.trim().strip_suffix(" -w").expect("it watches");
        let output = Command::new("bash")
            .args(["-c", &format!("{exports}{once}")])
            .env_remove("KUBECONFIG")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success(), "{once}: {output:?}");
        watched += 1;
    }
}
