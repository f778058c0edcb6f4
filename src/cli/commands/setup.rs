//! `setup`: has every shell and the session manager find Go.

use std::process::ExitCode;

use gvm_rs::net::escaped;
use gvm_rs::setup::{self, Home, Manager, Plan, Wish};
use gvm_rs::shell::{CodeFile, Shell};
use gvm_rs::store::Store;

use super::consent::{self, Outcome};
use crate::cli::args;
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

pub(crate) fn run(args: &args::Setup, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let (store, home) = (config.store()?, consent::home(config)?);
    let init = config.init(!args.no_gobin, false)?;
    let wish = Wish {
        home: &home,
        init: &init,
        shells: &args.shells,
        with_shells: !args.no_modify_path && !args.systemd_only,
        with_session: match args {
            _ if args.systemd_only => Some(true),
            _ if args.no_modify_path || args.no_systemd => Some(false),
            // Who names shells wants these.
            _ if !args.shells.is_empty() => Some(false),
            _ => None,
        },
    };
    let plan = setup::plan(&store, &wish)?;
    let Outcome::Made(manager) = consent::carry_out(&plan, args.consent, config, ui)? else {
        return Ok(ExitCode::SUCCESS);
    };
    tell(&plan, ui);
    if let Some(manager) = manager {
        tell_manager(&manager, &init.bin, ui);
    }
    if args.no_modify_path {
        tell_lines(&plan, &store, &home, ui);
    } else if !args.systemd_only {
        tell_this_shell(&store, &home, &plan, ui);
    }
    if store.current()?.is_none() {
        ui.hint("there is no Go yet; `gvm-rs use latest` installs one");
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(plan: &Plan, ui: &Ui) {
    let names: Vec<&str> = plan.shells.iter().map(|shell| shell.name()).collect();
    match (plan.is_empty(), names.is_empty()) {
        (true, _) => ui.say("everything is set up already"),
        (false, true) => ui.say("set up; back: gvm-rs teardown"),
        (false, false) => ui.say(format_args!("set up {}; back: gvm-rs teardown", names.join(", "))),
    }
}

fn tell_manager(manager: &Manager, bin: &str, ui: &Ui) {
    match manager {
        Manager::NotRunning => ui.detail("no systemd of yours runs here; the next one reads the file"),
        Manager::Agrees => ui.say("systemd gives it to every service that it starts from now on"),
        Manager::Overruled => {
            ui.note("a PATH that was put into the running systemd overrules the file until you log in anew");
            let path = Shell::Sh.quote(bin);
            ui.hint(format_args!(
                "`systemctl --user set-environment PATH={}:\"$PATH\"` mends it until then",
                escaped(&path)
            ));
        }
        Manager::Unknown(problem) => {
            ui.note(format_args!("the running systemd was not told: {problem}"));
        }
    }
}

/// Says how a shell that is open now finds Go.
fn tell_this_shell(store: &Store, home: &Home, plan: &Plan, ui: &Ui) {
    let shell = home.login_shell.filter(|shell| plan.shells.contains(shell));
    let Some(shell) = shell.or(plan.shells.first().copied()) else { return };
    let word = shell.quote(&setup::code_file(store, home, shell).path);
    let line = match shell {
        Shell::Nu => "exec nu".to_owned(),
        Shell::Elvish => format!("eval (slurp < {word})"),
        Shell::Fish => format!("source {word}"),
        Shell::Bash | Shell::Zsh | Shell::Sh | Shell::PowerShell => format!(". {word}"),
    };
    ui.hint(format_args!("new terminals find Go; in this one, type: {}", escaped(&line)));
}

/// Says what to add where, as nothing was.
fn tell_lines(plan: &Plan, store: &Store, home: &Home, ui: &Ui) {
    for &shell in &plan.shells {
        let file: CodeFile = setup::code_file(store, home, shell);
        let line = shell.reads(&file).unwrap_or_else(|| format!("source {}", shell.quote(&file.path)));
        ui.say(format_args!("for {shell}, add: {}", escaped(&line)));
    }
}
