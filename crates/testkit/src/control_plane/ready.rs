//! Waits until a component serves. What counts is its own answer, never time.
//! It must not wait for a component that has ended: that is an error at once, with the end of its log.

use std::time::{Duration, Instant};

use super::{Component, Error};

/// A bound for the wait, far above what is needed (1–2 s): a busy machine can take 35 s.
const LONGEST: Duration = Duration::from_secs(240);
/// Pause between two probes.
const PAUSE: Duration = Duration::from_millis(50);

/// Asks `path` until it answers 200. `alive` fails when the component has ended.
pub(crate) async fn wait(
    component: Component,
    client: &kube::Client,
    path: &str,
    log: &std::path::Path,
    mut alive: impl FnMut() -> Result<(), Error>,
) -> Result<(), Error> {
    let started = Instant::now();
    loop {
        alive()?;
        let last = match get(client, path).await {
            Ok(_) => return Ok(()),
            Err(error) => error,
        };
        if started.elapsed() > LONGEST {
            let (seconds, tail) = (LONGEST.as_secs(), super::log::tail(log));
            return Err(Error::NotReady {
                component,
                seconds,
                last,
                log: log.to_path_buf(),
                tail,
            });
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// One request; any status but 2xx is an error.
pub(crate) async fn get(client: &kube::Client, path: &str) -> Result<String, String> {
    let request = http::Request::get(path)
        .body(Vec::new())
        .map_err(|error| error.to_string())?;
    client.request_text(request).await.map_err(|error| {
        // The client's own text often is only its outermost layer.
        let mut text = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(inner) = source {
            text = format!("{text}: {inner}");
            source = inner.source();
        }
        text
    })
}
