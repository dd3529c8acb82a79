//! The examples run as they say, and the README shows what they print.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::{fs, thread};
use synndicate_tests::examples::{Web, run_example};
use synndicate_tests::printed::blanked;

/// What an example has printed, without what differs each time.
struct Printed {
    stdout: String,
    stderr: Vec<String>,
}

/// Runs an example to its good end.
#[track_caller]
fn run(name: &str) -> Printed {
    let output = run_example(name, []).unwrap();
    let [stdout, stderr] =
        [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap());
    assert!(output.status.success(), "{stderr}");
    Printed { stdout, stderr: blanked(&stderr) }
}

fn file(path: &str) -> String {
    fs::read_to_string(format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn quickstart_prints_the_trace_of_an_answer_with_one_error() {
    let printed = run("quickstart");
    assert_eq!(printed.stdout, "");
    let expected = [
        "synndicate: traces of `synndicate-examples` go to the console",
        "synndicate-examples 4 spans 1 error",
        "└─ answer question_length=27 result_length=39",
        "   │ · info read target=quickstart pages=3",
        "   ├─ search topic=\"how do I make a paper boat?\" limit=3 result_length=3",
        "   ├─ write pages_length=3 draft.style=brief result_length=124",
        "   └─ send ✗ error draft_length=124 error.type=std::io::error::Error",
        "        · exception std::io::error::Error: nobody listens to 124 letters",
    ];
    assert_eq!(printed.stderr, expected);
}

#[test]
fn the_readme_shows_what_quickstart_prints() {
    let readme = file("README.md");
    let mut blocks = readme.split("```text\n").skip(1).filter_map(|rest| rest.split("```").next());
    let shown = blocks.find(|block| block.contains("answer")).unwrap();
    assert_eq!(blanked(shown), run("quickstart").stderr);
}

#[test]
fn agents_prints_its_answer_and_the_trace_of_a_planner_whose_mail_fails() {
    let printed = run("agents");
    assert_eq!(printed.stdout, "three flights for Lisbon in May\n");
    let expected = [
        "synndicate: traces of `synndicate-examples` go to the console",
        "synndicate-examples 3 spans 1 error",
        "└─ Planner::process query_length=13 result_length=31 agent_type=Planner",
        "   │ agent_trait=Agent",
        "   ├─ Search::process query_length=13 result_length=31 agent_type=Search",
        "   │ agent_trait=Agent",
        "   └─ Mail::process ✗ error query_length=13 error.type=anyhow::Error",
        "        agent_type=Mail agent_trait=Agent",
        "        · exception anyhow::Error: the mailbox is full, 13 more bytes do not fit",
    ];
    assert_eq!(printed.stderr, expected);
}

#[test]
fn web_answers_and_prints_one_trace_across_its_services() {
    let web = Web::start(&[], [("SYN_OBSERVABILITY__TRACING_BATCH_TIMEOUT", "100")]).unwrap();
    let get = |path| ureq::get(format!("{}{path}", web.address())).call().unwrap();
    let mut answer = get("/api/query?query=Lisbon");
    assert_eq!(answer.headers()["x-trace-id"].len(), 32);
    let answer: Value = answer.body_mut().read_json().unwrap();
    assert_eq!(answer["result"], "a train to Lisbon and a flight to Lisbon");
    let mut health = get("/health");
    assert_eq!(health.headers()["content-type"], "application/json");
    let health: Value = health.body_mut().read_json().unwrap();
    assert_eq!(health["backends"][0]["state"], "up");
    let output = web.stop().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    let names = stderr.lines().filter(|line| line.contains('─')).map(blanked).map(|line| {
        line[0].split_once(" http.").or(line[0].split_once(" query_")).unwrap().0.to_owned()
    });
    let expected = [
        "└─ GET /api/query server",
        "   └─ Planner::process",
        "      └─ GET client",
        "         └─ GET /api/search server",
    ];
    assert_eq!(names.collect::<Vec<_>>(), expected, "{stderr}");
    assert!(!stderr.contains("Lisbon") && !stderr.contains("/health"), "{stderr}");
}

/// What it was asked to do for others is in hand when it is asked to end, and done before it does.
#[test]
fn web_lets_requests_end_before_it_ends() {
    let web = Web::start(&["--errands"], []).unwrap();
    let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}/", other.local_addr().unwrap());
    let errands = format!("{}/errands", web.address());
    let client = thread::spawn(move || {
        ureq::post(errands).send_json(json!([{ "url": url, "arguments": [] }])).unwrap().status()
    });
    let (mut errand, _) = other.accept().unwrap();
    // An answer to what was not asked yet would be an error.
    assert!(errand.read(&mut [0; 1024]).unwrap() > 0);
    web.ask_to_end().unwrap();
    let address = web.address().trim_start_matches("http://").to_owned();
    while TcpStream::connect(&address).is_ok() {
        thread::yield_now();
    }
    errand.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
    assert_eq!(client.join().unwrap(), 200);
    drop(errand);
    let output = web.stop().unwrap();
    assert!(output.status.success());
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("POST /errands") && !stderr.contains("cancelled"), "{stderr}");
}

#[test]
fn failover_prints_how_its_backends_are_and_that_nothing_was_dropped() {
    let printed = run("failover");
    let (states, end) = printed.stdout.trim().rsplit_once('\n').unwrap();
    let expected = [
        "both are there: the first is up",
        "both are there: the second is up",
        "the first one is dead: the first is down",
        "the first one is dead: the second is up",
        "it is back: the first is degraded",
        "it is back: the second is up",
    ];
    assert_eq!(states.lines().collect::<Vec<_>>(), expected);
    assert!(end.starts_with("0 of ") && end.ends_with(" spans were dropped"), "{end}");
    let told = |text: &str| printed.stderr.iter().filter(|line| line.contains(text)).count();
    assert_eq!((told("does not take spans"), told("takes spans again")), (1, 1));
    assert_eq!(told("exported spans: "), 1, "{:#?}", printed.stderr);
}

#[test]
fn examples_are_read_at_a_glance() {
    for (name, most) in [("quickstart", 60), ("agents", 60), ("failover", 60), ("web", 120)] {
        let lines = file(&format!("examples/src/bin/{name}.rs")).lines().count();
        assert!(lines <= most, "`{name}` has {lines} lines");
    }
}
