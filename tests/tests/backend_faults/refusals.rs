//! Refusals for good: the spans are counted as lost, once per batch, and what the server says is shown without our secrets.

use super::{Result, arrivals, on_both_wires, start_and_probe, told};
use synndicate_tests::receiver::{Answer, Export, Receiver, Refusal, Wire};
use tonic::Code;

const SECRET: &str = "s3cr3t-0f-th3-h0us3";

/// A refusal in the words of a server that repeats what it was sent.
fn echo(export: &Export, status: u16, code: Code) -> Answer {
    let token = export.header("authorization").unwrap_or("nobody");
    Answer::Refused(Refusal::new(status, code, format!("no access with {token}")))
}

/// All requests are refused, or all that have spans.
fn check(
    status: u16,
    code: Code,
    shown: [&str; 2],
    script: fn(&Export, Answer) -> Answer,
) -> Result<()> {
    on_both_wires(|wire| {
        let receiver = Receiver::over(wire);
        let receiver = receiver
            .answering(move |export| script(export, echo(export, status, code)))
            .listen()?;
        let headers = format!("authorization=Bearer%20{SECRET}");
        let mut program = start_and_probe(&receiver, &[("tracing_headers", &headers)])?;
        program.ask("spans 100")?;
        assert!(program.flush()?, "nothing waits for a backend that will never take it");
        let account = program.shutdown()?;
        assert_eq!((account.created, account.dropped_for("Refused")), (100, 100), "{account:?}");

        let noted = receiver.noted();
        let token = noted.refused[0].header("authorization");
        assert_eq!(token, Some(&*format!("Bearer {SECRET}")), "the server knows the secret");
        assert!(
            noted.refused.len() <= 2,
            "it is asked again at most once: {}",
            noted.refused.len()
        );
        let (end, log) = program.end()?;
        assert!(end.success(), "a bad backend is no failure of the program: {end}");
        check_log(&log, &receiver.endpoint(), shown[usize::from(wire == Wire::Http)]);
        Ok(())
    })
}

#[track_caller]
fn check_log(log: &[String], endpoint: &str, shown: &str) {
    let [down, up] = told(log);
    assert_eq!((down.len(), up.len()), (1, 0), "{log:#?}");
    assert!(down[0].contains(endpoint) && down[0].contains(shown), "{log:#?}");
    let all = log.join("\n");
    assert!(all.contains("no access with") && !all.contains(SECRET), "{log:#?}");
    assert!(all.contains("100 dropped: the backend refused the batch"), "{log:#?}");
}

/// Over HTTP such an answer is 429, which asks for another try.
#[test]
fn an_exhausted_quota_without_a_time_is_told_once_and_the_spans_are_counted() -> Result<()> {
    let receiver = Receiver::over(Wire::Grpc);
    let quota = |export: &Export| {
        with_spans(export, Answer::Refused(Refusal::new(429, Code::ResourceExhausted, "quota")))
    };
    let receiver = receiver.answering(quota).listen()?;
    let mut program = start_and_probe(&receiver, &[])?;
    for _ in 0..3 {
        program.ask("spans 100")?;
        assert!(program.flush()?, "nothing waits for a backend that will never take it");
    }
    let account = program.shutdown()?;
    assert_eq!((account.created, account.dropped_for("Refused")), (300, 300), "{account:?}");
    assert_eq!(receiver.noted().refused.len(), 3, "no request is sent again");
    let log = program.end()?.1;
    let [down, up] = told(&log);
    assert_eq!((down.len(), up.len()), (1, 0), "{log:#?}");
    assert!(down[0].contains("answered RESOURCE_EXHAUSTED: quota"), "{log:#?}");
    Ok(())
}

fn always(_: &Export, refusal: Answer) -> Answer {
    refusal
}

fn with_spans(export: &Export, refusal: Answer) -> Answer {
    if export.spans().next().is_some() { refusal } else { Answer::Taken }
}

#[test]
fn an_unknown_caller_is_told_once_and_its_spans_are_counted() -> Result<()> {
    let shown = ["answered UNAUTHENTICATED", "answered 401 Unauthorized"];
    check(401, Code::Unauthenticated, shown, always)?;
    check(401, Code::Unauthenticated, shown, with_spans)
}

#[test]
fn a_forbidden_caller_is_told_once_and_its_spans_are_counted() -> Result<()> {
    let shown = ["answered PERMISSION_DENIED", "answered 403 Forbidden"];
    check(403, Code::PermissionDenied, shown, always)?;
    check(403, Code::PermissionDenied, shown, with_spans)
}

#[test]
fn a_wrong_place_is_told_once_and_its_spans_are_counted() -> Result<()> {
    let shown = ["answered UNIMPLEMENTED", "answered 404 Not Found"];
    check(404, Code::Unimplemented, shown, always)?;
    check(404, Code::Unimplemented, shown, with_spans)?;
    check(405, Code::Unimplemented, ["UNIMPLEMENTED", "answered 405 Method Not Allowed"], always)
}

#[test]
fn an_error_of_the_server_is_told_once_and_the_spans_are_counted() -> Result<()> {
    let shown = ["answered INTERNAL", "answered 500 Internal Server Error"];
    check(500, Code::Internal, shown, always)?;
    check(500, Code::Internal, shown, with_spans)
}

#[test]
fn spans_that_are_rejected_of_a_batch_are_counted_and_the_reason_is_shown_once() -> Result<()> {
    on_both_wires(|wire| {
        let receiver = Receiver::over(wire).answering(|export| {
            let rejected = if export.spans().count() >= 10 { 3 } else { 0 };
            let message = format!("too old for Bearer {SECRET}");
            Answer::TakenBut { rejected, message }
        });
        let receiver = receiver.listen()?;
        let headers = format!("authorization=Bearer%20{SECRET}");
        let settings = [("tracing_headers", headers.as_str()), ("tracing_max_batch_size", "10")];
        let mut program = start_and_probe(&receiver, &settings)?;
        program.ask("spans 100")?;
        assert!(program.flush()?);
        let account = program.shutdown()?;
        let rejected = account.dropped_for("Rejected");
        assert!(
            rejected >= 3 && account.exported == 100 - rejected && account.balances(),
            "{account:?}"
        );
        let noted = receiver.noted();
        assert_eq!(
            (noted.taken, arrivals(&noted).len()),
            (account.exported, 100),
            "nothing is sent again"
        );
        let log = program.end()?.1;
        assert_eq!(log.iter().filter(|line| line.contains("too old for")).count(), 1, "{log:#?}");
        assert!(!log.join("\n").contains(SECRET), "{log:#?}");
        Ok(())
    })
}

#[test]
fn a_remark_on_spans_that_were_all_taken_is_shown_once() -> Result<()> {
    on_both_wires(|wire| {
        let receiver = Receiver::over(wire);
        let remark = |_: &Export| Answer::TakenBut { rejected: 0, message: "deprecated".into() };
        let receiver = receiver.answering(remark).listen()?;
        let mut program = start_and_probe(&receiver, &[])?;
        for _ in 0..2 {
            program.ask("spans 50")?;
            assert!(program.flush()?);
        }
        let account = program.shutdown()?;
        assert_eq!((account.exported, receiver.noted().taken), (100, 100), "{account:?}");
        let log = program.end()?.1;
        assert_eq!(log.iter().filter(|line| line.contains("deprecated")).count(), 1, "{log:#?}");
        Ok(())
    })
}
