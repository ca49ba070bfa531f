//! The inode of one connected loopback socket, asked of the kernel (`sock_diag(7)`).
//! It must not read the table of all connections: that takes a hundred times as long, for each connection that a door takes.

use std::net::{SocketAddr, SocketAddrV4};
use std::os::fd::AsRawFd;

use nix::sys::socket::{AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, recv, sendto, socket};

/// `SOCK_DIAG_BY_FAMILY` of `linux/sock_diag.h`.
const BY_FAMILY: u16 = 20;
/// `NLM_F_REQUEST` of `linux/netlink.h`.
const REQUEST: u16 = 1;
/// The length of `struct nlmsghdr`.
const HEADER: usize = 16;
/// Where `idiag_inode` stands in the answer: behind the header, four bytes, the socket's identity (48) and four numbers.
const INODE: usize = HEADER + 4 + 48 + 16;

/// The inode of the socket whose own address is `own` and whose other end is `other`; none if there is none, or it is not of IPv4.
pub(super) fn inode(own: SocketAddr, other: SocketAddr) -> Option<u32> {
    let (SocketAddr::V4(own), SocketAddr::V4(other)) = (own, other) else {
        return None;
    };
    let kernel = socket(
        AddressFamily::Netlink,
        SockType::Datagram,
        SockFlag::SOCK_CLOEXEC,
        SockProtocol::NetlinkSockDiag,
    )
    .ok()?;
    let nobody = NetlinkAddr::new(0, 0);
    sendto(kernel.as_raw_fd(), &question(own, other), &nobody, MsgFlags::empty()).ok()?;
    let mut answer = [0; 512];
    let length = recv(kernel.as_raw_fd(), &mut answer, MsgFlags::empty()).ok()?;
    let kind = u16::from_ne_bytes(answer[4..6].try_into().ok()?);
    // An error has another kind, and is shorter.
    if kind != BY_FAMILY || length < INODE + 4 {
        return None;
    }
    Some(u32::from_ne_bytes(answer[INODE..INODE + 4].try_into().ok()?))
}

/// `struct nlmsghdr` and `struct inet_diag_req_v2` of `linux/inet_diag.h`.
fn question(own: SocketAddrV4, other: SocketAddrV4) -> Vec<u8> {
    // AF_INET, IPPROTO_TCP, no extensions, padding; whatever the state.
    let mut asked = vec![2, 6, 0, 0];
    asked.extend(u32::MAX.to_ne_bytes());
    asked.extend(own.port().to_be_bytes());
    asked.extend(other.port().to_be_bytes());
    for address in [own, other] {
        asked.extend(address.ip().octets());
        asked.extend([0; 12]);
    }
    // Any interface, no cookie.
    asked.extend(0_u32.to_ne_bytes());
    asked.extend([u8::MAX; 8]);
    let length = u32::try_from(HEADER + asked.len()).expect("it is 72 bytes long");
    let mut question = length.to_ne_bytes().to_vec();
    question.extend(BY_FAMILY.to_ne_bytes());
    question.extend(REQUEST.to_ne_bytes());
    // Sequence and sender: one question, one answer.
    question.extend([0; 8]);
    question.extend(asked);
    question
}
