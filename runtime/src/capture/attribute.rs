//! The attribute, as users read of it.

/// Turns calls of a function, or of every function of a block, into spans.
///
/// ```
/// use synndicate::traced;
///
/// #[traced]
/// async fn search(topic: &str, limit: usize) -> Result<Vec<String>, std::io::Error> {
///     Ok(vec![topic.to_owned(); limit])
/// }
/// ```
///
/// A span of `search` has the attributes `topic_length`, `limit` and `result_length`; an `Err` or a panic makes it a failed one,
/// with an exception event. Nothing else changes: not what the function does, nor what compiles, nor in what order it drops.
///
/// # Where it goes
///
/// On functions and methods: sync or `async`, `unsafe`, `extern`, generic, with any receiver, with patterns as arguments. On
/// functions that return `impl Future`, `impl Stream` or a boxed one. On whole [blocks](#blocks): `impl` blocks, traits, inline
/// modules.
///
/// ```
/// # use synndicate::traced;
/// struct Cart(Vec<u32>);
///
/// #[traced]
/// impl Cart {
///     fn add(&mut self, cents: u32) {
///         self.0.push(cents);
///     }
///
///     async fn pay(self, _card: &str) -> Result<u32, String> {
///         Ok(self.0.iter().sum())
///     }
/// }
/// ```
///
/// # Names
///
/// A span is called as its function is: `search`; in an annotated `impl` block `Cart::add`, with the type's name; in an annotated
/// trait `Store::load`, with the trait's. An attribute on a single method sees nothing around it, so that its span is called `add`.
///
/// Every span says where its code is, in the [words of OpenTelemetry][code]: `code.function.name`
/// (`shop::cart::Cart::add`), `code.file.path`, `code.line.number`.
///
/// [code]: https://opentelemetry.io/docs/specs/semconv/registry/attributes/code/
///
/// # Arguments and results
///
/// An argument is recorded as it is when the function is called, by the rules for its type:
///
/// | type | attribute | value |
/// |---|---|---|
/// | integers, also `NonZero…`, `Wrapping` and `Saturating` | `<name>` | an integer; beyond 64 bits with a sign, its decimal text |
/// | `f32`, `f64` | `<name>` | a double |
/// | `bool` | `<name>` | a boolean |
/// | `str`, `String`, `Path`, `OsStr`, `CStr` and the owned ones | `<name>_length` | bytes |
/// | slices, arrays, `Vec`, `VecDeque`, `LinkedList`, `BinaryHeap`, maps, sets | `<name>_length` | elements |
/// | `bytes::Bytes`, `bytes::BytesMut` | `<name>_length` | bytes |
/// | `Option`, `&`, `&mut`, `Box`, `Rc`, `Arc`, `Cow` of one of these | the content's | the content's; nothing for `None` |
/// | anything else: structs, enums, tuples, `char`, `T`, `impl Trait`, `dyn Trait` | none | |
///
/// A pattern is recorded by the names that it binds. `self` is not recorded, nor is what has a name that begins with `_` or says
/// that it is a [secret](#what-is-private-and-what-is-not). A result is recorded by the same rules as `result` or `result_length`,
/// the value of an `Ok` likewise.
///
/// What is asked for, by `capture`, `capture_all`, `ret` or `fields`, is recorded by its type where it is a [`Value`]: collections
/// and tuples as arrays, maps with texts for keys as maps, and your own types if they implement it. `capture`, `capture_all` and
/// `ret` take the `Debug` of anything else. Texts are cut at `tracing_attribute_value_limit`, 64 KiB unless it is set; arrays and
/// maps end before the element that would begin behind it.
///
/// A key stands once in a span, and the last who writes it wins: `fields` over arguments, [`set_attribute`] and
/// `Span::record` over both.
///
/// [`Value`]: crate::Value
/// [`set_attribute`]: crate::set_attribute
/// [`Value`]: crate::Value
///
/// # Options
///
/// | option | |
/// |---|---|
/// | [`name = "checkout"`](#what-a-span-is) | the span's name, a constant `&'static str`; `#[traced("checkout")]` for short |
/// | [`target = "billing"`](#what-a-span-is) | the target for filters; the module's path by default |
/// | [`level = "debug"`](#what-a-span-is) | the level for filters; `info` by default |
/// | [`kind = client`](#what-a-span-is) | `internal` (the default), `server`, `client`, `producer` or `consumer` |
/// | [`parent = &span`](#where-a-span-belongs) | its parent: a `tracing` span, an `Id`, or `None` for a root |
/// | [`root`](#where-a-span-belongs) | it begins a trace of its own |
/// | [`follows_from = causes`](#where-a-span-belongs) | links to what it was caused by |
/// | [`capture(query)`](#what-is-recorded) | records these arguments, content and all |
/// | [`capture_all`](#what-is-recorded) | records every argument, and `self` where it has a `Debug` |
/// | [`skip(token)`](#what-is-recorded) | records nothing of these arguments |
/// | [`skip_all`](#what-is-recorded) | records no argument but those that are named |
/// | [`redact(card)`](#what-is-recorded) | records `[redacted]` for these arguments |
/// | [`hash(email)`](#what-is-recorded) | records whether these arguments are the same as others, not what they are |
/// | [`fields(order.id = id)`](#what-is-recorded) | records anything, under any key |
/// | [`ret`](#how-it-ended) | records the result's content as `result`; `ret(Debug)`, `ret(Display)` |
/// | [`err(Debug)`](#how-it-ended) | how an error is told, `err(Display)` too |
/// | [`err(if is_failure)`](#how-it-ended) | which errors are failures |
/// | [`on_none`](#how-it-ended) | `None` is a failure |
/// | [`agent = "planner"`](#agents-and-tools) | it invokes an agent; the name may be a constant |
/// | [`tool = SEARCH`](#agents-and-tools) | it executes a tool, likewise |
/// | [`skip_methods(len)`](#blocks) | leaves out these functions of a block |
/// | [`crate = "path"`](#renamed-crates) | where this crate is found under another name |
///
/// An option that does not exist is an error, with the nearest one that does.
///
/// ## What a span is
///
/// ```
/// # use synndicate::traced;
/// # use tracing::Level;
/// const TARGET: &str = "billing";
///
/// #[traced(name = "charge card", target = TARGET, level = Level::DEBUG, kind = client)]
/// async fn charge(cents: u64) {}
/// ```
///
/// `level` is a name, a number from 1 (`trace`) to 5 (`error`), or a constant [`tracing::Level`]. Level and target decide by the
/// setting `tracing_filter`, `info` by default, whether there is a span at all. A function whose span is filtered out, or whose
/// trace is not sampled, evaluates none of the attribute's expressions.
///
/// ## Where a span belongs
///
/// By default to the span that is current. All three take expressions, which see the arguments.
///
/// ```
/// # use synndicate::traced;
/// use tracing::{Id, Span};
///
/// #[traced(parent = request, skip(request))]
/// async fn in_background(request: Span) {}
///
/// #[traced(root, follows_from = causes)]
/// fn batch(causes: &[Id]) {}
///
/// # #[traced]
/// # fn handle() {
/// // A task of `tokio::spawn` has no current span: give it one, or use `synndicate::spawn`, which carries it along.
/// let task = in_background(Span::current());
/// # drop(task);
/// # batch(&[]);
/// # }
/// ```
///
/// `parent` takes what `tracing` takes: `&Span`, `Span`, `Id`, `&Id`, an `Option<Id>`. Where that is no recorded span the function
/// begins a new trace. `follows_from` takes whatever can be iterated and gives such things; each becomes a link.
///
/// ## What is recorded
///
/// ```
/// # use synndicate::traced;
/// # struct User { id: u64, mail: String }
/// const PAGE: &str = "page.number";
///
/// #[traced(
///     capture(query),
///     skip(limit),
///     redact(card),
///     fields(user.id = user.id, "http.request.method" = "GET", mail = %user.mail, terms = ?query.split(' '), {PAGE} = 1, later)
/// )]
/// fn search(user: &User, query: &str, limit: usize, card: &str) {
///     tracing::Span::current().record("later", "declared above, written here");
///     synndicate::set_attribute("at.once", "declared nowhere");
/// }
///
/// #[traced(skip_all, fields(query))]
/// fn suggest(query: &str, limit: usize) {}
/// ```
///
/// A key of `fields` is a name with dots, a text, or a constant in braces; `key = value` records a value by its type,
/// `key = %value` its `Display`, `key = ?value` its `Debug`, `?name` a variable's, `?user.id` that of a place. A name alone captures
/// the argument of that name; where there is none it declares a field for `Span::record`. The keys `otel.name`, `otel.kind`, `otel.status_code` and
/// `otel.status_description` set what they say instead of an attribute.
///
/// What names an argument comes before what means all: `skip_all, capture(query)` records `query` alone.
///
/// `hash` records `[hash:0123456789abcdef]`: calls about the same person are found, and nobody sees who it is. The hash depends on a
/// key that is random in each process; the setting `tracing_redaction_key` makes it the same in all services. What has no type of
/// OpenTelemetry is hashed by its `Debug`: a `HashMap` in there has no order, and so no hash that stays the same.
///
/// ```
/// # use synndicate::traced;
/// # struct User { id: u64, mail: String }
/// #[traced(hash(email), redact(card), fields(?user.id, %user.mail))]
/// fn register(user: &User, email: &str, card: &str) {}
/// ```
///
/// Rules `[[observability.span]]` of the [settings](crate#what-is-recorded) may show arguments (`capture`) or redact attributes
/// without a rebuild. What the code skips, redacts, hashes or takes for a secret they cannot show. They are rules of this crate's
/// recorder: while another subscriber is the global default they have no effect, on these spans as on any.
///
/// ## How it ended
///
/// ```
/// # use synndicate::traced;
/// # #[derive(Debug, Clone, PartialEq)] enum Trouble { NotFound, Broken }
/// #[traced(ret, err(if |error| *error != Trouble::NotFound, Debug))]
/// fn load(id: u64) -> Result<(String, u32), Trouble> {
///     Err(Trouble::NotFound)
/// }
///
/// #[traced(on_none)]
/// fn find(id: u64) -> Option<String> {
///     None
/// }
/// ```
///
/// `ret` alone records a value by its type, or its `Debug`. `err` alone changes nothing where a `Result` is returned: errors are told
/// anyway, see [below](#errors-and-panics). An `Err` that the condition says no to is no failure, and nothing is recorded of it. With
/// `on_none`, `Ok(None)` is a failure too.
///
/// # Errors and panics
///
/// An `Err`, under whatever name its type goes, sets the span's status to `ERROR` and its attribute
/// [`error.type`](https://opentelemetry.io/docs/specs/semconv/general/recording-errors/) to the name of the error's type, without
/// references, unless you write that attribute yourself. It adds an event `exception`, with the type as `exception.type` and the
/// error's words as `exception.message`:
///
/// | error | words |
/// |---|---|
/// | an [`Error`](std::error::Error) | its `Display` and those of all its sources: `cannot plan: no disk: full` |
/// | what points to one: `Box<dyn Error>`, `anyhow::Error` | the same |
/// | any other with `Display`, such as `String` | its `Display` |
/// | any other with `Debug` | its `Debug` |
/// | any other, and a generic `E` with no such bound | `an error that has no text` |
///
/// `err(Display)` and `err(Debug)` take the error's own `Display` or `Debug` and leave the sources out.
///
/// A panic that begins in the function fails its span in the same way, with `panic` as the type. In a
/// [`traced_service`](crate::traced_service) the message is what the panic said and where; elsewhere only that there was one.
///
/// Where the `Debug` or `Display` of what is recorded panics, `<panicked>` is recorded in its place, and the function goes on. A
/// panic of an expression in the attribute itself goes through like one of the body; the span is closed as failed.
///
/// # Futures and streams
///
/// A span of an `async fn` begins with the first poll of its future, as a child of the span that is current there, which is
/// usually the one that awaits it. It is current in every poll, and ends when the future is ready. A future that is dropped before
/// that ends its span with `synndicate.cancelled = true`, after its locals are dropped; one that was never polled has no span.
///
/// ```
/// # use synndicate::traced;
/// # use std::pin::Pin;
/// # use futures::{Stream, stream};
/// #[traced]
/// fn opaque(n: u8) -> impl Future<Output = u8> {
///     async move { n }
/// }
///
/// #[traced]
/// fn boxed(text: &str) -> Pin<Box<dyn Future<Output = Result<usize, String>> + Send + '_>> {
///     Box::pin(async move { Ok(text.len()) })
/// }
///
/// #[traced]
/// fn words(text: &str) -> impl Stream<Item = String> {
///     stream::iter(text.split(' ').map(str::to_owned).collect::<Vec<_>>())
/// }
/// ```
///
/// A function that *returns* a future or a stream, known by the words `Future<Output = …>`, `Stream<Item = …>`, `BoxFuture`,
/// `LocalBoxFuture`, `BoxStream` and `LocalBoxStream` in its signature, has the span of what it returns: its arguments are recorded and its
/// parent is chosen when it is called, its time begins with the first poll. The same goes for an `async fn` with `parent` or `root`.
///
/// A stream's span lasts until the stream ends, or is dropped (`synndicate.cancelled`), and says how many items came
/// (`synndicate.items`). An item that is an `Err` fails it; the stream may go on.
///
/// What is no function has [`.traced(name)`](crate::TraceFuture::traced); [`spawn`](crate::spawn),
/// [`spawn_blocking`](crate::spawn_blocking) and [`Context`](crate::Context) carry the current span to tasks and threads:
///
/// ```
/// # use synndicate::traced;
/// use synndicate::TraceFuture as _;
///
/// #[traced]
/// async fn notify(order: u64) {}
///
/// #[traced]
/// async fn handle(order: u64) -> u32 {
///     synndicate::spawn(notify(order));
///     async { 120 }.traced("fetch price").await
/// }
/// ```
///
/// # Blocks
///
/// An option on a block holds for each function in it; only `name` and `on_none` stand on functions alone. A function may have an
/// attribute of its own in there: what that says wins, and options that answer one question (`root` and `parent`; `skip_all` and
/// `capture_all`) go together. What it does not say is the block's, and lists are joined but for arguments that the function names
/// itself.
///
/// ```
/// # use synndicate::traced;
/// # struct List(Vec<u8>);
/// #[traced(level = "debug", skip_methods(len))]
/// impl List {
///     fn len(&self) -> usize {
///         self.0.len()
///     }
///
///     #[traced(level = "info", capture(text))]
///     fn append(&mut self, text: &str) {
///         self.0.extend(text.bytes());
///     }
/// }
///
/// #[traced]
/// trait Store {
///     fn load(&self, id: u64) -> String;
///
///     // Traced, unless an implementation has its own.
///     async fn load_twice(&self, id: u64) -> String {
///         self.load(id) + &self.load(id)
///     }
/// }
///
/// #[traced(skip_all)]
/// mod billing {
///     pub fn charge(cents: u64) {}
/// }
/// ```
///
/// `#[async_trait]` may stand above or below. Left alone are `const fn`s, functions without a body, and in a module the
/// implementations of traits of the standard library (`Debug`, `Clone`, `Drop`, `From`, `Iterator` and the like; give such a block
/// an attribute of its own if you mean it).
///
/// # Agents and tools
///
/// An implementation of a trait with the word `Agent` in its name, or of a type with it where there is no trait, is an agent:
/// its spans have `agent_type = "Planner"` and `agent_trait = "Agent"`.
///
/// ```
/// # use synndicate::traced;
/// # struct Planner;
/// trait Agent {
///     async fn process(&self, query: &str) -> Result<String, String>;
/// }
///
/// #[traced]
/// impl Agent for Planner {
///     async fn process(&self, query: &str) -> Result<String, String> {
///         weather(query).await
///     }
/// }
///
/// const WEATHER: &str = "weather";
///
/// #[traced(tool = WEATHER, kind = client)]
/// async fn weather(place: &str) -> Result<String, String> {
///     Ok(format!("rain in {place}"))
/// }
/// ```
///
/// `agent` and `tool` on a function speak the words of the [GenAI conventions of OpenTelemetry][genai]: its spans are called
/// `invoke_agent Planner` or `execute_tool weather` unless `name` says otherwise, with `gen_ai.operation.name` and
/// `gen_ai.agent.name` or `gen_ai.tool.name`. Without a name of its own an agent or tool is called after its type, or its function.
/// On a block they give every span the `gen_ai.….name` alone. A name is a text or a constant `&str`.
///
/// [genai]: https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-agent-spans/
///
/// # What is private and what is not
///
/// What neither the options nor rules of the settings ask for stays in the process: the content of arguments and results.
///
/// A name whose last words are those of a secret makes it one, in any case and form: `password`, `accessToken`, `api_key`, `pin`,
/// `password_hash`; not `token_count` or `max_tokens`. Secrets are not recorded by the rules, numbers neither, nor the result of a
/// function with such a name; `capture_all` records `[redacted]`. Only an option with their name reveals them (`capture`, `fields`)
/// or tells them apart (`hash`).
///
/// This leaves the process without being asked, and is kept in as said here:
///
/// | what | how it stays |
/// |---|---|
/// | numbers and booleans, also those that mean a person | `skip(user_id)`, `skip_all` |
/// | what an error says, and all its sources | `err(Display)`: without the sources; `err(if \|_\| false)`: not at all, and it is no failure |
/// | what a panic says, in a `traced_service` | a panic hook of your own, set in `main` |
/// | messages and fields of `tracing` spans and events, also of libraries | `tracing_filter = "info,the_crate=off"` |
/// | names of types, functions and source files | |
///
/// The setting `tracing_event_count_limit = 0` keeps the texts of all errors, panics and events in; that they happened is still seen.
///
/// ```
/// # use synndicate::traced;
/// #[traced(err(if |_| false))]
/// fn open_letter(path: &str) -> Result<String, std::io::Error> {
///     // A failed span all the same, without the error's words:
///     std::fs::read_to_string(path).inspect_err(|_| synndicate::set_attribute("otel.status_code", "ERROR"))
/// }
/// ```
///
/// # When the attribute's expressions run
///
/// Once per recorded span. In a sync function, and in one that returns a future, before the span is the current one: if a `Debug`
/// there is traced itself, or logs, that belongs to the caller's span. In an `async fn` as the first thing of its body, and for
/// results and errors everywhere, inside the function's own span.
///
/// They see the arguments and `self`. An argument that the body does not need may be used up by `follows_from`, and by `parent` if it
/// is skipped.
///
/// # Renamed crates
///
/// Generated code looks for `::synndicate`. A crate that hands it on under another name says so:
///
/// ```
/// # mod prelude { pub extern crate synndicate as observability; }
/// use prelude::observability::traced;
///
/// #[traced(crate = "prelude::observability")]
/// fn plan() {}
/// # fn main() {}
/// ```
///
/// # Limits
///
/// - **An alias of a boxed future** (`type Reply = Pin<Box<dyn Future<…>>>`) hides what it is: the span lasts as long as the call.
///   Write the type out, or use `BoxFuture`.
/// - **`#[track_caller]`** goes through to the body. The price: the result of such a function, or its error, is not seen where its
///   body may leave early (`return`, `?`, a macro) and needs the block around it, as every method does.
/// - **Closures** cannot have it: stable Rust takes no attribute macro on a statement or an expression. Put the work into
///   a function in there, or use `.traced("work")`.
/// - **`async fn`** becomes `fn … -> impl Future`, and is shown so by rustdoc. It stays an `async fn` where an attribute below may
///   look for one (`#[must_use]`, `#[tokio::test]`, any other macro); its future is then larger by the size of its arguments.
/// - **`const fn`** and `#[naked]` functions are errors.
/// - **A future whose output the signature does not say** (`impl Future` alone) has a span, and nothing is recorded of its output.
/// - **What is known by its name**: an alias of a `Result` that is called `Vec` or `String` has no failures.
///
/// ```
/// # use synndicate::traced;
/// use synndicate::TraceFuture as _;
/// # async fn example() {
/// let work = async |n: u8| {
///     #[traced]
///     async fn work(n: u8) -> u8 {
///         n + 1
///     }
///     work(n).await
/// };
/// let result = async { work(1).await }.traced("more work").await;
/// # }
/// ```
///
/// # Coming from `#[tracing::instrument]`
///
/// Replace the word: every option of `#[instrument]` is taken. Names, targets, levels, parents, links and fields are the same. This
/// is not, on purpose:
///
/// | | `#[instrument]` | `#[traced]` |
/// |---|---|---|
/// | arguments | all, by type or `Debug` | [by the rules](#arguments-and-results); `capture_all` for all |
/// | `self` | by `Debug`, which it must have | not; `capture_all` where it has one, `capture(self)` |
/// | `Option`s, names in patterns | by `Debug`: `Some(3)` | by type: `3` |
/// | captured collections, tuples, paths, durations | by `Debug`, as text | arrays, maps, texts, seconds |
/// | names of secrets | recorded | not; `[redacted]` under `capture_all` |
/// | `fields(name)` with an argument's name | an empty field for later | captures the argument |
/// | results | not recorded | `result`, `result_length` |
/// | `ret` | an event with a field `return` | the attribute `result`; of a `Result` the `Ok` |
/// | `ret` where nothing is returned | an event `return=()` | a compile error |
/// | an `Err` without `err` | not seen | the span fails, with `error.type` and an exception event |
/// | an `Err` with `err` | an event with a field `error` | the same as without |
/// | `level` in `ret(…)`, `err(…)` | the event's level | accepted, without a meaning: there is no event in a log |
/// | a panic | not seen | the span fails, with `error.type` and an exception event |
/// | functions that return a future or a stream | a span of the call, unless they end with an `async` block | a [span of the future](#futures-and-streams), of the stream |
/// | `parent` on an `async fn` | evaluated at the first poll | evaluated at the call |
/// | spans that a `Debug` makes | the caller's, or none | the caller's; on an `async fn` the function's own |
/// | a future that is dropped | not seen | `synndicate.cancelled` |
/// | the span's end | when its last handle is dropped | when the call ends, whatever handles there are |
/// | where the code is | file, and the attribute's line | function, file, and the line of its name |
/// | `impl` blocks, traits, modules | a compile error | [yes](#blocks) |
pub use synndicate_macros::traced;
