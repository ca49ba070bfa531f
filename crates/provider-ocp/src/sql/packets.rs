//! Packets of the MySQL protocol on a stream: a length, a number, so many bytes; and what stands in them.
//! It must not read more than a packet may hold, nor index into one without looking.

use super::SqlError;
use stationmaster_engine::text;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// No packet that is read here is longer, in bytes.
const LARGEST: usize = 64 * 1024;
/// No answer has more bytes in all.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Something that packets go over.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Wire for S {}

/// A stream of packets.
pub(super) struct Packets {
    wire: Box<dyn Wire>,
    /// The number of the next packet, of either side.
    next: u8,
    /// How many bytes this exchange may still bring.
    left: usize,
}

impl Packets {
    pub(super) fn new(wire: Box<dyn Wire>, next: u8) -> Packets {
        Packets {
            wire,
            next,
            left: MOST_BYTES,
        }
    }

    /// The stream itself, and the number of its next packet: for what is laid between.
    pub(super) fn into_wire(self) -> (Box<dyn Wire>, u8) {
        (self.wire, self.next)
    }

    /// A new exchange begins.
    pub(super) fn begin(&mut self) {
        self.next = 0;
        self.left = MOST_BYTES;
    }

    pub(super) async fn read(&mut self) -> Result<Vec<u8>, SqlError> {
        let mut head = [0; 4];
        self.wire.read_exact(&mut head).await?;
        let [a, b, c, number] = head;
        let length = usize::from(a) | usize::from(b) << 8 | usize::from(c) << 16;
        if length > LARGEST || length > self.left {
            return Err(SqlError::odd(format!(
                "the database sends a packet of {length} bytes, where no such packet is expected"
            )));
        }
        if number != self.next {
            return Err(SqlError::odd("the database does not keep to the order of packets"));
        }
        self.next = self.next.wrapping_add(1);
        self.left -= length;
        let mut packet = vec![0; length];
        self.wire.read_exact(&mut packet).await?;
        Ok(packet)
    }

    pub(super) async fn write(&mut self, packet: &[u8]) -> Result<(), SqlError> {
        let length = u32::try_from(packet.len()).unwrap_or(u32::MAX).to_le_bytes();
        let mut bytes = vec![length[0], length[1], length[2], self.next];
        self.next = self.next.wrapping_add(1);
        bytes.extend_from_slice(packet);
        self.wire.write_all(&bytes).await?;
        self.wire.flush().await?;
        Ok(())
    }
}

/// The code and the words of an error packet.
pub(super) fn error(packet: &[u8]) -> (u16, String) {
    let code = match packet {
        [0xff, low, high, ..] => u16::from_le_bytes([*low, *high]),
        _ => 0,
    };
    let words = packet.get(3..).unwrap_or_default();
    // A marker and a state of five letters stand before the words.
    let words = match words {
        [b'#', rest @ ..] => rest.get(5..).unwrap_or_default(),
        words => words,
    };
    (code, text::word(200, &String::from_utf8_lossy(words)))
}

/// A number of variable length, and what follows it; none where there is no number.
pub(super) fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let width = match first {
        0..=0xfa => return Some((u64::from(*first), rest)),
        0xfc => 2,
        0xfd => 3,
        0xfe => 8,
        _ => return None,
    };
    let (number, rest) = rest.split_at_checked(width)?;
    let mut wide = [0; 8];
    wide[..width].copy_from_slice(number);
    Some((u64::from_le_bytes(wide), rest))
}

/// The values of a row of text; none where it has not exactly so many.
pub(super) fn row(mut bytes: &[u8], columns: usize) -> Option<Vec<Option<String>>> {
    let mut values = Vec::with_capacity(columns);
    for _ in 0..columns {
        if let [0xfb, rest @ ..] = bytes {
            values.push(None);
            bytes = rest;
            continue;
        }
        let (length, rest) = number(bytes)?;
        let (value, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
        values.push(Some(String::from_utf8_lossy(value).into_owned()));
        bytes = rest;
    }
    bytes.is_empty().then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_each_width() {
        assert_eq!(number(&[7, 9]), Some((7, &[9][..])));
        assert_eq!(number(&[0xfc, 1, 2]), Some((0x0201, &[][..])));
        assert_eq!(number(&[0xfd, 1, 2, 3]), Some((0x03_0201, &[][..])));
        assert_eq!(
            number(&[0xfe, 1, 0, 0, 0, 0, 0, 0, 0x80]),
            Some((0x8000_0000_0000_0001, &[][..]))
        );
        for none in [&[][..], &[0xfb], &[0xff], &[0xfc, 1], &[0xfe, 1, 2]] {
            assert_eq!(number(none), None);
        }
    }

    #[test]
    fn a_row_has_as_many_values_as_were_asked_for() {
        let bytes = [2, b'a', b'b', 0xfb, 0];
        let wanted = vec![Some("ab".to_owned()), None, Some(String::new())];
        assert_eq!(row(&bytes, 3), Some(wanted));
        for columns in [0, 2, 4] {
            assert_eq!(row(&bytes, columns), None);
        }
        assert_eq!(row(&[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 1), None);
    }

    #[test]
    fn errors_with_and_without_a_state() {
        assert_eq!(
            error(b"\xff\x15\x04#28000Access denied"),
            (1045, "Access denied".to_owned())
        );
        assert_eq!(error(b"\xff\x15\x04Too many"), (1045, "Too many".to_owned()));
        for short in [&b""[..], b"\xff", b"\xff\x15", b"\xff\x15\x04#28"] {
            assert!(error(short).1.is_empty(), "{short:?}");
        }
    }
}
