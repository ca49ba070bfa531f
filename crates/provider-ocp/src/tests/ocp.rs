//! An OCP in the process of a test: it lists two clusters' tenants and its tasks, answers prechecks, and takes calls as it is told to.
//! It must not know more of OCP than the tests ask for; the simulator is another thing.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// One request, as it came.
#[derive(Clone, Debug)]
pub(super) struct Came {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) body: String,
    pub(super) headers: HeaderMap,
}

#[derive(Default)]
pub(super) struct World {
    pub(super) came: Vec<Came>,
    /// Tenants by cluster: id, id in OceanBase, name, status.
    pub(super) tenants: HashMap<i64, Vec<Value>>,
    pub(super) tasks: Vec<Value>,
    /// The answer to a call, with its status.
    pub(super) answer: Option<(u16, String)>,
    pub(super) precheck: Option<Value>,
    /// All is answered so.
    pub(super) everything: Option<(u16, String)>,
    /// Pages hold so many entries.
    pub(super) page: usize,
    /// Totals are told.
    pub(super) counts: bool,
}

type Shared = Arc<Mutex<World>>;

pub(super) struct FakeOcp {
    port: u16,
    pub(super) world: Shared,
    task: tokio::task::JoinHandle<()>,
}

fn tenant(cluster: i64, id: i64, ob_tenant: i64, name: &str) -> Value {
    json!({ "id": id, "clusterId": cluster, "obTenantId": ob_tenant, "name": name, "status": "NORMAL", "locked": false,
        "createTime": "2024-01-01T00:00:00+08:00" })
}

impl FakeOcp {
    pub(super) async fn serve() -> FakeOcp {
        let of = |cluster, first| {
            vec![
                tenant(cluster, first, 1004, "orders"),
                tenant(cluster, first + 1, 1006, "stock"),
            ]
        };
        let world = World {
            tenants: HashMap::from([
                (3_000_010, of(3_000_010, 2_000_025)),
                (3_000_020, of(3_000_020, 2_000_125)),
            ]),
            page: 500,
            counts: true,
            ..World::default()
        };
        let world: Shared = Arc::new(Mutex::new(world));
        let routes = Router::new()
            .route(
                "/api/v2/info",
                get(|| async { r#"{"name":"ocp","buildVersion":"4.3.1"}"# }),
            )
            .route("/api/v2/time", get(|| async { jiff::Timestamp::now().to_string() }))
            .route("/api/status", get(|| async { "okay" }))
            .route("/api/v2/ob/clusters", get(clusters))
            .route("/api/v2/ob/clusters/{cluster}/tenants", get(tenants))
            .route("/api/v2/tasks/instances", get(tasks))
            .route("/api/v2/tasks/instances/{task}", get(one_task))
            .route(
                "/api/v2/ob/clusters/{cluster}/tenants/{tenant}/switchoverPreCheck",
                post(precheck),
            )
            .fallback(answer)
            .layer(axum::middleware::from_fn_with_state(world.clone(), keep))
            .with_state(world.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let task = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        FakeOcp { port, world, task }
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(super) fn set(&self, change: impl FnOnce(&mut World)) {
        change(&mut self.world.lock().unwrap());
    }

    /// The requests whose path ends so.
    pub(super) fn came(&self, end: &str) -> Vec<Came> {
        let world = self.world.lock().unwrap();
        world
            .came
            .iter()
            .filter(|came| came.path.ends_with(end))
            .cloned()
            .collect()
    }

    /// How many requests there were.
    pub(super) fn count(&self) -> usize {
        self.world.lock().unwrap().came.len()
    }
}

impl Drop for FakeOcp {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn keep(State(world): State<Shared>, request: axum::extract::Request, next: axum::middleware::Next) -> Response {
    let (parts, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let everything = {
        let mut world = world.lock().unwrap();
        world.came.push(Came {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            body: String::from_utf8_lossy(&body).into_owned(),
            headers: parts.headers.clone(),
        });
        world.everything.clone()
    };
    let mut response = match everything {
        Some((status, body)) => (StatusCode::from_u16(status).unwrap(), body).into_response(),
        None => next.run(axum::extract::Request::from_parts(parts, body.into())).await,
    };
    let now = crate::sign::date(jiff::Timestamp::now());
    response.headers_mut().insert("date", now.parse().unwrap());
    response
}

fn paged(world: &World, all: &[Value], query: &HashMap<String, String>) -> String {
    let number: usize = query["page"].parse().unwrap();
    let size = world.page.min(query["size"].parse().unwrap());
    let page: Vec<&Value> = all.iter().skip((number - 1) * size).take(size).collect();
    let mut data = json!({ "contents": page });
    if world.counts {
        data["page"] = json!({ "number": number, "size": size, "totalElements": all.len(), "totalPages": all.len().div_ceil(size) });
    }
    json!({ "data": data, "successful": true, "status": 200, "traceId": "t", "server": "s" }).to_string()
}

async fn clusters(State(world): State<Shared>, Query(query): Query<HashMap<String, String>>) -> String {
    let all = [
        json!({ "id": 3_000_010, "name": "berlin", "status": "RUNNING" }),
        json!({ "id": 3_000_020, "name": "munich", "status": "RUNNING" }),
    ];
    paged(&world.lock().unwrap(), &all, &query)
}

async fn tenants(
    State(world): State<Shared>,
    Path(cluster): Path<i64>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let world = world.lock().unwrap();
    match world.tenants.get(&cluster) {
        Some(all) => paged(&world, all, &query).into_response(),
        None => refusal("OBE11001").into_response(),
    }
}

fn refusal(code: &str) -> (StatusCode, String) {
    let body =
        json!({ "successful": false, "error": { "code": code, "message": "no" }, "traceId": "t", "server": "s" });
    (StatusCode::NOT_FOUND, body.to_string())
}

async fn tasks(State(world): State<Shared>, Query(query): Query<HashMap<String, String>>) -> String {
    let world = world.lock().unwrap();
    let is = |task: &Value, key: &str, path: &str| {
        let wanted = query.get(key);
        wanted.is_none_or(|wanted| {
            task.pointer(path)
                .is_some_and(|told| told.to_string().trim_matches('"') == wanted)
        })
    };
    let all = world
        .tasks
        .iter()
        .filter(|task| is(task, "status", "/status") && is(task, "tenantId", "/tenant/id"));
    let all: Vec<Value> = all.cloned().collect();
    paged(&world, &all, &query)
}

async fn one_task(State(world): State<Shared>, Path(id): Path<i64>) -> Response {
    let world = world.lock().unwrap();
    match world.tasks.iter().find(|task| task["id"] == id) {
        Some(task) => json!({ "data": task, "successful": true }).to_string().into_response(),
        None => refusal("TSK10001").into_response(),
    }
}

async fn precheck(State(world): State<Shared>, Path((_, tenant)): Path<(i64, i64)>) -> String {
    let answer = world.lock().unwrap().precheck.clone();
    let answer = answer.unwrap_or_else(|| json!({ "valid": true, "tenantId": tenant }));
    json!({ "data": answer, "successful": true }).to_string()
}

async fn answer(State(world): State<Shared>, uri: Uri) -> Response {
    let told = world.lock().unwrap().answer.clone();
    match told {
        Some((status, body)) => (StatusCode::from_u16(status).unwrap(), body).into_response(),
        None => panic!("{uri} was not expected"),
    }
}
