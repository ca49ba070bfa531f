//! Packets of the MySQL protocol: a length, a number, so many bytes; and the answers that stand in them.
//! It must not know a statement.

use mysql_common::constants::ColumnType;
use mysql_common::io::BufMutExt;
use mysql_common::packets::{Column, ErrPacket, ServerError, SqlState};
use mysql_common::proto::MySerialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::evaluate::Cell;
use super::select::Told;
use super::{Ended, Wire};

/// No packet that is read here is longer, in bytes.
const LARGEST: usize = 1024 * 1024;
/// `SERVER_STATUS_AUTOCOMMIT`, and no warnings.
const STATUS: [u8; 2] = [2, 0];
const BINARY: u16 = 63;
const UTF8MB4: u16 = 45;

/// The kind of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Text,
    Time,
}

/// A stream of packets.
pub(super) struct Packets {
    wire: Box<dyn Wire>,
    /// The number of the next packet, of either side.
    next: u8,
}

impl Packets {
    pub(super) fn new(wire: Box<dyn Wire>, next: u8) -> Self {
        Self { wire, next }
    }

    /// The stream itself, and the number of its next packet: for what is laid between.
    pub(super) fn into_wire(self) -> (Box<dyn Wire>, u8) {
        (self.wire, self.next)
    }

    /// The next packet; none where the client has gone.
    pub(super) async fn read(&mut self) -> Result<Option<Vec<u8>>, Ended> {
        let mut head = [0; 4];
        match self.wire.read_exact(&mut head).await {
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        };
        let [a, b, c, number] = head;
        let length = usize::from(a) | usize::from(b) << 8 | usize::from(c) << 16;
        if length > LARGEST {
            return Err(Ended::other("the client sends a packet that is too long"));
        }
        self.next = number.wrapping_add(1);
        let mut packet = vec![0; length];
        self.wire.read_exact(&mut packet).await?;
        Ok(Some(packet))
    }

    /// Adds a packet to what is sent next.
    fn frame(&mut self, bytes: &mut Vec<u8>, packet: &[u8]) {
        let [a, b, c, _] = u32::try_from(packet.len()).unwrap_or(u32::MAX).to_le_bytes();
        bytes.extend_from_slice(&[a, b, c, self.next]);
        bytes.extend_from_slice(packet);
        self.next = self.next.wrapping_add(1);
    }

    pub(super) async fn write(&mut self, packet: &[u8]) -> Result<(), Ended> {
        let mut bytes = Vec::new();
        self.frame(&mut bytes, packet);
        self.wire.write_all(&bytes).await?;
        self.wire.flush().await
    }

    /// Done, without rows.
    pub(super) async fn ok(&mut self) -> Result<(), Ended> {
        self.write(&[0, 0, 0, STATUS[0], STATUS[1], 0, 0]).await
    }

    pub(super) async fn error(&mut self, told: &Told) -> Result<(), Ended> {
        let state = SqlState::new(told.state);
        let error = ErrPacket::Error(ServerError::new(told.code, Some(state), told.text.as_bytes()));
        let mut packet = Vec::new();
        error.serialize(&mut packet);
        self.write(&packet).await
    }

    /// A result set in text.
    pub(super) async fn rows(&mut self, columns: &[(String, Kind)], rows: &[Vec<Cell>]) -> Result<(), Ended> {
        let end = [0xfe, 0, 0, STATUS[0], STATUS[1]];
        let mut bytes = Vec::new();
        let mut count = Vec::new();
        count.put_lenenc_int(columns.len() as u64);
        self.frame(&mut bytes, &count);
        for (name, kind) in columns {
            let (column, charset, decimals) = match kind {
                Kind::Number => (ColumnType::MYSQL_TYPE_LONGLONG, BINARY, 0),
                Kind::Text => (ColumnType::MYSQL_TYPE_VAR_STRING, UTF8MB4, 31),
                Kind::Time => (ColumnType::MYSQL_TYPE_DATETIME, BINARY, 6),
            };
            let column = Column::new(column)
                .with_name(name.as_bytes())
                .with_character_set(charset);
            let mut packet = Vec::new();
            column
                .with_column_length(1024)
                .with_decimals(decimals)
                .serialize(&mut packet);
            self.frame(&mut bytes, &packet);
        }
        self.frame(&mut bytes, &end);
        for row in rows {
            let mut packet = Vec::new();
            for cell in row {
                match cell.text() {
                    None => packet.push(0xfb),
                    Some(text) => packet.put_lenenc_str(text.as_bytes()),
                }
            }
            self.frame(&mut bytes, &packet);
        }
        self.frame(&mut bytes, &end);
        self.wire.write_all(&bytes).await?;
        self.wire.flush().await
    }
}
