//! The client of the work and of the lease on real sockets that close, freeze and refuse to read, and kube's own client on the same.
//! It must not rely on the runtime that it tests: the servers are plain threads.

use super::*;
use k8s_openapi::api::coordination::v1::Lease;
use kube::api::{Patch, PatchParams};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;
use std::thread;

/// What a server does after it has read a request.
#[derive(Clone, Copy)]
enum Act {
    Answer,
    /// Answers and closes, without having said that it would.
    AnswerAndClose,
    Close,
    /// Answers with the head of a watch and says no more.
    HeadAlone,
}

/// The requests of each connection, by method and path.
type Seen = Arc<Mutex<Vec<Vec<String>>>>;

fn listener() -> (TcpListener, Config) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, Config::new(url.parse().unwrap()))
}

/// A server that does `act` with request `n` of each connection; the numbers begin at 0.
fn serve(act: impl Fn(usize) -> Act + Send + Sync + 'static) -> (Config, Seen) {
    let (listener, config) = listener();
    let (seen, act) = (Seen::default(), Arc::new(act));
    let shared = seen.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (seen, act) = (shared.clone(), act.clone());
            let number = {
                let mut all = seen.lock().unwrap();
                all.push(Vec::new());
                all.len() - 1
            };
            thread::spawn(move || connection(stream.unwrap(), number, &seen, &*act));
        }
    });
    (config, seen)
}

fn connection(mut stream: TcpStream, number: usize, seen: &Seen, act: &dyn Fn(usize) -> Act) {
    for n in 0.. {
        let Some(line) = request(&mut stream) else { return };
        seen.lock().unwrap()[number].push(line);
        let body = serde_json::to_string(&object()).unwrap();
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        match act(n) {
            Act::Close => return,
            Act::Answer => stream.write_all(answer.as_bytes()).unwrap(),
            Act::AnswerAndClose => return stream.write_all(answer.as_bytes()).unwrap(),
            Act::HeadAlone => {
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                    .unwrap();
            }
        }
    }
}

/// Reads a whole request; its first line without the version.
fn request(stream: &mut TcpStream) -> Option<String> {
    let mut text: Vec<u8> = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let length = stream.read(&mut buffer).ok().filter(|length| *length > 0)?;
        text.extend_from_slice(&buffer[..length]);
        let head = String::from_utf8_lossy(&text).to_lowercase();
        let Some(end) = head.find("\r\n\r\n") else { continue };
        let length = head
            .split("content-length: ")
            .nth(1)
            .and_then(|rest| rest.lines().next()?.parse().ok());
        if text.len() >= end + 4 + length.unwrap_or(0) {
            let first = String::from_utf8_lossy(&text).lines().next()?.to_owned();
            return Some(first.trim_end_matches(" HTTP/1.1").to_owned());
        }
    }
}

fn maps(client: &Client) -> Api<ConfigMap> {
    Api::namespaced(client.clone(), "shop")
}

const WRITES: [&str; 4] = ["POST", "PUT", "PATCH", "DELETE"];

async fn write(api: &Api<ConfigMap>, method: &str) -> Result<(), kube::Error> {
    let object = object();
    match method {
        "POST" => api.create(&PostParams::default(), &object).await.map(drop),
        "PUT" => api.replace("a", &PostParams::default(), &object).await.map(drop),
        "PATCH" => {
            let patch = Patch::Merge(&object);
            api.patch("a", &PatchParams::default(), &patch).await.map(drop)
        }
        "DELETE" => api.delete("a", &Default::default()).await.map(drop),
        other => panic!("{other}"),
    }?;
    Ok(())
}

fn writes(seen: &Seen, method: &str) -> usize {
    let seen = seen.lock().unwrap();
    seen.iter().flatten().filter(|line| line.starts_with(method)).count()
}

/// Read by the server, perhaps done, and no answer: nothing below the caller sends it again.
#[tokio::test]
async fn a_write_that_was_read_on_a_kept_connection_is_never_sent_again() {
    for method in WRITES {
        let (config, seen) = serve(|n| if n == 0 { Act::Answer } else { Act::Close });
        let api = maps(&from_config(&config, &Metrics::new()).unwrap().api);
        api.get("a").await.unwrap();
        write(&api, method).await.unwrap_err();
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!((writes(&seen, method), seen.lock().unwrap().len()), (1, 1), "{method}");
    }
}

/// The one case in which the library takes another connection by itself: the kept one had ended before a byte of the request was written.
#[tokio::test]
async fn a_write_is_begun_once_where_the_kept_connection_had_ended_unnoticed() {
    for method in WRITES {
        let (config, seen) = serve(|_| Act::AnswerAndClose);
        let api = maps(&from_config(&config, &Metrics::new()).unwrap().api);
        api.get("a").await.unwrap();
        // The only thread of this runtime: nobody sees the end of the connection.
        thread::sleep(Duration::from_millis(50));
        write(&api, method).await.unwrap();
        assert_eq!((writes(&seen, method), seen.lock().unwrap().len()), (1, 2), "{method}");
    }
}

/// No connection of the work is ever the lease's: one that is stuck delays no renewal.
#[tokio::test]
async fn the_lease_has_connections_of_its_own() {
    let (config, seen) = serve(|_| Act::Answer);
    let clients = from_config(&config, &Metrics::new()).unwrap();
    let mixed = |seen: &Seen| {
        let seen = seen.lock().unwrap();
        let has = |lines: &[String], what: &str| lines.iter().any(|line| line.contains(what));
        seen.iter()
            .any(|lines| has(lines, "/leases/") && has(lines, "/configmaps/"))
    };
    for _ in 0..3 {
        maps(&clients.api).get("a").await.unwrap();
        let leases: Api<Lease> = Api::namespaced(clients.lease.clone(), "shop");
        // The answer is that of another kind; here the connection matters.
        let _ = leases.get("a").await;
    }
    assert!(!mixed(&seen) && seen.lock().unwrap().len() == 2);
    // The trap: with one client for both they share.
    let leases: Api<Lease> = Api::namespaced(clients.api.clone(), "shop");
    let _ = leases.get("a").await;
    assert!(mixed(&seen));
}

fn short() -> Limits {
    let short = Duration::from_secs(1);
    Limits {
        connect: short,
        write: short,
        request: Duration::from_secs(60),
        silence: short,
    }
}

/// What our client makes of it before its own deadline of 60 s, and what kube's with its own limits makes of it in 3 s.
async fn both<F>(config: &Config, ask: impl Fn(Client) -> F) -> (bool, bool)
where
    F: Future<Output = bool>,
{
    install_crypto();
    let ours = build(config.clone(), short(), &Metrics::new()).unwrap();
    let ours = tokio::time::timeout(Duration::from_secs(40), ask(ours)).await;
    let mut theirs = config.clone();
    theirs.connect_timeout = None;
    theirs.write_timeout = None;
    let theirs = Client::try_from(theirs).unwrap();
    let theirs = tokio::time::timeout(Duration::from_secs(3), ask(theirs)).await;
    (ours.expect("it hangs"), theirs.is_err())
}

#[tokio::test]
async fn a_connection_that_is_never_ready_is_given_up() {
    let (listener, config) = listener();
    let mut config = Config::new(
        config
            .cluster_url
            .to_string()
            .replace("http:", "https:")
            .parse()
            .unwrap(),
    );
    config.accept_invalid_certs = true;
    // It takes connections and says nothing: TLS never begins.
    thread::spawn(move || {
        let mut kept = Vec::new();
        for stream in listener.incoming() {
            kept.push(stream);
        }
    });
    let (failed, hangs) = both(&config, async |client| maps(&client).get("a").await.is_err()).await;
    assert!(failed && hangs);
}

#[tokio::test]
async fn a_server_that_does_not_read_is_given_up() {
    let (listener, config) = listener();
    thread::spawn(move || {
        let mut kept = Vec::new();
        for stream in listener.incoming() {
            kept.push(stream);
        }
    });
    let mut large = object();
    large.data = Some([("a".to_owned(), "x".repeat(8 << 20))].into());
    let large = &large;
    let ask = async move |client: Client| {
        let params = PostParams::default();
        maps(&client).replace("a", &params, large).await.is_err()
    };
    let (failed, hangs) = both(&config, ask).await;
    assert!(failed && hangs);
}

#[tokio::test]
async fn a_watch_without_a_byte_is_given_up() {
    let (config, _) = serve(|_| Act::HeadAlone);
    let ask = async |client: Client| {
        let api = maps(&client);
        let mut events = std::pin::pin!(api.watch(&WatchParams::default(), "0").await.unwrap());
        matches!(events.try_next().await, Err(_) | Ok(None))
    };
    let (ended, hangs) = both(&config, ask).await;
    assert!(ended && hangs, "kube has no read timeout of its own");
}
