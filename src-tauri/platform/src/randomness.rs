//! Random bytes.

use gatepass_oauth::ports::Randomness;

/// The random generator of AWS-LC, seeded by the system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        // AWS-LC aborts rather than hand out weak bytes, so an error here has no way to happen; carrying on
        // with predictable bytes would be worse than stopping.
        aws_lc_rs::rand::fill(bytes).expect("the generator of AWS-LC does not fail: it stops the process");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ() {
        let (mut first, mut second) = ([0_u8; 32], [0_u8; 32]);
        SystemRandomness.fill(&mut first);
        SystemRandomness.fill(&mut second);
        assert_ne!(first, second);
    }
}
