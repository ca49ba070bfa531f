//! The beginning of a connection: the greeting, TLS where it is served, the password.
//! It must not let anybody in who does not prove the password.

use mysql_common::constants::{CapabilityFlags, StatusFlags};
use mysql_common::io::ParseBuf;
use mysql_common::packets::{AuthPlugin, HandshakePacket, HandshakeResponse};
use mysql_common::proto::MySerialize;
use tokio_rustls::TlsAcceptor;

use super::packets::Packets;
use super::select::Told;
use super::{Ended, Wire};
use crate::gateway::Inner;

/// What OceanBase calls itself to a client of MySQL.
const VERSION: &str = "5.7.25-OceanBase-v4.3.5.1";
const PLUGIN: &str = "mysql_native_password";
/// The length of the nonce with the zero that ends it.
const NONCE: usize = 21;

/// A connection that is ready for statements; none where the client went or was not let in.
pub(super) async fn log_in(
    inner: &Inner,
    stream: Box<dyn Wire>,
    tls: Option<TlsAcceptor>,
) -> Result<Option<Packets>, Ended> {
    // Another one for each connection, and no chance in it.
    let (nonce, account) = inner.with(|gate| {
        let nonce: String = gate.world.ids.hex().chars().take(NONCE - 1).collect();
        (nonce, gate.world.ocp.sql.clone())
    });
    let mut packets = Packets::new(stream, 0);
    packets.write(&greeting(&nonce, tls.is_some())).await?;
    let Some(mut answer) = packets.read().await? else {
        return Ok(None);
    };
    if let (Some(tls), true) = (tls, wants_tls(&answer)) {
        let (wire, next) = packets.into_wire();
        packets = Packets::new(Box::new(tls.accept(wire).await?), next);
        let Some(again) = packets.read().await? else {
            return Ok(None);
        };
        answer = again;
    }
    // Some clients claim what they then leave out, because the server did not offer it.
    if let Some(flags) = answer.first_chunk_mut::<4>() {
        *flags = (u32::from_le_bytes(*flags) & offered(true).bits()).to_le_bytes();
    }
    let malformed = |_| Ended::other("the client does not log in");
    let response: HandshakeResponse<'_> = ParseBuf(&answer).parse(()).map_err(malformed)?;
    let user = String::from_utf8_lossy(response.user()).into_owned();
    let mut proof = response.scramble_buf().to_vec();
    if response
        .auth_plugin()
        .is_some_and(|plugin| plugin.as_bytes() != PLUGIN.as_bytes())
    {
        let mut ask = vec![0xfe];
        ask.extend_from_slice(PLUGIN.as_bytes());
        ask.push(0);
        ask.extend_from_slice(nonce.as_bytes());
        ask.push(0);
        packets.write(&ask).await?;
        let Some(again) = packets.read().await? else {
            return Ok(None);
        };
        proof = again;
    }
    // Through a proxy the cluster stands behind the tenant.
    let name = user.split('#').next().unwrap_or_default();
    let wanted = AuthPlugin::MysqlNativePassword.gen_data(Some(&account.1), nonce.as_bytes());
    let right = name == account.0 && wanted.is_some_and(|wanted| wanted[..] == proof[..]);
    if right {
        packets.ok().await?;
        return Ok(Some(packets));
    }
    let text = format!("Access denied for user '{user}'");
    packets.error(&Told::new(1045, "42000", &text)).await?;
    Ok(None)
}

/// What the server can do.
fn offered(tls: bool) -> CapabilityFlags {
    let mut flags = CapabilityFlags::CLIENT_LONG_PASSWORD
        | CapabilityFlags::CLIENT_PROTOCOL_41
        | CapabilityFlags::CLIENT_CONNECT_WITH_DB
        | CapabilityFlags::CLIENT_TRANSACTIONS
        | CapabilityFlags::CLIENT_SECURE_CONNECTION
        | CapabilityFlags::CLIENT_PLUGIN_AUTH;
    flags.set(CapabilityFlags::CLIENT_SSL, tls);
    flags
}

fn greeting(nonce: &str, tls: bool) -> Vec<u8> {
    let mut first = [0; 8];
    first.copy_from_slice(&nonce.as_bytes()[..8]);
    let mut second = nonce.as_bytes()[8..].to_vec();
    second.push(0);
    let packet = HandshakePacket::new(
        10,
        VERSION.as_bytes(),
        1,
        first,
        Some(second),
        offered(tls),
        45,
        StatusFlags::SERVER_STATUS_AUTOCOMMIT,
        Some(PLUGIN.as_bytes()),
    );
    let mut bytes = Vec::new();
    packet.serialize(&mut bytes);
    // The protocol wants the length of the whole nonce there; the library writes that of its second part.
    bytes[VERSION.len() + 22] = NONCE as u8;
    bytes
}

/// Whether a packet asks for TLS before the login itself.
fn wants_tls(packet: &[u8]) -> bool {
    let flags = packet.first_chunk::<4>().map_or(0, |bytes| u32::from_le_bytes(*bytes));
    CapabilityFlags::from_bits_truncate(flags).contains(CapabilityFlags::CLIENT_SSL)
}
