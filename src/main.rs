//! The `gvm-rs` program: hands over to the command line and exits with its code.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
