//! HTTP to providers: deadlines, limits, trust, redaction, and the one rule that a mutating request is written at most once.
//! It must not know any provider's paths or words, and no layer of it may send a mutating request again.
//!
//! Reads go over a pool of kept connections and may be repeated (at most twice, within their deadline). A mutating request gets a
//! connection of its own, is written once, and is watched: an error says whether a byte of the request can have left
//! ([`Written`]), which is what tells "provably not sent" from "nobody knows".
//!
//! Beside it stands what every provider needs around that: base URLs ([`Endpoint`]), clocks ([`Clock`], [`Leads`]), refused credentials
//! ([`Gate`]), checks of what was [given], secrets in texts ([`Secrets`]), fields of several shapes ([`lenient`]), and connections for other protocols ([`Dialer`]).

mod body;
mod bundle;
mod clock;
mod config;
mod connect;
mod dial;
mod endpoint;
mod error;
mod fault;
mod gate;
pub mod given;
mod headers;
mod leads;
pub mod lenient;
mod limiter;
mod meter;
mod mutate;
mod proxy;
mod reach;
mod read;
mod request;
mod retry_after;
mod room;
mod secrets;
mod sentences;
mod tls;
mod transport;
mod watched;
mod whole;
mod words;

pub use clock::Clock;
pub use config::{ConfigError, TlsConfig, TransportConfig};
pub use dial::Dialer;
pub use endpoint::{Endpoint, encode, encode_query};
pub use error::{ErrorKind, TransportError, Written};
pub use gate::{Alone, Gate, Urgency, Way};
pub use headers::Headers;
pub use leads::{Leads, apart, lead};
pub use lenient::Entries;
pub use limiter::{Limiter, QueueFull};
pub use meter::{Exchange, Meter, RequestResult};
pub use proxy::{Proxy, ProxyUnusable};
pub use reach::{Network, NoNetwork, OutOfReach, Reach};
pub use request::{BODY_CAP, LIST_CAP, Request, Response};
pub use retry_after::retry_after;
pub use room::{Room, Share};
pub use secrets::Secrets;
pub use transport::Transport;
pub use whole::{whole, within};
pub use words::{QUOTED, unread, words};
