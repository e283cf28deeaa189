//! A socket whose other end has so long to take an answer (`specs/server.md` "Around both").

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// Fails when what is written has not left within the limit, however steadily it trickles. Without this, a client that
/// never reads would keep its connection, and the answer in memory, for ever.
#[derive(Debug)]
pub(crate) struct Patient<T> {
    socket: T,
    limit: Duration,
    /// Runs from the first write that has to wait until everything is flushed.
    running: Option<Pin<Box<Sleep>>>,
}

impl<T: Unpin> Patient<T> {
    pub(crate) const fn new(socket: T, limit: Duration) -> Self {
        Self { socket, limit, running: None }
    }

    fn wait<R>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<R>> {
        let limit = self.limit;
        let running = self.running.get_or_insert_with(|| Box::pin(sleep(limit)));
        ready!(running.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    fn write_by(
        &mut self,
        context: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut T>, &mut Context<'_>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match write(Pin::new(&mut self.socket), context) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            // What was taken is not yet all: the time goes on.
            Poll::Ready(Ok(length)) if self.running.is_none() => Poll::Ready(Ok(length)),
            Poll::Ready(Ok(length)) => match self.wait::<usize>(context) {
                Poll::Ready(late) => Poll::Ready(late),
                Poll::Pending => Poll::Ready(Ok(length)),
            },
            Poll::Pending => self.wait(context),
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Patient<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Patient<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.write_by(context, |socket, context| socket.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.write_by(context, |socket, context| socket.poll_write_vectored(context, parts))
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.socket).poll_flush(context) {
            Poll::Ready(done) => {
                self.running = None;
                Poll::Ready(done)
            }
            Poll::Pending => self.wait(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.socket).poll_shutdown(context) {
            Poll::Pending => self.wait(context),
            done => done,
        }
    }
}
