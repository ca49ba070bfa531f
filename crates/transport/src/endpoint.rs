//! Base URLs: read once, normalised, and joined with encoded paths and queries.
//! It must not hold a user, a password or a query of its own.

use http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use stationmaster_engine::Reason;
use stationmaster_provider::{Fault, FaultClass};

/// Everything but the unreserved characters, as a signature wants it.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A base URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    scheme: &'static str,
    /// Lower case, without the scheme's own port.
    authority: String,
    /// Empty, or with a leading and without a trailing slash.
    path: String,
}

impl Endpoint {
    /// Reads a base URL; `what` names the field in the error and `example` a right one. Segments of the path that are a version of the API are
    /// no part of it.
    ///
    /// # Errors
    /// `EndpointInvalid`, with what is wrong; the text itself is not repeated.
    pub fn parse(what: &str, text: &str, example: &str, versions: &[&str]) -> Result<Endpoint, Fault> {
        // The address may hold a password by mistake: it is not repeated.
        let wrong = |why: &str| {
            let message = format!("{what} is not a base URL like {example}: {why}");
            Fault::new(FaultClass::NotSent, Reason::EndpointInvalid, message)
        };
        let uri: Uri = text.trim().parse().map_err(|_| wrong("it cannot be read"))?;
        let (scheme, own) = match uri.scheme_str() {
            Some("https") => ("https", 443),
            Some("http") => ("http", 80),
            _ => return Err(wrong("it starts with neither https:// nor http://")),
        };
        let authority = uri.authority().ok_or_else(|| wrong("it has no host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("it holds a user name"));
        }
        if uri.query().is_some() {
            return Err(wrong("it holds a query"));
        }
        let path = uri.path().trim_end_matches('/').to_owned();
        if path
            .split('/')
            .any(|segment| matches!(segment, "." | "..") || versions.contains(&segment))
        {
            let versions = versions.join(" or /");
            return Err(wrong(&format!(
                "it holds a version; leave /{versions} and what follows away"
            )));
        }
        let host = authority.host().trim_end_matches('.').to_ascii_lowercase();
        if host.is_empty() {
            return Err(wrong("it has no host"));
        }
        let authority = match authority.port_u16() {
            Some(port) if port != own => format!("{host}:{port}"),
            _ => host,
        };
        Ok(Endpoint {
            scheme,
            authority,
            path,
        })
    }

    /// Where it leads: host, port where it is unusual, path. Two spellings of one address are equal; the scheme is left out.
    pub fn place(&self) -> String {
        format!("{}{}", self.authority, self.path)
    }

    /// The `Host` header.
    pub fn host(&self) -> &str {
        &self.authority
    }

    /// An address below the base; segments and query are encoded, the query sorted.
    ///
    /// # Errors
    /// Where a segment cannot be one.
    pub fn at(&self, segments: &[&str], query: &[(&str, &str)]) -> Result<Uri, Fault> {
        let mut text = format!("{}://{}{}", self.scheme, self.authority, self.path);
        for segment in segments {
            if matches!(*segment, "" | "." | "..") {
                let message = format!("{segment:?} cannot be part of an address");
                return Err(Fault::new(FaultClass::NotSent, Reason::EndpointInvalid, message));
            }
            text.push('/');
            text.push_str(&encode(segment));
        }
        if segments.is_empty() {
            text.push('/');
        }
        if !query.is_empty() {
            text.push('?');
            text.push_str(&encode_query(query));
        }
        text.parse().map_err(|_| {
            Fault::new(
                FaultClass::NotSent,
                Reason::EndpointInvalid,
                "the address cannot be built",
            )
        })
    }
}

/// One path segment or query part, encoded.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// A query, encoded and sorted.
pub fn encode_query(query: &[(&str, &str)]) -> String {
    let mut pairs: Vec<(String, String)> = query.iter().map(|(k, v)| (encode(k), encode(v))).collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Endpoint, Fault> {
        Endpoint::parse("endpoint", text, "https://dr.example.com", &["v1", "v3"])
    }

    fn place(text: &str) -> String {
        parse(text).unwrap().place()
    }

    #[test]
    fn one_service_has_one_place() {
        let plain = place("https://dr.example.com");
        for same in [
            "https://DR.example.com/",
            "https://dr.example.com:443",
            "http://dr.example.com",
            "https://dr.example.com.:443/",
        ] {
            assert_eq!(place(same), plain, "{same}");
        }
        assert_ne!(place("https://dr.example.com:8443"), plain);
        assert_ne!(
            place("https://gateway.example.com/a"),
            place("https://gateway.example.com/b")
        );
    }

    #[test]
    fn what_is_no_base_url_is_refused_and_not_repeated() {
        for wrong in [
            "",
            "dr.example.com",
            "ftp://dr.example.com",
            "https://",
            "https://u:hunter2@dr.example.com",
            "https://dr.example.com/v1/pid",
            "https://dr.example.com?x=y",
        ] {
            let fault = parse(wrong).unwrap_err();
            assert_eq!(fault.reason, Reason::EndpointInvalid, "{wrong}");
            assert!(!fault.message.contains("hunter2"));
        }
    }

    #[test]
    fn paths_and_queries_are_encoded() {
        let base = parse("http://127.0.0.1:8080/base/").unwrap();
        let uri = base
            .at(&["v1", "p/../x"], &[("name", "x y"), ("ids", "[\"a\"]")])
            .unwrap();
        assert_eq!(
            uri,
            "http://127.0.0.1:8080/base/v1/p%2F..%2Fx?ids=%5B%22a%22%5D&name=x%20y"
        );
        assert!(base.at(&["v1", ".."], &[]).is_err());
        assert!(base.at(&["v1", ""], &[]).is_err());
    }
}
