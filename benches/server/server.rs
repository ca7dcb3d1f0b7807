//! The server in a process of its own, and talking to it.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use futures_util::StreamExt;
use reqwest::Client;
use serde_json::{Value, json};

use super::home::{Data, POSTGRES};

/// A running server.
pub(crate) struct Server {
    child: Child,
    address: String,
    client: Client,
    token: String,
}

impl Server {
    /// Starts a server over `data` and logs in as who may do everything.
    pub(crate) async fn start(data: &Data) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_assetry"));
        let mut child =
            command.arg("serve").env_remove(POSTGRES).envs(data.environment()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").unwrap().to_owned();
        let client = Client::builder().no_proxy().build().unwrap();
        let mut server = Self { child, address, client, token: String::new() };
        let answer = server.rest("/api/login/", json!({ "username": "staff1", "password": "generated" })).await;
        server.token = answer["token"].as_str().unwrap().to_owned();
        server
    }

    /// The answer to a call of the asset-platform dialect.
    pub(crate) async fn rest(&self, path: &str, mut body: Value) -> Value {
        body["token"] = json!(self.token);
        let answer = self.client.post(format!("{}{path}", self.address)).body(body.to_string()).send().await.unwrap();
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }

    /// The data of a GraphQL operation.
    pub(crate) async fn graphql(&self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        let request = self.client.post(format!("{}/graphql", self.address)).bearer_auth(&self.token).json(&body);
        let answer: Value = serde_json::from_slice(&request.send().await.unwrap().bytes().await.unwrap()).unwrap();
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"].clone()
    }

    /// Takes the answer to a call bit by bit.
    pub(crate) async fn stream(&self, path: &str, mut body: Value) -> Streamed {
        body["token"] = json!(self.token);
        let begun = Instant::now();
        let answer = self.client.post(format!("{}{path}", self.address)).body(body.to_string()).send().await.unwrap();
        let mut pieces = answer.bytes_stream();
        let (mut first, mut bytes) = (None, 0);
        while let Some(piece) = pieces.next().await {
            first.get_or_insert_with(|| begun.elapsed());
            bytes += piece.unwrap().len();
        }
        Streamed { first: first.unwrap(), whole: begun.elapsed(), bytes }
    }

    /// Resident memory in bytes.
    pub(crate) fn resident(&self) -> u64 {
        resident(self.child.id())
    }

    /// The number of the process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

/// Resident memory of a process in bytes.
pub(crate) fn resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() * 1024
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer that was taken bit by bit.
pub(crate) struct Streamed {
    /// Until its first byte.
    pub(crate) first: Duration,
    /// Until its last.
    pub(crate) whole: Duration,
    /// How long it is.
    pub(crate) bytes: usize,
}
