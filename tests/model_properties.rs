//! The order of versions and the resolution of requests, held against Go's own rules: a table of the cases that Go's
//! tests of `internal/gover`, `go/version` and the toolchain selection name, and properties over random releases.
//!
//! `tests/real.rs` asks a real Go the same questions about a hundred thousand pairs.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::cmp::Ordering::{self, Equal, Greater, Less};

use gvm_rs::model::{GoVersion, Index, Lang, Platform, Prerelease, VersionError, VersionRequest};
use proptest::prelude::*;

fn version(text: &str) -> GoVersion {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

/// Pairs from Go's own tests, as far as both are releases.
#[test]
fn the_order_is_that_of_gos_own_tests() {
    let less = [
        ("1.5", "1.6"),
        ("1.5", "1.10"),
        ("1.6", "1.6.1"),
        ("1.6", "1.19"),
        ("1.19", "1.19.1"),
        ("1.19.0", "1.19.1"),
        ("1.19rc1", "1.19"),
        ("1.19rc1", "1.19.0"),
        ("1.19rc1", "1.19.1"),
        ("1.19rc1", "1.19rc2"),
        ("1.19beta2", "1.19rc1"),
        ("1.20rc1", "1.20"),
        ("1.21rc1", "1.21.0"),
        ("1.9.2rc2", "1.9.2"),
        ("1.9.2rc2", "1.9.2rc3"),
        ("1.9.2beta2", "1.9.2rc3"),
    ];
    for (older, newer) in less {
        assert_eq!(version(older).cmp(&version(newer)), Less, "{older} {newer}");
        assert_eq!(version(newer).cmp(&version(older)), Greater, "{older} {newer}");
    }
    for (one, other) in [("1.19", "1.19.0"), ("1.20", "1.20.0")] {
        assert_eq!(version(one).cmp(&version(other)), Equal, "{one} {other}");
    }
}

/// For Go `1.21` is valid and comes before `1.21rc1`; it is a language, and nothing that could be installed.
#[test]
fn a_language_is_one_where_gos_own_tests_say_so() {
    for text in ["1.21", "1.22", "1.99"] {
        let lang: Lang = text.parse().unwrap();
        assert_eq!(text.parse::<GoVersion>(), Err(VersionError::LanguageVersion(lang)));
    }
    for (text, lang) in
        [("1.2rc3", "1.2"), ("1.2.3", "1.2"), ("1.20", "1.20"), ("1.19", "1.19"), ("1.3", "1.3")]
    {
        assert_eq!(version(text).lang().to_string(), lang);
    }
}

/// What Go's grammar has beyond releases that were ever published is no version here.
#[test]
fn what_go_calls_invalid_or_nobody_ever_published_is_refused() {
    let invalid = ["", "x", "1.600+auto", "1.9.2+rc2", "go1.2.3+bigcorp", "gccgo-go1.23rc4"];
    let unpublished = ["1", "1.999testmod", "1.19alpha3", "1.9.2alpha1", "1.8.2rc", "1.99999999999999998"];
    for text in invalid.into_iter().chain(unpublished) {
        assert!(text.parse::<GoVersion>().is_err(), "{text}");
    }
}

/// The releases of Go's test of its toolchain selection; a need is a range there (`1.39` and newer) and a request here.
#[test]
fn a_range_finds_what_go_would_find_at_the_top_of_a_list() {
    let stable = ["1.39.0", "1.39.1", "1.39.2", "1.40.0", "1.40.1", "1.40.2"];
    let with_candidate = [&stable[..], &["1.41rc1"]].concat();
    for (request, among, expected) in [
        (">=1.38 <1.40", &stable[..], Some("1.39.2")),
        ("1.39", &stable, Some("1.39.2")),
        ("~1.39.1", &stable, Some("1.39.2")),
        (">=1.39.3", &stable, Some("1.40.2")),
        (">=1.40", &with_candidate, Some("1.40.2")),
        (">=1.41", &stable, None),
        (">=1.41", &with_candidate, None),
        (">=1.41rc1", &with_candidate, Some("1.41rc1")),
        ("1.41", &with_candidate, None),
        ("1.41.0", &with_candidate, None),
        ("rc", &with_candidate, Some("1.41rc1")),
        ("latest", &with_candidate, Some("1.40.2")),
        ("1.40", &[], None),
    ] {
        let found =
            request.parse::<VersionRequest>().unwrap().select_among(among.iter().map(|text| version(text)));
        assert_eq!(found, expected.map(version), "{request}");
    }
}

/// Go's order, written down from its documentation and without a line of ours: numbers first, then whether it is
/// final, then `beta` before `rc`, then the count.
fn as_go_orders(a: &str, b: &str) -> Ordering {
    let key = |text: &str| {
        let (numbers, tag) = match text.find(|c: char| c.is_ascii_alphabetic()) {
            Some(at) => text.split_at(at),
            None => (text, ""),
        };
        let mut numbers: Vec<u64> = numbers.split('.').map(|number| number.parse().unwrap()).collect();
        numbers.resize(3, 0);
        let count: u64 = tag.trim_start_matches(|c: char| c.is_ascii_alphabetic()).parse().unwrap_or(0);
        (numbers, tag.is_empty(), tag.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned(), count)
    };
    key(a).cmp(&key(b))
}

/// The text of a release, near enough to others that lines, patches and prereleases meet.
fn release() -> impl Strategy<Value = String> {
    let tag = prop_oneof![4 => Just(String::new()), 1 => "rc[1-9]|rc1[0-2]|beta[1-3]"];
    let number = (18..25u32, prop_oneof![3 => 0..4u32, 1 => 9..14u32], tag);
    number.prop_map(|(minor, patch, tag)| match tag.as_str() {
        "" => format!("1.{minor}.{patch}"),
        tag => format!("1.{minor}{tag}"),
    })
}

fn releases() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(release(), 0..30)
}

/// The index that lists exactly these, each for one platform; the same release under two names is listed once.
fn index(releases: &[String]) -> Index {
    let mut versions: Vec<GoVersion> = releases.iter().map(|text| version(text)).collect();
    versions.sort_unstable();
    versions.dedup();
    let entry = |version: GoVersion| {
        let name = version.toolchain();
        format!(
            r#"{{"version":"{name}","files":[{{"filename":"{name}.linux-amd64.tar.gz","kind":"archive","size":1}}]}}"#
        )
    };
    let entries: Vec<String> = versions.into_iter().map(entry).collect();
    Index::from_json(format!("[{}]", entries.join(",")).as_bytes()).unwrap()
}

fn selected(request: &str, releases: &[String]) -> Option<GoVersion> {
    let platform: Platform = "linux-amd64".parse().unwrap();
    let request = request.parse().unwrap();
    index(releases).select(&request, &platform).ok().map(|archive| archive.version)
}

/// The newest of those that a plain sentence admits.
fn newest(releases: &[String], admits: impl Fn(GoVersion) -> bool) -> Option<GoVersion> {
    releases.iter().map(|text| version(text)).filter(|version| admits(*version)).max()
}

proptest! {
    #[test]
    fn versions_are_ordered_as_go_orders_them(a in release(), b in release()) {
        prop_assert_eq!(version(&a).cmp(&version(&b)), as_go_orders(&a, &b));
    }

    #[test]
    fn the_order_is_total(a in release(), b in release(), c in release()) {
        let [a, b, c] = [version(&a), version(&b), version(&c)];
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert_eq!(a == b, a.cmp(&b) == Equal);
        prop_assert!(!(a <= b && b <= c) || a <= c);
    }

    #[test]
    fn the_order_of_languages_is_that_of_their_releases(a in release(), b in release()) {
        let [a, b] = [version(&a), version(&b)];
        if a.lang() != b.lang() {
            prop_assert_eq!(a.cmp(&b), a.lang().cmp(&b.lang()));
        }
    }

    #[test]
    fn two_numbers_never_leave_their_line(minor in 18..25u32, releases in releases()) {
        let line = |version: GoVersion| version.is_stable() && version.minor() == minor;
        prop_assert_eq!(selected(&format!("1.{minor}.x"), &releases), newest(&releases, line));
        prop_assert_eq!(selected(&format!("~1.{minor}"), &releases), newest(&releases, line));
        if minor > 20 {
            prop_assert_eq!(selected(&format!("1.{minor}"), &releases), newest(&releases, line));
        }
    }

    #[test]
    fn an_exact_name_selects_that_release_or_none(wanted in release(), releases in releases()) {
        prop_assert_eq!(selected(&wanted, &releases), newest(&releases, |found| found == version(&wanted)));
    }

    #[test]
    fn a_range_selects_the_newest_in_it(low in release(), high in release(), releases in releases()) {
        let [from, to] = [version(&low), version(&high)];
        let named = |found: GoVersion| {
            found.is_stable() || [from, to].iter().any(|bound| !bound.is_stable() && bound.lang() == found.lang())
        };
        let between = |found: GoVersion| from <= found && found < to && named(found);
        prop_assert_eq!(selected(&format!(">={low} <{high}"), &releases), newest(&releases, between));
    }

    #[test]
    fn a_tilde_stays_in_its_line_and_does_not_go_back(wanted in release(), releases in releases()) {
        let from = version(&wanted);
        let admits = |found: GoVersion| {
            found >= from && found.lang() == from.lang() && (found.is_stable() || !from.is_stable())
        };
        prop_assert_eq!(selected(&format!("~{wanted}"), &releases), newest(&releases, admits));
    }

    #[test]
    fn the_names_of_channels_mean_what_they_say(releases in releases()) {
        let latest = newest(&releases, GoVersion::is_stable);
        prop_assert_eq!(selected("latest", &releases), latest);
        let before = |found: GoVersion| found.is_stable() && latest.is_some_and(|latest| found.lang() < latest.lang());
        prop_assert_eq!(selected("oldstable", &releases), newest(&releases, before));
        let is_candidate = |found: GoVersion| matches!(found.pre(), Some(Prerelease::Rc(_)));
        let rc = newest(&releases, is_candidate).filter(|rc| latest.is_none_or(|latest| *rc > latest));
        prop_assert_eq!(selected("rc", &releases), rc);
    }
}
