//! A sealed place to run the program in: its own home, a bare environment, no way to the real one.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitOptions, kill_process, kill_process_group, waitpid};
use tempfile::TempDir;

use super::archive::FakeGo;
use super::mirror::Mirror;

/// A run that takes longer than this has hung: it is killed and the test fails.
const PATIENCE: Duration = Duration::from_secs(120);

/// A temporary directory with a home, and the environment for runs in it.
pub struct Sandbox {
    dir: TempDir,
    path: PathBuf,
    env: BTreeMap<OsString, OsString>,
    cwd: Option<PathBuf>,
    mirror: Option<String>,
}

impl Sandbox {
    /// An empty home; PATH is /usr/bin:/bin, and nothing else of the real environment is passed on.
    pub fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("gvm-rs-test-").tempdir().expect("a temporary directory");
        // Where /tmp is itself a link, messages show the real path.
        let path = dir.path().canonicalize().expect("it exists");
        fs::create_dir(path.join("home")).expect("it is empty");
        let sandbox = Self { dir, env: BTreeMap::new(), cwd: None, mirror: None, path };
        let home = sandbox.home();
        sandbox.env("HOME", home).env("PATH", "/usr/bin:/bin").env("LC_ALL", "C")
    }

    /// Keeps an interactive fish from reading every manual page first, which it does where it has no such directory.
    pub fn with_settled_fish(self) -> Self {
        let data = self.path.join("data");
        fs::create_dir_all(data.join("fish/generated_completions")).expect("it is ours");
        self.env("XDG_DATA_HOME", data)
    }

    /// A home in which these versions are installed, and the mirror they came from.
    pub fn with_installed(versions: &[&str]) -> (Mirror, Self) {
        let mirror = Mirror::start();
        for version in versions {
            mirror.add(FakeGo::new(version).padding(2000));
        }
        let sandbox = Self::new().with_mirror(&mirror);
        sandbox.gvm(&[&["install"], versions].concat()).ok();
        (mirror, sandbox)
    }

    /// The installed toolchains as `list` has them, in one line.
    pub fn installed(&self) -> String {
        let listed = self.gvm(&["list"]).ok().stdout;
        listed.lines().filter_map(|line| line.split(' ').next()).collect::<Vec<_>>().join(" ")
    }

    /// Sets a variable for all runs.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env.insert(name.as_ref().to_owned(), value.as_ref().to_owned());
        self
    }

    /// Removes a variable from all runs.
    pub fn without_env(mut self, name: &str) -> Self {
        self.env.remove(OsStr::new(name));
        self
    }

    /// Runs everything in this directory instead of the home.
    pub fn cwd(mut self, dir: impl Into<PathBuf>) -> Self {
        self.cwd = Some(dir.into());
        self
    }

    /// Takes index and archives from this mirror.
    pub fn with_mirror(mut self, mirror: &Mirror) -> Self {
        self.mirror = Some(mirror.url());
        self.env("GVM_RS_INDEX", mirror.index_url()).env("GVM_RS_MIRROR", mirror.base())
    }

    /// The directory that holds the home; other things of the test may be put beside it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The home directory.
    pub fn home(&self) -> PathBuf {
        self.path.join("home")
    }

    /// The default root of the program, `~/.gvm-rs`.
    pub fn root(&self) -> PathBuf {
        self.home().join(".gvm-rs")
    }

    /// Makes a directory beside the home and returns its path.
    pub fn dir(&self, name: &str) -> PathBuf {
        let dir = self.path.join(name);
        fs::create_dir_all(&dir).expect("a directory in the sandbox");
        dir
    }

    /// Any program in this environment, with nothing on its standard input.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(&self.env)
            .current_dir(self.cwd.clone().unwrap_or_else(|| self.home()))
            .stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    #[must_use = "check how it ended"]
    pub fn gvm(&self, args: &[&str]) -> Run {
        self.spawn(args).wait()
    }

    /// Runs the program in another directory.
    #[must_use = "check how it ended"]
    pub fn gvm_in(&self, dir: &Path, args: &[&str]) -> Run {
        let mut command = self.command(env!("CARGO_BIN_EXE_gvm-rs"));
        command.args(args).current_dir(dir);
        self.start(command).wait()
    }

    /// Runs the program with more variables, for this run only.
    #[must_use = "check how it ended"]
    pub fn gvm_with(&self, env: &[(&str, &str)], args: &[&str]) -> Run {
        let mut command = self.command(env!("CARGO_BIN_EXE_gvm-rs"));
        command.args(args).envs(env.iter().copied());
        self.start(command).wait()
    }

    /// Starts the program and does not wait for it.
    pub fn spawn(&self, args: &[&str]) -> Spawned {
        let mut command = self.command(env!("CARGO_BIN_EXE_gvm-rs"));
        command.args(args);
        self.start(command)
    }

    /// Runs a shell script to its end, as `sh -c`.
    #[must_use = "check how it ended"]
    pub fn sh(&self, script: &str) -> Run {
        let mut command = self.command("/bin/sh");
        command.args(["-c", script]);
        self.start(command).wait()
    }

    /// Starts any command and collects what it prints.
    pub fn start(&self, mut command: Command) -> Spawned {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let what = format!("{command:?}");
        let child = command.spawn().unwrap_or_else(|error| panic!("cannot start {what}: {error}"));
        Spawned { child: Some(child), names: self.names(), what }
    }

    /// What is replaced in [`Run::text`], longest first where one contains the other.
    fn names(&self) -> Vec<(String, &'static str)> {
        let path = |path: &Path| path.to_string_lossy().into_owned();
        let mut names = vec![
            (path(&self.home()), "[HOME]"),
            (path(&self.path), "[SANDBOX]"),
            (path(self.dir.path()), "[SANDBOX]"),
        ];
        if let Some(url) = &self.mirror {
            let host = url.split("://").last().unwrap_or(url).to_owned();
            names.push((url.clone(), "[MIRROR]"));
            names.push((host, "[MIRROR]"));
        }
        names
    }
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Sandbox {
    /// Toolchains are read-only, and who is not root could not remove them so.
    fn drop(&mut self) {
        let mut todo = vec![self.path.clone()];
        while let Some(dir) = todo.pop() {
            // What cannot be changed is left over, which fails no test.
            fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).ok();
            let entries = fs::read_dir(&dir).into_iter().flatten().flatten();
            todo.extend(entries.filter(|e| e.file_type().is_ok_and(|kind| kind.is_dir())).map(|e| e.path()));
        }
    }
}

/// A program that is running; killed when dropped.
#[must_use]
pub struct Spawned {
    child: Option<Child>,
    names: Vec<(String, &'static str)>,
    what: String,
}

impl Spawned {
    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().expect("not waited for yet").id()
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        let child = self.child.as_ref().expect("not waited for yet");
        kill_process(Pid::from_child(child), signal).expect("a child that was not waited for");
    }

    /// Waits until it has stopped itself, as a debug build does where GVM_RS_TEST_STOP_BEFORE says so.
    pub fn wait_until_stopped(&self) {
        let child = Pid::from_child(self.child.as_ref().expect("not waited for yet"));
        let status = waitpid(Some(child), WaitOptions::UNTRACED).expect("a child");
        assert!(status.is_some_and(|(_, status)| status.stopped()), "{} ended instead", self.what);
    }

    /// Kills it as `kill -9` does and collects what is left.
    #[must_use = "check how it ended"]
    pub fn kill(self) -> Run {
        self.signal(Signal::KILL);
        self.wait()
    }

    /// Waits for its end.
    #[must_use = "check how it ended"]
    pub fn wait(self) -> Run {
        self.wait_at_most(PATIENCE)
    }

    /// The same, for no longer than this. What hangs is killed, and fails the test even where a program that it started
    /// still holds its output, which then is all that is missing.
    #[must_use = "check how it ended"]
    pub fn wait_at_most(mut self, patience: Duration) -> Run {
        let child = self.child.take().expect("not waited for yet");
        let pid = Pid::from_child(&child);
        let (send, receive) = mpsc::channel();
        std::thread::spawn(move || send.send(child.wait_with_output()));
        let (output, hung) = match receive.recv_timeout(patience) {
            Ok(output) => (output, false),
            Err(_) => {
                // Gone at the last moment is fine too, and so is one that leads no group.
                kill_process(pid, Signal::KILL).ok();
                kill_process_group(pid, Signal::KILL).ok();
                let output = receive.recv_timeout(Duration::from_secs(10));
                (output.unwrap_or_else(|_| panic!("hung, and left programs behind: {}", self.what)), true)
            }
        };
        let run = Run::new(
            output.expect("a child to wait for"),
            std::mem::take(&mut self.what),
            std::mem::take(&mut self.names),
        );
        assert!(!hung, "hung: {run}");
        run
    }
}

impl Drop for Spawned {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

/// What came of one run. Not `must_use` itself, so that `.ok()` may end a statement; what makes one is.
#[derive(Clone, Debug)]
pub struct Run {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    what: String,
    names: Vec<(String, &'static str)>,
}

impl Run {
    fn new(output: Output, what: String, names: Vec<(String, &'static str)>) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            what,
            names,
        }
    }

    /// Fails the test unless the exit code is 0.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert!(self.code == Some(0), "should have worked: {self}");
        self
    }

    /// Fails the test unless this is the exit code.
    #[track_caller]
    pub fn fails(self, code: i32) -> Self {
        assert!(self.code == Some(code), "should have failed with {code}: {self}");
        self
    }

    /// Standard output without white space at its ends.
    pub fn out(&self) -> &str {
        self.stdout.trim()
    }

    /// Everything as one text, with the paths and addresses of this run replaced.
    pub fn text(&self) -> String {
        let code = self.code.map_or("signal".to_owned(), |code| code.to_string());
        let text = format!("stdout:\n{}stderr:\n{}code: {code}\n", self.stdout, self.stderr);
        self.names.iter().fold(text, |text, (name, short)| text.replace(name, short))
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}\n--- stdout\n{}--- stderr\n{}--- code {:?}",
            self.what, self.stdout, self.stderr, self.code
        )
    }
}

/// Everything below a directory, sorted: `dir/`, `file`, `link -> target`. Empty if it does not exist.
pub fn tree_names(dir: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut todo = vec![dir.to_path_buf()];
    while let Some(current) = todo.pop() {
        let Ok(entries) = fs::read_dir(&current) else {
            continue;
        };
        for entry in entries {
            let path = entry.expect("a readable directory").path();
            let below = path.strip_prefix(dir).expect("below the directory");
            let name = below.to_string_lossy();
            names.push(if let Ok(target) = fs::read_link(&path) {
                format!("{name} -> {}", target.display())
            } else if path.is_dir() {
                todo.push(path.clone());
                format!("{name}/")
            } else {
                name.into_owned()
            });
        }
    }
    names.sort();
    names
}
