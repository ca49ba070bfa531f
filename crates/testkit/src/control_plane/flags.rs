//! The command line of each component.
//! It must not start anything.

use super::layout::Layout;
use super::pki::{Pair, ServiceAccountKey};
use super::ports::Ports;
use super::{Component, Options};

/// The files that the command lines name.
pub(crate) struct Files {
    pub authority: std::path::PathBuf,
    pub etcd_authority: std::path::PathBuf,
    pub serving: Pair,
    pub etcd: Pair,
    pub service_accounts: ServiceAccountKey,
}

/// Arguments of a component.
pub(crate) fn of(component: Component, options: &Options, layout: &Layout, files: &Files, ports: Ports) -> Vec<String> {
    match component {
        Component::Etcd => etcd(options, layout, files, ports),
        Component::ApiServer => apiserver(options, layout, files, ports),
        Component::ControllerManager => controller_manager(options, layout, files, ports),
    }
}

fn etcd(options: &Options, layout: &Layout, files: &Files, ports: Ports) -> Vec<String> {
    let client = format!("https://127.0.0.1:{}", ports.etcd_client);
    let peer = format!("https://127.0.0.1:{}", ports.etcd_peer);
    let (cert, key) = (files.etcd.certificate.display(), files.etcd.key.display());
    let authority = files.etcd_authority.display();
    let mut flags = vec![
        "--name=stationmaster".into(),
        format!("--data-dir={}", layout.etcd_data().display()),
        format!("--listen-client-urls={client}"),
        format!("--advertise-client-urls={client}"),
        format!("--listen-peer-urls={peer}"),
        format!("--initial-advertise-peer-urls={peer}"),
        format!("--initial-cluster=stationmaster={peer}"),
        format!("--cert-file={cert}"),
        format!("--key-file={key}"),
        format!("--trusted-ca-file={authority}"),
        "--client-cert-auth=true".into(),
        format!("--peer-cert-file={cert}"),
        format!("--peer-key-file={key}"),
        format!("--peer-trusted-ca-file={authority}"),
        "--peer-client-cert-auth=true".into(),
    ];
    if !options.etcd_fsync {
        flags.push("--unsafe-no-fsync".into());
    }
    flags
}

fn apiserver(options: &Options, layout: &Layout, files: &Files, ports: Ports) -> Vec<String> {
    let mut flags = vec![
        format!("--etcd-servers=https://127.0.0.1:{}", ports.etcd_client),
        format!("--etcd-cafile={}", files.etcd_authority.display()),
        format!("--etcd-certfile={}", files.etcd.certificate.display()),
        format!("--etcd-keyfile={}", files.etcd.key.display()),
        "--bind-address=127.0.0.1".into(),
        // Else the API server looks for an address of a network interface, and a machine may have none.
        "--advertise-address=127.0.0.1".into(),
        format!("--secure-port={}", ports.apiserver),
        format!("--tls-cert-file={}", files.serving.certificate.display()),
        format!("--tls-private-key-file={}", files.serving.key.display()),
        format!("--client-ca-file={}", files.authority.display()),
        format!("--service-account-key-file={}", files.service_accounts.public.display()),
        format!(
            "--service-account-signing-key-file={}",
            files.service_accounts.private.display()
        ),
        "--service-account-issuer=https://kubernetes.default.svc".into(),
        "--service-cluster-ip-range=10.96.0.0/16".into(),
        "--authorization-mode=Node,RBAC".into(),
        "--anonymous-auth=false".into(),
        "--allow-privileged=true".into(),
        "--endpoint-reconciler-type=none".into(),
        format!("--audit-policy-file={}", layout.audit_policy().display()),
        format!("--audit-log-path={}", layout.audit_log().display()),
        // A reader of the log must find all of it in one file.
        "--audit-log-maxsize=0".into(),
    ];
    flags.extend(options.apiserver_flags.iter().cloned());
    flags
}

fn controller_manager(options: &Options, layout: &Layout, files: &Files, ports: Ports) -> Vec<String> {
    let kubeconfig = layout.controller_manager_kubeconfig();
    let mut flags = vec![
        format!("--kubeconfig={}", kubeconfig.display()),
        "--bind-address=127.0.0.1".into(),
        format!("--secure-port={}", ports.controller_manager),
        format!("--tls-cert-file={}", files.serving.certificate.display()),
        format!("--tls-private-key-file={}", files.serving.key.display()),
        "--use-service-account-credentials=true".into(),
        format!("--service-account-private-key-file={}", files.service_accounts.private.display()),
        format!("--root-ca-file={}", files.authority.display()),
        "--leader-elect=false".into(),
        // There is no cloud, and there are no nodes to give addresses to.
        "--controllers=*,-cloud-node-lifecycle-controller,-node-ipam-controller,-node-route-controller,-service-lb-controller"
            .into(),
    ];
    flags.extend(options.controller_manager_flags.iter().cloned());
    flags
}
