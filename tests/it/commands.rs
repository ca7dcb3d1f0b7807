//! The program as an operator starts it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, ChildStdout, Command, Output, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::harness::{Schema, postgres_url};

/// The program in an empty folder of its own, with nothing of this process's settings.
fn assetry(folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_assetry"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ASSETRY_") {
            command.env_remove(name);
        }
    }
    command.env("ASSETRY_LISTEN", "127.0.0.1:0").env("ASSETRY_HASHING__MEMORY_KIB", "8");
    command
}

fn output(mut command: Command) -> Output {
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// A server that was started and said where it listens; killed when dropped.
struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    address: String,
}

impl Running {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let Some(address) = line.trim_end().strip_prefix("listening on http://").map(str::to_owned) else {
            let mut errors = String::new();
            child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
            panic!("it said {line:?} and {errors}");
        };
        Self { child, stdout, address }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: assetry\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Asks it to end; gives what it still wrote to stdout and to stderr.
    fn terminate(mut self) -> (String, String) {
        let killed = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(begun.elapsed() < Duration::from_secs(10), "it did not end");
            std::thread::yield_now();
        };
        assert!(status.success(), "{status}");
        let (mut out, mut errors) = (String::new(), String::new());
        self.stdout.read_to_string(&mut out).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        (out, errors)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_serves_demo_data_says_where_and_ends_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(assetry(&folder, &["serve", "--demo"]));
    assert!(server.get("/readyz").starts_with("HTTP/1.1 200"));
    assert!(server.get("/elsewhere/SESSIONSECRET?token=QUERYSECRET").starts_with("HTTP/1.1 404"));
    let (out, errors) = server.terminate();
    assert_eq!(out, "", "stdout holds one line only");
    let access: Vec<_> = errors.lines().filter(|line| line.contains("access")).collect();
    assert_eq!(access.len(), 2, "{errors}");
    assert!(access[0].contains("/readyz") && access[0].contains("status=200"), "{errors}");
    assert!(access[1].contains("route=\"other\"") && access[1].contains("status=404"), "{errors}");
    assert!(!errors.contains("SECRET"), "{errors}");
    // A clean end leaves the one file, with everything in it.
    assert!(folder.path().join("assetry.db").exists());
    assert!(!folder.path().join("assetry.db-wal").exists());

    let again = output(assetry(&folder, &["serve", "--demo"]));
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("Start it without --demo"), "{}", text(&again.stderr));
    let server = Running::start(assetry(&folder, &["serve"]));
    assert!(server.get("/healthz").ends_with("ok\n"));
}

#[test]
fn a_wrong_setting_stops_the_start_with_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = assetry(&folder, &["serve"]);
    command.env("ASSETRY_JWT_SECRET", "HUSH");
    let stopped = output(command);
    assert_eq!(stopped.status.code(), Some(2));
    assert_eq!(text(&stopped.stdout), "");
    let said = "assetry: The setting jwt_secret (ASSETRY_JWT_SECRET) must be at least 32 bytes long.\n";
    assert_eq!(text(&stopped.stderr), said);
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

#[test]
fn a_database_that_cannot_be_opened_is_said_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    for url in ["postgres://someone:HUSH@127.0.0.1:notaport/x", "sqlite:///nowhere/at/all.db?mode=rwc"] {
        let mut command = assetry(&folder, &["migrate"]);
        command.env("ASSETRY_DATABASE_URL", url);
        let stopped = output(command);
        let said = text(&stopped.stderr);
        assert_eq!(stopped.status.code(), Some(1), "{said}");
        assert!(said.contains("database_url") && !said.contains("HUSH"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn the_address_in_use_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut command = assetry(&folder, &["serve"]);
    command.env("ASSETRY_LISTEN", taken.local_addr().unwrap().to_string());
    let stopped = output(command);
    assert_eq!(stopped.status.code(), Some(1));
    assert!(text(&stopped.stderr).contains("(setting listen) cannot be listened on"), "{}", text(&stopped.stderr));
}

#[test]
fn documents_are_printed_without_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = assetry(&folder, &["schema"]);
    command.env("ASSETRY_LISTEN", "nonsense");
    assert!(text(&output(command).stdout).contains("type Query"));
    assert_eq!(text(&output(assetry(&folder, &["openapi"])).stdout), assetry::rest::openapi::text());
    let guide = output(assetry(&folder, &["migration-guide", "asset-platform"]));
    assert!(text(&guide.stdout).contains("# From the asset-platform dialect to GraphQL"));
    let unknown = output(assetry(&folder, &["migration-guide", "nothing"]));
    assert_eq!(unknown.status.code(), Some(1));
    let known: Vec<_> = assetry::rest::DIALECTS.iter().map(|dialect| dialect.manual().name).collect();
    let sentence = format!("assetry: There is no such dialect; these are known: {}.\n", known.join(", "));
    assert_eq!(text(&unknown.stderr), sentence);
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

/// `assetry staff create` with these further arguments and this password.
fn create_staff(folder: &TempDir, arguments: &[&str], password: &str) -> Output {
    let mut command = assetry(folder, &["staff", "create", "--username", "root", "--name", "管理员"]);
    let mut child =
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn the_first_administrator_is_made_by_a_command() {
    let folder = tempfile::tempdir().unwrap();
    let refused = create_staff(&folder, &["--role", "nosuch"], "rootpass\n");
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(text(&refused.stderr), "assetry: There is no such role.\n");
    let refused = create_staff(&folder, &[], "");
    assert_eq!(text(&refused.stderr), "assetry: Give the password as the first line of stdin.\n");
    let refused = create_staff(&folder, &["--group", "boss"], "rootpass\n");
    assert_eq!(refused.status.code(), Some(2));

    let made = create_staff(&folder, &["--role", "suadmin"], "rootpass\n");
    assert!(made.status.success(), "{}", text(&made.stderr));
    assert_eq!(text(&made.stdout).trim_end().len(), 18);
    let again = create_staff(&folder, &["--role", "suadmin"], "rootpass\n");
    assert_eq!(text(&again.stderr), "assetry: This username is taken.\n");
}

#[test]
fn generated_data_goes_into_an_empty_database() {
    let folder = tempfile::tempdir().unwrap();
    let made = output(assetry(&folder, &["generate", "--scale", "0.01"]));
    assert!(made.status.success(), "{}", text(&made.stderr));
    assert_eq!(
        text(&made.stdout),
        "5 departments, 200 staff, 2 asset groups, 1000 assets, 500 requests, 5000 lines of history\n"
    );
    let again = output(assetry(&folder, &["generate", "--scale", "0.01"]));
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("empty one only"));
}

#[test]
fn postgres_is_migrated_by_the_command_and_only_checked_at_the_start() {
    let Some(url) = postgres_url() else { return };
    let folder = tempfile::tempdir().unwrap();
    let schema = Schema::make(&url);
    let on = |arguments: &[&str]| {
        let mut command = assetry(&folder, arguments);
        command.env("ASSETRY_DATABASE_URL", &url).env("ASSETRY_DATABASE__SCHEMA", schema.name());
        command
    };
    let refused = output(on(&["serve"]));
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("run `assetry migrate` first"), "{}", text(&refused.stderr));

    let applied = output(on(&["migrate"]));
    assert!(text(&applied.stdout).contains("applied m0001_organisation"), "{}", text(&applied.stderr));
    assert_eq!(text(&output(on(&["migrate"])).stdout), "The database is up to date.\n");
    let server = Running::start(on(&["serve"]));
    assert!(server.get("/readyz").starts_with("HTTP/1.1 200"));
    server.terminate();
    let server = Running::start(on(&["serve", "--demo"]));
    server.terminate();

    let schema = Schema::make(&url);
    let mut command = assetry(&folder, &["serve", "--demo"]);
    command.env("ASSETRY_DATABASE_URL", &url).env("ASSETRY_DATABASE__SCHEMA", schema.name());
    Running::start(command).terminate();
}
