//! What is written when a request arrives twice (a lost answer, a middlebox that repeats, two operators), by the API server's rules.
//! It must not trust that the layers below never repeat; they do not, but nobody can promise it for what stands between.

use super::*;
use axum::body::Bytes;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Json, Router};
use serde_json::{Value, json};
use stationmaster_engine::ledger::{GroupRef, Issued};
use stationmaster_engine::{ActiveStation, Fingerprint, Reason};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// One object, and how often it was written.
#[derive(Clone, Default)]
struct Store(Arc<Mutex<(Option<Value>, u64)>>);

impl Store {
    fn answer(&self, method: &Method, body: &[u8], guarded: bool) -> Response {
        let mut store = self.0.lock().unwrap();
        let sent: Value = serde_json::from_slice(body).unwrap();
        let taken = match (method.as_str(), &store.0) {
            ("POST", Some(_)) => Some("AlreadyExists"),
            ("PUT", Some(now))
                if guarded && sent["metadata"]["resourceVersion"] != now["metadata"]["resourceVersion"] =>
            {
                Some("Conflict")
            }
            ("POST" | "PUT", _) => None,
            other => panic!("{other:?}"),
        };
        if let Some(reason) = taken {
            let status =
                json!({ "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 409, "reason": reason });
            return (StatusCode::CONFLICT, Json(status)).into_response();
        }
        store.1 += 1;
        let mut object = sent;
        object["metadata"]["resourceVersion"] = store.1.to_string().into();
        store.0 = Some(object.clone());
        Json(object).into_response()
    }

    /// Ledgers behind a wire that hands each request on twice: the operator hears what became of the second. A server that is not
    /// `guarded` takes any version.
    fn twice(&self, guarded: bool) -> Ledgers {
        let store = self.clone();
        let app = Router::new().fallback(any(async move |method: Method, body: Bytes| {
            store.answer(&method, &body, guarded);
            store.answer(&method, &body, guarded)
        }));
        let metrics = crate::metrics::Metrics::new();
        let client = crate::client::over(app, "system", Duration::from_secs(30), &metrics);
        Ledgers::new(Api::namespaced(client, "system"))
    }

    fn writes(&self) -> u64 {
        self.0.lock().unwrap().1
    }
}

fn claim() -> Claim {
    Claim {
        kind: "sdrs".to_owned(),
        scope: "s".to_owned(),
        object: "o".to_owned(),
    }
}

fn ledger() -> Record {
    Record::from(Ledger {
        revision_stays: false,
        standing: Vec::new(),
        noted: Vec::new(),
        group: GroupRef {
            namespace: "shop".to_owned(),
            name: "orders-db".to_owned(),
            uid: "u".to_owned(),
        },
        claims: Vec::new(),
        endpoint: "e".to_owned(),
        token: None,
        issued: Issued {
            why: Reason::FirstSight,
            at: jiff::Timestamp::UNIX_EPOCH,
            previous: None,
        },
        judged_generation: 1,
        active: ActiveStation::Source,
        fingerprint: Fingerprint {
            status: "protected".to_owned(),
            active: ActiveStation::Source,
            revision: None,
        },
        intent: None,
        operation: None,
        completed: Vec::new(),
        pending_calls: Vec::new(),
        consumed: Vec::new(),
        absence: Default::default(),
    })
}

#[tokio::test(start_paused = true)]
async fn a_claim_that_arrives_twice_is_made_once() {
    let store = Store::default();
    let second = store.twice(true).create(&claim(), &ledger()).await;
    // Whoever decided reads again, and finds its own record.
    assert!(matches!(second, Err(LedgerError::Conflict(_))), "{second:?}");
    assert_eq!(store.writes(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_arrives_twice_is_written_once() {
    for (guarded, writes) in [(true, 1), (false, 2)] {
        let store = Store::default();
        let mut object = GroupLedger::new(&claim().ledger_name(), spec(&claim(), &ledger()).unwrap());
        object.metadata.resource_version = Some("0".to_owned());
        store.0.lock().unwrap().0 = Some(serde_json::to_value(&object).unwrap());
        let stored = read(object).unwrap();
        let second = store.twice(guarded).replace(&stored, &ledger()).await;
        assert_eq!(
            matches!(second, Err(LedgerError::Conflict(_))),
            guarded,
            "without the version the second is written too: {second:?}"
        );
        assert_eq!(store.writes(), writes);
    }
}
