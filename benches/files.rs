//! Memory of the server while large files pass: `cargo bench --bench files`.
//!
//! Starts the program over demo data, has a 1 GiB upload refused at the cap and a 200 MiB file fetched, and fails when either moves the
//! server's resident memory by more than 32 MiB. Reads `/proc`, so it runs on Linux only.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot be made should stop at once")]
#![expect(clippy::print_stderr, reason = "it prints what it measures")]

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// What memory may move by, in bytes.
const ALLOWED: u64 = 32 * MIB;
const MIB: u64 = 1024 * 1024;
/// The cap, and the size of the file that is fetched.
const CAP: u64 = 200 * MIB;
/// The size of the upload that is refused.
const TOO_LARGE: u64 = 1024 * MIB;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    // What the passwords of the demo data took would hide what files take: they are made by a process of their own.
    drop(Server::start(folder.path(), &["serve", "--demo"]));
    let server = Server::start(folder.path(), &["serve"]);
    let token = server.token();

    // What a server takes once, for connections and buffers, is none of what a file takes.
    let small = server.upload(&token, MIB, Framing::Length);
    assert_eq!(small.status, 200, "{}", small.text());
    server.fetch(&token, &small.id());

    let file = server.measured("200 MiB taken", || server.upload(&token, CAP, Framing::Length));
    assert_eq!(file.status, 200, "{}", file.text());
    let fetched = server.measured("200 MiB fetched", || server.fetch(&token, &file.id()));
    assert_eq!(fetched, CAP);
    for framing in [Framing::Chunks, Framing::Length] {
        let refused =
            server.measured(&format!("1 GiB refused ({framing:?})"), || server.upload(&token, TOO_LARGE, framing));
        assert_eq!(refused.status, 413, "{}", refused.text());
    }
}

/// How the end of a body is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    Length,
    Chunks,
}

/// The program under measurement, ended when dropped.
struct Server {
    child: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(folder: &std::path::Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_assetry"))
            .args(arguments)
            .current_dir(folder)
            .env("ASSETRY_LISTEN", "127.0.0.1:0")
            .env("ASSETRY_DATABASE_URL", "sqlite://bench.db?mode=rwc")
            .env("ASSETRY_FILES__MAX_BYTES", CAP.to_string())
            .env("ASSETRY_LOG__FILTER", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit("//").next().unwrap().to_owned();
        Self { child, address }
    }

    /// Resident memory in bytes, without what is only mapped from the program's file.
    fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("RssAnon:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }

    /// Does `work` and prints by how much memory moved at most meanwhile.
    fn measured<T>(&self, what: &str, work: impl FnOnce() -> T) -> T {
        let before = self.memory();
        let (done, started) = (Arc::new(AtomicBool::new(false)), Instant::now());
        let (value, most) = thread::scope(|scope| {
            let watched = Arc::clone(&done);
            let watching = scope.spawn(move || {
                let mut most = before;
                while !watched.load(Ordering::Acquire) {
                    most = most.max(self.memory());
                    thread::park_timeout(Duration::from_millis(2));
                }
                most
            });
            let value = work();
            done.store(true, Ordering::Release);
            (value, watching.join().unwrap())
        });
        let (moved, seconds) = (most - before, started.elapsed().as_secs_f64());
        eprintln!("{what}: {seconds:.2} s, memory {:.1} MiB, moved by {:.1} MiB", mebi(before), mebi(moved));
        assert!(moved <= ALLOWED, "{what} moved memory by more than {} MiB", ALLOWED / MIB);
        value
    }

    fn token(&self) -> String {
        let body = r#"{"username":"demo","password":"testpw"}"#;
        let mut stream = self.connect();
        write!(
            stream,
            "POST /api/login HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let reply: serde_json::Value = serde_json::from_slice(&Reply::read(stream).body).unwrap();
        reply["data"]["token"].as_str().unwrap().to_owned()
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).unwrap()
    }

    /// Uploads a file of `size` bytes. The connection stays open for writing until the answer is read, however early that comes.
    fn upload(&self, token: &str, size: u64, framing: Framing) -> Reply {
        let start = "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n\r\n";
        let end = "\r\n--X--\r\n";
        let length = match framing {
            Framing::Length => format!("Content-Length: {}", start.len() as u64 + size + end.len() as u64),
            Framing::Chunks => "Transfer-Encoding: chunked".to_owned(),
        };
        let mut stream = self.connect();
        write!(
            stream,
            "POST /api/file/upload HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: multipart/form-data; boundary=X\r\n{length}\r\n\r\n"
        )
        .unwrap();
        let sending = stream.try_clone().unwrap();
        thread::scope(|scope| {
            let sender = scope.spawn(move || {
                let mut stream = sending;
                let block = vec![b'x'; 256 * 1024];
                let mut send = |bytes: &[u8]| match framing {
                    Framing::Length => stream.write_all(bytes),
                    Framing::Chunks => write!(stream, "{:x}\r\n", bytes.len())
                        .and_then(|()| stream.write_all(bytes))
                        .and_then(|()| stream.write_all(b"\r\n")),
                };
                // A server that has refused may stop listening.
                let mut sent = send(start.as_bytes());
                for _ in 0..size / block.len() as u64 {
                    if sent.is_ok() {
                        sent = send(&block);
                    }
                }
                if sent.is_ok() && send(end.as_bytes()).is_ok() && framing == Framing::Chunks {
                    let _ = stream.write_all(b"0\r\n\r\n");
                }
            });
            let reply = Reply::read(stream.try_clone().unwrap());
            let _ = stream.shutdown(std::net::Shutdown::Both);
            sender.join().unwrap();
            reply
        })
    }

    /// Fetches a file and gives its size.
    fn fetch(&self, token: &str, id: &str) -> u64 {
        let mut stream = self.connect();
        write!(
            stream,
            "GET /api/file/{id} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
        )
        .unwrap();
        let mut stream = BufReader::new(stream);
        let (status, _) = Reply::head(&mut stream);
        assert_eq!(status, 200);
        std::io::copy(&mut stream, &mut std::io::sink()).unwrap()
    }
}

fn mebi(bytes: u64) -> f64 {
    bytes as f64 / MIB as f64
}

/// An answer.
struct Reply {
    status: u16,
    body: Vec<u8>,
}

impl Reply {
    fn read(stream: TcpStream) -> Self {
        let mut stream = BufReader::new(stream);
        let (status, length) = Self::head(&mut stream);
        let mut body = vec![0; length];
        stream.read_exact(&mut body).unwrap();
        Self { status, body }
    }

    /// The status and the length of the body.
    fn head(stream: &mut impl BufRead) -> (u16, usize) {
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        let status = line.split(' ').nth(1).unwrap().parse().unwrap();
        let mut length = 0;
        loop {
            line.clear();
            stream.read_line(&mut line).unwrap();
            let Some((name, value)) = line.split_once(':') else { return (status, length) };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap();
            }
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn id(&self) -> String {
        let reply: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
        reply["data"]["id"].as_str().unwrap().to_owned()
    }
}
