//! The program as it is called: a seed is printed with its plan, and the same seed prints the same.

use std::process::Command;

fn plan(seed: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_antrean-chaos")).args(["--seed", seed, "--plan"]).output().expect("it starts");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("it writes text")
}

#[test]
fn a_seed_prints_its_plan_and_how_to_play_it_again() {
    let first = plan("42");
    assert!(first.contains("script/chaos --seed 42"), "{first}");
    assert!(first.contains("Kill {") && first.contains("Guest {"), "{first}");
    assert_eq!(first, plan("42"));
    assert_ne!(first, plan("43"));
}
