//! What a request asks for, read from its method, path and query.
//! It must not look at its body.

use std::sync::Arc;

use super::kind::{Kind, Kinds};
use super::refusal::Refusal;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// One object is read.
    Get,
    /// Several are.
    List,
    /// Changes are followed.
    Watch,
    /// POST.
    Create,
    /// PUT.
    Update,
    /// PATCH.
    Patch,
    /// One object is deleted.
    Delete,
    /// Several are.
    DeleteCollection,
}

impl Verb {
    /// Whether it may change something.
    pub fn is_write(self) -> bool {
        !matches!(self, Self::Get | Self::List | Self::Watch)
    }
}

/// Where a request goes.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    pub verb: Verb,
    pub kind: Arc<Kind>,
    /// Empty: all, or the kind has none.
    pub namespace: String,
    pub name: Option<String>,
    /// Whether the path of status is meant.
    pub status: bool,
    pub query: Query,
}

/// The parameters of a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub fn read(query: &str) -> Self {
        let text = |part: &str| {
            let spaced = part.replace('+', " ");
            percent_encoding::percent_decode_str(&spaced)
                .decode_utf8_lossy()
                .into_owned()
        };
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(name, value)| (text(name), text(value)))
                .collect(),
        )
    }

    /// A parameter; an empty one counts as absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name)?;
        Some(found.1.as_str()).filter(|value| !value.is_empty())
    }

    pub fn is_true(&self, name: &str) -> bool {
        matches!(self.get(name), Some("true" | "1"))
    }

    /// A number.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn number(&self, name: &str) -> Result<Option<u64>, Refusal> {
        let read = |text: &str| {
            text.parse()
                .map_err(|_| Refusal::bad_request(format!("{name}: {text:?} is no number")))
        };
        self.get(name).map(read).transpose()
    }
}

impl Address {
    /// Reads a request.
    ///
    /// # Errors
    ///
    /// What the API server answers to a path or a method that it does not serve.
    pub fn read(method: &http::Method, uri: &http::Uri, kinds: &Kinds) -> Result<Self, Refusal> {
        let path = percent_encoding::percent_decode_str(uri.path())
            .decode_utf8_lossy()
            .into_owned();
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let mut next = || parts.next().map(ToOwned::to_owned);
        let (group, version) = match next().as_deref() {
            Some("api") => (String::new(), next()),
            Some("apis") => (next().unwrap_or_default(), next()),
            _ => return Err(Refusal::no_such_path()),
        };
        let version = version.ok_or_else(Refusal::no_such_path)?;
        let mut rest: Vec<String> = parts.map(ToOwned::to_owned).collect();
        // /namespaces/<namespace>/<resource>… but not the namespace itself.
        let namespace = if rest.first().is_some_and(|part| part == "namespaces") && rest.len() > 2 {
            rest.drain(..2).nth(1).unwrap_or_default()
        } else {
            String::new()
        };
        let mut rest = rest.into_iter();
        let plural = rest.next().ok_or_else(Refusal::no_such_path)?;
        let kind = kinds
            .find(&group, &version, &plural)
            .ok_or_else(Refusal::no_such_path)?
            .clone();
        let (name, sub) = (rest.next(), rest.next());
        let status = match sub.as_deref() {
            None => false,
            Some("status") if kind.has_status => true,
            Some(_) => return Err(Refusal::no_such_part(&kind, name.as_deref().unwrap_or_default())),
        };
        if rest.next().is_some() || (!namespace.is_empty() && !kind.namespaced) {
            return Err(Refusal::no_such_path());
        }
        if kind.namespaced && namespace.is_empty() && name.is_some() {
            return Err(Refusal::no_such_path());
        }
        let query = Query::read(uri.query().unwrap_or_default());
        let verb = match (method.as_str(), name.is_some()) {
            ("GET", false) if query.is_true("watch") => Verb::Watch,
            ("GET", false) => Verb::List,
            ("GET", true) => Verb::Get,
            ("POST", false) => Verb::Create,
            ("PUT", true) => Verb::Update,
            ("PATCH", true) => Verb::Patch,
            ("DELETE", true) if !status => Verb::Delete,
            ("DELETE", false) => Verb::DeleteCollection,
            ("PUT", false) if kind.custom => return Err(Refusal::bad_request("name must be provided")),
            _ => {
                let message = "the server does not allow this method on the requested resource";
                return Err(Refusal::new(405, "MethodNotAllowed", message));
            }
        };
        if kind.namespaced && namespace.is_empty() && verb == Verb::Create {
            return Err(Refusal::no_such_path());
        }
        Ok(Self {
            verb,
            kind,
            namespace,
            name,
            status,
            query,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(method: &str, uri: &str) -> Result<Address, u16> {
        let method = http::Method::from_bytes(method.as_bytes()).unwrap();
        Address::read(&method, &uri.parse().unwrap(), Kinds::committed().unwrap()).map_err(|refusal| refusal.code)
    }

    #[test]
    fn requests_are_read_from_method_path_and_query() {
        let groups = "/apis/stationmaster.dev/v1alpha1/namespaces/shop/protectiongroups";
        let all = "/apis/stationmaster.dev/v1alpha1/protectiongroups";
        for (method, uri, verb, namespace, name, status) in [
            ("GET", format!("{groups}?limit=5"), Verb::List, "shop", None, false),
            ("GET", format!("{all}?&watch=true"), Verb::Watch, "", None, false),
            ("GET", format!("{groups}/db"), Verb::Get, "shop", Some("db"), false),
            (
                "PUT",
                format!("{groups}/db/status"),
                Verb::Update,
                "shop",
                Some("db"),
                true,
            ),
            ("PATCH", format!("{groups}/db?"), Verb::Patch, "shop", Some("db"), false),
            ("DELETE", groups.to_owned(), Verb::DeleteCollection, "shop", None, false),
            (
                "GET",
                "/api/v1/namespaces/shop".to_owned(),
                Verb::Get,
                "",
                Some("shop"),
                false,
            ),
            (
                "GET",
                "/api/v1/namespaces/shop/secrets/s".to_owned(),
                Verb::Get,
                "shop",
                Some("s"),
                false,
            ),
        ] {
            let found = read(method, &uri).unwrap();
            assert_eq!(
                (
                    found.verb,
                    found.namespace.as_str(),
                    found.name.as_deref(),
                    found.status
                ),
                (verb, namespace, name, status),
                "{method} {uri}"
            );
        }
    }

    #[test]
    fn what_is_not_served_is_refused() {
        let groups = "/apis/stationmaster.dev/v1alpha1/namespaces/shop/protectiongroups";
        for (method, uri, code) in [
            ("GET", "/apis/stationmaster.dev/v1/protectiongroups".to_owned(), 404),
            ("GET", format!("{groups}/db/scale"), 404),
            (
                "POST",
                "/apis/stationmaster.dev/v1alpha1/protectiongroups".to_owned(),
                404,
            ),
            ("PUT", groups.to_owned(), 400),
            ("GET", "/version".to_owned(), 404),
        ] {
            assert_eq!(read(method, &uri).unwrap_err(), code, "{method} {uri}");
        }
    }

    #[test]
    fn parameters_are_decoded() {
        let query = Query::read("fieldSelector=metadata.name%3Da&labelSelector=a+in+%28b%29&limit=x&empty=");
        assert_eq!(query.get("fieldSelector"), Some("metadata.name=a"));
        assert_eq!(query.get("labelSelector"), Some("a in (b)"));
        assert_eq!(query.get("empty"), None);
        assert_eq!(query.number("limit").unwrap_err().code, 400);
    }
}
