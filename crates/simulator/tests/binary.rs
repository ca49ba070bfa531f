//! The program itself: ports file, scenario files, switches, signals, orphans.
//! It must not test the protocols.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const PROGRAM: &str = env!("CARGO_BIN_EXE_stationmaster-simulator");

/// Ends the child when a test fails half-way.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn wait_until<T>(what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "waited too long for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn ports(file: &Path) -> HashMap<String, String> {
    let text = wait_until("the ports file", || std::fs::read_to_string(file).ok());
    text.lines()
        .filter_map(|l| l.split_once('='))
        .map(|(k, v)| (k.into(), v.into()))
        .collect()
}

fn get(url: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).expect("open");
    write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").expect("sent");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("answered");
    text
}

fn start(dir: &Path, arguments: &[&str]) -> (Guard, HashMap<String, String>) {
    let file = dir.join("ports.env");
    let child = Command::new(PROGRAM)
        .args(arguments)
        .arg("--ports-file")
        .arg(&file)
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    let guard = Guard(child);
    let ports = ports(&file);
    (guard, ports)
}

#[test]
fn ports_switches_and_both_signals() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let dir = tempfile::tempdir().expect("directory");
        let arguments = [
            "--scenario",
            "groups:5",
            "--speed",
            "0",
            "--switch",
            "enable-seconds=3",
            "--iam-port",
            "0",
        ];
        let (mut guard, ports) = start(dir.path(), &arguments);
        let mut keys: Vec<_> = ports.keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(
            keys,
            ["ECS_ENDPOINT", "IAM_ENDPOINT", "SDRS_ENDPOINT", "SIMULATOR_CONTROL"]
        );
        assert_eq!(ports["SDRS_ENDPOINT"], ports["ECS_ENDPOINT"]);
        assert_ne!(ports["SDRS_ENDPOINT"], ports["IAM_ENDPOINT"]);
        let state = get(&ports["SIMULATOR_CONTROL"], "/state");
        assert!(
            state.contains(r#""groups":5"#) && state.contains(r#""speed":0.0"#),
            "{state}"
        );
        let switches = get(&ports["SIMULATOR_CONTROL"], "/switches");
        assert!(
            switches.contains(r#""name":"enable-seconds","takes":"number ≥ 0","value":"3""#),
            "{switches}"
        );
        assert!(get(&ports["IAM_ENDPOINT"], "/v3").contains("stable"));
        kill(Pid::from_raw(guard.0.id() as i32), signal).expect("signalled");
        let status = wait_until("the end", || guard.0.try_wait().expect("waited"));
        assert!(status.success(), "{signal:?}: {status}");
    }
}

#[test]
fn a_scenario_file_and_tls() {
    let dir = tempfile::tempdir().expect("directory");
    let scenario = dir.path().join("s.yaml");
    std::fs::write(&scenario, "name: from-a-file\n").expect("written");
    let ca = dir.path().join("ca.pem");
    let arguments = [
        "--scenario",
        scenario.to_str().expect("text"),
        "--tls",
        "--ca-file",
        ca.to_str().expect("text"),
    ];
    let (_guard, ports) = start(dir.path(), &arguments);
    assert!(ports["SDRS_ENDPOINT"].starts_with("https://"));
    assert_eq!(ports["CA_FILE"], ca.to_str().expect("text"));
    assert!(
        std::fs::read_to_string(&ca)
            .expect("PEM")
            .starts_with("-----BEGIN CERTIFICATE-----")
    );
    assert!(get(&ports["SIMULATOR_CONTROL"], "/state").contains("from-a-file"));
}

#[test]
fn another_vendor_has_its_own_ports() {
    let dir = tempfile::tempdir().expect("directory");
    let (_guard, ports) = start(dir.path(), &["--vendor", "ocp", "--speed", "0", "--sql-port", "0"]);
    let mut keys: Vec<_> = ports.keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["OCP_ENDPOINT", "SIMULATOR_CONTROL", "SQL_ENDPOINTS"]);
    let sql: Vec<_> = ports["SQL_ENDPOINTS"]
        .split(',')
        .filter_map(|end| end.split_once('='))
        .collect();
    assert_eq!(
        sql.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
        ["ob-east", "ob-west"]
    );
    for (_, address) in sql {
        let mut stream = TcpStream::connect(address).expect("open");
        let mut head = [0; 5];
        stream.read_exact(&mut head).expect("a greeting");
        assert_eq!(head[4], 10, "the version of the protocol");
    }
    assert!(get(&ports["OCP_ENDPOINT"], "/api/v2/time").contains("+08:00"));
    assert!(
        get(&ports["OCP_ENDPOINT"], "/v3").contains("400 Bad Request"),
        "no other vendor answers there"
    );
    assert!(get(&ports["SIMULATOR_CONTROL"], "/state").contains(r#""tenants":6"#));
}

#[test]
fn wrong_arguments_are_refused() {
    for (arguments, reason) in [
        (&["--switch", "nope=1"][..], "no switch is called"),
        (&["--scenario", "/does/not/exist"], "cannot read scenario"),
        (&["--tls"], "--ca-file"),
        (&["--speed=-1"], "must not be negative"),
        (&["--vendor", "other"], "one of `sdrs`, `ocp`"),
    ] {
        let output = Command::new(PROGRAM).args(arguments).output().expect("runs");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && text.contains(reason),
            "{arguments:?}: {text}"
        );
    }
}

#[test]
fn help_shows_the_control_api_and_the_switches() {
    let output = Command::new(PROGRAM).arg("--help").output().expect("runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("/faults/release") && text.contains("reverse-to-active"),
        "{text}"
    );
}

/// The simulator's parent is a shell that is killed; the simulator must follow it.
#[test]
fn an_orphan_ends_itself() {
    let dir = tempfile::tempdir().expect("directory");
    let (file, pid) = (dir.path().join("ports.env"), dir.path().join("pid"));
    let script = format!(
        "{PROGRAM} --die-with-parent --ports-file {} >/dev/null & echo $! > {}; wait",
        file.display(),
        pid.display()
    );
    let mut shell = Guard(Command::new("sh").arg("-c").arg(script).spawn().expect("a shell"));
    ports(&file);
    let simulator: i32 = std::fs::read_to_string(&pid)
        .expect("pid")
        .trim()
        .parse()
        .expect("number");
    shell.0.kill().expect("killed");
    shell.0.wait().expect("waited");
    // Where nobody collects orphans, an ended process stays as a zombie.
    let zombie = || std::fs::read_to_string(format!("/proc/{simulator}/stat")).is_ok_and(|stat| stat.contains(") Z "));
    let gone = || kill(Pid::from_raw(simulator), None).is_err() || zombie();
    wait_until("the orphan's end", || gone().then_some(()));
}
