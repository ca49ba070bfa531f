//! A MySQL server in the process of a test: it greets, checks the password, and answers the two questions that are asked, well or badly.
//! It must not answer anything but SELECT.

use mysql_common::constants::{CapabilityFlags, StatusFlags};
use mysql_common::io::ParseBuf;
use mysql_common::packets::{AuthPlugin, HandshakePacket, HandshakeResponse};
use mysql_common::proto::MySerialize;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

pub(crate) const USER: &str = "reader@sys#berlin";
pub(crate) const PASSWORD: &str = "hunter22";

/// What it does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Odd {
    Nothing,
    /// Says that there are so many columns.
    Columns(u64),
    /// Sends rows without an end.
    EndlessRows,
    /// A packet that says that it is so long.
    Packet(u32),
    EmptyPacket,
    /// Asks for a file.
    AsksForAFile,
    /// Wants the password in the clear.
    WantsThePassword,
    /// Wants it by a plugin that sends it in the clear.
    ClearPlugin,
    /// Breaks the connection at a question.
    HangsUp,
    /// Never answers a question.
    Silent,
    /// Is none at all.
    Http,
}

/// The server.
pub(crate) struct Fake {
    pub(crate) address: SocketAddr,
    pub(crate) world: Arc<World>,
    task: JoinHandle<()>,
}

pub(crate) struct World {
    /// The rows of the tenants.
    pub(crate) rows: Mutex<Vec<[String; 8]>>,
    /// The rows of the logs; none where there is no right to see them.
    pub(crate) restore: Mutex<Option<Vec<[String; 2]>>>,
    pub(crate) odd: Mutex<Odd>,
    pub(crate) connections: AtomicUsize,
    pub(crate) questions: AtomicUsize,
    pub(crate) secure: AtomicUsize,
}

impl Fake {
    pub(crate) async fn serve(tls: Option<TlsAcceptor>) -> Fake {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let world = Arc::new(World {
            rows: Mutex::default(),
            restore: Mutex::new(Some(Vec::new())),
            odd: Mutex::new(Odd::Nothing),
            connections: AtomicUsize::new(0),
            questions: AtomicUsize::new(0),
            secure: AtomicUsize::new(0),
        });
        let shared = world.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.connections.fetch_add(1, Ordering::SeqCst);
                let (world, tls) = (shared.clone(), tls.clone());
                tokio::spawn(async move { world.greet(stream, tls).await });
            }
        });
        Fake { address, world, task }
    }

    pub(crate) fn put(&self, rows: &[[&str; 8]]) {
        *self.world.rows.lock().unwrap() = rows.iter().map(|row| row.map(str::to_owned)).collect();
    }

    pub(crate) fn odd(&self, odd: Odd) {
        *self.world.odd.lock().unwrap() = odd;
    }

    pub(crate) fn connections(&self) -> usize {
        self.world.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Wire for S {}

struct Talk {
    wire: Box<dyn Wire>,
    next: u8,
}

impl Talk {
    async fn read(&mut self) -> Option<Vec<u8>> {
        let mut head = [0; 4];
        self.wire.read_exact(&mut head).await.ok()?;
        self.next = head[3].wrapping_add(1);
        let mut packet = vec![0; usize::from(head[0]) | usize::from(head[1]) << 8];
        self.wire.read_exact(&mut packet).await.ok()?;
        Some(packet)
    }

    async fn write(&mut self, packet: &[u8]) -> Option<()> {
        let length = u32::try_from(packet.len()).unwrap();
        self.header(length, packet).await
    }

    async fn header(&mut self, length: u32, packet: &[u8]) -> Option<()> {
        let [a, b, c, _] = length.to_le_bytes();
        self.wire.write_all(&[a, b, c, self.next]).await.ok()?;
        self.next = self.next.wrapping_add(1);
        self.wire.write_all(packet).await.ok()?;
        self.wire.flush().await.ok()
    }
}

const NONCE: [u8; 20] = *b"abcdefghijklmnopqrst";

impl World {
    async fn greet(&self, stream: tokio::net::TcpStream, tls: Option<TlsAcceptor>) -> Option<()> {
        let odd = *self.odd.lock().unwrap();
        let mut talk = Talk {
            wire: Box::new(stream),
            next: 0,
        };
        if odd == Odd::Http {
            talk.wire.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.ok()?;
            return None;
        }
        let mut flags = CapabilityFlags::CLIENT_PROTOCOL_41
            | CapabilityFlags::CLIENT_SECURE_CONNECTION
            | CapabilityFlags::CLIENT_PLUGIN_AUTH
            | CapabilityFlags::CLIENT_LOCAL_FILES;
        flags.set(CapabilityFlags::CLIENT_SSL, tls.is_some());
        let plugin = match odd {
            Odd::WantsThePassword => &b"caching_sha2_password"[..],
            _ => b"mysql_native_password",
        };
        let first: [u8; 8] = NONCE[..8].try_into().unwrap();
        let mut second = NONCE[8..].to_vec();
        second.push(0);
        let status = StatusFlags::SERVER_STATUS_AUTOCOMMIT;
        let greeting = HandshakePacket::new(
            10,
            &b"5.7.25"[..],
            1,
            first,
            Some(second),
            flags,
            45,
            status,
            Some(plugin),
        );
        let mut bytes = Vec::new();
        greeting.serialize(&mut bytes);
        talk.write(&bytes).await?;
        let mut response = talk.read().await?;
        if let Some(tls) = tls {
            let next = talk.next;
            talk = Talk {
                wire: Box::new(tls.accept(talk.wire).await.ok()?),
                next,
            };
            self.secure.fetch_add(1, Ordering::SeqCst);
            response = talk.read().await?;
        }
        let response: HandshakeResponse<'_> = ParseBuf(&response).parse(()).unwrap();
        assert!(!response.capabilities().contains(CapabilityFlags::CLIENT_LOCAL_FILES));
        match odd {
            Odd::WantsThePassword => {
                talk.write(&[1, 4]).await?;
                let password = talk.read().await?;
                assert_eq!(password, format!("{PASSWORD}\0").as_bytes());
            }
            Odd::ClearPlugin => {
                talk.write(b"\xfemysql_clear_password\0abc\0").await?;
                talk.read().await?;
                panic!("the password was sent");
            }
            _ => {
                let wanted = AuthPlugin::MysqlNativePassword
                    .gen_data(Some(PASSWORD), &NONCE)
                    .unwrap();
                if response.user() != USER.as_bytes() || response.scramble_buf() != &wanted[..] {
                    talk.write(b"\xff\x15\x04#28000Access denied for user").await?;
                    return None;
                }
            }
        }
        talk.write(&[0, 0, 0, 2, 0, 0, 0]).await?;
        while let Some(question) = talk.read().await {
            self.questions.fetch_add(1, Ordering::SeqCst);
            self.answer(&mut talk, &question).await?;
        }
        None
    }

    async fn answer(&self, talk: &mut Talk, question: &[u8]) -> Option<()> {
        let text = std::str::from_utf8(&question[1..]).unwrap();
        assert!(question[0] == 3 && text.starts_with("SELECT "), "{text}");
        let odd = *self.odd.lock().unwrap();
        let rows: Vec<Vec<String>> = if text.contains("DBA_OB_TENANTS") {
            self.rows.lock().unwrap().iter().map(|row| row.to_vec()).collect()
        } else {
            let restore = self.restore.lock().unwrap().clone();
            match restore {
                Some(rows) => rows.iter().map(|row| row.to_vec()).collect(),
                None => return talk.write(b"\xff\x76\x04#42000SELECT command denied").await,
            }
        };
        let columns = text.split(" FROM ").next().unwrap().split(", ").count();
        match odd {
            Odd::Columns(told) => {
                let mut packet = vec![0xfe];
                packet.extend_from_slice(&told.to_le_bytes());
                return talk.write(&packet).await;
            }
            Odd::Packet(length) => return talk.header(length, b"x").await,
            Odd::EmptyPacket => return talk.write(b"").await,
            Odd::AsksForAFile => return talk.write(b"\xfb/etc/passwd").await,
            Odd::HangsUp => return None,
            Odd::Silent => std::future::pending::<()>().await,
            _ => {}
        }
        talk.write(&[u8::try_from(columns).unwrap()]).await?;
        for _ in 0..columns {
            talk.write(b"\x03defcolumn").await?;
        }
        talk.write(&[0xfe, 0, 0, 2, 0]).await?;
        let row = |row: &[String]| {
            let mut packet = Vec::new();
            for value in row {
                if value == "NULL" {
                    packet.push(0xfb);
                } else {
                    packet.push(u8::try_from(value.len()).unwrap());
                    packet.extend_from_slice(value.as_bytes());
                }
            }
            packet
        };
        for values in &rows {
            talk.write(&row(values)).await?;
        }
        if odd == Odd::EndlessRows {
            loop {
                talk.write(&row(&vec!["1".to_owned(); columns])).await?;
            }
        }
        talk.write(&[0xfe, 0, 0, 2, 0]).await
    }
}
