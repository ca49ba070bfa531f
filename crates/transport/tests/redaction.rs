//! Secrets of requests and answers in everything that is printed or logged, at the most talkative level.
//! It must not look only at our own texts: the libraries underneath log too.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod support;

use http::HeaderName;
use std::io::Write;
use std::sync::{Arc, Mutex};
use support::{Server, answer, get, later, post, quick};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Log;

    fn make_writer(&'a self) -> Log {
        self.clone()
    }
}

#[tokio::test]
async fn no_secret_is_printed_or_logged() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let headers = "x-subject-token: hunter2\r\nset-cookie: hunter2\r\n";
    let server = Server::answering(answer("201 Created", headers, "hunter2")).await;
    let mut texts = Vec::new();
    for mut request in [get(server.uri("/v1/p")), post(server.uri("/v1/p"))] {
        for name in ["authorization", "x-auth-token", "x-security-token"] {
            request.headers.set(HeaderName::from_static(name), "hunter2").unwrap();
        }
        request.body = "{\"password\":\"hunter2\"}".into();
        let transport = quick();
        let read = transport.read(&request).await;
        let call = transport.mutate(&request, later()).await;
        texts.push(format!("{request:?} {request:#?} {read:?} {call:#?}"));
        request.cap = 1;
        texts.push(format!("{:?}", transport.mutate(&request, later()).await.unwrap_err()));
    }
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        logged.contains("provider answered") && logged.contains("status=201"),
        "{logged}"
    );
    texts.push(logged);
    for text in texts {
        assert!(!text.contains("hunter2"), "{text}");
    }
}
