//! Child processes that end with this one, however it ends: also by SIGKILL.
//! It must not know what it runs: control plane components, the operator and the simulator are all the same here.
//!
//! The kernel's parent-death signal must be asked for by the child itself, between fork and exec, which Rust allows only
//! in `unsafe` code. So children are started through a small program, `stationmaster-tether`, that asks for it and then
//! becomes the command (exec keeps the setting and the pid). The signal fires when the *thread* that started the child
//! ends, and test threads end early: [`spawn`] starts every child from one thread that lives as long as the process.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::{Mutex, OnceLock, mpsc};

use nix::sys::signal::Signal;

/// Name of the program that stands between this process and the command.
const PROGRAM: &str = "stationmaster-tether";
/// Raised with each change of the program's arguments, so that an old build in the target directory is not used.
const PROTOCOL: &str = "stationmaster-tether 1";

/// Why a tethered child could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The tether program was neither beside this program nor could cargo build it.
    #[error("no {PROGRAM} beside this program, and `cargo build -p stationmaster-testkit --bin {PROGRAM}` failed: {0}")]
    NoProgram(String),
    /// The operating system refused.
    #[error("start {command}: {source}")]
    Spawn {
        /// What was to be started.
        command: String,
        /// The operating system's answer.
        source: io::Error,
    },
}

/// A command that is killed (SIGKILL) as soon as this process ends. Start it with [`spawn`]. It gets its own process
/// group, so that Ctrl-C in a terminal reaches this process only, which then can end it in order.
pub fn command(program: impl AsRef<OsStr>) -> Result<Command, Error> {
    let mut command = Command::new(find()?);
    command
        .args(["--parent", &std::process::id().to_string(), "--"])
        .arg(program)
        .process_group(0);
    Ok(command)
}

/// A command that outlives this process and its terminal (a session of its own). Start it with [`spawn`].
pub fn detached_command(program: impl AsRef<OsStr>) -> Result<Command, Error> {
    let mut command = Command::new(find()?);
    command.args(["--detach", "--"]).arg(program);
    Ok(command)
}

/// A command that waits for the end of its standard input (that is, of this process) and then removes `directory`.
pub(crate) fn janitor_command(directory: &Path) -> Result<Command, Error> {
    let mut command = Command::new(find()?);
    command.arg("--janitor").arg(directory).process_group(0);
    Ok(command)
}

/// A child to start, and where its starter waits for it.
type Job = (Command, mpsc::Sender<io::Result<Child>>);

/// Starts a command from the one thread that lives as long as the process.
pub fn spawn(command: Command) -> Result<Child, Error> {
    static THREAD: OnceLock<Mutex<mpsc::Sender<Job>>> = OnceLock::new();
    let thread = THREAD.get_or_init(|| {
        let (sender, jobs) = mpsc::channel::<Job>();
        std::thread::spawn(move || {
            for (mut command, answer) in jobs {
                // A starter that has gone away has no use for the child; the parent-death signal ends it later.
                let _ = answer.send(command.spawn());
            }
        });
        Mutex::new(sender)
    });
    let shown = format!("{command:?}");
    hand_over(thread, command).map_err(|source| Error::Spawn { command: shown, source })
}

fn hand_over(thread: &Mutex<mpsc::Sender<Job>>, command: Command) -> io::Result<Child> {
    let (answer, child) = mpsc::channel();
    let gone = || io::Error::other("the thread that starts children has ended");
    thread
        .lock()
        .map_err(|_| gone())?
        .send((command, answer))
        .map_err(|_| gone())?;
    child.recv().map_err(|_| gone())?
}

/// The tether program: beside this program, one directory up (tests lie in `deps/`), or built now.
fn find() -> Result<&'static Path, Error> {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    if let Some(path) = FOUND.get() {
        return Ok(path);
    }
    let path = match beside_this_program().into_iter().find(|path| speaks_our_protocol(path)) {
        Some(path) => path,
        None => build()?,
    };
    Ok(FOUND.get_or_init(|| path))
}

fn beside_this_program() -> Vec<PathBuf> {
    let exe = std::env::current_exe().unwrap_or_default();
    exe.ancestors()
        .skip(1)
        .take(2)
        .map(|directory| directory.join(PROGRAM))
        .filter(|path| path.is_file())
        .collect()
}

fn speaks_our_protocol(program: &Path) -> bool {
    let output = Command::new(program).arg("--protocol").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == PROTOCOL.as_bytes())
}

fn build() -> Result<PathBuf, Error> {
    let output = crate::cargo::command()
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args([
            "build",
            "--package",
            "stationmaster-testkit",
            "--bin",
            PROGRAM,
            "--message-format",
            "json",
        ])
        .args(crate::cargo::WITH_THE_FEATURES_OF_XTASK)
        .output()
        .map_err(|error| Error::NoProgram(error.to_string()))?;
    if !output.status.success() {
        return Err(Error::NoProgram(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .ok_or_else(|| Error::NoProgram("cargo named no executable".into()))
}

/// What the tether program does; never returns on success. Its exit codes are the shell's: 127 if the command cannot run.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> std::process::ExitCode {
    match run(arguments.into_iter().skip(1).collect()) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{PROGRAM}: {message}");
            std::process::ExitCode::from(127)
        }
    }
}

fn run(arguments: Vec<OsString>) -> Result<(), String> {
    let words: Vec<&str> = arguments
        .iter()
        .map(|word| word.to_str().unwrap_or("\u{fffd}"))
        .collect();
    match words.as_slice() {
        ["--protocol"] => {
            println!("{PROTOCOL}");
            Ok(())
        }
        ["--janitor", _] => crate::control_plane::clean_up_after_parent(Path::new(&arguments[1])),
        ["--parent", parent, "--", _, ..] => {
            let parent: u32 = parent.parse().map_err(|_| format!("{parent} is no pid"))?;
            nix::sys::prctl::set_pdeathsig(Signal::SIGKILL).map_err(|error| format!("parent-death signal: {error}"))?;
            // The parent may have ended before the request: then the signal would never come.
            if std::os::unix::process::parent_id() != parent {
                return Err(format!("the parent {parent} is gone"));
            }
            Err(become_command(&arguments[3..]))
        }
        ["--detach", "--", _, ..] => {
            nix::unistd::setsid().map_err(|error| format!("setsid: {error}"))?;
            Err(become_command(&arguments[2..]))
        }
        _ => Err(format!(
            "usage: {PROGRAM} --parent PID -- COMMAND…: become COMMAND, and be killed when the process PID ends\n\
             \u{20}      {PROGRAM} --detach -- COMMAND…: become COMMAND in a session of its own\n\
             \u{20}      {PROGRAM} --janitor DIRECTORY: wait for the end of standard input, then remove DIRECTORY\n\
             \u{20}      {PROGRAM} --protocol: print the version of these arguments"
        )),
    }
}

fn become_command(words: &[OsString]) -> String {
    let error = Command::new(&words[0]).args(&words[1..]).exec();
    format!("{}: {error}", words[0].to_string_lossy())
}
