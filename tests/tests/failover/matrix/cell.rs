//! One cell: a program under load whose first backend is in trouble, and the account of its spans.

use super::super::{Result, arrivals, other, start};
use super::table::{Losses, Row, Trouble};
use anyhow::ensure;
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, LazyLock};
use synndicate_tests::program::{Account, Program};
use synndicate_tests::receiver::{Answer, Authority, Certificate, Fault, Receiver, Wire};

/// So many requests meet what a backend does to requests.
const TIMES: usize = 3;
/// So many spans are made before the trouble, and in it: a tenth of a second, at the pace of the program's tasks.
const BEFORE: u64 = 200;
const MEANWHILE: u64 = 2000;

/// A label of 64 characters is in no zone, so nobody is asked for it.
const NOWHERE: &str =
    "http://no-such-host-no-such-host-no-such-host-no-such-host-no-such-host.invalid:4317";

static AUTHORITY: LazyLock<Authority> =
    LazyLock::new(|| Authority::new().expect("a certificate of an authority"));

/// What is there beside the first backend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Net {
    Nothing,
    Fallback,
    Spool,
    Both,
}

#[derive(Clone, Copy)]
pub(super) struct Cell {
    pub(super) row: &'static Row,
    pub(super) wire: Wire,
    pub(super) net: Net,
    pub(super) flavour: &'static str,
}

impl fmt::Debug for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cell { row, wire, net, flavour } = self;
        write!(f, "{:?} over {wire:?}, with {net:?}, {flavour}", row.trouble)
    }
}

impl Net {
    pub(super) const ALL: [Net; 4] = [Net::Nothing, Net::Fallback, Net::Spool, Net::Both];

    fn has_fallback(self) -> bool {
        matches!(self, Net::Fallback | Net::Both)
    }

    fn has_spool(self) -> bool {
        matches!(self, Net::Spool | Net::Both)
    }
}

impl Cell {
    pub(super) fn run(self) -> Result<()> {
        let left = Arc::new(AtomicUsize::new(0));
        let first = self.first(left.clone())?;
        let second = Receiver::over(other(self.wire)).listen()?;
        let receivers = if self.net.has_fallback() { vec![&first, &second] } else { vec![&first] };
        let spool = tempfile::tempdir()?;
        let mut program = self.start(&receivers, spool.path(), self.endpoint(&first))?;
        self.make(&mut program, BEFORE)?;
        if self.has_a_place() {
            ensure!(program.flush()?, "all of it is exported, or on disk: {:#?}", program.log());
        }
        self.suffer(&mut program, &first, &left)?;
        let account = self.end(&mut program)?;
        self.check(&account)?;
        let is_late = program.ask("health")?.contains("has not answered");
        if account.spooled > 0 {
            self.next_run(&receivers, spool.path(), account.spooled)?;
        }
        let taken = account.exported + account.spooled;
        self.check_arrivals(&receivers, taken, self.row.may_come_twice || is_late)
    }

    fn first(self, left: Arc<AtomicUsize>) -> Result<Receiver> {
        let trouble = self.row.trouble;
        let first = Receiver::over(self.wire).answering(move |export| {
            let is_met = export.spans().count() > 0
                && left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok();
            if is_met { trouble.answer() } else { Answer::Taken }
        });
        Ok(match trouble {
            Trouble::ChangesAddress => first.listen_on_localhost(),
            Trouble::CertificateExpires => first.listen_for_tls(&AUTHORITY),
            _ => first.listen(),
        }?)
    }

    fn start(self, receivers: &[&Receiver], spool: &Path, endpoint: String) -> Result<Program> {
        let (spool, authority) = (spool.display().to_string(), AUTHORITY.file());
        let authority = authority.display().to_string();
        let mut settings =
            vec![("tracing_health_check_interval", "1"), ("tracing_endpoint", &endpoint)];
        match self.row.trouble {
            Trouble::Commits(Fault::Silence) => settings.push(("tracing_timeout", "500")),
            Trouble::CertificateExpires => settings.push(("tracing_tls.ca_file", &authority)),
            Trouble::ChangesWire => settings.push(("tracing_backend", self.both_wires())),
            Trouble::HasNoAddress => settings.push(("shutdown_timeout", "5")),
            _ => {}
        }
        if self.net.has_spool() {
            settings.push(("tracing_spool_dir", &spool));
        }
        start(receivers, &settings)
    }

    fn endpoint(self, first: &Receiver) -> String {
        if self.has_a_place() { first.endpoint() } else { NOWHERE.into() }
    }

    fn has_a_place(self) -> bool {
        self.row.trouble != Trouble::HasNoAddress
    }

    /// The backend that may speak either wire at one endpoint.
    fn both_wires(self) -> &'static str {
        match self.wire {
            Wire::Grpc | Wire::Jaeger => "jaeger",
            Wire::Http | Wire::Json | Wire::Zipkin => "zipkin",
        }
    }

    /// The other wire of that backend.
    fn replacement(self) -> Wire {
        match self.wire {
            Wire::Grpc => Wire::Jaeger,
            Wire::Jaeger => Wire::Grpc,
            Wire::Http | Wire::Json => Wire::Zipkin,
            Wire::Zipkin => Wire::Http,
        }
    }

    fn make(self, program: &mut Program, spans: u64) -> Result<()> {
        program.ask(&format!("tasks {} {spans}", self.flavour))?;
        Ok(())
    }

    /// Lets the program make spans while its first backend is in trouble, and until that is over.
    fn suffer(self, program: &mut Program, first: &Receiver, left: &AtomicUsize) -> Result<()> {
        match self.row.trouble {
            Trouble::HasNoAddress => {}
            Trouble::Commits(fault) => (0..TIMES).for_each(|_| first.disturb(fault)),
            _ => left.store(TIMES, Relaxed),
        }
        program.tell(&format!("tasks {} {MEANWHILE}", self.flavour))?;
        match self.row.trouble {
            Trouble::Gone => first.go_away(),
            Trouble::Restarts => {
                first.go_away();
                first.come_back()?;
            }
            Trouble::ChangesAddress => first.change_address()?,
            Trouble::ChangesWire => first.replace(self.replacement()),
            Trouble::CertificateExpires => first.restart_with(&AUTHORITY, Certificate::Expired)?,
            _ => {}
        }
        program.reply()?;
        if matches!(self.row.trouble, Trouble::Gone | Trouble::CertificateExpires) {
            program.wait_for_log("does not take spans")?;
            if self.net != Net::Nothing {
                ensure!(program.flush()?, "all of it is somewhere else: {:#?}", program.log());
            }
        }
        match self.row.trouble {
            Trouble::Gone => first.come_back()?,
            Trouble::CertificateExpires => first.restart_with(&AUTHORITY, Certificate::Valid)?,
            _ => {}
        }
        Ok(())
    }

    /// Ends the program when nothing waits any more, where it has a backend that would take it.
    fn end(self, program: &mut Program) -> Result<Account> {
        if self.has_a_place() || self.net.has_fallback() {
            ensure!(program.flush()?, "all of it is exported, or on disk: {:#?}", program.log());
            program.ask("settle")?;
        }
        Ok(program.shutdown()?)
    }

    fn check(self, account: &Account) -> Result<()> {
        ensure!(account.balances() && account.waiting == account.spooled, "{account:?}");
        ensure!(account.created == BEFORE + MEANWHILE, "{account:?}");
        let losses = self.losses();
        let lost = losses.reason().map_or(0, |reason| account.dropped_for(reason));
        // A machine that is too busy to read what a thread makes loses some of it, counted.
        let too_fast = account.dropped_for("ThreadTooFast");
        ensure!(account.dropped() == lost + too_fast, "{account:?}, but {losses:?}");
        ensure!(losses.allow(lost, account.created - too_fast), "{account:?}, but {losses:?}");
        let is_kept = self.has_a_place() || self.net != Net::Spool;
        ensure!(is_kept == (account.spooled == 0), "{account:?}");
        Ok(())
    }

    fn losses(self) -> Losses {
        match self.net {
            Net::Nothing => self.row.alone,
            Net::Spool => self.row.with_spool,
            Net::Fallback | Net::Both => self.row.with_fallback,
        }
    }

    /// The name has an address again: what is in the spool is sent.
    fn next_run(self, receivers: &[&Receiver], spool: &Path, spooled: u64) -> Result<()> {
        let mut program = self.start(receivers, spool, receivers[0].endpoint())?;
        receivers[0].wait_until(|noted| noted.taken == spooled)?;
        program.ask("settle")?;
        let account = program.shutdown()?;
        let Account { created, recovered, exported, .. } = account;
        ensure!((created, recovered, exported) == (0, spooled, spooled), "{account:?}");
        Ok(())
    }

    fn check_arrivals(self, receivers: &[&Receiver], taken: u64, may_twice: bool) -> Result<()> {
        let arrivals = arrivals(receivers);
        let is_known = !matches!(self.row.trouble, Trouble::TakesAllBut(_));
        ensure!(!is_known || arrivals.len() as u64 == taken, "{} arrived", arrivals.len());
        let is_twice = arrivals.values().any(|&times| times > 1);
        ensure!(!is_twice || may_twice, "only what may have arrived is sent twice");
        Ok(())
    }
}
