//! A client that writes what it is told to, and reads an answer byte for byte.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        core::str::from_utf8(&self.body).unwrap()
    }

    /// The code of a refusal of ours, whose form is checked.
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/json"), "{self:?}");
        let value = detente_core::json::Value::parse_file(&self.body).unwrap();
        let members = value.as_object().unwrap();
        assert_eq!(members.keys().collect::<Vec<_>>(), ["code", "message"]);
        members["code"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    socket.set_nodelay(true).unwrap();
    socket
}

/// Sends these bytes and reads until the server closes; `None` when nothing came.
pub(crate) fn send(address: SocketAddr, bytes: &[u8]) -> Option<Reply> {
    let mut socket = connect(address);
    // A server may close before it has read everything.
    let _ = socket.write_all(bytes);
    read(&mut socket)
}

pub(crate) fn read(socket: &mut impl Read) -> Option<Reply> {
    let (mut answer, mut part) = (Vec::new(), [0; 4096]);
    loop {
        match socket.read(&mut part) {
            Ok(0) | Err(_) => break,
            Ok(length) => answer.extend_from_slice(&part[..length]),
        }
    }
    parse(&answer)
}

fn parse(answer: &[u8]) -> Option<Reply> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = core::str::from_utf8(&answer[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    Some(Reply { status, headers, body: answer[end + 4..].to_vec() })
}

/// The bytes of a request that asks for the end of the connection.
pub(crate) fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{method} {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    if !body.is_empty() || method == "POST" {
        bytes.extend_from_slice(format!("Content-Length: {}\r\n", body.len()).as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    bytes
}

pub(crate) fn get(address: SocketAddr, target: &str) -> Reply {
    get_with(address, target, &[])
}

pub(crate) fn get_with(address: SocketAddr, target: &str, headers: &[(&str, &str)]) -> Reply {
    send(address, &request("GET", target, headers, b"")).unwrap()
}

pub(crate) fn post(address: SocketAddr, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    send(address, &request("POST", target, headers, body)).unwrap()
}
