//! Through which HTTP proxy an https endpoint is reached: `HTTPS_PROXY` and `NO_PROXY`, as other programs read them.
//! It must not see what goes through: the proxy gets a CONNECT with host and port, and then bytes of TLS.

use crate::reach::Judged;
use base64::Engine;
use http::{HeaderValue, Uri};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use std::fmt;
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::net::TcpStream;
use tower::Service;

/// A proxy, and the hosts that are reached without it.
#[derive(Clone)]
pub struct Proxy {
    /// `http://host:port`; never printed whole.
    address: Uri,
    /// The same with the user and the password that it asks for; never printed.
    given: Uri,
    authorization: Option<HeaderValue>,
    except: Vec<Except>,
}

/// A host that is reached without the proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Except {
    All,
    /// This name and all below it.
    Name(String),
    /// Addresses whose first bits are these.
    Net(IpAddr, u8),
}

/// The proxy of the environment cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not the address of an HTTP proxy like http://proxy.example.com:3128")]
pub struct ProxyUnusable(&'static str);

impl Proxy {
    /// The proxy of the environment: `HTTPS_PROXY`, or `https_proxy`; none where it is empty. `NO_PROXY` or `no_proxy` lists hosts with commas:
    /// a name stands for all names below it too, `10.0.0.0/8` for its addresses, `*` for all. Loopback is never reached through a proxy.
    ///
    /// # Errors
    /// When the address is none of an HTTP proxy; the value is not repeated, because it may hold a password.
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Option<Proxy>, ProxyUnusable> {
        let find = |names: [&'static str; 2]| {
            let mut values = names.into_iter().filter_map(|name| Some((name, variable(name)?)));
            values.find(|(_, value)| !value.trim().is_empty())
        };
        let Some((name, address)) = find(["HTTPS_PROXY", "https_proxy"]) else {
            return Ok(None);
        };
        let wrong = || ProxyUnusable(name);
        let address = address.trim();
        let address = if address.contains("://") {
            address.to_owned()
        } else {
            format!("http://{address}")
        };
        let uri: Uri = address.parse().map_err(|_| wrong())?;
        let authority = uri.authority().ok_or_else(wrong)?;
        if uri.scheme_str() != Some("http") || authority.host().is_empty() {
            return Err(wrong());
        }
        let authorization = match authority.as_str().rsplit_once('@') {
            Some((user, _)) => Some(basic(user).ok_or_else(wrong)?),
            None => None,
        };
        let port = authority.port_u16().unwrap_or(80);
        let address = format!("http://{}:{port}", authority.host())
            .parse()
            .map_err(|_| wrong())?;
        let except = find(["NO_PROXY", "no_proxy"]).map(|(_, list)| list).unwrap_or_default();
        Ok(Some(Proxy {
            address,
            given: uri,
            authorization,
            except: except
                .split(',')
                .filter_map(|entry| Except::read(entry.trim()))
                .collect(),
        }))
    }

    /// Its address, with user and password, where it stands between us and this address. It must not be printed.
    pub fn between(&self, to: &Uri) -> Option<Uri> {
        self.serves(to).then(|| self.given.clone())
    }

    /// Host and port.
    pub(crate) fn place(&self) -> &str {
        self.address.authority().map_or("", |authority| authority.as_str())
    }

    /// Whether it stands between us and this address.
    fn serves(&self, to: &Uri) -> bool {
        let host = to.host().unwrap_or_default().trim_matches(['[', ']']);
        let loopback = host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
        to.scheme_str() == Some("https") && !loopback && !self.except.iter().any(|except| except.holds(host))
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("place", &self.place())
            .finish_non_exhaustive()
    }
}

fn basic(user: &str) -> Option<HeaderValue> {
    let plain = percent_decode_str(user).collect::<Vec<u8>>();
    let encoded = base64::engine::general_purpose::STANDARD.encode(plain);
    let mut value = HeaderValue::from_str(&format!("Basic {encoded}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

impl Except {
    fn read(entry: &str) -> Option<Except> {
        let name = entry
            .trim_start_matches("*.")
            .trim_start_matches('.')
            .to_ascii_lowercase();
        match (name.as_str(), name.split_once('/')) {
            ("", _) => None,
            ("*", _) => Some(Except::All),
            (_, Some((address, bits))) => Some(Except::Net(address.parse().ok()?, bits.parse().ok()?)),
            (name, None) => Some(match name.trim_matches(['[', ']']).parse::<IpAddr>() {
                Ok(ip) => Except::Net(ip, if ip.is_ipv4() { 32 } else { 128 }),
                // A port is left out: whoever names a host means the host.
                Err(_) => Except::Name(name.split(':').next().unwrap_or(name).to_owned()),
            }),
        }
    }

    fn holds(&self, host: &str) -> bool {
        match self {
            Except::All => true,
            Except::Name(name) => {
                let host = host.trim_end_matches('.').to_ascii_lowercase();
                host.strip_suffix(name.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
            Except::Net(net, bits) => match (net, host.parse()) {
                (IpAddr::V4(net), Ok(IpAddr::V4(ip))) => {
                    same(u128::from(net.to_bits()), u128::from(ip.to_bits()), 32, *bits)
                }
                (IpAddr::V6(net), Ok(IpAddr::V6(ip))) => same(net.to_bits(), ip.to_bits(), 128, *bits),
                _ => false,
            },
        }
    }
}

/// Whether the first bits of two addresses of this width are equal.
fn same(one: u128, other: u128, width: u8, bits: u8) -> bool {
    let rest = u32::from(width.saturating_sub(bits));
    rest >= 128 || (one >> rest) == (other >> rest)
}

/// Connects to the host itself, or through the proxy.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    direct: HttpConnector<Judged>,
    to_the_proxy: HttpConnector,
    proxy: Option<Proxy>,
}

impl Route {
    pub(crate) fn new(direct: HttpConnector<Judged>, to_the_proxy: HttpConnector, proxy: Option<Proxy>) -> Route {
        Route {
            direct,
            to_the_proxy,
            proxy,
        }
    }
}

/// A connection that could not be made through the proxy.
#[derive(Debug, thiserror::Error)]
#[error("through the proxy {place}")]
pub(crate) struct ThroughProxy {
    pub(crate) place: String,
    #[source]
    source: Box<dyn std::error::Error + Send + Sync>,
}

type Connecting =
    Pin<Box<dyn Future<Output = Result<TokioIo<TcpStream>, Box<dyn std::error::Error + Send + Sync>>> + Send>>;

impl Service<Uri> for Route {
    type Response = TokioIo<TcpStream>;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future = Connecting;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.direct.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, to: Uri) -> Connecting {
        let Some(proxy) = self.proxy.as_ref().filter(|proxy| proxy.serves(&to)) else {
            let direct = self.direct.call(to);
            return Box::pin(async move { direct.await.map_err(Into::into) });
        };
        let mut tunnel = Tunnel::new(proxy.address.clone(), self.to_the_proxy.clone());
        if let Some(authorization) = &proxy.authorization {
            tunnel = tunnel.with_auth(authorization.clone());
        }
        let place = proxy.place().to_owned();
        let connecting = tunnel.call(to);
        Box::pin(async move {
            connecting.await.map_err(|source| {
                ThroughProxy {
                    place,
                    source: source.into(),
                }
                .into()
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(https: &str, no: &str) -> Result<Option<Proxy>, ProxyUnusable> {
        Proxy::of_environment(|name| match name {
            "HTTPS_PROXY" => Some(https.to_owned()),
            "no_proxy" => Some(no.to_owned()),
            _ => None,
        })
    }

    fn through(no: &str, to: &str) -> bool {
        of("proxy.example.com:3128", no)
            .unwrap()
            .unwrap()
            .serves(&to.parse().unwrap())
    }

    #[test]
    fn an_endpoint_goes_through_the_proxy_unless_it_is_excepted() {
        let sdrs = "https://sdrs.eu-de.otc.t-systems.com";
        assert!(through("", sdrs));
        assert!(!through("", "http://sdrs.eu-de.otc.t-systems.com"));
        for local in ["https://localhost:8443", "https://127.0.0.1:1", "https://[::1]:1"] {
            assert!(!through("", local), "{local}");
        }
        for except in [
            "*",
            "otc.t-systems.com",
            ".t-systems.com",
            "*.T-Systems.com",
            "a.example.com, sdrs.eu-de.otc.t-systems.com:443",
        ] {
            assert!(!through(except, sdrs), "{except}");
        }
        assert!(through("systems.com,eu-de", sdrs), "a part of a label is no name");
        for (except, direct) in [
            ("10.0.0.0/8", true),
            ("10.1.2.3", true),
            ("10.1.0.0/24", false),
            ("0.0.0.0/0", true),
            ("fd00::/8", false),
        ] {
            assert_eq!(!through(except, "https://10.1.2.3"), direct, "{except}");
        }
        assert!(!through("fd00::/8", "https://[fd12::1]:8443"));
    }

    #[test]
    fn what_is_no_proxy_is_refused_and_not_repeated() {
        assert!(of("", "").unwrap().is_none() && of("  ", "").unwrap().is_none());
        for wrong in [
            "https://proxy.example.com",
            "socks5://u:hunter2@proxy",
            "http://",
            "http://u:hunter2@",
        ] {
            let error = of(wrong, "").unwrap_err().to_string();
            assert!(error.contains("HTTPS_PROXY") && !error.contains("hunter2"), "{error}");
        }
        let proxy = of("http://user:hunter2@proxy.example.com", "").unwrap().unwrap();
        assert_eq!(proxy.place(), "proxy.example.com:80");
        assert!(!format!("{proxy:?}").contains("hunter2"));
        let to = |address: &str| proxy.between(&address.parse().unwrap());
        let through = to("https://api.example.com:6443").map(|uri| uri.to_string());
        assert_eq!(through.as_deref(), Some("http://user:hunter2@proxy.example.com/"));
        assert_eq!(to("https://127.0.0.1:6443"), None);
        assert_eq!(proxy.authorization.unwrap(), "Basic dXNlcjpodW50ZXIy");
    }
}
