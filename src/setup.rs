//! The verbs that edit the user's own files, so that every shell and the session manager find Go: set up, tear down.
//!
//! First a plan, which only reads and can be shown; then it is carried out, under the lock of the store. Each file
//! gets one marked block, which reads code that lies in the root. Nothing here asks, prints or looks at variables.

use std::collections::BTreeSet;
use std::path::Path;

use crate::gvm::Gvm;
use crate::process::Watch;
use crate::shell::{CodeFile, Init, Shell};
use crate::store::{Store, StoreError};

pub use edit::{Edit, EditError, Kind};
pub use home::{Home, Reader};
pub use survey::{BlockFault, Surveyed, survey};
pub use systemd::{Manager, session_path};

pub(crate) use edit::sweep;
pub(crate) use home::Target;
pub(crate) use systemd::{STANDARD_PATH, ask as ask_manager, path_in as manager_path};

mod block;
mod diff;
mod edit;
mod guard;
mod home;
mod launchd;
mod survey;
mod systemd;
mod zsh;

/// A set-up that could not be planned or made.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// A file of the user's.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The root has a name that a file cannot hold.
    #[error("cannot write `{directory}` into {file}: the name holds {reason}")]
    Unusable {
        /// The directory that belongs on PATH.
        directory: String,
        /// What cannot hold it.
        file: &'static str,
        /// Why not.
        reason: &'static str,
    },
}

/// What the user wants to be set up.
#[derive(Debug, Clone)]
pub struct Wish<'a> {
    /// Where.
    pub home: &'a Home,
    /// What the shells are given.
    pub init: &'a Init,
    /// The shells; none is all that the user has.
    pub shells: &'a [Shell],
    /// Whether the shells' files are edited.
    pub with_shells: bool,
    /// Whether the session manager's file is; nothing is where there is one.
    pub with_session: Option<bool>,
}

/// What would be changed.
#[derive(Debug)]
pub struct Plan {
    /// The files of the user's, each with its change.
    pub edits: Vec<Edit>,
    /// The shells whose code in the root is to be written, with that code.
    pub code: Vec<(Shell, String)>,
    /// The shells that are set up.
    pub shells: Vec<Shell>,
    /// What is in the way of taking back what is done to some files; everything else is taken back.
    pub skipped: Vec<EditError>,
    /// The files that are, or were, to be edited.
    targets: Vec<Target>,
    home: Home,
    bin: String,
    /// Whether the running session manager is told.
    has_session: bool,
    is_teardown: bool,
}

impl Plan {
    /// Whether it takes a set-up back.
    pub fn is_teardown(&self) -> bool {
        self.is_teardown
    }

    /// Whether everything is as it should be.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty() && self.code.is_empty()
    }
}

/// Plans to have Go found by what the user wishes.
pub fn plan(store: &Store, wish: &Wish<'_>) -> Result<Plan, SetupError> {
    let Wish { home, init, .. } = *wish;
    if block::has_mark(&init.bin) {
        let (file, reason) = ("a shell's file", "the mark of gvm-rs's own block");
        return Err(SetupError::Unusable { directory: init.bin.clone(), file, reason });
    }
    let is_plain = !init.bin.contains(char::is_control);
    if wish.with_session == Some(true) && !is_plain {
        let (file, reason) = ("systemd's environment", "a control character");
        return Err(SetupError::Unusable { directory: init.bin.clone(), file, reason });
    }
    let shells = match wish.shells {
        [] => home.shells(&is_there),
        shells => shells.to_vec(),
    };
    let mut targets: Vec<Target> = Vec::new();
    for target in shells.iter().flat_map(|&shell| home.targets(shell, &is_there)) {
        match targets.iter_mut().find(|known| is_same_file(&known.path, &target.path)) {
            None => targets.push(target),
            // What several shells read has to be code for all of them.
            Some(known) if target.reader == Reader::Shell(Shell::Sh) => known.reader = target.reader,
            Some(_) => {}
        }
    }
    let readers: BTreeSet<Shell> =
        shells.iter().copied().chain(targets.iter().filter_map(shell_of)).collect();
    if !wish.with_shells {
        targets.clear();
    }
    let has_session = wish.with_session.unwrap_or_else(|| is_plain && home.has_session(&is_there));
    targets.extend(has_session.then(|| home.session()));
    let mut made = BTreeSet::new();
    let edits = targets.iter().map(|target| Edit::insert(target, &body(store, wish, target), &mut made));
    let edits = edits.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    let is_only_session = !wish.with_shells && has_session;
    let code = readers.into_iter().filter(|_| !is_only_session).map(|shell| (shell, shell.init(init)));
    Ok(Plan {
        edits,
        code: code.filter(|(shell, code)| !store.has_shell_code(shell.file_name(), code)).collect(),
        shells: if is_only_session { Vec::new() } else { shells },
        skipped: Vec::new(),
        targets,
        home: home.clone(),
        bin: init.bin.clone(),
        has_session,
        is_teardown: false,
    })
}

/// Plans to take everything back that any set-up of this home did.
pub fn plan_teardown(store: &Store, home: &Home, bin: &Path) -> Result<Plan, SetupError> {
    let targets = all_targets(home, store)?;
    let remembered = store.edited()?;
    let (mut edits, mut skipped) = (Vec::new(), Vec::new());
    for target in &targets {
        match Edit::remove(target) {
            Ok(edit) => edits.extend(edit),
            // What is no file has no block, and what is known not to have been edited neither.
            Err(EditError::NotPlain { .. }) => {}
            Err(EditError::Unreadable { .. })
                if !remembered.is_empty() && !remembered.contains(&target.path) => {}
            Err(error) => skipped.push(error),
        }
    }
    let mut known = BTreeSet::new();
    edits.retain(|edit| known.insert(edit.real().to_owned()));
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.depth()));
    let has_code = |shell: &Shell| store.layout().shell().join(shell.file_name()).exists();
    Ok(Plan {
        has_session: edits.iter().any(|edit| edit.reader == Reader::Systemd),
        edits,
        code: Shell::ALL.into_iter().filter(has_code).map(|shell| (shell, String::new())).collect(),
        shells: Vec::new(),
        skipped,
        targets,
        home: home.clone(),
        bin: bin.to_string_lossy().into_owned(),
        is_teardown: true,
    })
}

impl Gvm<'_> {
    /// Makes the changes of a plan; returns what the session manager that runs now came to, if it is concerned.
    pub fn carry_out(&self, plan: &Plan) -> Result<Option<Manager>, SetupError> {
        // A teardown is no reason to make a root.
        let writer =
            (!plan.is_teardown || self.store.layout().root().exists()).then(|| self.lock()).transpose()?;
        let disk = self.store.disk();
        let above = std::fs::canonicalize(&plan.home.directory).unwrap_or(plan.home.directory.clone());
        let targets = all_targets(&plan.home, self.store)?;
        edit::sweep(&targets, &above, disk)?;
        // What the blocks read is there before them, and goes after them.
        if let Some(writer) = writer.as_ref().filter(|_| !plan.is_teardown) {
            writer.remember_edited(plan.targets.iter().map(|target| target.path.as_path()))?;
            for (shell, code) in &plan.code {
                writer.publish_shell_code(shell.file_name(), code)?;
            }
        }
        for edit in &plan.edits {
            if let Err(error) = edit.apply(disk) {
                // What cannot be swept now is swept by the next one; why this one failed is worth more.
                edit::sweep(&targets, &above, disk).ok();
                return Err(error.into());
            }
        }
        if let Some(writer) = writer.as_ref().filter(|_| plan.is_teardown) {
            writer.remove_shell_code()?;
            if plan.skipped.is_empty() {
                writer.forget_edited()?;
            }
        }
        drop(writer);
        let watch =
            Watch { limit: Some(self.settings.proof_limit), leaves_nothing: true, progress: self.progress };
        let is_concerned = plan.has_session && !plan.home.is_macos;
        Ok(is_concerned.then(|| {
            let environment = &self.settings.environment;
            systemd::renew(plan.home.runtime.as_deref(), &plan.bin, !plan.is_teardown, environment, watch)
        }))
    }
}

/// Every file that any set-up may have edited: those of the home as it is now, and those that are remembered.
fn all_targets(home: &Home, store: &Store) -> Result<Vec<Target>, StoreError> {
    let mut targets = home.all_targets(&is_there);
    for path in store.edited()? {
        if targets.iter().all(|known| known.path != path) {
            targets.push(Target::remembered(path));
        }
    }
    Ok(targets)
}

/// What stands in the block of a file.
fn body(store: &Store, wish: &Wish<'_>, target: &Target) -> String {
    match target.reader {
        Reader::Systemd => systemd::lines(wish.init),
        Reader::Launchd => launchd::agent(wish.init),
        Reader::Shell(shell) => {
            shell.reads(&code_file(store, wish.home, shell)).unwrap_or_else(|| shell.init(wish.init))
        }
    }
}

/// Where a shell's code is.
pub fn code_file(store: &Store, home: &Home, shell: Shell) -> CodeFile {
    let path = store.layout().shell().join(shell.file_name());
    // Whoever wants to be on PATH has a root that is UTF-8.
    CodeFile::new(path.to_string_lossy().into_owned(), &home.directory.to_string_lossy())
}

fn shell_of(target: &Target) -> Option<Shell> {
    match target.reader {
        Reader::Shell(shell) => Some(shell),
        Reader::Systemd | Reader::Launchd => None,
    }
}

/// Whether two names lead to one file, as in homes where one is a link to the other.
fn is_same_file(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    one == other || real(one).is_some_and(|real_one| real(other) == Some(real_one))
}

fn is_there(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}
