//! Becomes another command that ends with the process that asked for it; see the library's `tether`.
//! It must not hold logic of its own.

fn main() -> std::process::ExitCode {
    stationmaster_testkit::tether::main(std::env::args_os())
}
