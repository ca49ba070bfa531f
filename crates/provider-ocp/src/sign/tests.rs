//! The two documented vectors (`docs/vendors/ocp.md#signature`), and that every part of a request is signed.
//! They must not be computed by what they test.

use super::*;

const AK: &str = "cqammmxBpfGjFlto";
const SK: &str = "2fc0c299cc94c6be266f2ceece765d4d";
const HOST: &str = "ocp.alibaba.net:8080";

fn signed(request: &Unsigned<'_>) -> String {
    authorization(AK, &SecretString::from(SK), request)
}

fn post() -> Unsigned<'static> {
    Unsigned {
        method: "POST",
        path_and_query: "/api/v2/compute/idcs",
        host: HOST,
        content_type: "application/json",
        date: "Tue, 17 Jan 2023 09:13:57 GMT",
        own_headers: &[("x-ocp-data", "A,1")],
        body: br#"{"name":"test01","description":"test","regionId":1}"#,
    }
}

#[test]
fn both_documented_vectors() {
    assert_eq!(
        signed(&post()),
        "OCP-ACCESS-KEY-HMACSHA1 cqammmxBpfGjFlto:XN8P+O+v3vUabB16ZCooq5wMJoY="
    );
    let get = Unsigned {
        method: "GET",
        path_and_query: "/api/v2/compute/idcs?size=100",
        host: HOST,
        content_type: "application/json;charset=utf-8",
        date: "Tue, 17 Jan 2023 04:14:02 GMT",
        own_headers: &[],
        body: b"",
    };
    assert_eq!(
        signed(&get),
        "OCP-ACCESS-KEY-HMACSHA1 cqammmxBpfGjFlto:TsQD6HDOuZuJ409m0wdnZPmijlc="
    );
}

#[test]
fn the_date_is_written_as_the_vectors_have_it() {
    assert_eq!(
        date("2023-01-17T09:13:57Z".parse().unwrap()),
        "Tue, 17 Jan 2023 09:13:57 GMT"
    );
    assert_eq!(
        date("2024-02-03T04:05:06.9Z".parse().unwrap()),
        "Sat, 03 Feb 2024 04:05:06 GMT"
    );
}

#[test]
fn every_part_is_signed() {
    let base = signed(&post());
    for other in [
        Unsigned {
            method: "PUT",
            ..post()
        },
        Unsigned {
            path_and_query: "/api/v2/compute/idcs?a=b",
            ..post()
        },
        Unsigned {
            host: "ocp.alibaba.net",
            ..post()
        },
        Unsigned {
            content_type: "application/json;charset=utf-8",
            ..post()
        },
        Unsigned {
            date: "Tue, 17 Jan 2023 09:13:58 GMT",
            ..post()
        },
        Unsigned {
            own_headers: &[],
            ..post()
        },
        Unsigned { body: b"{}", ..post() },
    ] {
        assert_ne!(signed(&other), base);
    }
}
