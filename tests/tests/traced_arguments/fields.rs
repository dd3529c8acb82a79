//! What `fields(…)` records.

use super::*;

#[test]
fn field_keys_may_be_anything() {
    const KEY: &str = "from.constant";
    #[traced(fields("http.request.method" = "GET", "type" = 3, "x-request:id" = %id, r#match = true, a.b.c = ?id, {KEY} = 1, crate.r#in = 2))]
    fn a22(id: u64) {
        let _ = id;
    }
    let expected = [
        ("id", number(7)),
        ("http.request.method", text("GET")),
        ("type", number(3)),
        ("x-request:id", text("7")),
        ("match", true.into()),
        ("a.b.c", text("7")),
        ("from.constant", number(1)),
        ("crate.in", number(2)),
    ];
    check(|| a22(7), &expected);
}

#[test]
fn field_expressions_see_arguments_as_the_body_does() {
    struct Cart {
        owner: String,
    }
    impl Cart {
        #[traced(skip_all, fields(owner = %self.owner, sum = a + b, half = %format!("{a}/{_c}"), kind = std::any::type_name::<Self>().len(), ?text))]
        fn total(&self, mut a: u32, (b, _): (u32, u8), _c: u8, text: &str) -> usize {
            a += b;
            a as usize + text.len()
        }
    }
    let cart = Cart { owner: "ann".into() };
    let span = span_of(|| assert_eq!(cart.total(1, (2, 0), 9, "x"), 4));
    assert_eq!(span.attribute("owner"), Some(&text("ann")));
    assert_eq!(span.attribute("sum"), Some(&number(3)));
    assert_eq!(span.attribute("half"), Some(&text("1/9")));
    assert_eq!(span.attribute("text"), Some(&text("\"x\"")));
}

#[test]
fn bare_field_with_an_arguments_name_captures_it() {
    #[traced(skip_all, fields(order_id, query, later))]
    async fn a20(order_id: u64, query: &str, payload: Vec<u8>) {
        let _ = (order_id, query, payload);
        tracing::Span::current().record("later", 5);
    }
    let expected = [("order_id", number(1)), ("query", text("q")), ("later", number(5))];
    check(|| a20(1, "q", vec![1]).now_or_never(), &expected);
}

#[test]
fn field_values_that_tracing_takes_are_taken() {
    let error: Box<dyn std::error::Error + Send + Sync> = "broken".into();
    #[traced(skip_all, fields(
        a = tracing::field::display(1), b = tracing::field::debug("x"), c = tracing::field::Empty, d = format_args!("{}-{}", 1, 2),
        e = std::num::Wrapping(3), f = error, g = None::<u8>, h = Some("y"), i = &&4u8, j = String::from("z"),
    ))]
    fn all(error: &(dyn std::error::Error + Send + Sync + 'static)) {}
    let expected = [
        ("a", text("1")),
        ("b", text("\"x\"")),
        ("d", text("1-2")),
        ("e", number(3)),
        ("f", text("broken")),
        ("h", text("y")),
        ("i", number(4)),
        ("j", text("z")),
    ];
    check(|| all(&*error), &expected);
}

#[test]
fn field_expressions_run_once_in_a_recorded_span_and_never_in_another() {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    #[traced(fields(ticket = CALLS.fetch_add(1, Ordering::Relaxed)))]
    fn a19(n: u8) -> u8 {
        n
    }
    a19(1);
    assert_eq!(CALLS.load(Ordering::Relaxed), 0, "nobody records");
    synndicate::testing::Recording::with_sample_rate(0.0).run(|| a19(1));
    assert_eq!(CALLS.load(Ordering::Relaxed), 0, "the trace is not sampled");
    capture(|| a19(1));
    assert_eq!(CALLS.load(Ordering::Relaxed), 1);
    tracing::subscriber::with_default(tracing_subscriber::registry(), || a19(1));
    assert_eq!(CALLS.load(Ordering::Relaxed), 2, "another subscriber's spans are recorded, too");
}
