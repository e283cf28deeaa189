//! A folder with its own token store, and the binary to run in it.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Once, OnceLock},
};

use detente_core::json::Value;
use tempfile::TempDir;

pub(crate) const PIN: &str = "4711-secret-pin";

/// Where distributions put SoftHSM's module.
const MODULES: [&str; 6] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
];

/// What a command wrote, and its exit code.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Done {
    /// Of a command that has to succeed.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }

    /// Of a command that has to fail with code, words and hint, and without a result.
    #[track_caller]
    pub(crate) fn refused(self, code: &str, words: &[&str]) -> Self {
        assert_eq!((self.code, self.out.as_str()), (2, ""), "{self:?}");
        assert!(self.err.starts_with(&format!("{code} ")), "{self:?}");
        for word in words {
            assert!(self.err.contains(word), "{word:?} is not in {self:?}");
        }
        assert!(self.err.contains("\nhint: "), "no hint in {self:?}");
        assert!(!self.err.contains(PIN), "the PIN is in {self:?}");
        self
    }
}

pub(crate) struct Rig {
    home: TempDir,
    module: PathBuf,
    /// What the failing module does; none for the real one.
    pub(crate) fault: Option<String>,
}

impl Rig {
    /// A rig with a token `ops`; none where there is no SoftHSM.
    pub(crate) fn new() -> Option<Self> {
        let module = softhsm()?;
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("tokens")).unwrap();
        let store = home.path().join("tokens");
        let settings = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
            store.display()
        );
        fs::write(home.path().join("softhsm2.conf"), settings).unwrap();
        let rig = Self { home, module, fault: None };
        rig.token("ops", PIN);
        rig.private("pin", &format!("{PIN}\n"));
        Some(rig)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(crate) fn module(&self) -> PathBuf {
        if self.fault.is_some() { faulty_module() } else { self.module.clone() }
    }

    /// One more token.
    pub(crate) fn token(&self, label: &str, pin: &str) {
        let arguments = ["--init-token", "--free", "--label", label, "--pin", pin, "--so-pin", "so-pin-0000"];
        let output = self.command("softhsm2-util").args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    /// Every token is pulled out; [`Self::plug_in`] brings them back.
    pub(crate) fn pull_out(&self) {
        fs::rename(self.path("tokens"), self.path("drawer")).unwrap();
        fs::create_dir(self.path("tokens")).unwrap();
    }

    pub(crate) fn plug_in(&self) {
        fs::remove_dir_all(self.path("tokens")).unwrap();
        fs::rename(self.path("drawer"), self.path("tokens")).unwrap();
    }

    /// A file that only its owner may read.
    pub(crate) fn private(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
        self.mode(name, 0o600);
    }

    pub(crate) fn mode(&self, name: &str, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.home.path())
            .env("SOFTHSM2_CONF", self.path("softhsm2.conf"))
            .env("REAL_MODULE", &self.module)
            .env("LC_ALL", "C")
            .stdin(Stdio::null());
        for setting in ["DETENTE_PARTY", "DETENTE_UNLOCK", "DETENTE_PKCS11_MODULE", "FAULT"] {
            command.env_remove(setting);
        }
        if let Some(fault) = &self.fault {
            command.env("FAULT", fault).env("DETENTE_PKCS11_MODULE", faulty_module());
        }
        command
    }

    /// The binary, arguments separated by blanks.
    pub(crate) fn detente(&self, arguments: &str) -> Done {
        self.with_input(arguments, "")
    }

    pub(crate) fn with_input(&self, arguments: &str, input: &str) -> Done {
        let mut command = self.command(env!("CARGO_BIN_EXE_detente"));
        let piped = [Stdio::piped(), Stdio::piped(), Stdio::piped()];
        let [stdin, stdout, stderr] = piped;
        let mut child =
            command.args(arguments.split(' ')).stdin(stdin).stdout(stdout).stderr(stderr).spawn().unwrap();
        // A command that fails early reads nothing.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Done { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// A party `a` with its keys in the token.
    pub(crate) fn init_in_token(&self) -> Done {
        let module = self.module();
        self.detente(&format!(
            "init --party a --origin a.example/log --unlock a.key --token ops --pkcs11-module {} --pin-file pin",
            module.display()
        ))
    }

    /// A party `a` with its keys in the vault.
    pub(crate) fn init_in_vault(&self) {
        self.detente("init --party a --origin a.example/log --unlock a.key").ok();
    }

    pub(crate) fn commit(&self, id: &str) -> Done {
        let report = format!("{{\"incident_id\":\"{id}\"}}\n");
        self.with_input("commit --party a --unlock a.key --pin-file pin -", &report)
    }

    /// The log passes its check, and an entry can be disclosed and verified.
    pub(crate) fn verify(&self, index: u64) {
        self.detente("log check a/log --policy a/share/a.policy").ok();
        let out = format!("{index}.json");
        let _ = fs::remove_file(self.path(&out));
        self.detente(&format!(
            "disclose {index} --party a --unlock a.key --pin-file pin --field id --to a/share/a.example.vkey --out {out}"
        ))
        .ok();
        self.detente(&format!("verify {out} --policy a/share/a.policy")).ok();
    }

    /// `keys list` as JSON.
    pub(crate) fn keys(&self) -> Value {
        let out = self.detente("keys list --party a --unlock a.key --json").ok();
        Value::parse(out.trim().as_bytes()).unwrap()
    }

    /// Role and place of every key in use, in that order.
    pub(crate) fn in_use(&self) -> Vec<(String, String)> {
        let keys = self.keys();
        let keys = keys.as_object().unwrap()["keys"].as_array().unwrap().iter();
        let mut found: Vec<_> = keys
            .map(|key| key.as_object().unwrap())
            .filter(|key| key["in_use"] == Value::Bool(true))
            .map(|key| (key["role"].as_str().unwrap().to_owned(), place(&key["place"])))
            .collect();
        found.sort();
        found
    }

    /// Every file of the log, but for the lock.
    pub(crate) fn log(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.path("a/log"), &mut files);
        files.retain(|path, _| !path.ends_with("lock"));
        files
    }

    /// Runs an ignored test of `inside.rs` in a process of its own, which has this rig's token store.
    pub(crate) fn inside(&self, what: &str) -> String {
        let mut command = self.command(std::env::current_exe().unwrap());
        command.args(["--exact", &format!("inside::{what}"), "--ignored", "--nocapture"]);
        let output = command.env("TOKEN_MODULE", &self.module).env("TOKEN_PIN", PIN).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let fault = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && text.contains("1 passed"), "{text}{fault}");
        text
    }
}

/// `vault`, or the token's label.
pub(crate) fn place(value: &Value) -> String {
    match value.as_object() {
        Some(token) => token["token"].as_str().unwrap().to_owned(),
        None => value.as_str().unwrap_or("nowhere").to_owned(),
    }
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
}

fn softhsm() -> Option<PathBuf> {
    let found = MODULES.iter().map(PathBuf::from).find(|path| path.is_file());
    let tool = Command::new("softhsm2-util").arg("--version").output().is_ok();
    let found = found.filter(|_| tool);
    if found.is_none() {
        // Once, and past the harness, which keeps what tests print to itself.
        static SAID: Once = Once::new();
        SAID.call_once(|| std::io::stderr().write_all(b"tokens: not run, softhsm2 not found\n").unwrap());
        let required = std::env::var("DETENTE_TOKENS").is_ok_and(|word| word == "required");
        assert!(!required, "softhsm2 is required here, and was not found");
    }
    found
}

/// The module that fails on demand, compiled once.
fn faulty_module() -> PathBuf {
    static BUILT: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = BUILT.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("faulty.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/tokens/faulty.c");
        let mut compiler = Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()));
        let output =
            compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&path).arg(source).arg("-ldl").output();
        let output = output.expect("a C compiler, which the build of SQLite needs too");
        assert!(output.status.success(), "{output:?}");
        (folder, path)
    });
    path.clone()
}
