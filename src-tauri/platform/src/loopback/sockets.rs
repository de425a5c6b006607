//! Binding one port on both loopback addresses.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use gatepass_oauth::failure::{Code, Failure};
use tokio::net::{TcpListener, TcpSocket};

use super::target::Target;

/// How often a free port is looked for that is free in both families.
const ATTEMPTS: usize = 32;
const BACKLOG: u32 = 128;

/// Listeners on 127.0.0.1 and, where the machine has it, ::1, on the same port.
pub(super) fn bind(port: Option<u16>) -> io::Result<(u16, Vec<TcpListener>)> {
    let mut last = None;
    for _ in 0..if port.is_some() { 1 } else { ATTEMPTS } {
        let v4 = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, port.unwrap_or(0))))?;
        let number = v4.local_addr()?.port();
        match listen(SocketAddr::from((Ipv6Addr::LOCALHOST, number))) {
            Ok(v6) => return Ok((number, vec![v4, v6])),
            // Another program could take over what the browser sends to ::1.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => last = Some(error),
            // The machine has no ::1.
            Err(_) => return Ok((number, vec![v4])),
        }
    }
    Err(last.unwrap_or_else(|| io::Error::from(io::ErrorKind::AddrInUse)))
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // On Unix this only lets a port be used again whose old connections are still winding down. On Windows it would
    // let another program steal the port.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Why the port of a redirect URI cannot be listened on.
pub(super) fn refused(target: &Target, error: &io::Error) -> Failure {
    let port = target.port.unwrap_or(0);
    match error.kind() {
        io::ErrorKind::AddrInUse => in_use(target, port, "another program"),
        io::ErrorKind::PermissionDenied => target.offering_any_port(Failure::new(
            Code::PortInUse,
            format!("This program may not listen on port {port}."),
            "The system keeps ports below 1024 for programs with more rights.",
            "Register a redirect URI with a higher port at the provider, and use that one.",
        )),
        _ => Failure::new(
            Code::Network,
            "No listener for the browser could be started.",
            format!("{error}."),
            "Paste the URL that the browser ends on instead.",
        ),
    }
}

/// The port is taken.
pub(super) fn in_use(target: &Target, port: u16, by: &str) -> Failure {
    target.offering_any_port(Failure::new(
        Code::PortInUse,
        format!("Port {port} of the redirect URI is taken."),
        format!("It is used by {by}, on 127.0.0.1 or ::1."),
        format!("End what uses port {port}, or use another port that is registered at the provider."),
    ))
}
