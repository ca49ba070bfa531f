//! The published and re-computed signature vectors (`docs/vendors/sdrs.md#signature-vectors`), and what must not pass.
//! They must not be computed by what they test.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::*;

const ACCESS: &str = "QTWAOYTTINDUT2QVKYUC";
const SECRET: &str = "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc";
const DATE: &str = "20191115T033655Z";

struct Vector {
    method: &'static str,
    path: &'static str,
    query: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    canonical: &'static str,
    signature: &'static str,
}

const VECTORS: [Vector; 3] = [
    Vector {
        method: "GET",
        path: "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs",
        query: "limit=2&marker=13551d6b-755d-4757-b956-536f674975c0",
        headers: &[
            ("content-type", "application/json"),
            ("host", "service.region.example.com"),
            ("x-sdk-date", DATE),
        ],
        body: "",
        canonical: "b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a",
        signature: "7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe",
    },
    Vector {
        method: "POST",
        path: "/v1/pid/server-groups/40df180b-9fe2-471a-8c64-1b758dc84189/action",
        query: "",
        headers: &[
            ("content-type", "application/json;charset=utf-8"),
            ("host", "127.0.0.1:18081"),
            ("x-project-id", "pid"),
            ("x-sdk-date", DATE),
        ],
        body: r#"{"failover-server-group": {}}"#,
        canonical: "36f8641a763262f0c114e1cf7eb857f5cc18ec722c0edfdfdaa3045c70cf2e26",
        signature: "4d8ba453e9a643a06930f6db181a5504b0fdcff87bf687c8dea2c868425d8c03",
    },
    Vector {
        method: "GET",
        path: "/v1/pid/protected-instances",
        query: "server_group_ids=%5B%22a%22%2C%22b%22%5D&name=x%20y",
        headers: &[
            ("content-type", "application/json"),
            ("host", "127.0.0.1:18081"),
            ("x-project-id", "pid"),
            ("x-sdk-date", DATE),
        ],
        body: "",
        canonical: "57f633580d776c7829a90ce86473a53d262405966ff6ef5f8a17e9be0c02532b",
        signature: "245a81d5bf20c42b05f813493d4f14a091103db0a53ecc878afd974825fd1447",
    },
];

fn header_map(pairs: &[(&str, &str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(k, v)| {
            (
                HeaderName::from_bytes(k.as_bytes()).expect("name"),
                HeaderValue::from_str(v).expect("value"),
            )
        })
        .collect()
}

fn header(vector: &Vector) -> Authorization {
    let names: Vec<_> = vector.headers.iter().map(|(name, _)| *name).collect();
    let text = format!(
        "{ALGORITHM} Access={ACCESS}, SignedHeaders={}, Signature={}",
        names.join(";"),
        vector.signature
    );
    Authorization::parse(&text).expect("well-formed")
}

fn check(vector: &Vector, change: impl FnOnce(&mut Authorization, &mut HeaderMap), late: f64) -> Result<(), String> {
    let mut headers = header_map(vector.headers);
    let mut auth = header(vector);
    change(&mut auth, &mut headers);
    let parts = SignedParts {
        method: vector.method,
        path: vector.path,
        query: vector.query,
        headers: &headers,
        body: vector.body.as_bytes(),
    };
    let now = crate::clock::later(parse_date(DATE).expect("date"), late);
    verify(&auth, SECRET, &parts, now, 900.0)
}

#[test]
fn vectors_a_a2_a3_hash_and_verify() {
    for vector in &VECTORS {
        let headers = header_map(vector.headers);
        let parts = SignedParts {
            method: vector.method,
            path: vector.path,
            query: vector.query,
            headers: &headers,
            body: vector.body.as_bytes(),
        };
        let canonical =
            canonical_request(&parts, &header(vector).signed_headers, &payload_hash(&parts)).expect("all headers");
        assert_eq!(sha256_hex(canonical.as_bytes()), vector.canonical, "{}", vector.path);
        assert_eq!(check(vector, |_, _| {}, 0.0), Ok(()), "{}", vector.path);
    }
}

#[test]
fn vector_b_of_the_legacy_form() {
    let date = "19700101T000001Z";
    let headers = header_map(&[
        ("host", "example.com"),
        ("x-project-id", "project"),
        ("x-sdk-date", date),
    ]);
    let parts = SignedParts {
        method: "GET",
        path: "/",
        query: "",
        headers: &headers,
        body: b"",
    };
    let text = "SDK-HMAC-SHA256 Credential=ak/19700101///sdk_request, SignedHeaders=host;x-project-id;x-sdk-date, \
                Signature=ec385090522c25504a5b574c7195ac56bf37081d90f74fc093a2676f906cb057";
    let auth = Authorization::parse(text).expect("well-formed");
    assert_eq!(auth.scope.as_deref(), Some("19700101///sdk_request"));
    let canonical = canonical_request(&parts, &auth.signed_headers, &payload_hash(&parts)).expect("all headers");
    assert_eq!(
        sha256_hex(canonical.as_bytes()),
        "0384b7707d48c5963d1a20125abf459bca4772bf704653dcb90eaebd4e804c15"
    );
    let now = parse_date(date).expect("date");
    assert_eq!(verify(&auth, "sk", &parts, now, 900.0), Ok(()));
    assert!(verify(&auth, "sj", &parts, now, 900.0).is_err());
}

#[test]
fn a_changed_body_header_or_signature_does_not_pass() {
    let post = &VECTORS[1];
    assert!(check(post, |auth, _| auth.signature.replace_range(0..1, "5"), 0.0).is_err());
    let other = HeaderValue::from_static("other");
    assert!(check(post, |_, headers| drop(headers.insert("x-project-id", other)), 0.0).is_err());
    let changed = Vector {
        body: r#"{"stop-server-group": {}}"#,
        ..VECTORS[1]
    };
    assert!(check(&changed, |_, _| {}, 0.0).is_err());
    let missing = check(post, |_, headers| drop(headers.remove("content-type")), 0.0);
    assert_eq!(missing, Err("signed header content-type not found".into()));
}

#[test]
fn the_date_window_is_fifteen_minutes_either_way() {
    assert_eq!(check(&VECTORS[0], |_, _| {}, 900.0), Ok(()));
    assert_eq!(check(&VECTORS[0], |_, _| {}, 901.0), Err("signature expired".into()));
    let early = |_: &mut Authorization, headers: &mut HeaderMap| {
        headers.insert("x-sdk-date", HeaderValue::from_static("20191115T035200Z"));
    };
    assert_eq!(check(&VECTORS[0], early, 0.0), Err("signature expired".into()));
}

#[test]
fn the_go_client_signs_the_query_of_an_empty_post_as_its_body() {
    let date = "20240101T000000Z";
    let headers = header_map(&[("host", "h"), ("x-sdk-date", date)]);
    let parts = SignedParts {
        method: "POST",
        path: "/p",
        query: "a=1",
        headers: &headers,
        body: b"",
    };
    let names = vec!["host".to_owned(), "x-sdk-date".to_owned()];
    let scope = "20240101///sdk_request";
    let canonical = canonical_request(&parts, &names, &sha256_hex(b"a=1")).expect("all headers");
    let signature = sign("sk", Some(scope), date, &sha256_hex(canonical.as_bytes()));
    let auth = Authorization {
        access: "ak".into(),
        scope: Some(scope.into()),
        signed_headers: names,
        signature,
    };
    let now = parse_date(date).expect("date");
    assert_eq!(verify(&auth, "sk", &parts, now, 900.0), Ok(()));
}

#[test]
fn incomplete_headers_do_not_parse() {
    assert!(Authorization::parse("SDK-HMAC-SHA256 Access=a, SignedHeaders=b").is_none());
    assert!(Authorization::parse("Bearer x").is_none());
    assert!(Authorization::parse("SDK-HMAC-SHA256 nonsense").is_none());
}
