//! The reader against a server that behaves, and against servers that do not.
//! They must not leave this machine.

use super::fake::{Fake, Odd, PASSWORD, USER};
use super::reader::{Reader, Who};
use super::*;
use secrecy::SecretString;
use stationmaster_transport::{Clock, Dialer, Reach, TlsConfig};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio_rustls::TlsAcceptor;

const ORDERS: [&str; 8] = [
    "1004",
    "orders",
    "2024-01-01 00:00:00",
    "NORMAL",
    "PRIMARY",
    "NORMAL",
    "3",
    "1700000000000000000",
];

fn reader_with(fake: &Fake, tls: &TlsConfig, host: &str, password: &str, tls_required: bool) -> Reader {
    let dialer = Dialer::new(tls, Reach::everywhere()).unwrap();
    let who = Who {
        host: host.to_owned(),
        port: fake.address.port(),
        username: USER.to_owned(),
        password: SecretString::from(password),
        tls_required,
    };
    Reader::new(Arc::new(dialer), who, Clock::system())
}

fn reader(fake: &Fake) -> Reader {
    reader_with(fake, &TlsConfig::default(), "127.0.0.1", PASSWORD, false)
}

fn secure() -> (TlsAcceptor, TlsConfig) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let trust = TlsConfig {
        ca_bundle_pem: Some(made.cert.pem().into_bytes()),
        insecure_skip_verify: false,
    };
    (TlsAcceptor::from(Arc::new(config)), trust)
}

#[tokio::test]
async fn one_connection_serves_all_questions() {
    let fake = Fake::serve(None).await;
    fake.put(&[ORDERS]);
    let reader = reader(&fake);
    for _ in 0..5 {
        assert_eq!(reader.tenants().await.unwrap()[&1004].name, "orders");
    }
    *fake.world.restore.lock().unwrap() = Some(vec![["1004".to_owned(), "SOURCE HAS A GAP".to_owned()]]);
    assert_eq!(reader.restore().await[&1004], "SOURCE HAS A GAP");
    assert_eq!(fake.connections(), 1);
    // What may not be seen is not told, and costs no connection.
    *fake.world.restore.lock().unwrap() = None;
    assert!(reader.restore().await.is_empty() && reader.tenants().await.is_ok());
    assert_eq!(fake.connections(), 1);
}

#[tokio::test]
async fn a_connection_that_died_is_replaced_once() {
    let fake = Fake::serve(None).await;
    fake.put(&[ORDERS]);
    let reader = reader(&fake);
    reader.tenants().await.unwrap();
    fake.odd(Odd::HangsUp);
    let error = reader.tenants().await.unwrap_err();
    assert_eq!((error.reason, fake.connections()), (Reason::ProviderUnreachable, 2));
    fake.odd(Odd::Nothing);
    assert!(reader.tenants().await.is_ok());
    assert_eq!(fake.connections(), 3);
}

#[tokio::test]
async fn a_wrong_password_is_denied_and_told_nowhere() {
    let fake = Fake::serve(None).await;
    let reader = reader_with(&fake, &TlsConfig::default(), "127.0.0.1", "swordfish", false);
    let error = reader.tenants().await.unwrap_err();
    assert_eq!(error.reason, Reason::AuthenticationFailed, "{error:?}");
    assert!(error.message.contains("1045") && error.message.contains("127.0.0.1"));
    assert!(!format!("{error:?}{reader:?}").contains("swordfish"));
}

#[tokio::test]
async fn tls_is_used_where_it_is_offered_and_verified() {
    let (acceptor, trust) = secure();
    let fake = Fake::serve(Some(acceptor)).await;
    fake.put(&[ORDERS]);
    let good = reader_with(&fake, &trust, "localhost", PASSWORD, true);
    assert!(good.tenants().await.is_ok());
    assert_eq!(fake.world.secure.load(Ordering::SeqCst), 1);
    let stranger = reader_with(&fake, &TlsConfig::default(), "localhost", PASSWORD, false);
    let error = stranger.tenants().await.unwrap_err();
    assert_eq!(error.reason, Reason::CertificateInvalid, "{error:?}");
    assert_eq!(fake.world.questions.load(Ordering::SeqCst), 1);
    // Over TLS the password itself may be asked for.
    fake.odd(Odd::WantsThePassword);
    assert!(
        reader_with(&fake, &trust, "localhost", PASSWORD, true)
            .tenants()
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_password_is_never_given_away() {
    let fake = Fake::serve(None).await;
    for odd in [Odd::WantsThePassword, Odd::ClearPlugin] {
        fake.odd(odd);
        let error = reader(&fake).tenants().await.unwrap_err();
        assert_eq!(error.reason, Reason::AuthenticationFailed, "{odd:?} {error:?}");
    }
    fake.odd(Odd::Nothing);
    let error = reader_with(&fake, &TlsConfig::default(), "127.0.0.1", PASSWORD, true)
        .tenants()
        .await;
    assert_eq!(error.unwrap_err().reason, Reason::CertificateInvalid);
}

#[tokio::test]
async fn a_hostile_server_costs_nothing_but_its_own_answer() {
    let fake = Fake::serve(None).await;
    for odd in [
        Odd::Columns(u64::MAX),
        Odd::Columns(1 << 40),
        Odd::Columns(7),
        Odd::EndlessRows,
        Odd::Packet(0xff_ffff),
        Odd::EmptyPacket,
        Odd::AsksForAFile,
        Odd::Http,
    ] {
        fake.odd(odd);
        let error = reader(&fake).tenants().await.unwrap_err();
        assert_eq!(error.reason, Reason::ProviderError, "{odd:?} {error:?}");
    }
}

#[tokio::test]
async fn a_silent_server_is_given_up_and_its_late_answer_belongs_to_nobody() {
    let fake = Fake::serve(None).await;
    fake.put(&[ORDERS]);
    let reader = reader(&fake);
    reader.tenants().await.unwrap();
    fake.odd(Odd::Silent);
    tokio::time::pause();
    let error = reader.tenants().await.unwrap_err();
    tokio::time::resume();
    assert_eq!(error.reason, Reason::ProviderUnreachable, "{error:?}");
    fake.odd(Odd::Nothing);
    assert!(reader.tenants().await.is_ok());
    assert_eq!(fake.connections(), 2);
}
