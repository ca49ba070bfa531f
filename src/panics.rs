//! What a panic means: the end of the process, whatever thread or task it happens in, in every build.
//! It must not try to go on: a task that is gone without a word leaves an operator that leads and does only a part of its work.
//!
//! tokio catches the panic of a task and hands it to whoever waits for the task, and nobody waits for a watch or a waker. Release builds
//! abort anyway; this makes every build the same and puts the panic into the log.

use std::panic;

/// From now on a panic is logged and aborts the process (SIGABRT, exit code 134). Call once, after logging was set up.
pub fn end_the_process() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        before(info);
        tracing::error!(
            error = info.to_string(),
            "a panic ends the process; the next leader finds in the ledgers what was begun"
        );
        std::process::abort();
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::StreamExt;
    use k8s_openapi::api::core::v1::ConfigMap;
    use kube::runtime::controller::{Action, Controller};
    use kube::runtime::{reflector, watcher};
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Output};
    use std::sync::Arc;
    use std::time::Duration;

    const CHILD: &str = "STATIONMASTER_TEST_PANIC";

    async fn reconcile(_: Arc<ConfigMap>, _: Arc<()>) -> Result<Action, std::fmt::Error> {
        panic!("thrown on purpose")
    }

    /// Not a test by itself: the process that the next tests start. A task of it panics, or a pass of a controller.
    #[test]
    fn panicking_child() {
        let Ok(what) = std::env::var(CHILD) else { return };
        if !what.contains("unguarded") {
            end_the_process();
        }
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            if what.contains("pass") {
                let (store, mut writer) = reflector::store();
                let mut object = ConfigMap::default();
                object.metadata.name = Some("a".to_owned());
                for event in [
                    watcher::Event::Init,
                    watcher::Event::InitApply(object.clone()),
                    watcher::Event::InitDone,
                ] {
                    writer.apply_watcher_event(&event);
                }
                let touched = futures::stream::iter([Ok::<_, watcher::Error>(object)]);
                tokio::spawn(
                    Controller::for_stream(touched.chain(futures::stream::pending()), store)
                        .run(reconcile, |_, _, _| Action::await_change(), Arc::new(()))
                        // The store is full for as long as it has its writer.
                        .for_each(move |_| {
                            let _full = &writer;
                            std::future::ready(())
                        }),
                );
            } else {
                tokio::spawn(async { panic!("thrown on purpose") });
            }
            let enough = if what.contains("unguarded") { 1 } else { 60 };
            tokio::time::sleep(Duration::from_secs(enough)).await;
            println!("survived");
        });
    }

    fn child(what: &str) -> (Output, String) {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "panics::tests::panicking_child", "--nocapture"])
            .env(CHILD, what)
            .env("RUST_BACKTRACE", "0")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output, text)
    }

    #[test]
    fn a_panic_of_a_task_or_a_pass_ends_the_process() {
        for what in ["task", "pass"] {
            let (output, text) = child(what);
            assert_eq!(output.status.signal(), Some(6), "{what}: {text}");
            assert!(text.contains("thrown on purpose"), "{what}: {text}");
            assert!(!text.contains("survived"), "{what}: {text}");
        }
    }

    /// The trap: the task is gone, and the process goes on without it.
    #[test]
    fn tokio_alone_goes_on_without_the_task() {
        for what in ["unguarded task", "unguarded pass"] {
            let (output, text) = child(what);
            assert!(output.status.success() && text.contains("survived"), "{what}: {text}");
            assert!(text.contains("thrown on purpose"), "{what}: {text}");
        }
    }
}
