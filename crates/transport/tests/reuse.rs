//! Calls beside kept connections that end at the worst moment; and what a pool would make of the same.
//! It must not rely on the runtime that it tests: the server is a plain thread.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod support;

use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use stationmaster_transport::{ErrorKind, Written};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use support::{get, later, post, quick};

/// When a server closes a connection.
#[derive(Clone, Copy, Debug)]
enum Closes {
    /// After it has answered a read, without having said that it would.
    BehindAnAnswer,
    /// As soon as a byte of a call has come.
    AtTheFirstByte,
    /// When the whole call has come.
    WithTheCall,
    /// In the middle of its answer to the call.
    InItsAnswer,
}

/// A connection as the server saw it.
#[derive(Default)]
struct Connection {
    /// What came.
    text: String,
    /// Whether the server has closed it.
    closed: bool,
}

/// All connections in their order.
type Seen = Arc<Mutex<Vec<Connection>>>;

fn serve(closes: Closes) -> (SocketAddr, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, seen) = (listener.local_addr().unwrap(), Seen::default());
    let shared = seen.clone();
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            shared.lock().unwrap().push(Connection::default());
            let seen = shared.clone();
            thread::spawn(move || {
                connection(stream.unwrap(), closes, number, &seen);
                seen.lock().unwrap()[number].closed = true;
            });
        }
    });
    (address, seen)
}

fn connection(mut stream: TcpStream, closes: Closes, number: usize, seen: &Seen) {
    let mut request = String::new();
    let mut buffer = [0; 1024];
    while let Ok(length @ 1..) = stream.read(&mut buffer) {
        let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
        request += &text;
        seen.lock().unwrap()[number].text += &text;
        let call = request.starts_with("POST");
        if call && matches!(closes, Closes::AtTheFirstByte) {
            return;
        }
        // A call ends with its body, a read with its head.
        let whole = if call {
            request.ends_with("}}")
        } else {
            request.ends_with("\r\n\r\n")
        };
        if !whole {
            continue;
        }
        request.clear();
        match (call, closes) {
            (true, Closes::WithTheCall) => return,
            (true, Closes::InItsAnswer) => {
                return stream
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{")
                    .unwrap();
            }
            _ => stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
                .unwrap(),
        }
        if !call && matches!(closes, Closes::BehindAnAnswer) {
            return;
        }
    }
}

fn calls(seen: &Seen) -> usize {
    let seen = seen.lock().unwrap();
    seen.iter().map(|one| one.text.matches("POST /act").count()).sum()
}

/// Holds the only thread of the runtime, so that nobody sees the end of a kept connection: until the server has closed it, where it does.
fn kept_connection_ends_unseen(closes: Closes, seen: &Seen) {
    for _ in 0..1000 {
        thread::sleep(Duration::from_millis(10));
        if !matches!(closes, Closes::BehindAnAnswer) || seen.lock().unwrap()[0].closed {
            return;
        }
    }
    panic!("the server has not closed the connection");
}

/// Waits for the call on the wire, and as long again as a second one would take.
async fn call_arrives(seen: &Seen) {
    for _ in 0..1000 {
        if calls(seen) > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
}

fn uri(address: SocketAddr, path: &str) -> http::Uri {
    format!("http://{address}{path}").parse().unwrap()
}

const ALL: [Closes; 4] = [
    Closes::BehindAnAnswer,
    Closes::AtTheFirstByte,
    Closes::WithTheCall,
    Closes::InItsAnswer,
];

/// After a read whose connection is kept, a call: it is on the wire once, on a connection that has carried nothing else.
#[tokio::test]
async fn a_call_is_on_the_wire_once_whenever_kept_connections_end() {
    for closes in ALL {
        let (address, seen) = serve(closes);
        let transport = quick();
        transport.read(&get(uri(address, "/"))).await.unwrap();
        kept_connection_ends_unseen(closes, &seen);
        let outcome = transport.mutate(&post(uri(address, "/act")), later()).await;
        match closes {
            Closes::BehindAnAnswer => assert_eq!(outcome.unwrap().status, 200),
            _ => {
                let error = outcome.unwrap_err();
                assert_eq!(
                    (error.kind, error.written),
                    (ErrorKind::Closed, Written::Perhaps),
                    "{closes:?}"
                );
            }
        }
        call_arrives(&seen).await;
        assert_eq!(calls(&seen), 1, "{closes:?}");
        assert_eq!(
            seen.lock().unwrap().len(),
            2,
            "{closes:?}: one for the read, one for the call"
        );
        assert!(seen.lock().unwrap()[1].text.starts_with("POST /act"), "{closes:?}");
    }
}

/// The trap: a pool sends a call over connections that it does not know to be dead, and takes another when one was. With the pinned
/// version it does so only where no byte was written, but it tells nobody; a call of ours would have two chances to leave.
#[tokio::test]
async fn a_pool_alone_takes_a_kept_connection_and_a_second_one_unasked() {
    let pool: Client<HttpConnector, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let send = async |address: SocketAddr, method: &str| {
        let body = if method == "POST" {
            "{\"failover-server-group\":{}}"
        } else {
            ""
        };
        let path = if method == "POST" { "/act" } else { "/" };
        let request = http::Request::builder().method(method).uri(uri(address, path));
        let answer = pool.request(request.body(Full::from(body)).unwrap()).await?;
        http_body_util::BodyExt::collect(answer.into_body()).await.unwrap();
        Ok::<_, hyper_util::client::legacy::Error>(())
    };
    for closes in [Closes::BehindAnAnswer, Closes::AtTheFirstByte, Closes::WithTheCall] {
        let mut saw = Vec::new();
        // Whether the pool meets the end of the kept connection before or behind its own byte is a race, which is not ours to win.
        for _ in 0..20 {
            let (address, seen) = serve(closes);
            send(address, "GET").await.unwrap();
            kept_connection_ends_unseen(closes, &seen);
            let outcome = send(address, "POST").await;
            if outcome.is_ok() || !matches!(closes, Closes::BehindAnAnswer) {
                call_arrives(&seen).await;
            }
            let (calls, connections) = (calls(&seen), seen.lock().unwrap().len());
            assert!(
                calls <= 1,
                "should this ever be 2, reads that are logins must leave the pool too"
            );
            saw.push((outcome.is_ok(), connections, calls));
            let trap = match closes {
                Closes::BehindAnAnswer => (true, 2, 1),
                _ => (false, 1, 1),
            };
            if saw.last() == Some(&trap) {
                break;
            }
        }
        let last = saw.last().copied();
        match closes {
            Closes::BehindAnAnswer => assert_eq!(last, Some((true, 2, 1)), "a second one unasked: {saw:?}"),
            _ => assert_eq!(last, Some((false, 1, 1)), "on the kept one: {saw:?}"),
        }
    }
}
