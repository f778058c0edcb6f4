//! The search for a change: among releases in order, of which the first and the last are known to differ, it names
//! the one to look at next. A pure value that knows nothing of releases.

use std::collections::BTreeSet;

/// What a look at one position came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// As at the first position.
    Before,
    /// As at the last position.
    After,
    /// Nobody can tell.
    Skipped,
}

/// The positions between which the change lies.
///
/// Invariant: `low` is as the first position and `high` as the last, whatever lies between. So even where there
/// are several changes, what is found is one.
#[derive(Debug, Clone)]
pub struct Search {
    low: usize,
    high: usize,
    skipped: BTreeSet<usize>,
}

impl Search {
    /// A search from position 0, which is as before the change, to `last`, which is as after it.
    pub fn new(last: usize) -> Search {
        Search { low: 0, high: last, skipped: BTreeSet::new() }
    }

    /// The last position known to be as before the change.
    pub fn low(&self) -> usize {
        self.low
    }

    /// The first position known to be as after the change.
    pub fn high(&self) -> usize {
        self.high
    }

    fn open(&self) -> impl Iterator<Item = usize> {
        (self.low + 1..self.high).filter(|position| !self.skipped.contains(position))
    }

    /// Returns the position to look at next: the middle of those left. `None` when all is known.
    pub fn pick(&self) -> Option<usize> {
        self.open().nth(self.open().count().saturating_sub(1) / 2)
    }

    /// Takes note of what a look came to.
    pub fn record(&mut self, position: usize, verdict: Verdict) {
        match verdict {
            Verdict::Before => self.low = self.low.max(position),
            Verdict::After => self.high = self.high.min(position),
            Verdict::Skipped => {
                self.skipped.insert(position);
            }
        }
    }

    /// How many positions may still have to be looked at.
    pub fn left(&self) -> usize {
        self.open().count()
    }

    /// How many looks it takes at most from here, if none is skipped.
    pub fn looks(&self) -> u32 {
        usize::BITS - self.left().leading_zeros()
    }

    /// The positions between the two ends of which nobody can tell.
    pub fn unknown(&self) -> Vec<usize> {
        self.skipped.iter().copied().filter(|position| (self.low + 1..self.high).contains(position)).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Searches, and returns the search and how many looks it took.
    fn search(last: usize, tell: impl Fn(usize) -> Verdict) -> (Search, u32) {
        let (mut search, mut looks) = (Search::new(last), 0);
        while let Some(position) = search.pick() {
            assert!(search.low() < position && position < search.high());
            let most = search.looks();
            let left = search.left();
            search.record(position, tell(position));
            assert!(search.left() < left);
            assert!(search.looks() < most || tell(position) == Verdict::Skipped);
            looks += 1;
        }
        (search, looks)
    }

    fn log2_up(n: usize) -> u32 {
        n.next_power_of_two().trailing_zeros()
    }

    #[test]
    fn every_change_is_found_with_as_few_looks_as_can_be() {
        for last in 1..70 {
            for change in 1..=last {
                let tell = |at| if at < change { Verdict::Before } else { Verdict::After };
                let (found, looks) = search(last, tell);
                assert_eq!((found.low(), found.high(), found.unknown()), (change - 1, change, vec![]));
                assert!(looks <= log2_up(last), "{looks} looks among {last}");
            }
        }
    }

    proptest! {
        #[test]
        fn skips_leave_open_only_what_they_hide(
            last in 1_usize..200, at in 0_usize..200, skipped in proptest::collection::btree_set(1_usize..200, 0..40)
        ) {
            let change = 1 + at % last;
            let skipped: BTreeSet<usize> = skipped.into_iter().filter(|&at| at < last).collect();
            let tell = |at| match at {
                _ if skipped.contains(&at) => Verdict::Skipped,
                _ if at < change => Verdict::Before,
                _ => Verdict::After,
            };
            let (found, looks) = search(last, tell);
            // The nearest on either side that can tell.
            let low = (0..change).rev().find(|at| !skipped.contains(at)).unwrap();
            let high = (change..=last).find(|at| !skipped.contains(at)).unwrap();
            prop_assert_eq!((found.low(), found.high()), (low, high));
            prop_assert_eq!(found.unknown(), (low + 1..high).collect::<Vec<_>>());
            prop_assert!(looks <= log2_up(last) + skipped.len() as u32);
        }

        #[test]
        fn of_several_changes_one_is_found(flips in proptest::collection::vec(any::<bool>(), 0..100)) {
            let last = flips.len() + 1;
            let tell = |at: usize| match at {
                0 => Verdict::Before,
                at if at == last || flips[at - 1] => Verdict::After,
                _ => Verdict::Before,
            };
            let (found, looks) = search(last, tell);
            prop_assert_eq!((tell(found.low()), tell(found.high())), (Verdict::Before, Verdict::After));
            prop_assert_eq!(found.low() + 1, found.high());
            prop_assert!(looks <= log2_up(last));
        }
    }
}
