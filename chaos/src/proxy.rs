//! A TCP proxy whose line can be slowed, silenced and cut: the network between a process and what it talks to.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::sleep;

/// How a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Open,
    /// Everything takes so much longer, each way.
    Slow {
        ms: u64,
    },
    /// Connections stay, and nothing comes through: what it was comes when the line opens again.
    Silent,
    /// Connections are torn and new ones are not taken.
    Cut,
}

/// A port on loopback that leads to another. It ends with whoever holds it.
pub(crate) struct Proxy {
    port: u16,
    line: watch::Sender<Line>,
}

impl Proxy {
    /// A way to `to`, a port on loopback.
    pub(crate) async fn start(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("a bound listener has an address").port();
        let line = watch::Sender::new(Line::Open);
        let seen = line.subscribe();
        tokio::spawn(async move {
            let mut ended = seen.clone();
            loop {
                let accepted = tokio::select! {
                    accepted = listener.accept() => accepted,
                    // The sender is gone: so is the run.
                    Err(_) = ended.wait_for(|_| false) => return,
                };
                if let Ok((near, _)) = accepted
                    && *seen.borrow() != Line::Cut
                {
                    tokio::spawn(lead(near, to, seen.clone()));
                }
            }
        });
        Self { port, line }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn set(&self, line: Line) {
        self.line.send_replace(line);
    }
}

/// One connection, until either end closes it or the line is cut.
async fn lead(near: TcpStream, to: u16, line: watch::Receiver<Line>) {
    let Ok(far) = TcpStream::connect(("127.0.0.1", to)).await else { return };
    // As the product sets it: the proxy must not add Nagle's delay of its own. Refused only by a dead socket.
    near.set_nodelay(true).ok();
    far.set_nodelay(true).ok();
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    let mut cut = line.clone();
    tokio::select! {
        () = carry(near_in, far_out, line.clone()) => {}
        () = carry(far_in, near_out, line) => {}
        _ = cut.wait_for(|line| *line == Line::Cut) => {}
    }
}

async fn carry(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, mut line: watch::Receiver<Line>) {
    let mut bytes = vec![0; 16 * 1024];
    loop {
        let Ok(count @ 1..) = from.read(&mut bytes).await else { return };
        let now = match line.wait_for(|line| *line != Line::Silent).await {
            Ok(line) => *line,
            Err(_) => return,
        };
        if let Line::Slow { ms } = now {
            sleep(Duration::from_millis(ms)).await;
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    /// A proxy before a server that says everything back, and a connection through it.
    async fn echoing() -> (Proxy, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.split();
                    tokio::io::copy(&mut from, &mut to).await
                });
            }
        });
        let proxy = Proxy::start(port).await;
        let stream = TcpStream::connect(("127.0.0.1", proxy.port())).await.expect("the proxy listens");
        (proxy, stream)
    }

    async fn says(stream: &mut TcpStream) -> std::io::Result<u8> {
        stream.write_u8(7).await?;
        stream.read_u8().await
    }

    #[tokio::test]
    async fn an_open_line_carries_both_ways() {
        let (_proxy, mut stream) = echoing().await;
        assert_eq!(says(&mut stream).await.expect("it comes back"), 7);
    }

    #[tokio::test]
    async fn a_silent_line_loses_nothing() {
        let (proxy, mut stream) = echoing().await;
        assert_eq!(says(&mut stream).await.expect("it comes back"), 7);
        proxy.set(Line::Silent);
        let early = timeout(Duration::from_millis(100), says(&mut stream)).await;
        assert!(early.is_err(), "nothing comes through: {early:?}");
        proxy.set(Line::Open);
        assert_eq!(stream.read_u8().await.expect("what was held comes"), 7);
    }

    #[tokio::test]
    async fn a_cut_line_tears_what_there_is_and_takes_nothing_new() {
        let (proxy, mut stream) = echoing().await;
        assert_eq!(says(&mut stream).await.expect("it comes back"), 7);
        proxy.set(Line::Cut);
        assert!(stream.read_u8().await.is_err(), "torn");
        let fresh = TcpStream::connect(("127.0.0.1", proxy.port())).await.expect("the port is there");
        let mut fresh = fresh;
        assert!(says(&mut fresh).await.is_err(), "not led on");
    }
}
