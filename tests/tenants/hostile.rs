//! The hostile server: one address, a temper for each path; and a socket that takes every connection and never answers.
//! It must not wait for anybody, and counts what it was asked.

use super::pages;
use axum::Router;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode, Uri};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

/// How a server is hostile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Temper {
    /// Pages of 3.9 MB without end.
    Huge,
    /// Lists as long as any may be.
    Filled,
    /// Lists without end.
    Endless,
    /// Fields of a megabyte in what one group and its job are.
    Fields,
    /// Errors whose words would be lines of a log.
    Forged,
    /// A status that nobody knows for each request.
    Codes,
    /// It takes connections and never answers.
    Tarpit,
}

/// All of them.
pub const TEMPERS: [Temper; 7] = [
    Temper::Huge,
    Temper::Filled,
    Temper::Endless,
    Temper::Fields,
    Temper::Forged,
    Temper::Codes,
    Temper::Tarpit,
];

/// Odd statuses.
const CODES: [u16; 24] = [
    203, 207, 218, 226, 299, 306, 333, 402, 418, 419, 420, 430, 444, 450, 498, 499, 509, 529, 530, 561, 598, 599, 700,
    999,
];

/// The servers.
pub struct Hostile {
    address: String,
    tarpit: String,
    asked: Arc<Mutex<BTreeMap<Temper, u64>>>,
    held: Arc<AtomicUsize>,
}

impl Hostile {
    /// Starts them on loopback.
    pub async fn start() -> Hostile {
        let asked: Arc<Mutex<BTreeMap<Temper, u64>>> = Arc::default();
        let held = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let app = Router::new().fallback(async move |uri: Uri| answer(&uri, &counted));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let pit = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let tarpit = format!("http://{}", pit.local_addr().unwrap());
        tokio::spawn(holds(pit, Arc::clone(&held)));
        Hostile {
            address,
            tarpit,
            asked,
            held,
        }
    }

    /// The endpoint of a connection to this temper, with a word of its own in its path: of `Fields` the id of its one group.
    pub fn endpoint(&self, temper: Temper, word: &str) -> String {
        match temper {
            Temper::Tarpit => format!("{}/{word}", self.tarpit),
            _ => format!("{}/{temper:?}/{word}", self.address),
        }
    }

    /// How often a temper was asked.
    pub fn asked(&self, temper: Temper) -> u64 {
        self.asked.lock().unwrap().get(&temper).copied().unwrap_or_default()
    }

    /// How many connections the tarpit holds.
    pub fn held(&self) -> usize {
        self.held.load(Ordering::SeqCst)
    }
}

async fn holds(pit: TcpListener, held: Arc<AtomicUsize>) {
    while let Ok((mut stream, _)) = pit.accept().await {
        let held = Arc::clone(&held);
        tokio::spawn(async move {
            held.fetch_add(1, Ordering::SeqCst);
            let mut bytes = [0; 1024];
            while stream.read(&mut bytes).await.is_ok_and(|read| read > 0) {}
            held.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

fn answer(uri: &Uri, asked: &Mutex<BTreeMap<Temper, u64>>) -> Response {
    let mut parts = uri.path().split('/').skip(1);
    let (temper, word) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let temper = TEMPERS.into_iter().find(|one| format!("{one:?}") == temper).unwrap();
    let count = {
        let mut asked = asked.lock().unwrap();
        let count = asked.entry(temper).or_default();
        *count += 1;
        *count
    };
    // Below `v1` and the project.
    let path: Vec<&str> = parts.skip(2).collect();
    let query = |key: &str| {
        let pairs = uri
            .query()
            .unwrap_or_default()
            .split('&')
            .filter_map(|pair| pair.split_once('='));
        let found = pairs.into_iter().find(|(name, _)| *name == key);
        found.and_then(|(_, value)| value.parse::<usize>().ok())
    };
    let offset = query("offset").unwrap_or_default();
    let list = (query("limit").is_some_and(|limit| limit > 1)).then(|| match path.first() {
        Some(&"protected-instances") => "protected_instances",
        Some(&"replications") => "replications",
        _ => "server_groups",
    });
    let ok = |body: String| reply(200, body);
    match (temper, path.as_slice(), list) {
        (Temper::Forged, ..) => reply(
            [400, 403, 404, 409, 500, 503][usize::try_from(count).unwrap() % 6],
            pages::error(count),
        ),
        (Temper::Codes, ..) => reply(
            CODES[usize::try_from(count).unwrap() % CODES.len()],
            pages::error(count),
        ),
        (Temper::Huge, _, Some("server_groups")) => ok(pages::huge(count)),
        (Temper::Filled, _, Some(field)) => reply(200, pages::filled(field, offset)),
        (Temper::Endless, _, Some(field)) => ok(pages::endless(field, offset)),
        (Temper::Fields, ["server-groups", _, "action"], _) => {
            ok(serde_json::json!({ "job_id": "j".repeat(1_000_000 - 100) }).to_string())
        }
        // What is listed looks well; a look at the group alone shows a field that is too long, each second time.
        (Temper::Fields, ["server-groups", id], None) if count.is_multiple_of(2) => {
            ok(serde_json::json!({ "server_group": pages::group(id, &"x".repeat(900_000)) }).to_string())
        }
        (Temper::Fields, ["server-groups", id], None) => {
            ok(serde_json::json!({ "server_group": pages::group(id, "2026-01-01 00:00:00") }).to_string())
        }
        (Temper::Fields, _, Some("server_groups")) => {
            let group = pages::group(word, "2026-01-01 00:00:00");
            ok(serde_json::json!({ "server_groups": [group], "count": 1 }).to_string())
        }
        (_, _, list) => {
            let field = list.unwrap_or("server_groups");
            ok(serde_json::json!({ field: [], "count": 0, "versions": [], "quotas": { "resources": [] } }).to_string())
        }
    }
}

fn reply(status: u16, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    let headers = response.headers_mut();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    let name = HeaderName::from_static("x-request-id");
    headers.insert(
        name,
        HeaderValue::from_bytes("FORGED\u{2028}\u{202e}id".as_bytes()).unwrap(),
    );
    response
}
