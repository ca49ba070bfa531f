//! Logs as they are written: chains of causes, levels and formats.
//! They must not install a logger for the whole process.

use super::*;
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

#[derive(Debug, thiserror::Error)]
#[error("the ledger cannot be written")]
struct Outer(#[source] Middle);

#[derive(Debug, thiserror::Error)]
#[error("request failed")]
struct Middle(#[source] std::io::Error);

fn nested() -> Outer {
    Outer(Middle(std::io::Error::other("connection reset")))
}

#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn logged(format: LogFormat, level: &str, tell: impl FnOnce()) -> String {
    let page = Page::default();
    let writer = page.clone();
    let subscriber = subscriber(format, level, move || writer.clone()).unwrap();
    tracing::subscriber::with_default(subscriber, tell);
    let bytes = page.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_chain_names_every_cause() {
    assert_eq!(
        error_chain(&nested()),
        "the ledger cannot be written: request failed: connection reset"
    );
}

#[test]
fn a_cause_that_the_outer_error_tells_is_not_repeated() {
    #[derive(Debug, thiserror::Error)]
    #[error("cannot read: {0}")]
    struct Talkative(#[source] std::io::Error);
    let error = Talkative(std::io::Error::other("no such file"));
    assert_eq!(error_chain(&error), "cannot read: no such file");
}

#[test]
fn a_json_line_holds_the_whole_chain() {
    let text = logged(LogFormat::Json, "info", || {
        let _span = tracing::info_span!("pass", group = "shop/db").entered();
        tracing::warn!(error = error_chain(&nested()), "not written");
    });
    let line: Value = serde_json::from_str(text.trim()).unwrap();
    assert_eq!(line["level"], "WARN");
    assert_eq!(line["message"], "not written");
    assert_eq!(
        line["error"],
        "the ledger cannot be written: request failed: connection reset"
    );
    assert_eq!(line["span"]["group"], "shop/db");
}

/// Why `error_chain` exists: should this ever fail, the library has learned it and the function can go.
#[test]
fn the_json_format_by_itself_drops_the_causes() {
    let text = logged(LogFormat::Json, "info", || {
        let error = nested();
        tracing::warn!(error = &error as &(dyn Error + 'static), "not written");
    });
    assert!(
        text.contains("the ledger cannot be written") && !text.contains("connection reset"),
        "{text}"
    );
}

#[test]
fn text_and_filter_work() {
    let text = logged(LogFormat::Text, "info,stationmaster::chatty=error", || {
        tracing::info!("told");
        tracing::debug!("not told");
        tracing::warn!(target: "stationmaster::chatty", "not told either");
    });
    assert!(text.contains("told"), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
}

/// What the client keeps of an answer is a dump; what the API server said is a sentence.
#[test]
fn an_answer_of_the_api_server_is_told_in_its_own_words() {
    let status = kube::core::Status::failure("pods \"p\" is forbidden: exceeded quota", "Forbidden").with_code(403);
    let plain = "the API server answered HTTP 403 Forbidden: pods \"p\" is forbidden: exceeded quota";
    let error = || kube::Error::Api(status.clone().boxed());
    assert_eq!(error_chain(&error()), plain);
    #[derive(Debug, thiserror::Error)]
    #[error("API server: make the operation")]
    struct Doing(#[source] Box<kube::Error>);
    let told = error_chain(&Doing(Box::new(error())));
    assert_eq!(told, format!("API server: make the operation: {plain}"));
    let wrapped = kube::runtime::watcher::Error::WatchStartFailed(error());
    let told = error_chain(&wrapped);
    assert!(told.contains(plain) && !told.contains("Status {"), "{told}");
    assert_eq!(stationmaster_engine::text::flaw(&told), None, "{told}");
}

#[test]
fn of_a_word_that_nobody_knows_not_every_other_one_is_told() {
    let list = "`a`, `b`, `c`, `d`, `e`, `f`, `g`, `h`, `i`, `j`";
    let error = io::Error::other(format!("unknown variant `x`, expected one of {list} at line 1"));
    assert_eq!(error_chain(&error), "unknown variant `x` at line 1");
    let error = io::Error::other("unknown variant `x`, expected one of `a`, `b`");
    assert_eq!(error_chain(&error), error.to_string());
}

#[test]
fn a_filter_that_cannot_be_read_is_an_error() {
    assert!(matches!(
        subscriber(LogFormat::Text, "stationmaster=loud", io::stderr).err(),
        Some(TelemetryError::Filter { .. })
    ));
}

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// What logs an error without its causes.
fn careless(line: &str) -> bool {
    let logs = [
        "error = %",
        "error = ?",
        "err = %",
        "err = ?",
        "%error",
        "?error",
        "%err,",
        "?err,",
    ];
    let code = line.split("//").next().unwrap_or_default();
    logs.iter().any(|pattern| code.contains(pattern))
}

#[test]
fn no_error_is_logged_without_its_causes() {
    assert!(
        careless("tracing::warn!(%error, \"x\");") && careless("warn!(error = ?e)") && !careless("warn!(error, \"x\")")
    );
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    assert!(files.len() > 20, "the sources were not found");
    for file in files {
        if file.ends_with("telemetry/tests.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let bad: Vec<&str> = text.lines().filter(|line| careless(line)).collect();
        assert!(bad.is_empty(), "{}: use error_chain: {bad:?}", file.display());
    }
}

#[test]
fn no_word_of_a_user_looks_like_another_line() {
    let forged = "alice\n2026-11-30T00:00:00Z  INFO call made outcome=Accepted\r\u{1b}[2K\u{85}\u{2028}\u{202e}";
    for format in [LogFormat::Text, LogFormat::Json] {
        let text = logged(format, "info", || {
            tracing::info!(requested_by = forged, error = %forged, "{forged}");
        });
        assert_eq!(text.matches('\n').count(), 1, "{format}: {text:?}");
        assert!(text.ends_with('\n'));
        let unseen = |c: char| c != '\n' && is_unseen(c);
        assert!(!text.contains(unseen), "{format}: {text:?}");
        assert!(
            text.contains("alice\\n2026"),
            "{format}: it can still be read: {text:?}"
        );
        if format == LogFormat::Json {
            let line: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(line["requested_by"], forged, "a machine reads what was written");
        }
    }
}
