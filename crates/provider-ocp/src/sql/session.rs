//! One connection to a database, and questions on it.
//! It must not take a row that has not the columns that were asked for.

use super::SqlError;
use super::packets::{Packets, number, row};

/// No answer has more rows.
const MOST_ROWS: usize = 5000;
/// The command of a question in text.
const QUERY: u8 = 0x03;

/// A connection.
pub(super) struct Session {
    packets: Packets,
}

/// The rows of an answer; each with as many values as were asked for.
pub(super) type Rows = Vec<Vec<Option<String>>>;

impl Session {
    pub(super) fn new(packets: Packets) -> Session {
        Session { packets }
    }

    /// The rows of `columns` of a view. An error of the server leaves the connection as it was; after any other it must not be used again.
    pub(super) async fn select(&mut self, columns: &[&str], from: &str) -> Result<Rows, SqlError> {
        let mut question = vec![QUERY];
        question.extend_from_slice(format!("SELECT {} FROM {from}", columns.join(", ")).as_bytes());
        self.packets.begin();
        self.packets.write(&question).await?;
        let head = self.packets.read().await?;
        match head.first() {
            Some(0xff) => return Err(SqlError::told(&head)),
            Some(0x00 | 0xfb) | None => return Err(SqlError::odd("the database answers a question without rows")),
            Some(_) => {}
        }
        let told = number(&head).map(|(told, _)| told);
        if told != u64::try_from(columns.len()).ok() {
            return Err(SqlError::odd(
                "the database answers with other columns than were asked for",
            ));
        }
        // What they are called was said by the question.
        for _ in columns {
            self.packets.read().await?;
        }
        if !ends(&self.packets.read().await?) {
            return Err(SqlError::odd("the database does not end its columns"));
        }
        let mut rows = Vec::new();
        loop {
            let packet = self.packets.read().await?;
            match packet.first() {
                Some(0xff) => return Err(SqlError::told(&packet)),
                _ if ends(&packet) => return Ok(rows),
                _ if rows.len() >= MOST_ROWS => {
                    return Err(SqlError::odd(format!("the database tells more than {MOST_ROWS} rows")));
                }
                _ => {}
            }
            let values = row(&packet, columns.len());
            rows.push(
                values.ok_or_else(|| SqlError::odd("a row of the database has other columns than were asked for"))?,
            );
        }
    }
}

/// Whether a packet ends a list.
fn ends(packet: &[u8]) -> bool {
    packet.first() == Some(&0xfe) && packet.len() < 9
}
