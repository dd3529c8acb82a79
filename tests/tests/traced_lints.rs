//! What strict lints say of code in which functions are traced: nothing that they do not say of the code itself. Clippy looks at
//! this when the tests are linted.
#![deny(warnings, unused, clippy::all, clippy::pedantic, clippy::nursery)]
#![deny(
    clippy::absolute_paths,
    clippy::arithmetic_side_effects,
    clippy::big_endian_bytes,
    clippy::clone_on_ref_ptr,
    clippy::create_dir,
    clippy::default_numeric_fallback,
    clippy::else_if_without_else,
    clippy::empty_structs_with_brackets,
    clippy::error_impl_error,
    clippy::exhaustive_enums,
    clippy::expect_used,
    clippy::field_scoped_visibility_modifiers,
    clippy::get_unwrap,
    clippy::if_then_some_else_none,
    clippy::impl_trait_in_params,
    clippy::indexing_slicing,
    clippy::infinite_loop,
    clippy::let_underscore_must_use,
    clippy::let_underscore_untyped,
    clippy::match_same_arms,
    clippy::mem_forget,
    clippy::min_ident_chars,
    clippy::missing_assert_message,
    clippy::mixed_read_write_in_expression,
    clippy::mod_module_files,
    clippy::multiple_inherent_impl,
    clippy::mut_mut,
    clippy::needless_raw_strings,
    clippy::panic_in_result_fn,
    clippy::pattern_type_mismatch,
    clippy::pub_without_shorthand,
    clippy::redundant_type_annotations,
    clippy::ref_patterns,
    clippy::rest_pat_in_fully_bound_structs,
    clippy::semicolon_inside_block,
    clippy::semicolon_outside_block,
    clippy::separated_literal_suffix,
    clippy::shadow_reuse,
    clippy::shadow_same,
    clippy::shadow_unrelated,
    clippy::str_to_string,
    clippy::string_add,
    clippy::todo,
    clippy::try_err,
    clippy::undocumented_unsafe_blocks,
    clippy::unneeded_field_pattern,
    clippy::unreachable,
    clippy::unseparated_literal_suffix,
    clippy::unused_result_ok,
    clippy::unused_trait_names,
    clippy::unwrap_in_result,
    clippy::unwrap_used,
    clippy::used_underscore_binding,
    clippy::wildcard_enum_match_arm,
    reason = "generated code could set them off"
)]

#[path = "../ui/traced/pass/lints.rs"]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::default_numeric_fallback,
    clippy::let_underscore_untyped,
    clippy::let_underscore_must_use,
    clippy::min_ident_chars,
    clippy::semicolon_outside_block,
    clippy::absolute_paths,
    clippy::infinite_loop,
    reason = "what the file itself does"
)]
pub mod lints;

use core::num::ParseIntError;
use futures::FutureExt as _;
use synndicate::testing::capture;
use synndicate::traced;
use tokio::task::yield_now;

/// Numbers behind a name.
#[async_trait::async_trait]
trait Load {
    async fn load(&self, number: usize) -> Result<usize, String>;
}

struct Disk;

#[async_trait::async_trait]
impl Load for Disk {
    #[traced(err)]
    async fn load(&self, number: usize) -> Result<usize, String> {
        if number > 0 { Ok(number) } else { Err("empty".into()) }
    }
}

struct Traced;

#[traced(err)]
#[async_trait::async_trait]
impl Load for Traced {
    async fn load(&self, number: usize) -> Result<usize, String> {
        if number > 0 { Ok(number) } else { Err("empty".into()) }
    }
}

struct Below;

#[async_trait::async_trait]
#[traced(err)]
impl Load for Below {
    async fn load(&self, number: usize) -> Result<usize, String> {
        if number > 0 { Ok(number) } else { Err("empty".into()) }
    }
}

#[traced(capture_all)]
fn underscores(_id: u8, _: u16, used: u32) -> u32 {
    used
}

#[traced(capture(_id))]
async fn underscores_later(_id: u8, _: u16, used: u32) -> u32 {
    used
}

#[traced]
async fn nothing_later(list: &mut Vec<u8>) {
    yield_now().await;
    list.push(1);
}

#[traced]
#[track_caller]
fn tracked(number: u8) -> Result<u8, String> {
    if number == 0 {
        return Err("zero".into());
    }
    Ok(number)
}

#[traced(ret, err)]
fn leaves(number: u8, text: &str) -> Result<u8, ParseIntError> {
    let parsed: u8 = text.parse()?;
    Ok(parsed.wrapping_add(number))
}

#[test]
fn linted_functions_are_traced() {
    let spans = capture(|| {
        let loaded = [
            Disk.load(0).now_or_never(),
            Traced.load(0).now_or_never(),
            Below.load(1).now_or_never(),
        ];
        assert_eq!(
            loaded.map(|result| result.is_some_and(|inner| inner.is_ok())),
            [false, false, true]
        );
        assert_eq!(underscores(1, 2, 3), 3);
        assert_eq!(underscores_later(1, 2, 3).now_or_never(), Some(3));
        assert_eq!(nothing_later(&mut vec![]).now_or_never(), None);
        assert_eq!(tracked(0).is_err(), leaves(1, "x").is_err());
    });
    assert_eq!(spans.len(), 8);
    for name in ["underscores", "underscores_later"] {
        assert_eq!(spans.one(name).attribute("_id"), Some(&1.into()));
    }
}
