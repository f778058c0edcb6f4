//! A server with prepared answers, for headers that the mirror does not send.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread::JoinHandle;

/// Answers the k-th connection with the k-th text, closes it, and ends after the last.
pub struct Canned {
    address: SocketAddr,
    thread: JoinHandle<Vec<String>>,
}

impl Canned {
    pub fn start(answers: Vec<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let thread = std::thread::spawn(move || {
            let answer = |answer: Vec<u8>| {
                let (mut socket, _) = listener.accept().unwrap();
                let head = read_head(&socket);
                // The client may hang up as soon as it has read the head.
                socket.write_all(&answer).ok();
                head
            };
            answers.into_iter().map(answer).collect()
        });
        Self { address, thread }
    }

    pub fn url(&self) -> String {
        format!("http://{}/{}", self.address, super::FILE)
    }

    /// The heads of all requests, in lower case; waits until every answer was asked for.
    pub fn heads(self) -> Vec<String> {
        self.thread.join().unwrap()
    }
}

/// An answer that ends with its connection.
pub fn answer(status: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 {status}\r\nConnection: close\r\n").into_bytes();
    for header in headers {
        answer.extend_from_slice(format!("{header}\r\n").as_bytes());
    }
    answer.extend_from_slice(b"\r\n");
    answer.extend_from_slice(body);
    answer
}

fn read_head(socket: &std::net::TcpStream) -> String {
    let lines = BufReader::new(socket).lines().map_while(Result::ok);
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    head.join("\n").to_lowercase()
}
