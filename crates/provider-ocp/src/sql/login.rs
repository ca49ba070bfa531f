//! The beginning of a connection: the greeting, TLS where the server offers it, the password (`docs/vendors/ocp.md#sql`).
//! It must not send a password that anyone on the way could read, whatever the server asks for.

use super::SqlError;
use super::packets::Packets;
use super::reader::Who;
use mysql_common::constants::{CapabilityFlags, UTF8MB4_GENERAL_CI};
use mysql_common::io::ParseBuf;
use mysql_common::packets::{AuthPlugin, AuthSwitchRequest, HandshakePacket, HandshakeResponse, SslRequest};
use mysql_common::proto::MySerialize;
use secrecy::ExposeSecret;
use stationmaster_engine::Reason;
use stationmaster_transport::Dialer;

/// What is offered at most to send.
const LARGEST: u32 = 64 * 1024;
/// The server may ask so often for something more.
const MOST_ROUNDS: usize = 4;

/// What this client can do. Nothing of it lets the server ask for a file, send several answers or compress.
fn own() -> CapabilityFlags {
    CapabilityFlags::CLIENT_LONG_PASSWORD
        | CapabilityFlags::CLIENT_PROTOCOL_41
        | CapabilityFlags::CLIENT_TRANSACTIONS
        | CapabilityFlags::CLIENT_SECURE_CONNECTION
        | CapabilityFlags::CLIENT_PLUGIN_AUTH
}

/// A connection that is ready for questions.
pub(super) async fn log_in(dialer: &Dialer, who: &Who) -> Result<Packets, SqlError> {
    let stream = dialer.tcp(&who.host, who.port).await?;
    let mut packets = Packets::new(Box::new(stream), 0);
    let greeting = packets.read().await?;
    if greeting.first() == Some(&0xff) {
        return Err(SqlError::told(&greeting));
    }
    let greeting: HandshakePacket<'_> = ParseBuf(&greeting)
        .parse(())
        .map_err(|_| SqlError::odd("what answers there is no MySQL server"))?;
    let theirs = greeting.capabilities();
    let mut flags = own() & theirs;
    if !flags.contains(CapabilityFlags::CLIENT_PROTOCOL_41 | CapabilityFlags::CLIENT_SECURE_CONNECTION) {
        return Err(SqlError::odd("the server speaks a MySQL protocol of another century"));
    }
    let secure = theirs.contains(CapabilityFlags::CLIENT_SSL);
    if secure {
        flags |= CapabilityFlags::CLIENT_SSL;
        let request = SslRequest::new(flags, LARGEST, u8::try_from(UTF8MB4_GENERAL_CI).unwrap_or(45));
        packets.write(&bytes(&request)).await?;
        let (wire, next) = packets.into_wire();
        let wire = dialer.tls(&who.host, wire).await?;
        packets = Packets::new(Box::new(wire), next);
    } else if who.tls_required {
        return Err(SqlError::new(
            Reason::CertificateInvalid,
            "the database offers no TLS, and it is required",
        ));
    }
    let plugin = match greeting.auth_plugin() {
        Some(AuthPlugin::CachingSha2Password) => AuthPlugin::CachingSha2Password,
        _ => AuthPlugin::MysqlNativePassword,
    };
    let nonce = greeting.nonce();
    let response = HandshakeResponse::new(
        proof(&plugin, who, &nonce),
        (5, 7, 0),
        Some(who.username.as_bytes()),
        None::<&[u8]>,
        Some(plugin),
        flags,
        None,
        LARGEST,
    );
    packets.write(&bytes(&response)).await?;
    prove(&mut packets, who, secure).await?;
    Ok(packets)
}

/// Answers what the server still wants to know, until it is content.
async fn prove(packets: &mut Packets, who: &Who, secure: bool) -> Result<(), SqlError> {
    for _ in 0..MOST_ROUNDS {
        let packet = packets.read().await?;
        match &packet[..] {
            [0x00, ..] => return Ok(()),
            [0xff, ..] => return Err(SqlError::told(&packet)),
            // It knows the password's hash, and says next that it is content.
            [0x01, 0x03] => {}
            [0x01, 0x04] if secure => {
                let mut password = who.password.expose_secret().as_bytes().to_vec();
                password.push(0);
                packets.write(&password).await?;
            }
            [0x01, 0x04] => return Err(refuse("the password itself, which is only sent over TLS")),
            [0xfe, _, ..] => {
                let asked: AuthSwitchRequest<'_> = ParseBuf(&packet).parse(()).map_err(|_| {
                    SqlError::odd("the database asks for another way to log in, and does not say which")
                })?;
                let plugin = asked.auth_plugin();
                match plugin {
                    AuthPlugin::MysqlNativePassword | AuthPlugin::CachingSha2Password => {
                        let proof = proof(&plugin, who, asked.plugin_data()).unwrap_or_default();
                        packets.write(&proof).await?;
                    }
                    _ => {
                        return Err(refuse(
                            "a way to log in that would give the password away, or that is not known",
                        ));
                    }
                }
            }
            _ => return Err(SqlError::odd("the database answers a login with something else")),
        }
    }
    Err(SqlError::odd("the database does not come to an end with the login"))
}

fn refuse(what: &str) -> SqlError {
    SqlError::new(Reason::AuthenticationFailed, format!("the database asks for {what}"))
}

/// What proves the password without telling it. It is asked for only with plugins that can.
fn proof(plugin: &AuthPlugin<'_>, who: &Who, nonce: &[u8]) -> Option<Vec<u8>> {
    // The nonce is 20 bytes; a zero may follow it.
    let nonce = nonce.get(..20).unwrap_or(nonce);
    let proof = plugin.gen_data(Some(who.password.expose_secret()), nonce)?;
    Some(proof.to_vec())
}

fn bytes(packet: &impl MySerialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    packet.serialize(&mut bytes);
    bytes
}
