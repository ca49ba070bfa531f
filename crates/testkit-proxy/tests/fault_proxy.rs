//! The fault proxy where it belongs: between the real operator, a real API server and the simulator, and as a program.
//! They must not be content with a move that succeeds: the judge reads each history.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

use std::process::{Command, Stdio};
use std::time::Duration;

use stationmaster_api::{OperationState, RecoveryOperation, Station};
use stationmaster_simulator::Station as Site;
use stationmaster_simulator::scenario::{PASSWORD, SECRET_KEY};
use stationmaster_testkit::installation::{
    Connection, Environment, Installation, Operator, OperatorOptions, Options, SimulatorOptions, Through,
};
use stationmaster_testkit_proxy::history::{ForwardResult, HistoryReport, Invariant, check};
use stationmaster_testkit_proxy::proxy::{Act, Door, FaultProxy, Match, Moment, Plan, Rule, Upstream};
use stationmaster_testkit_proxy::vendors::Sdrs;

const SECRETS: [&str; 2] = [PASSWORD, SECRET_KEY];

/// An operator that reaches everything through one proxy.
struct Stage {
    environment: Environment,
    operator: Operator,
    proxy: FaultProxy,
    _doors: [Door; 2],
    _installation: Installation,
}

impl Stage {
    async fn start(access_key: bool) -> Self {
        let installation = Installation::start(Options::default()).await.unwrap();
        let options = SimulatorOptions {
            tls: true,
            ..SimulatorOptions::default()
        };
        let environment = installation.environment("proxied", options).await.unwrap();
        let simulator = &environment.simulator;
        let proxy = FaultProxy::new(Plan::default()).unwrap();
        let kubeconfig = installation.operator_kubeconfig().unwrap();
        let kubernetes = Upstream::kubernetes_file(&kubeconfig, "a").unwrap();
        let kubernetes = proxy.open(kubernetes).await.unwrap();
        let provider = Upstream::provider(&simulator.endpoints().sdrs, simulator.authority()).unwrap();
        let provider = proxy.open(provider).await.unwrap();
        let proxied = kubeconfig.with_extension("proxied");
        kubernetes.write_kubeconfig(&proxied).unwrap();
        let operator = OperatorOptions {
            kubeconfig: Some(proxied),
            ..OperatorOptions::replica("a")
        };
        let operator = installation.operator(operator).await.unwrap();
        let connection = Connection {
            access_key,
            through: Some(Through {
                url: provider.url().to_owned(),
                authority: provider.authority().map(str::to_owned),
            }),
            ..Connection::default()
        };
        environment.connect(&connection).await.unwrap();
        Self {
            environment,
            operator,
            proxy,
            _doors: [kubernetes, provider],
            _installation: installation,
        }
    }

    /// Asks for a planned failover whose way is free; tells the operation's name.
    async fn intent(&self, group: &str) -> String {
        self.environment.protect(group).await.unwrap();
        let simulator = &self.environment.simulator;
        simulator.set_servers(group, Site::Source, "SHUTOFF").await.unwrap();
        let token = self.environment.token(group).await.unwrap();
        self.environment.intent(group, Station::Target, &token).await.unwrap();
        format!("{group}-{token}")
    }

    async fn ends(&self, operation: &str) -> Option<OperationState> {
        let ended = self.environment.ended(operation).await.unwrap();
        ended.status.unwrap().state
    }

    async fn report(&self) -> HistoryReport {
        let journal = self.environment.simulator.journal().await.unwrap();
        check(&Sdrs, &self.proxy.history(), &journal, &SECRETS)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planned_failover_through_the_proxy_is_as_without_and_its_history_is_clean() {
    let stage = Stage::start(true).await;
    let operation = stage.intent("payments-db").await;
    assert_eq!(stage.ends(&operation).await, Some(OperationState::Succeeded));
    let report = stage.report().await;
    assert_eq!(report.violations, [], "{report}");
    assert_eq!(report.calls, 1);
    let history = stage.proxy.history();
    // The judge sees this very history: without the answer to the record, the same call is a broken promise.
    let mut forged = history.clone();
    forged
        .records
        .retain(|record| !record.to_line().contains("\"recorded\""));
    assert!(
        check(&Sdrs, &forged, &[], &SECRETS)
            .violations
            .iter()
            .any(|v| v.invariant == Invariant::RecordFirst),
        "{}",
        check(&Sdrs, &forged, &[], &SECRETS)
    );
    // And a provider that executes twice what was sent twice is found by its journal.
    let mut journal = stage.environment.simulator.calls_on("payments-db").await.unwrap();
    assert_eq!(journal.len(), 1);
    journal[0].duplicates = 1;
    let twice = check(&Sdrs, &history, &journal, &SECRETS);
    assert!(
        twice.violations.iter().any(|v| v.invariant == Invariant::OneExecution),
        "{twice}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_a_killed_operator_and_a_call_that_never_left_each_move_production_once() {
    let stage = Stage::start(false).await;
    let lost = Rule::once(
        Match::provider_calls(),
        Act::Reset {
            when: Moment::AfterForward,
        },
    );
    stage.proxy.add(lost).unwrap();
    let operation = stage.intent("payments-db").await;
    assert_eq!(stage.ends(&operation).await, Some(OperationState::Succeeded));

    // The operator is killed right before the call leaves, and the next one finds what it wrote down.
    let operator = stage.operator.clone();
    let kill = move |_| {
        let operator = operator.clone();
        async move { operator.kill().unwrap() }
    };
    let rule = stage
        .proxy
        .at(1, Moment::BeforeForward, Match::provider_calls(), kill)
        .unwrap();
    let operation = stage.intent("archive").await;
    let calls = Match::provider_calls();
    stage.proxy.wait_for(&calls, 2, Duration::from_secs(60)).await.unwrap();
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while stage.operator.process().is_some() && std::time::Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(stage.proxy.counts(&rule), Some((1, 1)));
    stage.operator.start().unwrap();
    stage.operator.wait_ready().await.unwrap();
    let in_doubt = |operation: &RecoveryOperation| {
        let status = operation.status.as_ref();
        status.is_some_and(|status| status.reason.as_deref() == Some("SubmissionUnknown"))
    };
    let cluster = stage.environment.cluster.within(Duration::from_secs(90));
    cluster.wait_for(&operation, "is in doubt", in_doubt).await.unwrap();
    assert!(
        stage
            .environment
            .simulator
            .calls_on("archive")
            .await
            .unwrap()
            .is_empty()
    );
    let report = stage.report().await;
    assert_eq!(report.violations, [], "{report}");
    assert_eq!(report.calls, 2);
    let results = |result| {
        let text = stage.proxy.history().to_text();
        let word = serde_json::to_string(&result).unwrap();
        text.lines()
            .filter(|line| line.contains(&format!("\"result\":{word},\"altered\"")))
            .count()
    };
    assert!(results(ForwardResult::NotForwarded) >= 1 && results(ForwardResult::Applied) >= 1);
}

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stationmaster-fault-proxy"));
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn the_program_refuses_wrong_plans_and_judges_histories() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let run = |arguments: &[&str]| {
        let output = program(arguments).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(text).unwrap())
    };
    let good = file("good.json", r#"{"rules": [{"act": {"kind": "hold", "ms": 5}}]}"#);
    assert_eq!(run(&["plan", &good]), (true, "1 rules\n".into()));
    let cases = [
        (
            r#"{"rules": [{"act": {"kind": "explode"}}]}"#,
            "unknown variant `explode`",
        ),
        (
            r#"{"rules": [{"occurrence": 0, "act": {"kind": "hold"}}]}"#,
            "rule 1: occurrences are counted from 1",
        ),
        (
            r#"{"rules": [{"act": {"kind": "hook", "name": "x", "when": "afterRelay"}}]}"#,
            "rule 1: this program has no hooks",
        ),
        ("rules", "the plan does not read"),
    ];
    for (plan, expected) in cases {
        let (well, said) = run(&["plan", &file("wrong.json", plan)]);
        assert!(!well && said.contains(expected), "{plan}: {said}");
    }
    let (well, said) = run(&["plan", "/nowhere/plan.json"]);
    assert!(!well && said.contains("/nowhere/plan.json"), "{said}");

    let line = |path: &str, n: u64| {
        format!(
            r#"{{"line":{n},"atMicros":1,"time":"2026-01-01T00:00:00Z","exchange":{n},"event":"request","source":"provider","method":"POST","path":"{path}"}}"#
        )
    };
    let clean = file("clean.jsonl", &line("/v3/auth/tokens", 1));
    assert_eq!(run(&["check", &clean]), (true, "1 exchanges, 0 violations\n".into()));
    let bad = file("bad.jsonl", &line("/v1/p/server-groups/g/action", 1));
    let (well, said) = run(&["check", &bad]);
    assert!(
        !well && said.contains("line 1: RecordFirst") && said.ends_with("1 exchanges, 1 violations\n"),
        "{said}"
    );
    let secrets = file("secrets", "auth\n");
    let (well, said) = run(&["check", &clean, "--secrets", &secrets]);
    assert!(!well && said.contains("NoSecrets"), "{said}");
}

#[tokio::test]
async fn the_program_stands_in_front_of_a_provider_by_its_plan() {
    use std::io::{BufRead, BufReader};
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let plan = r#"{"rules": [{"name": "busy", "match": {"source": "provider", "path": "/x"},
        "act": {"kind": "answer", "status": 429, "retryAfterSeconds": 3}}]}"#;
    std::fs::write(path("plan.json"), plan).unwrap();
    let server = stationmaster_simulator::Simulator::new(stationmaster_simulator::Scenario::default()).unwrap();
    let serving = server.serve(Default::default()).await.unwrap();
    let mut child = program(&[
        "run",
        "--plan",
        &path("plan.json"),
        "--history",
        &path("history.jsonl"),
        "--provider",
        &serving.endpoints.sdrs,
    ])
    .spawn()
    .unwrap();
    let stdout = child.stdout.take().unwrap();
    let line = tokio::task::spawn_blocking(move || BufReader::new(stdout).lines().next().unwrap().unwrap());
    let line = line.await.unwrap();
    let url = line.strip_prefix("PROVIDER=").unwrap();
    let get = |path: &str| {
        let url = format!("{url}{path}");
        async move {
            let answer =
                stationmaster_testkit::installation::http::send(http::Method::GET, &url, &[], None, None).await;
            answer.unwrap().status.as_u16()
        }
    };
    assert_eq!((get("/x").await, get("/x").await), (429, 404));
    let process = stationmaster_testkit::process::ProcessId::of(child.id()).unwrap();
    assert!(process.signal(nix::sys::signal::Signal::SIGTERM));
    let status = tokio::task::spawn_blocking(move || child.wait())
        .await
        .unwrap()
        .unwrap();
    assert!(status.success(), "{status}");
    let history = stationmaster_testkit_proxy::history::History::read(&directory.path().join("history.jsonl")).unwrap();
    assert_eq!(history.exchanges(), 2);
    assert!(history.to_text().contains("\"rule\":\"busy\""));
}
