//! The sockets: which services on which ports, with or without TLS.
//! It must not know what is answered.

mod connection;
mod tls;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::routes::{Service, Vendor};
use crate::simulator::Simulator;
use crate::sql;
use crate::world::endpoints::Endpoints;

/// Where to serve. `Default` is one free loopback port for all services and one for control, without TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServeOptions {
    /// Whose protocols are served.
    pub vendor: Vendor,
    /// Address to bind.
    pub listen: IpAddr,
    /// Host name or address in the URLs; the bound address when absent.
    pub advertise: Option<String>,
    /// Port of all services that have none of their own; 0 takes a free one.
    pub port: u16,
    /// A port for IAM alone; 0 takes a free one.
    pub iam_port: Option<u16>,
    /// A port for SDRS alone; 0 takes a free one.
    pub sdrs_port: Option<u16>,
    /// A port for ECS alone; 0 takes a free one.
    pub ecs_port: Option<u16>,
    /// Ports for the databases of OCP's clusters, in the order of the scenario; 0, or none, takes a free one.
    pub sql_ports: Vec<u16>,
    /// Port of the control API; 0 takes a free one.
    pub control_port: u16,
    /// Whether the vendor ports serve HTTPS.
    pub tls: bool,
    /// Further names for the certificate; `localhost` and the loopback addresses are always in it.
    pub tls_names: Vec<String>,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            vendor: Vendor::default(),
            listen: IpAddr::V4(Ipv4Addr::LOCALHOST),
            advertise: None,
            port: 0,
            iam_port: None,
            sdrs_port: None,
            ecs_port: None,
            sql_ports: Vec::new(),
            control_port: 0,
            tls: false,
            tls_names: Vec::new(),
        }
    }
}

/// Why nothing can be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// A port cannot be bound.
    #[error("cannot listen on {address}")]
    Bind {
        /// What was tried.
        address: SocketAddr,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
    /// The certificate authority or the certificate cannot be made.
    #[error("cannot make the TLS identity: {0}")]
    Tls(String),
}

/// A serving simulator; dropping it closes all ports and connections.
#[derive(Debug)]
pub struct Running {
    /// Where it serves.
    pub endpoints: Endpoints,
    tasks: JoinSet<()>,
}

impl Running {
    /// Closes all ports and connections, and waits for that.
    pub async fn shutdown(mut self) {
        self.tasks.shutdown().await;
    }
}

impl Simulator {
    /// Binds the ports and serves until the answer is shut down or dropped.
    ///
    /// # Errors
    /// When a port cannot be bound or the TLS identity cannot be made.
    pub async fn serve(&self, options: ServeOptions) -> Result<Running, ServeError> {
        serve(self, options).await
    }
}

/// Binds and serves.
async fn serve(simulator: &Simulator, options: ServeOptions) -> Result<Running, ServeError> {
    let identity = if options.tls {
        Some(tls::Identity::make(&options)?)
    } else {
        None
    };
    let acceptor = identity.as_ref().map(|i| TlsAcceptor::from(Arc::clone(&i.config)));
    let scheme = if options.tls { "https" } else { "http" };
    let host = options.advertise.clone().unwrap_or_else(|| match options.listen {
        address if address.is_unspecified() => "127.0.0.1".into(),
        IpAddr::V6(address) => format!("[{address}]"),
        address => address.to_string(),
    });
    let mut tasks = JoinSet::new();
    let own = [
        (Service::Iam, options.iam_port),
        (Service::Sdrs, options.sdrs_port),
        (Service::Ecs, options.ecs_port),
    ];
    let mut urls = std::collections::HashMap::new();
    let services = options.vendor.services();
    for (service, port) in own {
        let Some(port) = port.filter(|_| services.contains(&service)) else {
            continue;
        };
        let bound = listen(
            &mut tasks,
            &options,
            port,
            simulator.vendor_router(&[service]),
            acceptor.clone(),
        )
        .await?;
        urls.insert(service, format!("{scheme}://{host}:{}", bound.port()));
    }
    let shared: Vec<Service> = services.iter().copied().filter(|s| !urls.contains_key(s)).collect();
    if !shared.is_empty() {
        let router = simulator.vendor_router(&shared);
        let bound = listen(&mut tasks, &options, options.port, router, acceptor.clone()).await?;
        for service in shared {
            urls.insert(service, format!("{scheme}://{host}:{}", bound.port()));
        }
    }
    let mut sql = BTreeMap::new();
    if options.vendor == Vendor::Ocp {
        for (cluster, port) in listen_sql(&mut tasks, &options, simulator, acceptor).await? {
            sql.insert(cluster, format!("{host}:{port}"));
        }
    }
    let control = listen(
        &mut tasks,
        &options,
        options.control_port,
        simulator.control_router(),
        None,
    )
    .await?;
    let url = |service| urls.get(&service).cloned().unwrap_or_default();
    let endpoints = Endpoints {
        iam: url(Service::Iam),
        sdrs: url(Service::Sdrs),
        ecs: url(Service::Ecs),
        ocp: url(Service::Ocp),
        sql,
        control: format!("http://{host}:{}", control.port()),
        ca_pem: identity.map(|i| i.ca_pem),
    };
    simulator.inner.with(|gate| gate.world.endpoints = endpoints.clone());
    Ok(Running { endpoints, tasks })
}

async fn listen(
    tasks: &mut JoinSet<()>,
    options: &ServeOptions,
    port: u16,
    router: Router,
    tls: Option<TlsAcceptor>,
) -> Result<SocketAddr, ServeError> {
    let (listener, bound) = bind(options, port).await?;
    let serve = move |stream| connection::open(stream, router.clone(), tls.clone());
    tasks.spawn(connection::accept(listener, serve));
    Ok(bound)
}

/// A port for each cluster whose database is served.
async fn listen_sql(
    tasks: &mut JoinSet<()>,
    options: &ServeOptions,
    simulator: &Simulator,
    tls: Option<TlsAcceptor>,
) -> Result<Vec<(String, u16)>, ServeError> {
    let clusters: Vec<String> = simulator
        .inner
        .with(|gate| gate.world.ocp.clusters.values().map(|c| c.name.clone()).collect());
    let mut bound = Vec::new();
    for (place, cluster) in clusters.into_iter().enumerate() {
        let port = options.sql_ports.get(place).copied().unwrap_or_default();
        let (listener, address) = bind(options, port).await?;
        let (inner, name, tls) = (Arc::clone(&simulator.inner), cluster.clone(), tls.clone());
        let serve = move |stream| sql::talk(Arc::clone(&inner), name.clone(), Box::new(stream), tls.clone());
        tasks.spawn(connection::accept(listener, serve));
        bound.push((cluster, address.port()));
    }
    Ok(bound)
}

async fn bind(options: &ServeOptions, port: u16) -> Result<(TcpListener, SocketAddr), ServeError> {
    let address = SocketAddr::new(options.listen, port);
    let bind = |source| ServeError::Bind { address, source };
    let listener = TcpListener::bind(address).await.map_err(bind)?;
    let bound = listener.local_addr().map_err(bind)?;
    Ok((listener, bound))
}
