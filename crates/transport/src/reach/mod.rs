//! Which addresses a connection may lead to, asked of the very addresses that are connected to.
//! It must not trust a name: what it stands for is looked up once, judged, and used as it was judged.

mod network;
#[cfg(test)]
mod tests;

pub use network::{Network, NoNetwork};

use http::Uri;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tower::Service;

/// Where connections may lead. The default refuses what only this process can reach by where it runs: itself, its node's link, the services of
/// the machine's cloud. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Reach(Arc<Lists>);

#[derive(Debug, Default)]
struct Lists {
    allowed: Vec<Network>,
    refused: Vec<IpAddr>,
    everywhere: bool,
}

/// An address to which no connection may lead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{address} is an address that the operator alone can reach ({what}); no connection may lead there unless \
     --allow-endpoint-networks names its network"
)]
pub struct OutOfReach {
    /// The address.
    pub address: IpAddr,
    /// What it is.
    pub what: &'static str,
}

/// The services of clouds for the machines in them, where they are not link-local.
const METADATA: [IpAddr; 5] = [
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
];

impl Reach {
    /// Refuses besides what the default refuses `refused`, such as the API server's own address, but nothing in `allowed`.
    pub fn new(allowed: Vec<Network>, refused: Vec<IpAddr>) -> Reach {
        Reach(Arc::new(Lists {
            allowed,
            refused: refused.into_iter().map(plain).collect(),
            everywhere: false,
        }))
    }

    /// Refuses nothing: for programs that run where their user does.
    pub fn everywhere() -> Reach {
        Reach(Arc::new(Lists {
            everywhere: true,
            ..Lists::default()
        }))
    }

    /// Whether a connection may lead to an address.
    ///
    /// # Errors
    /// When it may not.
    pub fn admit(&self, address: IpAddr) -> Result<(), OutOfReach> {
        let plain = plain(address);
        if self.0.everywhere || self.0.allowed.iter().any(|network| network.holds(plain)) {
            return Ok(());
        }
        let what = if self.0.refused.contains(&plain) {
            "the operator's own, or the API server's"
        } else {
            match special(plain) {
                Some(what) => what,
                None => return Ok(()),
            }
        };
        Err(OutOfReach { address, what })
    }

    /// The same of an address that stands in a URI itself; a name is judged when it is looked up.
    pub(crate) fn admit_uri(&self, uri: &Uri) -> Result<(), OutOfReach> {
        let host = uri
            .host()
            .unwrap_or_default()
            .trim_start_matches('[')
            .trim_end_matches(']');
        match host.parse::<IpAddr>() {
            Ok(address) => self.admit(address),
            Err(_) => Ok(()),
        }
    }
}

/// What an address is, where only this process can reach it.
fn special(address: IpAddr) -> Option<&'static str> {
    let (unspecified, loopback, link, multicast) = match address {
        IpAddr::V4(v4) => (
            v4.octets()[0] == 0,
            v4.is_loopback(),
            v4.is_link_local(),
            v4.is_multicast() || v4.is_broadcast(),
        ),
        IpAddr::V6(v6) => (
            v6.is_unspecified(),
            v6.is_loopback(),
            v6.is_unicast_link_local(),
            v6.is_multicast(),
        ),
    };
    match () {
        () if loopback || unspecified => Some("its own pod"),
        () if METADATA.contains(&address) => Some("a service of the cloud for its machines"),
        () if link => Some("its node's link, where clouds tell machines their credentials"),
        () if multicast => Some("many hosts at once"),
        () => None,
    }
}

/// The IPv4 address that an IPv6 one only wraps (mapped, compatible, NAT64, 6to4), else the address itself.
fn plain(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let segments = v6.segments();
    let wrapped = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        IpAddr::V4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => wrapped(high, low),
        [0x2002, high, low, ..] => wrapped(high, low),
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => wrapped(high, low),
        _ => address,
    }
}

/// Looks names up and hands out the addresses that may be connected to, and no others: who changes a name's address between two looks gains
/// nothing.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    resolver: GaiResolver,
    reach: Reach,
}

impl Judged {
    pub(crate) fn new(reach: Reach) -> Judged {
        Judged {
            resolver: GaiResolver::new(),
            reach,
        }
    }
}

impl Service<Name> for Judged {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.resolver.poll_ready(cx)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let found = self.resolver.call(name);
        let reach = self.reach.clone();
        Box::pin(async move {
            let mut refused = None;
            let mut good = Vec::new();
            for address in found.await? {
                match reach.admit(address.ip()) {
                    Ok(()) => good.push(address),
                    Err(why) => refused = Some(why),
                }
            }
            match refused {
                Some(why) if good.is_empty() => Err(io::Error::new(io::ErrorKind::PermissionDenied, why)),
                _ => Ok(good.into_iter()),
            }
        })
    }
}
