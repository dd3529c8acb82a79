//! Futures, streams and functions have the auto traits of the plain ones.

use std::cell::Cell;

/// Whether a value's type, which may have no name, has an auto trait: the type's own method goes before that of the trait.
mod has {
    pub(crate) trait Otherwise {
        fn answer(&self) -> bool {
            false
        }
    }

    macro_rules! probes {
        ($($name:ident: $auto:path;)+) => {$(
            pub(crate) struct $name<T>(pub(crate) T);

            impl<T> Otherwise for $name<T> {}

            impl<T: $auto> $name<T> {
                pub(crate) fn answer(&self) -> bool {
                    true
                }
            }
        )+};
    }
    probes! {
        Send: std::marker::Send;
        Sync: std::marker::Sync;
        Unpin: std::marker::Unpin;
        UnwindSafe: std::panic::UnwindSafe;
        RefUnwindSafe: std::panic::RefUnwindSafe;
    }
}

/// Functions whose results have auto traits of every combination, for both columns of [`same_auto_traits`].
macro_rules! functions_of_every_shape {
    ($name:ident, $(#[$attribute:meta])?) => {
        mod $name {
            use futures::{Stream, StreamExt as _};
            use std::cell::Cell;
            use std::pin::Pin;
            use std::rc::Rc;

            $(#[$attribute])?
            pub(crate) async fn nothing() {}

            $(#[$attribute])?
            pub(crate) async fn waits(number: u8) -> u8 {
                tokio::task::yield_now().await;
                number
            }

            $(#[$attribute])?
            pub(crate) async fn result(text: &str) -> Result<usize, String> {
                tokio::task::yield_now().await;
                Ok(text.len())
            }

            $(#[$attribute])?
            pub(crate) async fn cell(cell: Cell<u8>) -> u8 {
                tokio::task::yield_now().await;
                cell.get()
            }

            $(#[$attribute])?
            pub(crate) async fn counted(counted: Rc<u8>) -> u8 {
                tokio::task::yield_now().await;
                *counted
            }

            $(#[$attribute])?
            pub(crate) async fn exclusive(list: &mut [u8]) -> usize {
                tokio::task::yield_now().await;
                list.len()
            }

            $(#[$attribute])?
            pub(crate) fn opaque(number: u8) -> impl Future<Output = u8> {
                std::future::ready(number)
            }

            $(#[$attribute])?
            pub(crate) fn opaque_block(cell: Cell<u8>) -> impl Future<Output = u8> {
                async move {
                    tokio::task::yield_now().await;
                    cell.get()
                }
            }

            $(#[$attribute])?
            pub(crate) fn stream(number: u8) -> impl Stream<Item = u8> {
                futures::stream::iter([number])
            }

            $(#[$attribute])?
            pub(crate) fn stream_of_cells(cell: Rc<Cell<u8>>) -> impl Stream<Item = u8> {
                futures::stream::iter([1]).map(move |more| cell.get() + more)
            }

            $(#[$attribute])?
            pub(crate) fn boxed(number: u8) -> Pin<Box<dyn Future<Output = u8> + Send + 'static>> {
                Box::pin(async move { number })
            }

            $(#[$attribute])?
            pub(crate) fn boxed_stream(number: u8) -> Pin<Box<dyn Stream<Item = u8>>> {
                Box::pin(futures::stream::iter([number]))
            }
        }
    };
}
functions_of_every_shape!(plain_shapes,);
functions_of_every_shape!(traced_shapes, #[synndicate::traced]);

#[test]
fn auto_traits_are_those_of_the_plain_ones() {
    use has::Otherwise as _;
    use std::rc::Rc;
    macro_rules! same_auto_traits {
        ($name:ident $arguments:tt; $($auto:ident)+) => {$(
            assert_eq!(
                has::$auto(plain_shapes::$name $arguments).answer(),
                has::$auto(traced_shapes::$name $arguments).answer(),
                "`{}` of what `{}` returns", stringify!($auto), stringify!($name)
            );
        )+};
    }
    macro_rules! same {
        ($($name:ident $arguments:tt;)+) => {
            $(same_auto_traits!($name $arguments; Send Sync Unpin UnwindSafe RefUnwindSafe);)+
        };
    }
    same! {
        nothing();
        waits(1);
        result("text");
        cell(Cell::new(1));
        counted(Rc::new(1));
        exclusive(&mut [1]);
        opaque(1);
        opaque_block(Cell::new(1));
        stream(1);
        stream_of_cells(Rc::default());
        boxed(1);
        boxed_stream(1);
    }
    assert!(has::Send(traced_shapes::waits(1)).answer());
    assert!(!has::Send(traced_shapes::counted(Rc::new(1))).answer());
    assert!(has::UnwindSafe(traced_shapes::opaque(1)).answer());
}
