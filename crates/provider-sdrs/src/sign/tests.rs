//! The published and computed vectors A, A2, A3 and B (`docs/vendors/sdrs.md#signature-vectors`).
//! They must not be computed by what they test.

use super::*;
use stationmaster_transport::encode_query;

struct Vector {
    method: &'static str,
    path: &'static str,
    query: &'static [(&'static str, &'static str)],
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    hash: &'static str,
    signature: &'static str,
}

const AK: &str = "QTWAOYTTINDUT2QVKYUC";
const SK: &str = "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc";
const DATE: &str = "20191115T033655Z";

const VECTORS: [Vector; 3] = [
    Vector {
        method: "GET",
        path: "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs",
        query: &[("limit", "2"), ("marker", "13551d6b-755d-4757-b956-536f674975c0")],
        headers: &[
            ("Content-Type", "application/json"),
            ("Host", "service.region.example.com"),
            ("X-Sdk-Date", DATE),
        ],
        body: "",
        hash: "b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a",
        signature: "7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe",
    },
    Vector {
        method: "POST",
        path: "/v1/pid/server-groups/40df180b-9fe2-471a-8c64-1b758dc84189/action",
        query: &[],
        headers: &[
            ("content-type", "application/json;charset=utf-8"),
            ("host", "127.0.0.1:18081"),
            ("x-project-id", "pid"),
            ("x-sdk-date", DATE),
        ],
        body: r#"{"failover-server-group": {}}"#,
        hash: "36f8641a763262f0c114e1cf7eb857f5cc18ec722c0edfdfdaa3045c70cf2e26",
        signature: "4d8ba453e9a643a06930f6db181a5504b0fdcff87bf687c8dea2c868425d8c03",
    },
    Vector {
        method: "GET",
        path: "/v1/pid/protected-instances",
        query: &[("server_group_ids", r#"["a","b"]"#), ("name", "x y")],
        headers: &[
            ("content-type", "application/json"),
            ("host", "127.0.0.1:18081"),
            ("x-project-id", "pid"),
            ("x-sdk-date", DATE),
        ],
        body: "",
        hash: "57f633580d776c7829a90ce86473a53d262405966ff6ef5f8a17e9be0c02532b",
        signature: "245a81d5bf20c42b05f813493d4f14a091103db0a53ecc878afd974825fd1447",
    },
];

fn headers(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn vectors_a_a2_and_a3() {
    for vector in VECTORS {
        let query = encode_query(vector.query);
        let request = Unsigned {
            method: vector.method,
            path: vector.path,
            query: &query,
            headers: headers(vector.headers),
            body: vector.body.as_bytes(),
        };
        assert_eq!(canonical::canonical(&request).hash, vector.hash, "{}", vector.path);
        let header = authorization(&Form::Access, AK, &SecretString::from(SK), DATE, &request);
        assert!(
            header.starts_with(&format!(
                "SDK-HMAC-SHA256 Access={AK}, SignedHeaders=content-type;host;"
            )),
            "{header}"
        );
        assert!(
            header.ends_with(&format!(", Signature={}", vector.signature)),
            "{header}"
        );
        assert!(!header.contains(SK));
    }
}

#[test]
fn vector_b_of_the_legacy_form() {
    let date = date("1970-01-01T00:00:01Z".parse().unwrap());
    assert_eq!(date, "19700101T000001Z");
    let request = Unsigned {
        method: "GET",
        path: "/",
        query: "",
        headers: headers(&[
            ("host", "example.com"),
            ("x-project-id", "project"),
            ("x-sdk-date", &date),
        ]),
        body: b"",
    };
    let form = Form::Credential {
        region: String::new(),
        service: String::new(),
    };
    let header = authorization(&form, "ak", &SecretString::from("sk"), &date, &request);
    assert_eq!(
        header,
        "SDK-HMAC-SHA256 Credential=ak/19700101///sdk_request, SignedHeaders=host;x-project-id;x-sdk-date, \
         Signature=ec385090522c25504a5b574c7195ac56bf37081d90f74fc093a2676f906cb057"
    );
}

#[test]
fn every_part_of_the_request_is_signed() {
    let sign = |method, path, query, body: &[u8], host: &str| {
        let headers = headers(&[("host", host), ("x-sdk-date", DATE)]);
        let request = Unsigned {
            method,
            path,
            query,
            headers,
            body,
        };
        authorization(&Form::Access, AK, &SecretString::from(SK), DATE, &request)
    };
    let base = sign("POST", "/a", "x=1", b"{}", "h");
    for other in [
        sign("GET", "/a", "x=1", b"{}", "h"),
        sign("POST", "/b", "x=1", b"{}", "h"),
        sign("POST", "/a", "x=2", b"{}", "h"),
        sign("POST", "/a", "x=1", b"{ }", "h"),
        sign("POST", "/a", "x=1", b"{}", "i"),
    ] {
        assert_ne!(base, other);
    }
}
