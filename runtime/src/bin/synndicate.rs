//! The program `synndicate`: what an operator may ask of tracing. `synndicate help` lists it.

use std::process::ExitCode;

fn main() -> ExitCode {
    synndicate::__private::run_program().into()
}
