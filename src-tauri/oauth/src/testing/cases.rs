//! Many drawn cases, the same in each run.

use proptest::string::{RegexGeneratorStrategy, string_regex};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Texts that fit a regular expression. A bare `&str` is a strategy too, and reads the expression anew for each case.
pub(crate) fn text(expression: &str) -> RegexGeneratorStrategy<String> {
    string_regex(expression).expect("a regular expression that can be drawn from")
}

/// Draws ten thousand cases from a seed that never changes.
pub(crate) fn ten_thousand() -> TestRunner {
    let config = Config { cases: 10_000, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}
