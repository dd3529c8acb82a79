//! Whole expansions, as code.

use super::traced;
use proc_macro2::TokenStream;
use quote::quote;

/// The expansion, formatted.
fn expand(args: &TokenStream, item: &TokenStream) -> String {
    let file = syn::parse2(traced(args, item)).expect("items");
    prettyplease::unparse(&file)
}

/// Functions of every shape. In each `BODY` stands for what the user has written.
fn corpus() -> [TokenStream; 11] {
    [
        quote!(
            fn nothing() {
                BODY
            }
        ),
        quote!(
            pub fn value(n: u8, text: &str) -> u8 {
                BODY
            }
        ),
        quote!(
            fn result(n: u8) -> Result<u8, String> {
                BODY
            }
        ),
        quote!(
            fn leaves(n: u8) -> Result<u8, String> {
                BODY?
            }
        ),
        quote!(
            #[track_caller]
            fn tracks((a, b): (u8, u8)) -> Result<u8, String> {
                std::BODY?
            }
        ),
        quote!(
            fn opaque() -> impl Fn() -> u8 {
                BODY
            }
        ),
        quote!(
            fn never() -> ! {
                BODY
            }
        ),
        quote!(
            async fn later(n: u8) -> Result<u8, String> {
                BODY
            }
        ),
        quote!(
            fn future(n: u8) -> impl Future<Output = u8> {
                BODY
            }
        ),
        quote!(
            fn stream(n: u8) -> Pin<Box<dyn Stream<Item = u8>>> {
                BODY
            }
        ),
        quote!(impl Type { fn method(&self) -> u8 { BODY } }),
    ]
}

#[test]
fn body_stands_once_in_the_expansion() {
    for item in corpus() {
        for args in [quote!(), quote!(capture_all, fields(x = 1)), quote!(root, skip_all)] {
            let code = expand(&args, &item);
            assert_eq!(code.matches("BODY").count(), 1, "{code}");
        }
    }
}

#[test]
fn expansion_is_the_same_every_time() {
    for item in corpus() {
        let first = expand(&quote!(capture_all), &item);
        for _ in 0..20 {
            assert_eq!(expand(&quote!(capture_all), &item), first);
        }
    }
}

/// What is generated for a function, with short names and without the call site's `static` in front.
fn shortened(args: &TokenStream, item: &TokenStream) -> String {
    let code = traced(args, item).to_string();
    let code = code.replace(":: synndicate :: __private :: ", "").replace("__synndicate_", "");
    let mut file: syn::File = syn::parse_str(&code).expect("items");
    if let Some(syn::Item::Fn(function)) = file.items.first_mut() {
        function.block.stmts.remove(0);
    }
    prettyplease::unparse(&file)
}

#[track_caller]
fn check(item: &TokenStream, expected: &str) {
    let code = shortened(&quote!(), item);
    assert_eq!(code.trim(), expected.trim(), "\n{code}");
}

#[test]
fn function_without_a_result_has_a_guard_in_front_of_its_body() {
    check(
        &quote!(
            pub fn f() {
                BODY
            }
        ),
        "
pub fn f() {
    let guard = enter!(__SYNNDICATE_CALL_SITE);
    let result: () = match () {
        () => BODY,
    };
    #[allow(unreachable_code)] return result;
}",
    );
}

#[test]
fn result_that_comes_at_the_end_is_looked_at_in_its_place() {
    check(
        &quote!(
            pub fn f(text: &str) -> u8 {
                BODY
            }
        ),
        "
pub fn f(text: &str) -> u8 {
    let guard = enter!(__SYNNDICATE_CALL_SITE, text : \"text\" \"text_length\");
    let text = text;
    let result: u8 = match () {
        () => BODY,
    };
    look!(guard, result, by_value);
    #[allow(unreachable_code)] return result;
}",
    );
}

#[test]
fn async_function_returns_a_traced_future_of_its_body() {
    check(
        &quote!(
            pub async fn f() {
                BODY
            }
        ),
        "
pub fn f() -> impl ::core::future::Future<Output = ()> {
    return traced(
        &__SYNNDICATE_CALL_SITE,
        async move {
            if let ::core::option::Option::Some(result) = ::core::option::Option::None::<
                (),
            > {
                #[allow(unreachable_code)] return result;
            }
            let result: () = match () {
                () => BODY,
            };
            #[allow(unreachable_code)] return result;
        },
        |_, _| {},
    );
}",
    );
}

#[test]
fn a_plain_function_gets_no_more_than_fifteen_lines() {
    let plain = quote!(
        fn f(a: u64, b: &str) -> Result<u64, E> {
            BODY
        }
    );
    let lines = |code: &str| code.lines().count();
    let before = prettyplease::unparse(&syn::parse2(plain.clone()).expect("items"));
    let after = expand(&quote!(), &plain);
    assert!(lines(&after) <= lines(&before) + 15, "{after}");
}
