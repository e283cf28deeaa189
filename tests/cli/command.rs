//! The binary under test, and a copy of the fixture to run it in.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use crate::{forked, witnessed};

/// The `detente` binary, as cargo built it for this test.
pub(crate) fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_detente"))
}

/// The folder of all tests.
pub(crate) fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests")
}

/// A copy of the fixture that nobody else uses.
pub(crate) struct World(TempDir);

impl World {
    /// Copies the fixture; the vaults and unlock files get the mode that git does not keep.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(&tests().join("cli/fixture"), folder.path());
        for private in
            ["a.key", "b.key", "a/vault.sqlite", "b/vault.sqlite", "a/recovery.key", "b/recovery.key"]
        {
            owner_only(&folder.path().join(private));
        }
        fs::create_dir(folder.path().join("w")).unwrap();
        for (name, bytes) in witnessed::files() {
            fs::write(folder.path().join("w").join(name), bytes).unwrap();
        }
        fs::create_dir(folder.path().join("f")).unwrap();
        for (name, bytes) in forked::files() {
            fs::write(folder.path().join("f").join(name), bytes).unwrap();
        }
        Self(folder)
    }

    /// A folder with nothing in it.
    pub(crate) fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// What somebody finds who types commands in the repository's root: the shipped incidents and the specifications.
    pub(crate) fn link_shipped_files(&self) {
        let root = tests().join("..").canonicalize().unwrap();
        for folder in ["specs", "tests/data"] {
            let link = self.path().join(folder);
            fs::create_dir_all(link.parent().unwrap()).unwrap();
            link_folder(&root.join(folder), &link);
        }
    }

    /// A folder `m` that has the log of `a` and no vault.
    pub(crate) fn link_log(&self) {
        fs::create_dir(self.path().join("m")).unwrap();
        link_folder(&self.path().join("a/log"), &self.path().join("m/log"));
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// A command in the folder: no setting of the reader's own, and `detente` is the binary under test.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        let mut folders = vec![binary().parent().unwrap().to_owned()];
        folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        command
            .current_dir(self.path())
            .env("PATH", std::env::join_paths(folders).unwrap())
            .env("LC_ALL", "C");
        // What the shipped incidents are called for a script.
        command.env("INCIDENTS", tests().canonicalize().unwrap().join("data/incidents"));
        for setting in [
            "DETENTE_PARTY",
            "DETENTE_UNLOCK",
            "DETENTE_PKCS11_MODULE",
            "COLUMNS",
            "NO_COLOR",
            "CLICOLOR",
            "CLICOLOR_FORCE",
        ] {
            command.env_remove(setting);
        }
        command
    }

    /// The binary with arguments separated by blanks.
    pub(crate) fn detente(&self, arguments: &str) -> Command {
        let mut command = self.command(binary());
        command.args(arguments.split(' '));
        command
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[cfg(unix)]
fn owner_only(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(unix)]
fn link_folder(folder: &Path, link: &Path) {
    std::os::unix::fs::symlink(folder, link).unwrap();
}

#[cfg(not(unix))]
fn link_folder(folder: &Path, link: &Path) {
    copy(folder, link);
}

#[cfg(not(unix))]
fn owner_only(_path: &Path) {}
